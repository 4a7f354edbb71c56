"""A plan as a value: what ``contract`` calls a plan, an intervention, a reason. It is the JSON that people see.

Every text stands in each language that the catalogue had when the plan was made: Swedish in ``text``, English in
``text_en``, any further one under ``languages``; a stored plan can be read in them for ever. Times are RFC
3339 with offset; distances m, masses kg, temperatures °C, energies kWh.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Struct, UnsetType

from city.catalogue.stored import Languages
from city.vocabulary import CLEAR, Certainty, Domain, Mode, Network, NotCaredKind, PlaceKind, StopCause


class Reason(Struct, frozen=True, kw_only=True):
    """One figure behind a decision, with its range, the threshold that applied, and how old its source is; ``what`` is
    what the figure stands for, ``at`` the hour that it is of."""

    text: str
    text_en: str
    what: str = ""
    what_en: str = ""
    value: float | None = None
    range: tuple[float, float] | None = None
    unit: str | None = None
    threshold: float | None = None
    threshold_version: int | None = None
    source: str | None = None
    age_s: float | None = None
    at: datetime | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET


class SegmentAction(Struct, frozen=True, kw_only=True):
    """What is done on one street segment within a tur."""

    id: str
    action: str
    dose_g_m2: float = 0.0
    passes: int = 1
    depth_cm: float | None = None


class RoomBasis(Struct, frozen=True, kw_only=True):
    """What asks for a stop: the level [%] of the vessel that is likeliest to be full, when it will be, and how long ago
    the one that has waited longest was emptied and may wait [days]. None where nobody knows."""

    cause: StopCause
    level_pct: float | None = None
    full_by: datetime | None = None
    emptied_days: float | None = None
    most_days: float | None = None


class RoundStop(Struct, frozen=True, kw_only=True):
    """One waste room on a round; ``vessels`` are those that are emptied."""

    room: str
    name: str
    vessels: tuple[str, ...]
    reason: str
    reason_en: str
    arrives_at: datetime
    lon: float
    lat: float
    basis: RoomBasis | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET


class PlaceStop(Struct, frozen=True, kw_only=True):
    """One place on a round of places: ``minutes`` of work there, ``depth_cm`` in the hour that decides."""

    id: str
    kind: PlaceKind
    name: str
    lon: float
    lat: float
    minutes: float
    depth_cm: float


class HeatHour(Struct, frozen=True, kw_only=True):
    """The wanted indoor temperature of one hour [°C]; ``indoor_c`` of the coldest zone as it is expected at its begin,
    and ``kwh`` of heat in it, None where nobody can say."""

    starts_at: datetime
    set_point_c: float
    indoor_c: float | None = None
    kwh: float | None = None


class VentilationHour(Struct, frozen=True, kw_only=True):
    """Whether ventilation runs in one hour."""

    starts_at: datetime
    on: bool


Hour = TypeVar("Hour", HeatHour, VentilationHour)


def of_first_day(hours: Sequence[Hour], zone: ZoneInfo) -> tuple[Hour, ...]:
    """The hours of the local day in which they begin: a heating plan gives those of the day after too."""
    days = [hour.starts_at.astimezone(zone).date() for hour in hours]
    return tuple(hour for hour, day in zip(hours, days, strict=True) if day == days[0])


class DecidingCurve(Struct, frozen=True, kw_only=True):
    """The street that decides an intervention, hour by hour as the plan knew it: snow [cm] as it stands, at its lowest
    and at its highest, and air [°C], at ``starts_at`` and at each hour's end after it.

    ``surface_c`` is the road with its range at each hour's end after ``starts_at``, ``dew_c`` the dew point as the air
    [°C], None where nobody knows; ``lon`` and ``lat`` are where the street is.
    """

    segment: str
    name: str
    starts_at: datetime
    depth_cm: tuple[float, ...]
    low_cm: tuple[float, ...]
    high_cm: tuple[float, ...]
    air_c: tuple[float | None, ...]
    surface_c: tuple[float | None, ...] | UnsetType = UNSET
    surface_low_c: tuple[float | None, ...] | UnsetType = UNSET
    surface_high_c: tuple[float | None, ...] | UnsetType = UNSET
    dew_c: tuple[float | None, ...] | UnsetType = UNSET
    lon: float | UnsetType = UNSET
    lat: float | UnsetType = UNSET


class Intervention(Struct, frozen=True, kw_only=True):
    """One tur, one round or one building: the unit that is sent out. ``places`` and ``stops`` are in visiting order.

    ``asked_from`` is when a tur may begin by its limits alone, ``latest_start`` when it must to be done in time (its
    planned start where it is late), and ``call_by`` when its vehicle must be called for that. ``decided_at`` is the
    time of the plan whose figures decided it, where a later plan takes it over.
    """

    id: str
    key: str
    kind: str
    target: str
    title: str
    priority: int
    score: float
    reasons: tuple[Reason, ...]
    flip: str
    flip_en: str
    depot: str | None = None
    vehicle: str | None = None
    contractor: str | None = None
    decided_at: datetime | None = None
    starts_at: datetime | None = None
    ready_by: datetime | None = None
    deadline: datetime | None = None
    asked_from: datetime | None = None
    latest_start: datetime | None = None
    call_by: datetime | None = None
    minutes: float = 0.0
    distance_m: float = 0.0
    geometry: dict[str, Any] | None = None
    simulated: bool = False
    curve: DecidingCurve | UnsetType = UNSET
    network: str | UnsetType = UNSET
    segments: tuple[SegmentAction, ...] | UnsetType = UNSET
    stops: tuple[RoundStop, ...] | UnsetType = UNSET
    places: tuple[PlaceStop, ...] | UnsetType = UNSET
    heat: tuple[HeatHour, ...] | UnsetType = UNSET
    ventilation: tuple[VentilationHour, ...] | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET


def heat_of(item: Intervention) -> tuple[HeatHour, ...]:
    """The set-points of a line; none where it has none."""
    return item.heat if isinstance(item.heat, tuple) else ()


def air_of(item: Intervention) -> tuple[VentilationHour, ...]:
    """The hours of ventilation of a line; none where it has none."""
    return item.ventilation if isinstance(item.ventilation, tuple) else ()


class Clause(Struct, frozen=True, kw_only=True):
    """One sentence of the answer; the first is the answer itself."""

    text: str
    text_en: str
    languages: Languages | UnsetType = UNSET


class Verdict(Struct, frozen=True, kw_only=True):
    """The one answer first: go or not, in a sentence. ``call_by`` is when the first call must be made at the latest so
    that all is done in time, ``turer_range`` is how many turer the forecast's low and high
    readings would call out, ``flip`` what would change the answer; ``clauses`` are the sentences that ``text``
    joins."""

    go: bool
    text: str
    text_en: str
    certainty: Certainty
    starts_at: datetime | None = None
    cost: float | None = None
    full_cost: float | None = None
    latest_start: datetime | None = None
    call_by: datetime | None = None
    turer_range: tuple[int, int] | None = None
    flip: str = ""
    flip_en: str = ""
    clauses: tuple[Clause, ...] = ()
    languages: Languages | UnsetType = UNSET


class NotCared(Struct, frozen=True, kw_only=True):
    """Streets that are over their limits and in no intervention, or come over them again after their last run (a tur,
    a part of one, or what hangs together with nothing, by class); and those that get slippery and are not treated.

    ``whole`` where nothing of a tur is driven. ``depth_cm`` and ``limit_cm`` are of the street farthest over, None
    where slipperiness alone asks; ``needed_by`` is when the first must be done. ``ways`` are what could still be done.
    """

    target: str
    title: str
    kind: NotCaredKind
    whole: bool
    network: Network
    priority: int
    why: str
    why_en: str
    segments: tuple[str, ...]
    depth_cm: float | None = None
    limit_cm: float | None = None
    needed_by: datetime | None = None
    ways: tuple[Clause, ...] = ()
    languages: Languages | UnsetType = UNSET


class Degradation(Struct, frozen=True, kw_only=True):
    """An input that was missing, old or of unknown keeper, and what that did to the plan.

    ``standing`` where it is always so until somebody tells us (terrain, keepers, a fleet that is assumed), and not of
    this day; a plan of before it was told apart does not say.
    """

    source: str
    age_s: float | None
    effect: str
    effect_en: str
    standing: bool | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET

    @property
    def of_now(self) -> bool:
        """Whether it is of this day or not known to be standing: it lowers the certainty."""
        return self.standing is not True


class Plan(Struct, frozen=True, kw_only=True):
    """A whole plan. ``id``, ``created_at`` and ``version`` are given when it is published. Every street of ours that is
    over its limit is in an intervention or ``not_cared``."""

    id: str
    domain: Domain
    service_day: date
    slot: str
    mode: Mode
    simulated: bool
    created_at: datetime
    valid_from: datetime
    valid_to: datetime
    version: int
    supersedes: str | None
    inputs_hash: str
    verdict: Verdict
    degradations: tuple[Degradation, ...]
    interventions: tuple[Intervention, ...]
    totals: dict[str, Any]
    not_cared: tuple[NotCared, ...] = ()


def to_json(plan: Plan, indent: int = 0) -> bytes:
    """The plan as UTF-8 JSON."""
    raw = msgspec.json.encode(plan)
    return msgspec.json.format(raw, indent=indent) if indent else raw


def from_json(raw: bytes | str) -> Plan:
    """The plan of a JSON text. Raises msgspec.ValidationError where it is none."""
    return msgspec.json.decode(raw, type=Plan)


def canonical_hash(value: object) -> str:
    """SHA-256 of a value in canonical JSON (sorted keys, no spaces), as hex."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def intervention_key(domain: Domain, target: str, service_day: date, run: int) -> str:
    """The name of an intervention that stays when its plan is superseded."""
    return f"{domain}:{target}:{service_day.isoformat()}:{run}"


def intervention_id(inputs_hash: str, key: str) -> str:
    """A short id that is the same for the same inputs."""
    return hashlib.sha256(f"{inputs_hash}/{key}".encode()).hexdigest()[:20]


def treatments_of(item: Intervention) -> list[tuple[str, str]]:
    """What a finished tur has done: (segment, action) pairs; of a round of places (place, ``clear``)."""
    done = [(action.id, action.action) for action in item.segments] if isinstance(item.segments, tuple) else []
    return done + ([(place.id, CLEAR) for place in item.places] if isinstance(item.places, tuple) else [])


def doses_of(item: Intervention) -> dict[str, float]:
    """What a tur spreads, by segment [g/m²]; nothing of the others."""
    parts = item.segments if isinstance(item.segments, tuple) else ()
    return {part.id: part.dose_g_m2 for part in parts if part.dose_g_m2 > 0.0}


@dataclass(frozen=True)
class RunKey:
    """What makes a scheduled plan unique."""

    domain: Domain
    service_day: date
    slot: str
    mode: Mode
