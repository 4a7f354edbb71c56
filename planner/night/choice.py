"""Another vehicle for what is not called out yet: which may be chosen, and what speaks against each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from city.entities import Vehicle
from city.manning import Absence, RosterTurn
from city.plan import Intervention
from planner.night.rest import Rota


@dataclass(frozen=True, slots=True)
class Booking:
    """What a vehicle is to do, or is at: ``what`` is the tur, ``key`` its intervention's."""

    vehicle: str
    what: str
    key: str
    begins: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against a vehicle: it is out of service until ``at`` (None: nobody knows how long), booked until then
    for ``what``, its crew rests until then, or it has no turn from then on."""

    kind: Literal["out", "booked", "rest", "no_turn"]
    at: datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class VehicleOption:
    """A vehicle that may be chosen, with what speaks against it; one that is out of service may not."""

    vehicle: Vehicle
    against: tuple[Against, ...] = ()

    @property
    def out(self) -> Against | None:
        """Until when it is out of service, where it is in the time of the work."""
        return next((one for one in self.against if one.kind == "out"), None)


@dataclass(frozen=True)
class FleetNow:
    """The vehicles of a service with all that binds them: bookings, absences, known turns, and what crews have
    worked."""

    vehicles: Sequence[Vehicle]
    booked: Sequence[Booking] = ()
    absences: Sequence[Absence] = ()
    turns: Mapping[str, Sequence[RosterTurn]] | None = None
    rota: Rota | None = None


def options(item: Intervention, fleet: FleetNow) -> tuple[VehicleOption, ...]:
    """The vehicles that can do the work of an intervention: those with nothing against them first, those that are out
    of service last, else by name."""
    found = [VehicleOption(v, _against(item, v, fleet)) for v in fleet.vehicles if fits(v, item)]
    return tuple(sorted(found, key=lambda one: (one.out is not None, len(one.against), one.vehicle.id)))


def fits(vehicle: Vehicle, item: Intervention) -> bool:
    """Whether a vehicle is of the network of an intervention, or takes the fraction of a round."""
    if vehicle.domain == "waste":
        return not vehicle.fractions or item.target.rpartition("-")[0] in vehicle.fractions
    return vehicle.network == ("cycle" if item.network == "cycle" else "street")


def absent_during(absences: Sequence[Absence], vehicle: str, item: Intervention) -> Absence | None:
    """When a vehicle is out of service in the time of an intervention; the longest where there are several."""
    found = [row for row in absences if row.vehicle == vehicle and _during(item, row.starts_at, row.ends)]
    return max(found, key=lambda row: row.ends, default=None)


def _against(item: Intervention, vehicle: Vehicle, fleet: FleetNow) -> tuple[Against, ...]:
    found = []
    absent = absent_during(fleet.absences, vehicle.id, item)
    if absent is not None:
        found.append(Against("out", absent.until_at))
    for one in fleet.booked:
        if one.vehicle == vehicle.id and one.key != item.key and _during(item, one.begins, one.ends):
            found.append(Against("booked", one.ends, one.what))
    if item.starts_at is not None and item.ready_by is not None:
        rested = item.starts_at
        if fleet.rota is not None and item.vehicle != vehicle.id:
            rested = fleet.rota.earliest(vehicle.id, item.starts_at, item.ready_by - item.starts_at)
        if rested > item.starts_at:
            found.append(Against("rest", rested))
        turns = (fleet.turns or {}).get(vehicle.id)
        if turns and not any(turn.starts_at <= item.starts_at < turn.ends_at for turn in turns):
            found.append(Against("no_turn", item.starts_at))
    return tuple(found)


def _during(item: Intervention, begins: datetime | None, ends: datetime | None) -> bool:
    """Whether a span may touch the time of an intervention; what is not known may."""
    if begins is None or ends is None or item.starts_at is None or item.ready_by is None:
        return True
    return begins < item.ready_by and item.starts_at < ends
