"""The closed loop: snow falls, the policy decides on what is then known, vehicles go, and the streets answer."""

from __future__ import annotations

from city.compiled import bare, threaded
from city.winter import FINE, settle_snow
from planner.snow.backtest.calls import judge_hour
from planner.snow.backtest.crews import send
from planner.snow.backtest.state import (
    CYCLE,
    IDLE,
    RUNNING,
    STREET,
    Book,
    CrewState,
    Now,
    Rule,
    WinterWeather,
    WinterWork,
)
from planner.snow.rule import NONE, over_at


@threaded
def run_winter(work: WinterWork, weather: WinterWeather, rule: Rule, now: Now, crew: CrewState, book: Book) -> None:
    """Runs a whole winter; ``now`` and ``crew`` move, ``book`` is filled in."""
    for hour in range(len(weather.fresh)):
        judge_hour(hour, work, weather, rule, now, book)
        send(hour, STREET, work, now, crew, book)
        send(hour, CYCLE, work, now, crew, book)
        _one_hour(hour, work, weather, rule, now, book)


@bare
def _one_hour(hour: int, work: WinterWork, weather: WinterWeather, rule: Rule, now: Now, book: Book) -> None:
    """Snow of the hour, on the ground and as it is seen; what was ploughed by its end; what then is over its limit."""
    for i in range(len(work.zone)):
        zone, mild = work.zone[i], work.warmer[i]
        fresh, air = weather.fresh[hour, zone] * work.share[i] // 1000, weather.air[hour, zone] + mild
        now.depth[i], now.core[i] = settle_snow(now.depth[i], now.core[i], fresh, air, weather.law)
        seen, felt = weather.seen_fresh[hour, zone] * work.believed[i] // 1000, weather.seen_air[hour, zone] + mild
        now.depth_seen[i], now.core_seen[i] = settle_snow(now.depth_seen[i], now.core_seen[i], seen, felt, weather.law)
        if now.status[i] == RUNNING and now.done_at[i] <= 60 * (hour + 1):
            _plough(i, rule.left, now)
            book.runs[i] += 1
        _score(i, work.route_class[i], air > weather.law.wet_over, rule, now, book)


@bare
def _plough(i: int, left: int, now: Now) -> None:
    now.status[i] = IDLE
    now.depth[i], now.core[i] = min(now.depth[i], left), min(now.core[i], left)
    now.depth_seen[i], now.core_seen[i] = min(now.depth_seen[i], left), min(now.core_seen[i], left)


@bare
def _score(i: int, k: int, wet: bool, rule: Rule, now: Now, book: Book) -> None:
    whole = now.depth[i] // FINE
    if over_at(NONE if wet else whole, whole if wet else NONE, rule.dry[k], rule.wet[k]):
        now.over_for[i] += 1
        book.over[i] += 1
        book.overdue[i] += now.over_for[i] > rule.within_h[k]
    else:
        now.over_for[i] = 0
