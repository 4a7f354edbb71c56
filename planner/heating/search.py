"""The set-points of the coming two days: the cheapest hours that keep every zone warm while it is used.

What a building takes are set-points in whole hours, so these are what is searched: on each day from when, to which
temperature, until when, and whether the afternoon may be cooler, each tried on the fitted building with its thermostat.
Heat for a day may start as soon as the day before it is over, so a cold Monday begins on Sunday.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.building.outcome import outcome
from models.building.zone import capacities

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Ahead:
    """What comes, hour by hour from now (n,): ``weather`` (3, n) sun, outdoor expected and as cold as it may be,
    ``used`` (n_zones, n), ``fan`` (n,); and the zones: ``states`` (n_zones, 3), ``rates`` (n_zones, 13), ``slacks``
    (n_zones, 2), ``full_kw`` (n_zones,)."""

    weather: Floats
    used: Floats
    fan: Floats
    states: Floats
    rates: Floats
    slacks: Floats
    full_kw: Floats


@dataclass(frozen=True)
class Comfort:
    """Temperatures [°C]: to ``reach`` while used, at ``most``, ``night`` else; set-points go to ``highest``."""

    reach: float
    most: float
    night: float
    highest: float


@dataclass(frozen=True)
class WarmDay:
    """One stretch of warmth, in hours from now: on from ``start``, ``level`` [°C] until ``eased``, then ``later`` until
    ``stop``; ``opens`` and ``closes`` are the hours in which use begins and after which it ends, ``earliest`` the first
    in which heat for it may start."""

    earliest: int
    opens: int
    closes: int
    start: int
    level: float
    eased: int
    later: float
    stop: int


@dataclass(frozen=True)
class HeatHours:
    """What was found (n,): ``set_c``; ``air`` (n_zones, n + 1) and ``kwh`` (n,) expected; the days."""

    set_c: Floats
    air: Floats
    kwh: Floats
    days: tuple[WarmDay, ...]


def search(ahead: Ahead, comfort: Comfort) -> HeatHours:
    """The cheapest hours."""
    found = stretches(ahead.used)
    days: list[WarmDay] = []
    for number, (opens, closes) in enumerate(found):
        ends = found[number + 1][0] if number + 1 < len(found) else ahead.weather.shape[1]
        guess = _first_guess(days[-1].closes if days else 0, opens, closes, comfort)
        days.append(_best_day(_until(ahead, ends), comfort, days, guess))
    set_c = laid(days, comfort.night, ahead.weather.shape[1])
    air, openings, *_ = _tried(ahead, comfort, set_c)
    return HeatHours(set_c, air, _kwh(ahead, openings), tuple(days))


def stretches(used: Floats) -> list[tuple[int, int]]:
    """Unbroken hours in which any zone is used: the first, and the first after. Pauses of under 3 hours count as
    use."""
    any_used = np.flatnonzero(used.max(axis=0) > 0.0)
    found: list[tuple[int, int]] = []
    for hour in any_used.tolist():
        if found and hour - found[-1][1] < 3:
            found[-1] = (found[-1][0], hour + 1)
        else:
            found.append((hour, hour + 1))
    return found


def _first_guess(earliest: int, opens: int, closes: int, comfort: Comfort) -> WarmDay:
    return WarmDay(
        earliest, opens, closes, max(earliest, opens - 3), comfort.reach + 1.0, closes, comfort.reach + 1.0, closes
    )


def laid(days: Sequence[WarmDay], night: float, hours: int) -> Floats:
    """(hours,) set-points of the days, the night's between them; where two meet the warmer one counts."""
    out = np.full(hours, night)
    for day in days:
        for begin, end, level in ((day.start, day.eased, day.level), (day.eased, day.stop, day.later)):
            out[begin:end] = np.maximum(out[begin:end], level)
    return out


def _until(ahead: Ahead, hours: int) -> Ahead:
    """The same, no further: a day is not warmed for the sake of the next, which starts when it must."""
    cut = {name: np.ascontiguousarray(getattr(ahead, name)[..., :hours]) for name in ("weather", "used", "fan")}
    return replace(ahead, **cut)


