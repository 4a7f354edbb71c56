"""Simulated winters that no knob was tuned on: our call-outs, calling everything, perfect foresight; and how long a
changed limit takes. The winters are made up: docs/simulated-winters.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from city.entities import Threshold
from city.vocabulary import ROUTE_CLASSES
from city.winter import SimulatedWinter, WinterTown
from ingest.simulator.winter import Climate, winter
from ingest.simulator.winter_town import town
from planner.snow.backtest.summary import Policy, ReplaySummary
from planner.snow.backtest.winters import replay
from planner.thresholds.limits import Limits, limits
from planner.thresholds.seed import SEED_FROM
from tests.benchmarks.measure import Row, call

HELD_OUT = range(201, 221)
VARIED = HELD_OUT[:10]
POLICIES: tuple[Policy, ...] = ("everything", "ours", "foresight")


def run() -> list[Row]:
    """Three policies over twenty held-out winters, over ten where the winters or the limits differ, and the time."""
    winters, rules = [winter(number) for number in HELD_OUT], limits(())
    rows = compared("as frozen", winters, rules, town(), POLICIES)
    everything = replay(winters, rules, town(), "everything")
    rows.append(_row("as frozen: ours as shipped before", replay(winters, before(), town()), everything))
    earlier = replay(winters, rules, town(), "everything", station_limit_cm=2.0)
    rows.append(_row("as frozen: everything at 2 cm", earlier, everything))
    for name, vary in VARIANTS.items():
        rows += compared(name, *vary(), POLICIES)
    return [*rows, _changed_limit(winters[:5], rules)]


def before() -> Limits:
    """The seed as it was: a tur is called when its limit is reached, in the forecast as it stands."""
    return with_params({"lead_h": (0,) * 5, "hold_h": (1,) * 5, "margin_pct": (0,) * 5})


def compared(
    name: str, winters: Sequence[SimulatedWinter], rules: Limits, where: WinterTown, policies: Sequence[Policy]
) -> list[Row]:
    """A row a policy; the first is what the cost of the others is compared to."""
    found = [replay(winters, foreseeing(rules) if one == "foresight" else rules, where, one) for one in policies]
    return [_row(f"{name}: {one.policy}", one, found[0]) for one in found]


def foreseeing(rules: Limits) -> Limits:
    """The limits with the params that are best, on the tuning winters, for one who foresees everything."""
    params = {"lead_h": (2, 3, 4, 0, 0), "hold_h": (2, 3, 4, 6, 6)}
    return with_params(params | {"margin_pct": (0,) * 5, "hysteresis_cm": (0.25,) * 5}, rules)


def with_params(params: Mapping[str, Sequence[float | str]], rules: Limits | None = None) -> Limits:
    """Limits, the seed's if no others, with params of the snow rule by key, for each class in order."""
    own = [
        Threshold(f"snow.{key}", scope, None, "", 1, SEED_FROM, "benchmark", "tried", value)
        if isinstance(value, str)
        else Threshold(f"snow.{key}", scope, float(value), "", 1, SEED_FROM, "benchmark", "tried")
        for key, values in params.items()
        for scope, value in zip(ROUTE_CLASSES, values, strict=True)
    ]
    return Limits((*(limits(()) if rules is None else rules).rows, *own))


def _row(what: str, one: ReplaySummary, first: ReplaySummary) -> Row:
    years = len(one.winters)
    hours = {f"{row.route_class} h": round(row.over_h_each / years, 1) for row in one.classes}
    return {
        "what": what,
        "cost %": round(100.0 * one.cost / first.cost, 1),
        "kSEK a winter": round(one.cost / 1000.0 / years),
        "days": round(len(one.days) / years, 1),
        "full": round(one.full_call_outs / years, 1),
        "turer": round(one.tur_call_outs / years),
        **hours,
        "overdue h": round(sum(row.overdue_h for row in one.classes) / years),
        "km": round(one.distance_km / years, -2),
    }


def _winters(seeds: Sequence[int] = VARIED, **changed: float) -> list[SimulatedWinter]:
    return [winter(seed, **changed) for seed in seeds]


def _colder(kelvin: float) -> list[SimulatedWinter]:
    climate = Climate(air_c=tuple(air - kelvin for air in Climate().air_c))
    return [winter(seed, climate=climate) for seed in VARIED]


def only_published() -> Limits:
    """The seed with Växjö's published depths alone: the same for wet snow as for dry."""
    rows = limits(()).rows
    dry = {row.scope: row.value for row in rows if row.key == "snow.start_dry_cm"}
    return Limits(tuple(replace(row, value=dry[row.scope]) if row.key == "snow.start_wet_cm" else row for row in rows))


Varied = tuple[Sequence[SimulatedWinter], Limits, WinterTown]
VARIANTS: dict[str, Callable[[], Varied]] = {
    "forecast twice as wrong": lambda: (_winters(error=2.0), limits(()), town()),
    "forecast half as wrong": lambda: (_winters(error=0.5), limits(()), town()),
    "twice as uneven over the town": lambda: (_winters(variation=2.0), limits(()), town(variation=2.0)),
    "every street like its zone": lambda: (_winters(), limits(()), town(variation=0.0)),
    "3 K colder": lambda: (_colder(3.0), limits(()), town()),
    "wet limits as the dry ones": lambda: (_winters(), only_published(), town()),
}


def _changed_limit(winters: Sequence[SimulatedWinter], rules: Limits) -> Row:
    """Five winters and 300 groups under another limit, the compiled loop warm."""
    limit = [
        replace(row, value=4.0) if (row.key, row.scope) == ("snow.start_dry_cm", "C1") else row for row in rules.rows
    ]
    again = partial(replay, winters, Limits(tuple(limit)), town())
    return call("one limit changed over five winters", again, runs=9)
