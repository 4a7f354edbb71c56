"""The drives of a night's turer: searched side by side before anybody knows who takes which, and each only once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from city.network import StreetNetwork
from city.things import Vehicle
from city.words import Network
from planner.fleet import Fleet
from planner.routes.reach import Reach
from planner.routes.sectors import Tur, passes
from planner.routes.tur import Drive, Job, drive_turer, graph_for
from planner.snapshot import Snapshot
from planner.snow_need import Need

Key = tuple[tuple[tuple[int, int], ...], Network, float, float, float | None, float | None, int]


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
        """The vehicle that leaves out least of what is needed and can begin first; None where there is none."""
        needs, reach = self._needs(wanted), self._reach(tur.network)
        earliest = min(need.from_when for need in wanted)
        return self.fleet.choose(tur.network, earliest, lambda v: reach.left_out(needs, v, self.fleet.home(v)))

    def of(self, wanted: Sequence[Need], vehicle: Vehicle) -> Drive:
        """The drive of a vehicle over what is needed, searched now where it was not before."""
        job = self._job(wanted, vehicle)
        if _key(job) not in self._found:
            [self._found[_key(job)]] = self._searched([job])
        return self._found[_key(job)]

    def _needs(self, wanted: Sequence[Need]) -> dict[int, int]:
        return {need.segment: passes(self.snapshot.segments[need.segment]) for need in wanted}

    def _job(self, wanted: Sequence[Need], vehicle: Vehicle) -> Job:
        graph = self._reach(vehicle.network).graph
        return Job(graph, self._needs(wanted), vehicle, self.fleet.home(vehicle))

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
