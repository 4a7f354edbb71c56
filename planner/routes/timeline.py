"""When what happens on a drive as planned: the clock and the load after every arc."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planner.routes.drives import Leg, VehicleDrive
from planner.routes.problem import Problem, RouteVehicle


@dataclass(frozen=True)
class Stage:
    """After an arc of a drive: ``seconds`` since the start of planning [s], ``load`` left, the leg itself."""

    seconds: float
    load: float
    leg: Leg


def moments(problem: Problem, drive: VehicleDrive) -> tuple[Stage, ...]:
    """A moment for each arc of a drive. Opening times are waited for, breaks taken when due."""
    return tuple(_moments(problem, problem.vehicles[drive.vehicle], drive))


def _moments(problem: Problem, vehicle: RouteVehicle, drive: VehicleDrive) -> Iterator[Stage]:
    now, driven, load, before = vehicle.earliest_s, 0.0, vehicle.first_load, vehicle.start_arc
    if drive.refill_at_start >= 0:
        refill = problem.refills[drive.refill_at_start]
        now, load = now + refill.seconds, min(vehicle.capacity, load + refill.amount)
    for leg in drive.legs:
        seconds = _seconds(problem, vehicle, before, leg)
        if driven > 0.0 and driven + seconds > vehicle.drive_s:
            now, driven = now + vehicle.break_s, 0.0
        now, driven = now + seconds, driven + seconds
        if leg.task >= 0:
            task = problem.tasks[leg.task]
            work_s = float(problem.profile(vehicle).work_seconds[leg.arc])
            now, load = max(now, task.opens_s + work_s), load - task.demand
        if leg.refill >= 0:
            refill = problem.refills[leg.refill]
            now, load = now + refill.seconds, min(vehicle.capacity, max(0.0, load) + refill.amount)
        yield Stage(now, max(0.0, load), leg)
        before = leg.arc


def _seconds(problem: Problem, vehicle: RouteVehicle, before: int, leg: Leg) -> float:
    """Time of an arc and of the turn into it."""
    profile = problem.profile(vehicle)
    seconds = float((profile.work_seconds if leg.task >= 0 else profile.seconds)[leg.arc])
    return seconds + (problem.graph.turn(before, leg.arc) if before >= 0 else 0.0)
