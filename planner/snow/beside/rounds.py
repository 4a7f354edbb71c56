"""Rounds of places: each piece of the town whose places are due, with its vehicle and the order of its places."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from city.entities import Vehicle
from city.upkeep import Place
from city.vocabulary import Network
from planner.fleet import Assignment, Delay, Fleet, TimeWindow
from planner.routes.check import NO_ROUND, Refusal, refusal, refuse
from planner.routes.profiles import profile
from planner.routes.visits import Roundtrips, Visit
from planner.snow.beside.places import DuePlaces, Piece, PlaceNeed
from planner.snow.cache import Streets
from planner.snow.check import round_violations
from planner.snow.snapshot import SnowSnapshot

CLEARS: Network = "cycle"
"""Places are cleared by the small vehicles of the cycle ways: the others do not get onto them."""
STEPS = 200
"""Steps of the search for the order of a round, at most: some twenty places are in their best order after fifty."""
USUAL_WAY_MIN = 1.5
"""What driving to each place is taken for before the order is known [min]."""


@dataclass(frozen=True)
class DrivenRound:
    """A piece with its vehicle; ``needs`` in visiting order."""

    piece: Piece
    needs: tuple[PlaceNeed, ...]
    assignment: Assignment
    visit: Visit
    delay: Delay | None = None

    @property
    def deadline(self) -> datetime:
        """When the first of its places must be done."""
        return min(need.deadline for need in self.needs)

    @property
    def asked_from(self) -> datetime:
        """When the first of its places may be begun."""
        return min(need.from_when for need in self.needs)


class PlaceRounds:
    """What is asked for of a night's places, and, once ``drive`` has booked vehicles of the fleet for it, what is
    driven, how many pieces nobody can drive, and what the checker keeps out of the plan."""

    def __init__(self, snapshot: SnowSnapshot, streets: Streets, fleet: Fleet, asked: DuePlaces) -> None:
        self.snapshot, self.streets, self.fleet, self.asked = snapshot, streets, fleet, asked
        self.driven: list[DrivenRound] = []
        self.refused: list[Refusal] = []
        self.unmanned = 0
        self._trips: dict[Hashable, Roundtrips] = {}

    def drive(self) -> None:
        """Gives each piece, most urgent first, to the vehicle that is done in time, adds least to the cost, and can
        begin first."""
        for piece, needs in sorted(self.asked.due, key=lambda one: (_wish(one[1]).deadline, len(one[0].id), one[0].id)):
            wish, work = _wish(needs), timedelta(minutes=sum(need.minutes + USUAL_WAY_MIN for need in needs))
            vehicle = self.fleet.choose(CLEARS, wish, lambda _, work=work: work, lambda _: 0)  # type: ignore[misc]
            if vehicle is None:
                self.unmanned += 1
            else:
                self._book(piece, needs, vehicle)

    def _book(self, piece: Piece, needs: Sequence[PlaceNeed], vehicle: Vehicle) -> None:
        visit = self._checked(piece, [need.place for need in needs], vehicle)
        if isinstance(visit, Refusal):
            self.refused.append(visit)
            return
        lasts = timedelta(seconds=visit.seconds, minutes=sum(need.minutes for need in needs))
        delay = self.fleet.delay(vehicle, _wish(needs).earliest, lasts)
        assignment = self.fleet.assign(vehicle, _wish(needs), lasts, piece.id)
        self.driven.append(DrivenRound(piece, tuple(needs[i] for i in visit.order), assignment, visit, delay))

    def _checked(self, piece: Piece, places: Sequence[Place], vehicle: Vehicle) -> Visit | Refusal:
        """The round of a vehicle, or what is wrong with it."""
        steps, home = min(STEPS, self.snapshot.params.round_iterations), self.fleet.home(vehicle)
        at = [(place.lon, place.lat) for place in places]
        visit = self._roundtrips(vehicle).visit(at, iterations=steps, seed=self.snapshot.seed)
        if visit is None:
            return refuse(piece.id, [NO_ROUND])
        wrong = round_violations(self.snapshot, self.streets.network, home, vehicle, places, visit)
        return refusal(piece.id, wrong) or visit

    def _roundtrips(self, vehicle: Vehicle) -> Roundtrips:
        network, home = self.streets.network, self.fleet.home(vehicle)
        kind = home, vehicle.drive_kmh, vehicle.width_m, vehicle.weight_t
        if kind not in self._trips:
            reach = self.streets.reach(CLEARS, self.fleet.homes.values())
            cost = np.asarray(profile(network, vehicle).seconds, float)
            self._trips[kind] = Roundtrips(network, reach.graph, cost, reach.of(vehicle, home), home)
        return self._trips[kind]


def _wish(needs: Sequence[PlaceNeed]) -> TimeWindow:
    return TimeWindow(min(need.from_when for need in needs), min(need.deadline for need in needs))