def _best_day(ahead: Ahead, comfort: Comfort, others: Sequence[WarmDay], guess: WarmDay, *, begins: int = 4) -> WarmDay:
    """The cheapest day after the others: coarse over all, then finer about the best of the ``begins`` best starts until
    nothing is gained."""
    best_of: dict[int, tuple[float, WarmDay]] = {}
    for tried in (guess, *_coarse(guess, comfort)):
        cost = _cost(ahead, comfort, [*others, tried])
        if tried.start not in best_of or cost < best_of[tried.start][0] - 1e-9:
            best_of[tried.start] = cost, tried
    tops = sorted(best_of.values(), key=lambda one: one[0])[:begins]
    return min((_refined(ahead, comfort, others, *one) for one in tops), key=lambda one: one[0])[1]


def _refined(
    ahead: Ahead, comfort: Comfort, others: Sequence[WarmDay], least: float, best: WarmDay
) -> tuple[float, WarmDay]:
    """A day moved by little steps until nothing is gained, with its cost."""
    while True:
        moves = [(_cost(ahead, comfort, [*others, tried]), tried) for tried in _near(best, comfort)]
        cost, tried = min(moves, key=lambda move: move[0])
        if cost >= least - 1e-6:
            return least, best
        best, least = tried, cost


def _coarse(day: WarmDay, comfort: Comfort, *, most_lead: int = 36, step_k: float = 0.4) -> Iterator[WarmDay]:
    """Every start up to ``most_lead`` hours before use, with levels ``step_k`` apart, and with cooler ones after the
    first hour or two of use."""
    levels = [round(float(level), 1) for level in np.arange(comfort.reach, comfort.highest + 1e-6, step_k)]
    for start in range(max(day.earliest, day.opens - most_lead), day.opens + 1):
        for level in levels:
            yield replace(day, start=start, level=level, eased=day.closes, later=level, stop=day.closes)
            for eased in range(day.opens + 1, min(day.opens + 3, day.closes)):
                for later in levels[: levels.index(level)]:
                    yield replace(day, start=start, level=level, eased=eased, later=later, stop=day.closes)


def _near(day: WarmDay, comfort: Comfort) -> Iterator[WarmDay]:
    """A little more or less of each: hours, and tenths of a degree."""
    starts = {max(day.earliest, min(day.opens, day.start + by)) for by in (-2, -1, 1, 2)}
    yield from (replace(day, start=start) for start in sorted(starts))
    for by in (-0.5, -0.2, -0.1, 0.1, 0.2, 0.5):
        level, later = round(day.level + by, 1), round(day.later + by, 1)
        both = comfort.night <= min(level, later) and max(level, later) <= comfort.highest
        if both:
            yield replace(day, level=level, later=later)
        if comfort.night <= level <= comfort.highest:
            yield replace(day, level=level)
        if comfort.night <= later <= comfort.highest:
            yield replace(day, later=later)
    for stop in (day.stop - 1, day.stop + 1):
        if day.eased <= stop <= day.closes:
            yield replace(day, stop=stop)
    for eased in {day.eased - 4, day.eased - 1, day.eased + 1, day.opens + 1, day.opens + 3}:
        if day.opens < eased <= day.stop:
            yield replace(day, eased=eased)
            yield replace(day, eased=eased, later=max(comfort.night, round(day.later - 0.3, 1)))


def _cost(
    ahead: Ahead, comfort: Comfort, days: Sequence[WarmDay], *, per_kh: float = 10.0, per_step: float = 0.01
) -> float:
    """Heat [kWh], what falls short at ``per_kh`` hours of full heat a kelvin hour, and a little for each change."""
    set_c = laid(days, comfort.night, ahead.weather.shape[1])
    _, openings, short, over = _tried(ahead, comfort, set_c)
    full = float(ahead.full_kw.sum())
    steps = sum(1 + (day.eased < day.stop and day.later != day.level) for day in days)
    return float(_kwh(ahead, openings).sum()) + full * (per_kh * short + 0.5 * over + per_step * steps)


def _tried(ahead: Ahead, comfort: Comfort, set_c: Floats) -> tuple[Floats, Floats, float, float]:
    zones, hours = len(ahead.states), len(set_c)
    air, openings = np.empty((zones, hours + 1)), np.empty((zones, hours))
    short, over = outcome(
        set_c, ahead.fan, ahead.states, ahead.rates, ahead.weather, ahead.used, ahead.slacks, comfort.reach,
        comfort.most, air, openings,
    )  # fmt: skip
    return air, openings, short, over


def _kwh(ahead: Ahead, openings: Floats) -> Floats:
    """(n,) heat of all zones [kWh], by how much full heat gives in the cold."""
    more = np.array([capacities(rates, ahead.weather[1]) for rates in ahead.rates])
    return np.asarray((ahead.full_kw[:, None] * more * openings).sum(axis=0))
