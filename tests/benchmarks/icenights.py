"""Two hundred made nights with frost, black ice and freezing rain, and without: how soon what is known is named, what
is missed, and what is called for nothing.

What is true of a night is what the plan's own rule says of the true weather: this measures what errors of the forecast
do, not the road model. The small town of the tests; everything as shipped, nobody but the watch looks.
"""

from __future__ import annotations

import math
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from city.entities import Forecast, ForecastStep
from city.vocabulary import AGAINST_SLIP
from planner.service import Kept
from planner.snow.service import Snow
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.seed import seed as seed_limits
from planner.watch.compare import difference
from planner.watch.patience import noted, ripe, standing
from tests.benchmarks.measure import Row
from tests.unit.planner.snapshots import AT, HOUR, SOUTH, WEST, depth, snow_snapshot

NIGHTS = int(os.environ.get("DAGSPLAN_BENCH_NIGHTS", "200"))
EVENING = AT - 9 * HOUR
"""18.00; the morning is at 08.00."""
FIRST = EVENING + timedelta(minutes=25)
"""The evening's plan: ice that was there before it is not missed by it."""
NIGHT_H = 14
LOOK = timedelta(minutes=10)
KINDS = ("frost", "refreezing rain", "freezing rain", "thaw", "cold and dry", "mild rain")


@dataclass(frozen=True)
class IceNight:
    """``kind`` of a night; its true weather by the hour; from which issue on forecasts know it, in hours after 18.00;
    all do where it is negative."""

    kind: str
    steps: tuple[ForecastStep, ...]
    seed: int
    known_from: int = -20

    def forecast(self, issued: datetime) -> Forecast:
        """What was said at a time: the truth with an error that grows with the lead; before it is known a dull one."""
        chance = random.Random(f"{self.seed}/{issued}")
        warm, moist = chance.gauss(0.0, 0.4), chance.gauss(0.0, 2.0)
        knows = issued >= EVENING + self.known_from * HOUR
        steps = [
            self._said(step, issued, warm, moist) if knows or step.valid_from < issued else _dull(step)
            for step in self.steps
        ]
        return Forecast("made", WEST, SOUTH, issued, tuple(steps))

    def _said(self, step: ForecastStep, issued: datetime, warm: float, moist: float) -> ForecastStep:
        if step.valid_from < issued:
            return step
        lead = min(1.0, (step.valid_from - issued) / HOUR / 12.0)
        humidity = min(100.0, (step.humidity_pct or 0.0) + moist * lead)
        return replace(step, temp_c=(step.temp_c or 0.0) + warm * (0.3 + lead), humidity_pct=humidity)


def _dull(step: ForecastStep) -> ForecastStep:
    """Dry, overcast and not moist: nothing to act on."""
    return replace(step, precip_mm_h=0.0, cloud=0.9, humidity_pct=60.0, snow_fraction=None)


def ice_night(number: int) -> IceNight:
    """A night of one of the kinds, in turn. Every second one that turns to ice late is known two hours before alone."""
    chance, kind = random.Random(f"ice/{number}"), KINDS[number % len(KINDS)]
    steps = tuple(_true(kind, hour, chance_of) for chance_of in [_shape(kind, chance)] for hour in range(-26, 40))
    night = IceNight(kind, steps, number)
    onset = _onset(Snow(), night) if number % 4 < 2 else None
    hours = 0 if onset is None else round((onset - EVENING) / HOUR)
    return replace(night, known_from=hours - 2) if hours >= 3 else night


def _shape(kind: str, chance: random.Random) -> dict[str, float]:
    """The figures of a night: temperatures before and after its turn, when it turns, moisture, wind."""
    ranges = {
        "frost": (1.0, 4.0, -7.0, -3.0, 94.0, 99.0, 0.0, 0.1),
        "refreezing rain": (1.5, 4.0, -6.0, -2.5, 80.0, 88.0, 0.0, 0.3),
        "freezing rain": (-4.0, -1.5, -1.5, -0.5, 96.0, 99.0, 1.0, 1.0),
        "thaw": (2.0, 5.0, -6.0, -2.5, 75.0, 85.0, 0.0, 0.2),
        "cold and dry": (-3.0, 1.0, -10.0, -4.0, 35.0, 55.0, 0.0, 0.6),
        "mild rain": (5.0, 8.0, 4.0, 7.0, 90.0, 96.0, 1.0, 1.0),
    }[kind]
    names = ("before", "after", "moist", "cloud")
    shape = {name: chance.uniform(*ranges[2 * n : 2 * n + 2]) for n, name in enumerate(names)}
    return shape | {"turns": chance.uniform(1.0, 7.0), "wind": chance.uniform(0.8, 3.0), "mm": chance.uniform(0.4, 1.5)}


