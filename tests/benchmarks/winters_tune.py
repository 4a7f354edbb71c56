"""What each param of the snow rule buys and costs, on winters that score nothing:
``python -m tests.benchmarks.winters_tune``.

For each class, with the others as shipped: every choice of hours ahead, hours held, margin and reading that no other
beats in both cost and hours over the limit. Streets and cycle ways have fleets of their own and are tried side by side.
``confirm`` as an argument holds the shipped params against calling everything on winters on which nothing was chosen,
and on some of another climate.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import product

from city.vocabulary import READINGS, ROUTE_CLASSES, RouteClass
from city.winter import SimulatedWinter
from ingest.simulator.winter import Climate, winter
from ingest.simulator.winter_town import town
from planner.snow.backtest.summary import ReplaySummary
from planner.snow.backtest.winters import replay
from planner.thresholds.limits import Limits, limits
from tests.benchmarks.winters import before, with_params

CHOOSING, CONFIRMING = range(1, 41), range(41, 81)
KEYS = ("lead_h", "hold_h", "margin_pct", "decide_by")
Choice = tuple[float, float, float, str]
GRIDS: Mapping[RouteClass, Sequence[Choice]] = {
    "P1": (*product((0, 1, 2, 3), (1, 3), (0, 10, 15, 20, 25), ("mid",)), (1, 1, 0, "high"), (2, 1, 0, "high")),
    "P2": (*product((0, 1, 2, 3), (1, 2, 4), (0, 15, 20, 25), ("mid",)), (2, 1, 0, "high"), (3, 1, 0, "high")),
    "P3": (*product((0, 2, 4), (1, 4, 8, 12), (0, 15, 20, 25), ("mid",)), (2, 8, 0, "high"), (4, 8, 0, "high")),
    "C1": (*product((0, 1, 2), (1, 4, 8), (0, 5, 10, 20), ("mid",)), (0, 4, 0, "high")),
    "C2": (*product((0, 1, 2), (1, 4, 8, 12), (0, 5, 10), ("mid",)), (0, 8, 0, "high")),
}
PAIRS: Sequence[tuple[RouteClass, RouteClass]] = (("P1", "C1"), ("P2", "C2"), ("P3", "C2"))


def main(winters: Sequence[SimulatedWinter]) -> None:
    """Prints the frontier of each class."""
    against = replay(winters, limits(()), town(), "everything")
    print(_line("everything", against, against))
    print(_line("as shipped", replay(winters, limits(()), town()), against))
    for street, cycle in PAIRS:
        found: dict[RouteClass, list[tuple[float, float, Choice]]] = {street: [], cycle: []}
        for place in range(max(len(GRIDS[street]), len(GRIDS[cycle]))):
            chosen = {name: GRIDS[name][place % len(GRIDS[name])] for name in (street, cycle)}
            one = replay(winters, _limits(chosen), town())
            for network, name in enumerate((street, cycle)):
                hours = _hours(one)[name]
                found[name].append((100.0 * one.paid_by_network_h[network] / against.paid_h, hours, chosen[name]))
        for name, rows in found.items():
            print(
                name, *(f"  {cost:6.2f} %  {hours:6.1f} h  {choice}" for cost, hours, choice in _best(rows)), sep="\n"
            )


def confirm() -> None:
    """Prints calling everything, the shipped params and those of before, on winters that chose nothing."""
    wetter = Climate(precip_mm=tuple(1.3 * mm for mm in Climate().precip_mm))
    for name, climate in (("Växjö's climate", Climate()), ("30 % more precipitation", wetter)):
        winters = [winter(seed, climate=climate) for seed in CONFIRMING]
        against = replay(winters, limits(()), town(), "everything")
        print(name, _line("everything", against, against), sep="\n")
        print(_line("as shipped", replay(winters, limits(()), town()), against))
        print(_line("before", replay(winters, before(), town()), against), flush=True)


def _limits(chosen: Mapping[RouteClass, Choice]) -> Limits:
    """The seed with other params for some classes."""
    held = [chosen.get(name, _shipped(name)) for name in ROUTE_CLASSES]
    return with_params({key: [choice[at] for choice in held] for at, key in enumerate(KEYS)})


def _shipped(name: RouteClass) -> Choice:
    lead, hold, margin = (limits(()).value(f"snow.{key}", name) for key in KEYS[:3])
    return lead, hold, margin, limits(()).word("snow.decide_by", name, READINGS)


def _best(rows: Sequence[tuple[float, float, Choice]]) -> list[tuple[float, float, Choice]]:
    """The rows that no other beats in both cost and hours, the cheapest first."""
    kept: list[tuple[float, float, Choice]] = []
    for row in sorted(set(rows)):
        if not kept or row[1] < kept[-1][1]:
            kept.append(row)
    return kept


def _hours(one: ReplaySummary) -> dict[RouteClass, float]:
    return {row.route_class: row.over_h_each / len(one.winters) for row in one.classes}


def _line(name: str, one: ReplaySummary, against: ReplaySummary) -> str:
    hours = "  ".join(f"{kind} {over:.1f}" for kind, over in _hours(one).items())
    return f"{name:<12} {100.0 * one.cost / against.cost:6.1f} %  {hours}"


if __name__ == "__main__":
    confirm() if "confirm" in sys.argv else main([winter(seed) for seed in CHOOSING])
