"""Which groups are called out at an hour, and which that wait are stood down: the plan's start rule on what is seen
and forecast at that hour."""

from __future__ import annotations

from city.compiled import bare, inlined
from city.winter import FINE, settle_snow
from planner.snow.backtest.state import IDLE, WAITING, Book, Now, Rule, WinterWeather, WinterWork
from planner.snow.rule import NONE, first_held


@bare
def judge_hour(hour: int, work: WinterWork, weather: WinterWeather, rule: Rule, now: Now, book: Book) -> None:
    """Calls out what the policy wants at the beginning of an hour, and stands down what it no longer does."""
    if rule.station >= 0:
        seen = now.depth_seen[rule.station] // FINE
        if now.status[rule.station] == IDLE and seen >= rule.station_limit:
            for i in range(len(work.zone)):
                if now.status[i] == IDLE:
                    _call(i, hour, hour, now, book)
        return
    _most_ahead(hour, weather, rule, now)
    for i in range(len(work.zone)):
        if now.status[i] == IDLE:
            first = crossing(i, hour, 0, work, weather, rule, now)
            if 0 <= first <= rule.lead_h[work.route_class[i]]:
                _call(i, hour, hour + first + rule.aim_h[work.route_class[i]], now, book)
        elif now.status[i] == WAITING:
            first = crossing(i, hour, rule.back[work.route_class[i]], work, weather, rule, now)
            if first == NONE:
                now.status[i] = IDLE
            else:
                now.due[i] = min(now.due[i], 60 * (hour + first + rule.aim_h[work.route_class[i]]))


@inlined
def _call(i: int, hour: int, due_hour: int, now: Now, book: Book) -> None:
    now.status[i] = WAITING
    now.due[i] = 60 * due_hour
    day = hour // 24
    book.calls[day, i] += 1
    if book.first[day, i] < 0:
        book.first[day, i] = hour - 24 * day


@bare
def _most_ahead(hour: int, weather: WinterWeather, rule: Rule, now: Now) -> None:
    """The new snow of all hours that any class looks ahead, by reading and zone."""
    hours = 0
    for k in range(len(rule.lead_h)):
        hours = max(hours, min(rule.lead_h[k] + rule.hold_h[k] - 1, weather.ahead_air.shape[2]))
    for reading in range(now.most.shape[0]):
        for zone in range(now.most.shape[1]):
            total = 0
            for lead in range(hours):
                total += weather.ahead_fresh[reading, hour, zone, lead]
            now.most[reading, zone] = total


@bare
def crossing(i: int, hour: int, back: int, work: WinterWork, weather: WinterWeather, rule: Rule, now: Now) -> int:
    """In how many hours a group comes to stay at the depth from which it is called, less ``back`` [0.01 cm], or
    ``NONE``: the plan's rule on its estimate and the forecast, as far ahead as its lead lets it be called."""
    k = work.route_class[i]
    dry_limit, wet_limit = rule.from_dry[k] - back, rule.from_wet[k] - back
    most = now.depth_seen[i] // FINE + now.most[rule.reading[k], work.zone[i]] * work.believed[i] // 1000 + 1
    if most < min(dry_limit, wet_limit):
        return NONE
    n = min(rule.lead_h[k] + rule.hold_h[k], len(now.dry))
    _curve(i, hour, n, rule.reading[k], now.depth_seen[i], now.core_seen[i], work, weather, now)
    return first_held(now.dry[:n], now.wet[:n], dry_limit, wet_limit, rule.hold_h[k])


@bare
def _curve(
    i: int, hour: int, n: int, reading: int, depth: int, core: int, work: WinterWork, weather: WinterWeather, now: Now
) -> None:
    """Fills in the group's depth, dry or wet: ``depth`` with its ``core`` now, and after each of ``n`` - 1 hours."""
    zone, mild = work.zone[i], work.warmer[i]
    _put(now, 0, depth, weather.seen_air[max(0, hour - 1), zone] + mild, weather.law.wet_over)
    for lead in range(n - 1):
        air = weather.ahead_air[hour, zone, lead] + mild + (1 - reading) * weather.wider[lead]
        fresh = weather.ahead_fresh[reading, hour, zone, lead] * work.believed[i] // 1000
        depth, core = settle_snow(depth, core, fresh, air, weather.law)
        _put(now, lead + 1, depth, air, weather.law.wet_over)


@inlined
def _put(now: Now, at: int, depth: int, air: int, wet_over: int) -> None:
    whole = depth // FINE
    now.dry[at] = NONE if air > wet_over else whole
    now.wet[at] = whole if air > wet_over else NONE