def _true(kind: str, hour: int, shape: dict[str, float]) -> ForecastStep:
    """The true weather of one hour, counted from 18.00."""
    begins = EVENING + hour * HOUR
    turned = 1.0 / (1.0 + math.exp(-(hour - shape["turns"]) / 1.0))
    temp = shape["before"] + (shape["after"] - shape["before"]) * turned
    rains = {
        "refreezing rain": -6.0 <= hour < shape["turns"] - 1.0,
        "freezing rain": shape["turns"] <= hour < shape["turns"] + 4.0,
        "thaw": -16.0 <= hour < -8.0,
        "mild rain": True,
    }.get(kind, False)
    snow = 1.0 if kind == "thaw" else 0.0
    cold = kind == "thaw" and hour < -8.0
    moist = shape["moist"] if kind in {"frost", "mild rain", "freezing rain", "cold and dry"} or turned > 0.5 else 92.0
    return ForecastStep(
        begins, begins + HOUR, -1.0 if cold else temp, shape["mm"] if rains else 0.0,
        snow_fraction=snow if rains else None, humidity_pct=moist, cloud=1.0 if rains else shape["cloud"],
        wind_m_s=shape["wind"],
    )  # fmt: skip


def run() -> list[Row]:
    """By kind of night: events, misses, false alarms, and how soon what is known is named."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    minutes: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(NIGHTS):
        night = ice_night(number)
        onset, called, named = _looked(night)
        count = found[night.kind]
        count.update(nights=1, ice=onset is not None)
        count["missed"] += onset is not None and (called is None or called > max(onset, FIRST))
        count["for nothing"] += onset is None and called is not None
        if named is not None:
            minutes[night.kind].append(named)
    return [_row(kind, found[kind], minutes[kind]) for kind in KINDS] + [
        _row("all", sum(found.values(), Counter()), [n for each in minutes.values() for n in each])
    ]


def _row(kind: str, count: Counter[str], named: Sequence[float]) -> Row:
    return {
        "night": kind,
        "nights": count["nights"],
        "with ice": count["ice"],
        "missed": count["missed"],
        "called for nothing": count["for nothing"],
        "known later on": len(named),
        "named after min (median)": round(median(named)) if named else "",
        "named after min (last)": round(max(named)) if named else "",
    }


def _at(night: IceNight, at: datetime, forecast: Forecast, asked: Sequence[str] = ()) -> SnowSnapshot:
    bare = tuple(replace(depth(0.0), time=at - n * LOOK) for n in range(6))
    day = (at - 12 * HOUR).date()
    return snow_snapshot(
        at=at,
        service_day=day,
        thresholds=tuple(seed_limits()),
        forecasts=(forecast,),
        readings=bare,
        asked=tuple(asked),
    )


def _onset(service: Snow, night: IceNight) -> datetime | None:
    """When the first street gets slippery before the morning, by the true weather; None: none does."""
    truth = _at(night, EVENING, Forecast("true", WEST, SOUTH, EVENING, night.steps))
    called = service.judge(truth).needs.called
    first = [int(hour) for hour in called.by_friction if 0 <= hour < NIGHT_H]
    return called.groups.hour(min(first)) if first else None


def _looked(night: IceNight) -> tuple[datetime | None, datetime | None, float | None]:
    """When ice comes; when something was first proposed against it; and where the night was known later than at the
    evening's plan, the minutes from the issue that knew to that proposal."""
    service = Snow()
    onset, at = _onset(service, night), FIRST
    made = service.plan(first := _at(night, at, night.forecast(EVENING)), service.judge(first))
    live, raw, called = made.plan, made.kept, None
    if _against(item.kind for item in live.interventions):
        called = at
    seen = []
    while called is None and at < EVENING + NIGHT_H * HOUR:
        at += LOOK
        issued = (at - timedelta(minutes=20)).replace(minute=0, second=0, microsecond=0)  # it is out after 20 minutes
        snapshot = _at(night, at, night.forecast(issued), [item.target for item in live.interventions])
        second = service.look_again(snapshot, Kept(live, raw))
        if second.plan is None:
            continue
        told = difference(live, second.plan, (), second)
        seen.append(noted(told, at))
        ready = ripe(told, standing(seen), second.plan, LOOK / timedelta(seconds=1))
        kinds = {item.key: item.kind for item in second.plan.interventions}
        if _against(kinds[key] for way, key in ready if way == "added"):
            called = at
    known = EVENING + night.known_from * HOUR + timedelta(minutes=20)
    if called is None or night.known_from < 0 or called < known:
        return onset, called, None
    return onset, called, (called - known) / timedelta(minutes=1)


def _against(kinds: Iterable[str]) -> bool:
    return not AGAINST_SLIP.isdisjoint(kinds)
