"""The drives of a night's turer: searched side by side before anybody knows who takes which, and each only once."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, MutableMapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from city.entities import Vehicle
from city.vocabulary import Network
from planner.fleet import Fleet, TimeWindow
from planner.routes.check import Refusal, refusal
from planner.routes.reach import Reach
from planner.routes.sectors import Tur
from planner.routes.tur import Drive, Job, drive_turer
from planner.snow.cache import Streets
from planner.snow.check import drive_violations
from planner.snow.lasts import usual_time
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot

SPREAD_KMH: dict[Network, float] = {"street": 30.0, "cycle": 15.0}
"""How fast a vehicle spreads where it does not plough: our choice."""


def window_of(wanted: Sequence[Need]) -> TimeWindow:
    """When the first of the streets may be begun, and when the first must be done."""
    ploughed = [need.begins for need in wanted if not need.by_friction]
    return TimeWindow(min(ploughed or [need.begins for need in wanted]), min(need.deadline for need in wanted))


def at_work(vehicle: Vehicle, wanted: Sequence[Need]) -> Vehicle:
    """The vehicle as it does this work: where it spreads alone it is faster."""
    if not all(need.by_friction for need in wanted):
        return vehicle
    return replace(vehicle, work_kmh=max(vehicle.work_kmh, min(SPREAD_KMH[vehicle.network], vehicle.drive_kmh)))


class Drives:
    """Drives by what is needed and by the kind and home of the vehicle; those of plans before are ``known``."""

    def __init__(
        self,
        snapshot: SnowSnapshot,
        streets: Streets,
        fleet: Fleet,
        known: MutableMapping[Hashable, Drive],
        executor: Executor | None = None,
    ) -> None:
        self.snapshot, self.streets, self.fleet, self.known, self.executor = snapshot, streets, fleet, known, executor
        self._reaches: dict[Network, Reach] = {}
        self._found: dict[Hashable, Drive] = {}

    def ahead(self, work: Sequence[tuple[Tur, Sequence[Need]]]) -> None:
        """Searches the drives of all turer at once, each for the vehicle that would take it if it were the first."""
        chosen = ((wanted, self.choose(tur, wanted)) for tur, wanted in work)
        self._find([self._job(wanted, vehicle) for wanted, vehicle in chosen if vehicle is not None])

    def choose(self, tur: Tur, wanted: Sequence[Need]) -> Vehicle | None:
        """The vehicle that leaves out least of what is needed, in time, cheaply, and early; None where there is
        none."""
        return self.fleet.choose(
            tur.network, window_of(wanted), lambda v: self._lasts(wanted, v), self._left_out(wanted, tur.network)
        )

    def _left_out(self, wanted: Sequence[Need], network: Network) -> Callable[[Vehicle], int]:
        """How many streets a vehicle does not get to, counted once for all of one size and home."""
        needs, reach = self._needs(wanted), self._reach(network)
        counted: dict[Hashable, int] = {}

        def left_out(v: Vehicle) -> int:
            size = self.fleet.home(v), v.width_m, v.weight_t
            if size not in counted:
                counted[size] = reach.left_out(needs, v, self.fleet.home(v))
            return counted[size]

        return left_out

    def expected(self, wanted: Sequence[Need], vehicle: Vehicle) -> tuple[datetime, datetime]:
        """When a vehicle can begin the work by its drive, and when it is then done."""
        lasts, earliest = timedelta(seconds=self.of(wanted, vehicle).seconds), window_of(wanted).earliest
        begins = self.fleet.begins(vehicle, earliest, lasts) or self.fleet.begins(vehicle, earliest, timedelta(0))
        begins = begins or earliest
        return begins, begins + lasts

    def less_able(self, wanted: Sequence[Need], vehicle: Vehicle) -> dict[str, int]:
        """The vehicles of a network that leave out more of the work than this one: how many streets more."""
        left_out = self._left_out(wanted, vehicle.network)
        mine = left_out(vehicle)
        crew = [v for v in self.fleet.vehicles if v.network == vehicle.network and v.id in self.fleet.homes]
        return {v.id: left_out(v) - mine for v in crew if left_out(v) > mine}

    def _lasts(self, wanted: Sequence[Need], vehicle: Vehicle) -> timedelta:
        """How long a drive takes: as it was found, else its work with the usual share of driving without work."""
        job = self._job(wanted, vehicle)
        found = self._found.get(self._key(job))
        if found is not None:
            return timedelta(seconds=found.seconds)
        return usual_time(self.snapshot, wanted, job.vehicle.work_kmh)

    def of(self, wanted: Sequence[Need], vehicle: Vehicle) -> Drive:
        """The drive of a vehicle over what is needed, searched now where it was not before."""
        job = self._job(wanted, vehicle)
        self._find([job])
        return self._found[self._key(job)]

    def checked(self, target: str, wanted: Sequence[Need], vehicle: Vehicle, run: int = 0) -> Drive | Refusal:
        """The same, or what the checker finds wrong with it: no vehicle is to be booked for such a one."""
        drive, network, home = self.of(wanted, vehicle), self.streets.network, self.fleet.home(vehicle)
        return refusal(target, drive_violations(self.snapshot, network, home, vehicle, wanted, drive), run) or drive

    def _find(self, jobs: Sequence[Job]) -> None:
        """Finds the drives of jobs: in this plan, among those that are kept, or by a search."""
        open_jobs: dict[Hashable, Job] = {}
        for key, job in ((self._key(job), job) for job in jobs):
            drive = self._found.get(key) or self.known.get(key)
            if drive is None:
                open_jobs[key] = job
            else:
                self._found[key] = drive
        for key, drive in zip(open_jobs, self._searched(list(open_jobs.values())), strict=True):
            self._found[key] = self.known[key] = drive

    def _needs(self, wanted: Sequence[Need]) -> dict[int, int]:
        return {need.segment: need.passes for need in wanted}

    def _job(self, wanted: Sequence[Need], vehicle: Vehicle) -> Job:
        graph = self._reach(vehicle.network).graph
        return Job(graph, self._needs(wanted), at_work(vehicle, wanted), self.fleet.home(vehicle))

    def _reach(self, clears: Network) -> Reach:
        if clears not in self._reaches:
            self._reaches[clears] = self.streets.reach(clears, self.fleet.homes.values())
        return self._reaches[clears]

    def _key(self, job: Job) -> Hashable:
        """All that a drive depends on."""
        v, params, homes = job.vehicle, self.snapshot.params, tuple(sorted(set(self.fleet.homes.values())))
        kind = v.network, v.work_kmh, v.drive_kmh, v.width_m, v.weight_t, job.home
        needs = tuple(sorted(job.needs.items()))
        return self.streets.digest, homes, needs, kind, params.tur_iterations, self.snapshot.seed

    def _searched(self, jobs: Sequence[Job]) -> list[Drive]:
        network, each, seed = self.streets.network, self.snapshot.params.tur_iterations, self.snapshot.seed
        if self.executor is not None:
            return drive_turer(network, jobs, self.executor, iterations_each=each, seed=seed)
        with ThreadPoolExecutor(min(os.cpu_count() or 1, max(1, len(jobs)))) as pool:
            return drive_turer(network, jobs, pool, iterations_each=each, seed=seed)
