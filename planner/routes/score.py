"""What a plan is worth, part by part, so that a city can compare its own routes with ours.

The score is of whole drives (every arc, worked on or not), whoever made them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from planner.routes.drives import VehicleDrive
from planner.routes.problem import Problem, Task
from planner.routes.timeline import Stage, moments


@dataclass(frozen=True)
class ClassScore:
    """One service level class. ``deadlines_met`` is a share of all its tasks, those without deadline met once served;
    ``clear_s``: when the last of its tasks is done [s], infinite where one is not served."""

    tasks: int
    served: int
    deadlines_met: float
    clear_s: float


@dataclass(frozen=True)
class Score:
    """The parts of a score.

    ``served``: share of the tasks done; ``metres`` driven in all and ``deadhead_metres`` of them without work [m];
    ``seconds`` of all drives, waiting and breaks included [s]; ``u_turns``; ``overtime_s`` of all vehicles [s];
    ``spread``: demand given out, such as salt, in the demand's unit; ``classes`` by name.
    """

    served: float
    metres: float
    deadhead_metres: float
    seconds: float
    u_turns: int
    overtime_s: float
    spread: float
    classes: Mapping[str, ClassScore]

    @property
    def deadhead_share(self) -> float:
        """Share of the metres that are driven without work."""
        return self.deadhead_metres / self.metres if self.metres > 0 else 0.0


def score(problem: Problem, drives: Sequence[VehicleDrive]) -> Score:
    """The score of drives. A task that is driven with work twice counts once, by its first time."""
    timed = {one.vehicle: moments(problem, one) for one in drives}
    done_s = _done(problem, timed.values())
    legs = [moment.leg for passed in timed.values() for moment in passed]
    idle = math.fsum(float(problem.graph.metres[leg.arc]) for leg in legs if leg.task < 0)
    return Score(
        served=len(done_s) / len(problem.tasks) if problem.tasks else 1.0,
        metres=math.fsum(float(problem.graph.metres[leg.arc]) for leg in legs),
        deadhead_metres=idle,
        seconds=math.fsum(_seconds(problem, number, passed) for number, passed in timed.items()),
        u_turns=sum(_u_turns(problem, one) for one in drives),
        overtime_s=math.fsum(_overtime(problem, number, passed) for number, passed in timed.items()),
        spread=math.fsum(problem.tasks[leg.task].demand for leg in legs if leg.task >= 0),
        classes=_classes(problem, done_s),
    )


def difference(ours: Score, theirs: Score) -> dict[str, float]:
    """Part by part, how much more ``ours`` has than ``theirs``."""
    parts = ("served", "metres", "deadhead_metres", "deadhead_share", "seconds", "u_turns", "overtime_s", "spread")
    return {part: float(getattr(ours, part) - getattr(theirs, part)) for part in parts}


def _done(problem: Problem, timed: Iterable[Sequence[Stage]]) -> dict[int, float]:
    """Task -> seconds when it is first done."""
    done: dict[int, float] = {}
    for moment in (moment for passed in timed for moment in passed if moment.leg.task >= 0):
        done[moment.leg.task] = min(moment.seconds, done.get(moment.leg.task, math.inf))
    return done


def _u_turns(problem: Problem, one: VehicleDrive) -> int:
    """How often an arc is followed by the same road the other way."""
    return sum(int(problem.graph.reverse[leg.arc]) == following.arc for leg, following in pairwise(one.legs))


def _seconds(problem: Problem, number: int, passed: Sequence[Stage]) -> float:
    return passed[-1].seconds - problem.vehicles[number].earliest_s if passed else 0.0


def _overtime(problem: Problem, number: int, passed: Sequence[Stage]) -> float:
    vehicle = problem.vehicles[number]
    end_s = vehicle.earliest_s + vehicle.shift_s
    return max(0.0, passed[-1].seconds - end_s) if passed else 0.0


def _classes(problem: Problem, done_s: Mapping[int, float]) -> dict[str, ClassScore]:
    sizes = Counter(task.route_class for task in problem.tasks)
    times: dict[str, list[tuple[Task, float]]] = defaultdict(list)
    for number, seconds in done_s.items():
        task = problem.tasks[number]
        times[task.route_class].append((task, seconds))
    return {name: _class(size, times[name]) for name, size in sorted(sizes.items())}


def _class(size: int, done: Sequence[tuple[Task, float]]) -> ClassScore:
    met = sum(seconds <= task.deadline_s for task, seconds in done)
    clear_s = max(seconds for _, seconds in done) if len(done) == size else math.inf
    return ClassScore(size, len(done), met / size, clear_s)
