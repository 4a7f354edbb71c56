"""Solving a problem: the search is run in slices until the stop, and its best solution handed back as routes."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from planner.routes.encode import Route, encode, fresh, routes_of, state_of
from planner.routes.problem import Problem, refuse_impossible
from planner.routes.search.anneal import anneal
from planner.routes.search.chain import cut
from planner.routes.search.chance import seeded
from planner.routes.search.journal import settle
from planner.routes.search.model import Model, SearchState, copy_state, scratch
from planner.routes.search.score import faults
from planner.routes.stock import overdrawn
from planner.routes.tables import FAR, Tables, tables


@dataclass(frozen=True)
class StopRule:
    """When to stop: after ``iterations``, or after ``seconds`` of this process's CPU time, compilation not counted."""

    iterations: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if (self.iterations is None) == (self.seconds is None):
            raise ValueError("a stop is either a number of iterations or of CPU seconds")
        if (self.iterations or self.seconds or 0) <= 0:
            raise ValueError("a stop must be above zero")


@dataclass(frozen=True)
class Params:
    """Constants of the search; the defaults are those of the published method where it has them.

    ``average`` tasks are taken out, in strings of at most ``longest``, a share ``split`` of them with a kept piece
    inside; ``blink``: share of places passed by; ``near``: neighbours tried beside which a task may stand; ``big``:
    share of moves of whole pieces; ``hot`` and ``cold``: first and last temperature in units of the instance's own
    scale; ``adapt``: iterations between changes of the weights; ``strict``: without refills no route is overloaded
    where there is another way; ``ceiling``: the most that a weight rises to, in units of what it begins with;
    ``short``: tasks for each vehicle up to which all places are tried, and the best of each route kept; ``fewer``:
    where using a vehicle has a price, one in so many slices is searched without one of the shortest routes (0: none);
    ``rounds``: the most searches, each from a first plan of its own, that a budget is divided into where routes hold
    over ``long`` tasks.
    """

    average: float = 10.0
    longest: int = 10
    split: float = 0.5
    blink: float = 0.01
    near: int = 14
    big: float = 0.1
    hot: float = 0.1
    cold: float = 0.01
    adapt: int = 500
    strict: bool = True
    ceiling: float = 1000.0
    short: float = 9.0
    fewer: int = 5
    rounds: int = 4
    long: float = 50.0

    def knobs(self, model: Model) -> tuple[float, ...]:
        """As the compiled loop takes them."""
        near = min(self.near, model.near.shape[1]) if model.n > 3 * self.near else model.n
        strict = float(self.strict and not model.refills)
        return (
            self.average,
            float(self.longest),
            self.split,
            self.blink,
            float(near),
            self.big,
            strict,
            float(self.adapt),
            self.ceiling,
        )


@dataclass(frozen=True)
class Result:
    """The best plan found. ``cost`` is its objective; ``overload``, ``overtime_s``, ``late_s`` and ``overdrawn`` are
    zero where it is feasible.

    ``overdrawn``: what is taken from refills beyond their stock, which the search knows nothing of.
    """

    problem: Problem
    routes: tuple[Route, ...]
    cost: float
    overload: float
    overtime_s: float
    late_s: float
    iterations: int
    seconds: float
    seed: int
    overdrawn: float = 0.0

    @property
    def rank(self) -> tuple[float, ...]:
        """The lesser is the better: faults first, then the cost, then the seed."""
        return (self.overdrawn, self.overload, self.overtime_s, self.late_s, self.cost, self.seed)


def solve(
    problem: Problem,
    stop: StopRule,
    seed: int = 0,
    params: Params | None = None,
    initial: Sequence[Route] | None = None,
    *,
    enough: float = 0.0,
    made: Tables | None = None,
    extra: npt.NDArray[np.float64] | None = None,
) -> Result:
    """Searches for the cheapest feasible plan; where there is none, for the one of least faults.

    The same seed and number of iterations give the same plan. ``initial`` is never made worse. A feasible plan that
    costs at most ``enough``, such as a lower bound, ends the search early. Raises PlanNotPossible that names the task
    or vehicle where nothing can be planned.
    """
    refuse_impossible(problem)
    made = made or tables(problem)
    model = encode(problem, made, extra)
    prices_use = any(vehicle.price_used > 0 for vehicle in problem.vehicles)
    run = _Run(model, made, params or Params(), seed, prices_use=prices_use)
    run.warm_up()
    run.begin(None if initial is None else state_of(model, made, initial))
    began = time.process_time()
    iterations = run.until(stop, enough) if model.n else 0
    found = np.zeros(3)
    cost = float(faults(model, run.best, found))
    overload, overtime_s, late_s = found.tolist()
    seconds = time.process_time() - began
    routes = routes_of(model, made, run.best)
    beyond = overdrawn(problem, routes)
    return Result(problem, routes, cost, overload, overtime_s, late_s, iterations, seconds, seed, beyond)


