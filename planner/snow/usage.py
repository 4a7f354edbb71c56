"""What a plan spreads and which of its hours are overtime, beside the same of the full call-out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from city.entities import Segment
from city.plan import Intervention
from city.serviceday import local_instant
from city.vocabulary import Network
from planner.routes.sectors import Tur, passes
from planner.snow.need import Needs
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.limits import Limits

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SPREAD_M: Mapping[Network, float] = {"street": 3.0, "cycle": 2.5}
"""How wide one pass spreads where a street's own width is not known [m]: a design choice."""
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Usage:
    """``salt_kg``, of brine as dry salt, and ``sand_kg``, None where they are not known; ``overtime_h`` of all
    vehicles: their hours outside ordinary working hours."""

    salt_kg: float | None
    sand_kg: float | None
    overtime_h: float


def usage_of(snapshot: SnowSnapshot, rules: Limits, items: Sequence[Intervention]) -> Usage:
    """What these interventions come to."""
    kg = {what: grams / 1000.0 for what, (grams, _) in _spread(snapshot, items).items()}
    spans = [(item.starts_at, item.ready_by) for item in items if item.starts_at and item.ready_by]
    return Usage(kg["salt"], kg["sand"], overtime_h(snapshot, rules, spans))


def full_usage(
    snapshot: SnowSnapshot,
    needs: Needs,
    turer: Sequence[Tur],
    minutes: Mapping[Network, float],
    items: Sequence[Intervention],
) -> Usage:
    """What one full call-out comes to that begins with the first of these interventions: all streets of salted classes
    and all places for sand of the others, each at the mean dose of what these spread; not known of what they do not
    spread. Its minutes are shared by all vehicles of each network."""
    dose = {what: grams / area if area else None for what, (grams, area) in _spread(snapshot, items).items()}
    area = {"salt": 0.0, "sand": 0.0, "none": 0.0}
    for i in (i for tur in turer for i in tur.segments):
        method = needs.criteria_of(i).anti_slip
        area[method] += area_m2(snapshot.segments[i]) if method == "salt" or needs.spots[i] else 0.0
    kg = {what: None if each is None else each * area[what] / 1000.0 for what, each in dose.items()}
    begins = min((item.starts_at for item in items if item.starts_at), default=snapshot.at)
    spans: list[Span] = []
    for network, each in minutes.items():
        crew = max(1, sum(vehicle.network == network for vehicle in snapshot.vehicles))
        spans += [(begins, begins + timedelta(minutes=each / crew))] * crew
    return Usage(kg["salt"], kg["sand"], overtime_h(snapshot, needs.service.rules, spans))


def _spread(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> dict[str, tuple[float, float]]:
    """What is spread, salt and sand: how much [g], and on how much [m²]."""
    size = {segment.id: area_m2(segment) for segment in snapshot.segments}
    found = {"salt": (0.0, 0.0), "sand": (0.0, 0.0)}
    for item in items:
        for part in item.segments if isinstance(item.segments, tuple) else ():
            if part.dose_g_m2 > 0.0:
                what, area = "sand" if "sand" in part.action.split("_") else "salt", size.get(part.id, 0.0)
                found[what] = found[what][0] + part.dose_g_m2 * area, found[what][1] + area
    return found


def area_m2(segment: Segment) -> float:
    """What is spread on [m²]: a street in its width, else as wide as its passes spread."""
    return segment.length_m * (segment.width_m or SPREAD_M[segment.network] * passes(segment))


def overtime_h(snapshot: SnowSnapshot, rules: Limits, spans: Iterable[Span]) -> float:
    """How much of these spans lies outside ordinary working hours (``snow.ordinary_from`` to ``snow.ordinary_to`` on
    weekdays that are no holidays) [h]; all of it where none are set."""
    begins, ends = (_clock(rules, key) for key in ("snow.ordinary_from", "snow.ordinary_to"))
    holidays = {row.day for row in snapshot.calendar if row.calendar == "holiday"}
    found = timedelta(0)
    for span in spans:
        found += max(timedelta(0), span[1] - span[0])
        for day in _days(snapshot, span):
            if begins and ends and day.weekday() < 5 and day not in holidays:
                usual = local_instant(day, begins, snapshot.zone), local_instant(day, ends, snapshot.zone)
                found -= max(timedelta(0), min(span[1], usual[1]) - max(span[0], usual[0]))
    return found / HOUR


def _clock(rules: Limits, key: str) -> time | None:
    row = rules.usual_row(key)
    return Limits((row,)).clock(key)


def _days(snapshot: SnowSnapshot, span: Span) -> Iterator[date]:
    """The local days that a span touches."""
    day, last = (at.astimezone(snapshot.zone).date() for at in span)
    while day <= last:
        yield day
        day += DAY
