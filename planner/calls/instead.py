"""Another vehicle for a tur whose own cannot drive it: it is out of service, has broken off, or its driver said no."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from city.plan import Intervention
from planner.night.choice import Booking, FleetNow, VehicleOption, absent_during, options
from planner.night.sequence import driven_from

CannotDrive = Literal["out", "refused", "broken", "silent"]
"""Why the vehicle of a tur cannot: it is out of service then, its driver said no to this tur tonight, broke it off, or
did not answer."""


@dataclass(frozen=True, slots=True)
class Instead:
    """The ``vehicle`` that drives a tur instead of another (``of``), and why: the best free one, or the one that
    somebody has ``chosen``. None where none is free: then ``first`` is free at ``first_at``, before all others.
    ``options`` are all that can do the work, with what speaks against each at the time it is driven."""

    of: str
    cause: CannotDrive
    vehicle: str | None
    chosen: bool = False
    first: str | None = None
    first_at: datetime | None = None
    options: tuple[VehicleOption, ...] = field(default=(), compare=False)


Cannot = Mapping[str, Mapping[str, CannotDrive]]
"""By key of a tur the vehicles that cannot drive it, with why."""


def instead(
    turer: Sequence[tuple[Intervention, str | None]],
    fleet: FleetNow,
    cannot: Cannot,
    chosen: Mapping[str, str],
    now: datetime,
) -> dict[str, Instead]:
    """Another vehicle for each of some turer (with the one that would drive it) whose own cannot, by key.

    Of the vehicles that can do the work and have nothing against it, the one that is free earliest, then one of the
    same contractor; what is given to one here is not given to it twice. ``chosen`` goes before that. What should have
    begun begins now, and what its vehicle was to drive after it follows it.
    """
    found: dict[str, Instead] = {}
    done: dict[str, datetime] = {}
    for item, own in sorted(turer, key=lambda one: (str(one[0].starts_at), one[0].key)):
        if own is None:
            continue
        known, goes = cannot.get(item.key, {}), driven_from(item, max(now, done.get(own, now)))
        done[own] = goes.ready_by or now
        cause = _cause(goes, own, fleet, known)
        if cause is None:
            continue
        known_to = options(goes, fleet)
        left = [one for one in known_to if one.vehicle.id not in {*known, own} and one.out is None]
        made = replace(_instead(own, cause, left, fleet, goes, chosen.get(item.key)), options=known_to)
        found[item.key] = made
        if made.vehicle is not None:
            booking = Booking(made.vehicle, item.target, item.key, goes.starts_at, goes.ready_by)
            fleet = replace(fleet, booked=[*fleet.booked, booking])
    return found


def _cause(item: Intervention, own: str, fleet: FleetNow, known: Mapping[str, CannotDrive]) -> CannotDrive | None:
    if absent_during(fleet.absences, own, item) is not None:
        return "out"
    return known.get(own)


def _instead(
    own: str,
    cause: CannotDrive,
    left: Sequence[VehicleOption],
    fleet: FleetNow,
    item: Intervention,
    chosen: str | None,
) -> Instead:
    if chosen is not None:
        return Instead(own, cause, chosen, chosen=True)
    best = _best([one for one in left if not one.against], own, fleet, item)
    if best is not None:
        return Instead(own, cause, best.vehicle.id)
    first = min(_free_at(left), default=(None, None))
    return Instead(own, cause, None, first=first[1], first_at=first[0])


def _best(free: Collection[VehicleOption], own: str, fleet: FleetNow, item: Intervention) -> VehicleOption | None:
    whose = {vehicle.id: vehicle.contractor for vehicle in fleet.vehicles}

    def rank(one: VehicleOption) -> tuple[str, bool, str]:
        """Since when it has nothing to do, whose it is, its name."""
        name = one.vehicle.id
        since = max((str(b.ends) for b in fleet.booked if b.vehicle == name and _is_before(b, item)), default="")
        return since, one.vehicle.contractor != whose.get(own), name

    return min(free, key=rank, default=None)


def _is_before(booking: Booking, item: Intervention) -> bool:
    """Whether a vehicle is done with something before a tur begins."""
    return booking.ends is not None and item.starts_at is not None and booking.ends <= item.starts_at


def _free_at(left: Sequence[VehicleOption]) -> Iterator[tuple[datetime, str]]:
    """When each vehicle is free of all that is against it, where that is known."""
    for one in left:
        times = [against.at for against in one.against if against.kind != "no_turn" and against.at is not None]
        if times and len(times) == len(one.against):
            yield max(times), one.vehicle.id
