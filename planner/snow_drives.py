"""The drives of a night's turer: searched side by side before anybody knows who takes which, and each only once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from city.network import StreetNetwork
from city.things import Vehicle
from city.words import Network
from planner.fleet import Fleet, Wish
from planner.routes.reach import Reach
from planner.routes.sectors import Tur
from planner.routes.tur import Drive, Job, drive_turer, graph_for
from planner.snapshot import Snapshot
from planner.snow_need import Need

SPREAD_KMH: dict[Network, float] = {"street": 30.0, "cycle": 15.0}
"""How fast a vehicle spreads where it does not plough: our choice."""
Key = tuple[tuple[tuple[int, int], ...], Network, float, float, float | None, float | None, int]


def wish_of(wanted: Sequence[Need]) -> Wish:
    """When the first of the streets may be begun, and when the first must be done."""
    return Wish(min(need.from_when for need in wanted), min(need.deadline for need in wanted))


def at_work(vehicle: Vehicle, wanted: Sequence[Need]) -> Vehicle:
    """The vehicle as it does this work: where it spreads alone it is faster."""
    if not all(need.by_grip for need in wanted):
        return vehicle
    return replace(vehicle, work_kmh=max(vehicle.work_kmh, min(SPREAD_KMH[vehicle.network], vehicle.drive_kmh)))


class Drives:
    """Drives by what is needed and by the kind and home of the vehicle."""

    def __init__(
        self, snapshot: Snapshot, network: StreetNetwork, fleet: Fleet, executor: Executor | None = None
    ) -> None:
        self.snapshot, self.network, self.fleet, self.executor = snapshot, network, fleet, executor
        self._reaches: dict[Network, Reach] = {}
        self._found: dict[Key, Drive] = {}

    def ahead(self, work: Sequence[tuple[Tur, Sequence[Need]]]) -> None:
        """Searches the drives of all turer at once, each for the vehicle that would take it if it were the first."""
        jobs: dict[Key, Job] = {}
        for tur, wanted in work:
            vehicle = self.choose(tur, wanted)
            if vehicle is not None:
                job = self._job(wanted, vehicle)
                jobs[_key(job)] = job
        self._found |= dict(zip(jobs, self._searched(list(jobs.values())), strict=True))

    def choose(self, tur: Tur, wanted: Sequence[Need]) -> Vehicle | None:
        """The vehicle that leaves out least of what is needed, in time, cheaply, and early; None where there is
        none."""
        needs, reach = self._needs(wanted), self._reach(tur.network)

        def left_out(vehicle: Vehicle) -> int:
            return reach.left_out(needs, vehicle, self.fleet.home(vehicle))

        return self.fleet.choose(tur.network, wish_of(wanted), lambda v: self._lasts(wanted, v), left_out)

    def _lasts(self, wanted: Sequence[Need], vehicle: Vehicle, *, usual_deadhead: float = 0.5) -> timedelta:
        """How long a drive takes: as it was found, else its work with the usual share of driving without work."""
        job = self._job(wanted, vehicle)
        found = self._found.get(_key(job))
        if found is not None:
            return timedelta(seconds=found.seconds)
        metres = sum(self.snapshot.segments[need.segment].length_m * need.passes for need in wanted)
        return timedelta(hours=metres / 1000.0 / job.vehicle.work_kmh * (1.0 + usual_deadhead))

    def of(self, wanted: Sequence[Need], vehicle: Vehicle) -> Drive:
        """The drive of a vehicle over what is needed, searched now where it was not before."""
        job = self._job(wanted, vehicle)
        if _key(job) not in self._found:
            [self._found[_key(job)]] = self._searched([job])
        return self._found[_key(job)]

    def _needs(self, wanted: Sequence[Need]) -> dict[int, int]:
        return {need.segment: need.passes for need in wanted}

    def _job(self, wanted: Sequence[Need], vehicle: Vehicle) -> Job:
        graph = self._reach(vehicle.network).graph
        return Job(graph, self._needs(wanted), at_work(vehicle, wanted), self.fleet.home(vehicle))

    def _reach(self, clears: Network) -> Reach:
        if clears not in self._reaches:
            graph = graph_for(self.network, self.fleet.homes.values(), clears, self.snapshot.turns)
            self._reaches[clears] = Reach(self.network, graph)
        return self._reaches[clears]

    def _searched(self, jobs: Sequence[Job]) -> list[Drive]:
        each, seed = self.snapshot.knobs.tur_iterations, self.snapshot.seed
        if self.executor is not None:
            return drive_turer(self.network, jobs, self.executor, iterations_each=each, seed=seed)
        with ThreadPoolExecutor(min(os.cpu_count() or 1, max(1, len(jobs)))) as pool:
            return drive_turer(self.network, jobs, pool, iterations_each=each, seed=seed)


def _key(job: Job) -> Key:
    v = job.vehicle
    return tuple(sorted(job.needs.items())), v.network, v.work_kmh, v.drive_kmh, v.width_m, v.weight_t, job.home
