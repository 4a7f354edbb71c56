"""What a town has, part by part, and what it lacks to be planned: said alike by doctor, setup and the first page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from city.catalogue.message import Message, message
from city.catalogue.words import name_of
from city.settings import Settings
from city.whereabouts import UNNAMED

PartState = Literal["done", "weak", "unset", "missing"]
"""``missing`` needs a hand; ``unset`` is not there and not every town needs it; ``weak`` could be better."""


@dataclass(frozen=True)
class TownHas:
    """Counts of what is stored; lengths in metres. ``vehicles`` by domain; ``devices_waiting`` were heard and nobody
    has taken them in; ``turns_ahead`` are manned turns that have not ended; what is ``assumed`` stands in for what
    nobody has told."""

    streets: int = 0
    street_m: float = 0.0
    cycle_ways: int = 0
    cycle_m: float = 0.0
    unreached: int = 0
    with_height: int = 0
    vehicles: Mapping[str, int] = field(default_factory=dict)
    vehicles_assumed: int = 0
    depots: int = 0
    turns_ahead: int = 0
    last_turn_ends: datetime | None = None
    rooms: int = 0
    vessels: int = 0
    vessels_measured: int = 0
    vessels_assumed: int = 0
    buildings: int = 0
    buildings_measured: int = 0
    devices: int = 0
    devices_heard: int = 0
    devices_waiting: int = 0
    forecast_by: str | None = None
    forecast_at: datetime | None = None

    @property
    def segments(self) -> int:
        """Streets and cycle ways."""
        return self.streets + self.cycle_ways

    @property
    def ready(self) -> frozenset[str]:
        """The services that can be planned: those that have what is worked on, and whoever works.

        Schools come with every map of streets, so that buildings alone are a town's wish to be heated where somebody
        measures them, or where there is no map.
        """
        able = {
            "snow": self.segments and self.vehicles.get("snow"),
            "waste": self.segments and self.rooms and self.vehicles.get("waste"),
            "heating": self.buildings and (self.buildings_measured or not self.segments),
        }
        return frozenset(name for name, there in able.items() if there)


@dataclass(frozen=True)
class TownPart:
    """One part: how it is, what there is of it, what follows where it is not done, and the command that mends it."""

    part: str
    state: PartState
    text: Message
    then: Message | None = None
    command: Message | None = None

    @property
    def waits(self) -> bool:
        """Whether it is there, and only a person is waited for: devices that are heard and not adopted."""
        return self.part == "devices" and self.state == "missing"

    @property
    def name(self) -> Message:
        """What the part is called."""
        return message(f"doctor.part.{self.part}")


def town_parts(has: TownHas, settings: Settings, now: datetime) -> list[TownPart]:
    """All parts in the order in which they are needed. Times in the texts are local."""
    made: tuple[Callable[[TownHas, Settings, datetime], TownPart], ...] = (
        *(_first_settings, _streets, _terrain, _fleet, _manning, _rooms, _buildings, _devices, _forecast),
    )
    return [make(has, settings, now) for make in made]


def _part(part: str, state: PartState, text: Message, then: str = "") -> TownPart:
    """A part, with what follows and what to do where it is not done."""
    if state == "done":
        return TownPart(part, state, text)
    return TownPart(part, state, text, message(f"town.then.{then or part}"), message(f"town.command.{then or part}"))


def _clauses(*parts: Message) -> Message:
    return message("format.clauses", parts=parts)


def _first_settings(has: TownHas, settings: Settings, _: datetime) -> TownPart:
    town = settings.municipality
    state: PartState = "unset" if has.ready else "missing"
    if town.name == UNNAMED:
        return _part("settings", state, message("town.lack.name", name=town.name))
    if town.longitude is None or town.latitude is None:
        return _part("settings", state, message("town.lack.point", name=town.name))
    place = {"name": town.name, "zone": town.time_zone, "country": town.country}
    text = message("town.have.settings", **place, lat=town.latitude, lon=town.longitude)
    return _part("settings", "done", text)


def _streets(has: TownHas, *_: object) -> TownPart:
    if not has.segments:
        needed = not has.ready or has.vehicles.get("snow") or has.vehicles.get("waste")
        return _part("streets", "missing" if needed else "unset", message("town.lack.streets"))
    said = [message("town.have.streets", n=has.streets, km=has.street_m / 1000.0)]
    if has.cycle_ways:
        said.append(message("town.have.cycle_ways", n=has.cycle_ways, km=has.cycle_m / 1000.0))
    if has.unreached:
        said.append(message("town.have.unreached", n=has.unreached))
    return _part("streets", "done", _clauses(*said))


def _terrain(has: TownHas, *_: object, enough: float = 0.9) -> TownPart:
    if not has.with_height:
        return _part("terrain", "unset", message("town.lack.terrain"))
    share = has.with_height / has.segments
    text = message("town.have.terrain", pct=100.0 * share)
    return _part("terrain", "done" if share >= enough else "weak", text)


def _fleet(has: TownHas, *_: object) -> TownPart:
    if not has.vehicles:
        return _part("fleet", "unset" if has.ready else "missing", message("town.lack.fleet"))
    each = tuple(
        message("town.have.of_service", n=n, service=message(f"cli.domain.{service}"))
        for service, n in sorted(has.vehicles.items())
    )
    said = message("town.have.fleet", each=each, depots=message("town.count.depots", n=has.depots))
    if has.vehicles_assumed == sum(has.vehicles.values()):
        return _part("fleet", "weak", _clauses(said, message("town.have.assumed")), "assumed_fleet")
    return _part("fleet", "done", said)


def _manning(has: TownHas, settings: Settings, _: datetime) -> TownPart:
    if has.turns_ahead:
        return _part(
            "manning", "done", message("town.have.manning", n=has.turns_ahead, at=_local(has.last_turn_ends, settings))
        )
    if has.last_turn_ends is None:
        return _part("manning", "unset", message("town.lack.manning"))
    return _part("manning", "weak", message("town.lack.manning_over", at=_local(has.last_turn_ends, settings)))


def _rooms(has: TownHas, *_: object) -> TownPart:
    if not has.rooms:
        needed = has.vehicles.get("waste")
        return _part("rooms", "missing" if needed else "unset", message("town.lack.rooms"))
    measured = message("town.have.measured", n=has.vessels_measured)
    counted = (message("town.count.rooms", n=has.rooms), message("town.count.vessels", n=has.vessels), measured)
    text = message("town.have.counted", each=counted)
    if has.vessels and has.vessels_assumed == has.vessels:
        return _part("rooms", "weak", _clauses(text, message("town.have.assumed")), "assumed_vessels")
    lacking = "unmeasured_vessels" if has.vessels else "vessels"
    return _part("rooms", "done" if has.vessels_measured else "weak", text, lacking)


def _buildings(has: TownHas, *_: object) -> TownPart:
    if not has.buildings:
        return _part("buildings", "unset", message("town.lack.buildings"))
    measured = message("town.have.measured", n=has.buildings_measured)
    text = message("town.have.counted", each=(message("town.count.buildings", n=has.buildings), measured))
    return _part("buildings", "done" if has.buildings_measured else "weak", text, "unmeasured_buildings")


def _devices(has: TownHas, *_: object) -> TownPart:
    there = message("town.have.devices", n=has.devices, heard=has.devices_heard)
    if has.devices_waiting:
        waiting = message("town.lack.devices_waiting", n=has.devices_waiting)
        return _part("devices", "missing", _clauses(there, waiting) if has.devices else waiting, "waiting")
    if not has.devices:
        return _part("devices", "unset", message("town.lack.devices"))
    return _part("devices", "done" if has.devices_heard else "weak", there, "unheard")


def _forecast(has: TownHas, settings: Settings, now: datetime, *, fresh: timedelta = timedelta(hours=12)) -> TownPart:
    asked = "asked" if settings.weather.providers else "forecast"
    if has.forecast_at is None or has.forecast_by is None:
        needed = not has.ready or has.ready - {"waste"}
        return _part("forecast", "missing" if needed else "unset", message("doctor.forecast.none"), asked)
    good = now - has.forecast_at < fresh
    key = "doctor.forecast.fresh" if good else "doctor.forecast.old"
    provider = name_of(f"town.provider.{has.forecast_by}", has.forecast_by)
    said = message(key, provider=provider, at=_local(has.forecast_at, settings))
    return _part("forecast", "done" if good else "missing", said, asked)


def _local(at: datetime | None, settings: Settings) -> datetime | str:
    return "" if at is None else at.astimezone(settings.municipality.zone)