def solve_seeds(
    problem: Problem,
    stop: StopRule,
    seeds: Sequence[int],
    executor: Executor,
    params: Params | None = None,
    *,
    enough: float = 0.0,
) -> Result:
    """The best of several seeds, solved side by side by any ``concurrent.futures`` executor of processes."""
    run = partial(solve, enough=enough)
    n = len(seeds)  # lists, as a Dask executor takes no endless iterators
    results = list(executor.map(run, [problem] * n, [stop] * n, list(seeds), [params] * n))
    best = min(results, key=lambda result: result.rank)
    return replace(best, iterations=sum(result.iterations for result in results))


class _Run:
    """One run of the search."""

    def __init__(self, model: Model, made: Tables, params: Params, seed: int, *, prices_use: bool = False) -> None:
        self.model, self.made, self.params = model, made, params
        self.rng = seeded(seed)
        self.now, self.best, self.scratch = fresh(model, made), fresh(model, made), scratch(model, longest=params.short)
        self.natural = natural_weights(model)
        self.weights = self.natural.copy()
        self.record = np.array([np.inf, np.inf])
        self.knobs = params.knobs(model)
        self.kept, self.prices_use = fresh(model, made), prices_use
        self.scale, self.slices, self.round, self.rounds = 0.0, 0, 0, 1
        self.given = False

    def warm_up(self) -> None:
        """Compiles, or loads what was compiled, outside of the time that counts."""
        spare = _Run(self.model, self.made, self.params, 1)
        if self.model.n:
            spare.begin(None)
            spare.slice(1, 1.0, 1.0)

    def begin(self, initial: SearchState | None) -> None:
        """A first solution: the given one, completed, or one of greedy insertion."""
        if initial is not None:
            self.now, self.given = initial, True
        self.slice(0, 1.0, 1.0, first=True)
        self.scale = temperature_scale(self.model, self.now)

    def slice(
        self, iterations: int, hot: float, cold: float, *, first: bool = False, model: Model | None = None
    ) -> None:
        """A number of iterations while the temperature falls, after completing the ``first`` solution."""
        anneal(
            model or self.model,
            self.now,
            self.best,
            self.scratch,
            self.record,
            self.weights,
            self.natural,
            self.rng,
            iterations,
            max(hot * self.scale, 1e-9),
            max(cold * self.scale, 1e-9),
            self.knobs,
            first,
        )

    def until(self, stop: StopRule, enough: float, slices: int = 100) -> int:
        """Slices until the stop; the temperature follows the share of it that is used up. Returns the iterations."""
        if stop.iterations is None:
            return self._until_seconds(float(stop.seconds or 0.0), enough, slices)
        self.rounds = self._rounds(stop.iterations)
        marks = np.linspace(0, stop.iterations, slices + 1).astype(int)
        for at in range(slices):
            if self._is_enough(enough):
                return int(marks[at])
            self._step(int(marks[at + 1] - marks[at]), at / slices, (at + 1) / slices)
        return stop.iterations

    def _until_seconds(self, seconds: float, enough: float, slices: int) -> int:
        began, made, step, share = time.process_time(), 0, 200, 0.0
        while share < 1.0 and not self._is_enough(enough):
            before = time.process_time()
            self._step(step, share, min(1.0, share + 1.0 / slices))
            made += step
            now = time.process_time()
            share = (now - began) / seconds
            rate = step / max(1e-6, now - before)
            if self.rounds == 1 and share < 0.05:
                self.rounds = self._rounds(made / max(share, 1e-6))
            step = max(50, int(rate * min(seconds / slices, max(0.0, seconds - (now - began)))))
        return made

    def _rounds(self, iterations: float, *, each: float = 4.0) -> int:
        """Into how many searches a budget is divided: where routes are long, which plan a search ends in is chance more
        than length, once it has had ``each`` x tasks squared iterations. One, where it goes on from a given plan."""
        n, vehicles = self.model.n, self.model.v
        if self.given or n <= self.params.long * vehicles:
            return 1
        return int(min(self.params.rounds, max(1.0, iterations // (each * n * n))))

    def _afresh(self) -> None:
        """Begins another search; the best plan so far is kept."""
        self.now, self.scratch = fresh(self.model, self.made), scratch(self.model, longest=self.params.short)
        self.weights[:] = self.natural
        self.slice(0, 1.0, 1.0, first=True)

    def _is_enough(self, enough: float) -> bool:
        return bool(self.record[0] <= 0.0 and self.record[1] <= enough * (1 + 1e-9))

    def _step(self, iterations: int, share: float, until: float) -> None:
        """A slice from one share of the budget to another, now and then with a vehicle fewer."""
        self.slices += 1
        if int(share * self.rounds) > self.round:
            self.round += 1
            self._afresh()
        share, until = (min(1.0, max(0.0, at * self.rounds - self.round)) for at in (share, until))
        turn, rest = divmod(self.slices, self.params.fewer) if self.prices_use and self.params.fewer else (0, 1)
        spared = [] if rest else self._spared()
        if spared:
            self._with_fewer(spared[turn % len(spared)], iterations, self._heat(share))
        else:
            self.slice(iterations, self._heat(share), self._heat(until))

    def _spared(self, *, most: int = 3) -> list[int]:
        """The vehicles of the shortest routes of the best plan whose tasks others may do as well."""
        count, others = self.best.tour["count"], self.model.allowed.sum(axis=1)
        used = [r for r in np.argsort(count, kind="stable").tolist() if count[r] > 0]
        return [r for r in used if (others - self.model.allowed[:, r]).all()][:most]

    def _go_on_from(self, state: SearchState) -> None:
        copy_state(state, self.now)
        settle(self.now)

    def _with_fewer(self, home: int, iterations: int, hot: float) -> None:
        """Searches on from the best plan while one vehicle stays at home; goes on from what is found if that is the
        best of all, else from where the search was."""
        model, record, allowed = self.model, self.record.copy(), self.model.allowed.copy()
        allowed[:, home] = False
        copy_state(self.now, self.kept)
        self._go_on_from(self.best)
        el, start, end = self.now.el, model.n + home, model.n + model.v + home
        cut(model, self.now, int(el["nxt"][start]), int(el["prv"][end]))
        self.slice(iterations, hot, self.params.cold, first=True, model=model._replace(allowed=allowed))
        self._go_on_from(self.kept if np.array_equal(record, self.record) else self.best)

    def _heat(self, share: float) -> float:
        """Temperature in units of the instance's scale after a share of the budget: falls geometrically.

        With less than fifty tasks it begins hotter: there, one task is much of the whole.
        """
        hot = self.params.hot * min(4.0, max(1.0, math.sqrt(50.0 / max(1, self.model.n))))
        return float(hot * (self.params.cold / hot) ** share)


def natural_weights(model: Model) -> npt.NDArray[np.float64]:
    """(3,) what a unit of overload, a second of overtime and a late second are worth to begin with.

    A unit of load: the way to the mean task for its mean demand. A second: what driving costs in it.
    """
    if not model.n:
        return np.ones(3)
    far = float(np.mean(np.minimum(model.job["far"], FAR / 10)))
    load = far / max(1e-9, float(model.job["demand"].mean()))
    direct = model.table[: model.places**2]
    price, secs = direct["price"], direct["secs"]
    real = (price < FAR / 10) & (secs < FAR / 10)
    time_s = float(secs[real].sum(dtype=float))
    second = float(price[real].sum(dtype=float)) / time_s if time_s > 0 else 1.0
    weights: npt.NDArray[np.float64] = np.maximum(np.array([load, second, second]), 1e-6)
    return weights


def temperature_scale(model: Model, state: SearchState) -> float:
    """The mean price of a task in a first solution."""
    return max(1e-9, float(state.tour["price"].sum()) / max(1, model.n))
