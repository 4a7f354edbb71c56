"""How the params of the snow rule were sought, on tuning winters alone: ``python -m tests.benchmarks.winters_tune``.

Steps up and down in hours ahead, hours held and reading of a few classes; kept where the cost is lower. Hours over
what *calling everything* leaves, less a margin, cost far more than they save. Streets and cycle ways have fleets of
their own and are sought side by side.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence

from city.entities import Threshold
from city.vocabulary import READINGS, ROUTE_CLASSES
from ingest.simulator.winter import winter
from ingest.simulator.winter_town import town
from planner.snow.backtest.summary import ReplaySummary
from planner.snow.backtest.winters import DECIDE_BY, KNOBS, replay
from planner.thresholds.limits import Limits, limits
from planner.thresholds.seed import SEED_FROM

TUNING = range(1, 21)
NETWORKS = (("P1", "P2", "P3"), ("C1", "C2"))
CHOICES: Mapping[str, Sequence[float | str]] = {
    "snow.lead_h": (0, 1, 2, 3, 4, 5, 6, 8),
    "snow.hold_h": (1, 2, 3, 4, 5, 6),
    "snow.decide_by": READINGS[1:],
}
PlannerParams = dict[tuple[str, str], float | str]


def main(steps: int = 250, margin: float = 0.94) -> None:
    winters, chance = [winter(seed) for seed in TUNING], random.Random(7)
    against = replay(winters, limits(()), town(), "everything")
    params = today()
    best = [_worth(replay(winters, _limits(params), town()), against, own, margin) for own in NETWORKS]
    for _ in range(steps):
        tried = _moved(params, chance)
        found = replay(winters, _limits(tried), town())
        for number, own in enumerate(NETWORKS):
            worth = _worth(found, against, own, margin)
            if worth < best[number]:
                best[number] = worth
                params |= {at: value for at, value in tried.items() if at[1] in own}
    found = replay(winters, _limits(params), town())
    print(params, f"cost {found.cost / against.cost:.3f}", _ratios(found, against), sep="\n")


def today() -> PlannerParams:
    """The params as they are set now, class by class."""
    params: PlannerParams = {
        (key, name): KNOBS[key][name] for key in ("snow.lead_h", "snow.hold_h") for name in ROUTE_CLASSES
    }
    return params | {("snow.decide_by", name): DECIDE_BY.get(name, DECIDE_BY["*"]) for name in ROUTE_CLASSES}


def _moved(params: PlannerParams, chance: random.Random) -> PlannerParams:
    tried = dict(params)
    for own in NETWORKS:
        for _ in range(chance.choice((1, 1, 2, 3))):
            at = chance.choice(list(CHOICES)), chance.choice(own)
            choices = CHOICES[at[0]]
            place = choices.index(tried[at]) + chance.choice((-1, 1))
            tried[at] = choices[max(0, min(len(choices) - 1, place))]
    return tried


def _limits(params: PlannerParams) -> Limits:
    own = [
        Threshold(key, name, None, "", 1, SEED_FROM, "tuning", "", value)
        if isinstance(value, str)
        else Threshold(key, name, float(value), "h", 1, SEED_FROM, "tuning", "")
        for (key, name), value in params.items()
    ]
    return Limits((*limits(()).rows, *own))


def _ratios(found: ReplaySummary, against: ReplaySummary) -> dict[str, float]:
    theirs = against.hours_over()
    return {name: round(hours / theirs[name], 3) for name, hours in found.hours_over().items()}


def _worth(found: ReplaySummary, against: ReplaySummary, own: Sequence[str], margin: float) -> float:
    network = NETWORKS.index(tuple(own))
    longer = (max(0.0, ratio - margin) for name, ratio in _ratios(found, against).items() if name in own)
    return found.paid_by_network_h[network] / against.paid_h + 4.0 * sum(longer)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
