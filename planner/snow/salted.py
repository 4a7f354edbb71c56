"""Salt on the streets of a plan: what was spread and what it spreads itself, and until when that keeps them from
freezing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from models.road.site import TRAFFIC, Sites
from models.salt import BrineHours, UntreatedHours, brine_hours
from models.snow import ROAD_CONDITIONS, Hindcast, SnowState, unfrozen_c
from models.weather import HourlyWeather, hourly
from planner.snow.criteria import ServiceLevel
from planner.snow.rule import NONE, Hundredths, Ints, first_below
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import reference_m, sites_of, weather_hindcast

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
HOUR = timedelta(hours=1)
SALT = frozenset({"salt", "brine"})


@dataclass(frozen=True)
class SpreadSalt:
    """What was done to a street (``row``) at a time: salt [g/m²], 0 of a plough alone. ``known`` where the dose is,
    else it is the least one; ``planned`` where this plan does it."""

    row: int
    at: datetime
    g_m2: float
    ploughs: bool = False
    known: bool = True
    planned: bool = False


@dataclass(frozen=True)
class SaltLasts:
    """The newest salt on a street, and until when it holds: None where it does as far as the plan sees. ``icy_c`` is
    where the brine may freeze, with the margin, in the hour in which it does not hold any more (else in the last),
    ``surface_c`` how cold what is wet is then. After each hour ahead: the salt that is left [g/m²] and the water that
    it is in [mm]. ``icy`` where somebody or something found the street slippery all the same."""

    spread: SpreadSalt
    until: datetime | None
    icy_c: float
    surface_c: float
    left_g_m2: tuple[float, ...]
    water_mm: tuple[float, ...]
    icy: bool = False


class _Brine(NamedTuple):
    """The last salt of each street that is salted, how it goes through all hours, in the same order (n_salted,
    n_hours), and how cold what it keeps wet is there [°C]."""

    newest: dict[int, SpreadSalt]
    hours: BrineHours
    cold: Floats


class Again(NamedTuple):
    """The hour ahead in which a street that was salted is asked for again, the one since which it is slippery (earlier
    where it was salted just before), and its salt."""

    hour: int
    since: int
    salt: SaltLasts


@dataclass(frozen=True)
class SaltNight:
    """The hours behind and ahead as salt sees them. ``untreated`` (n, n_hours) is the friction ahead [0.01] without
    any salt, -1 in hours in which a person says that it is not slippery."""

    snapshot: SnowSnapshot
    service: ServiceLevel
    weather: HourlyWeather
    behind: Hindcast
    mid: SnowState
    untreated: Hundredths

    @cached_property
    def spread(self) -> tuple[SpreadSalt, ...]:
        """What was done to streets until now that salt depends on, oldest first. What was done before the hours behind
        is gone; without any, salt is there for ``snow.treatment_lasts_h``."""
        since = self.weather.start - (self._past_h * HOUR or self._constant)
        index = {segment.id: i for i, segment in enumerate(self.snapshot.segments)}
        least = self.service.rules.value("snow.salt_least_g_m2")
        found = []
        for one in sorted(self.snapshot.treatments, key=lambda treatment: treatment.done_at):
            parts, row = set(one.action.split("_")), index.get(one.segment)
            salted = bool(SALT & parts)
            if row is not None and one.done_at >= since and (salted or "plough" in parts):
                grams = (least if one.g_m2 is None else one.g_m2) if salted else 0.0
                found.append(SpreadSalt(row, one.done_at, grams, "plough" in parts, one.g_m2 is not None))
        return tuple(found)

    @cached_property
    def now(self) -> dict[int, SaltLasts]:
        """Of each street that was salted until now: until when that holds."""
        return self._lasting(self._now)

    @cached_property
    def _now(self) -> _Brine:
        return self._brine(self.spread)

    @cached_property
    def _constant(self) -> timedelta:
        """How long salt holds where nothing is known of the road."""
        return timedelta(hours=self.service.rules.value("snow.treatment_lasts_h"))

    @cached_property
    def again(self) -> timedelta:
        """How long a street that was salted is not salted again."""
        return timedelta(hours=self.service.rules.usual("snow.salt_again_h"))

    @cached_property
    def _past_h(self) -> int:
        """How many of the hours are behind; none where no weather was known."""
        return 0 if self.behind.film_mm is None else self.behind.film_mm.shape[1]

    def kept(self, friction: Hundredths) -> Hundredths:
        """A friction ahead (n, n_hours), not known in hours in which what was spread holds, or was spread just now.
        Where the road is not known salt holds for ``snow.treatment_lasts_h``."""
        friction, rows = friction.copy(), list(self._now.newest)
        friction[rows] = np.where(self._held(self._now) | self._resting(self._now.newest), NONE, friction[rows])
        return friction

    @cached_property
    def open(self) -> Hundredths:
        """(n, n_hours) the friction ahead: not known in hours in which what was spread holds."""
        friction, rows = self.untreated.copy(), list(self._now.newest)
        friction[rows] = np.where(self._held(self._now), NONE, friction[rows])
        return friction

    def since(self, row: int, hour: int, target: int) -> int:
        """The hour ahead since which a street has been slippery that is so in ``hour``: before it where it was not
        salted again then, as it had been just before."""
        salt = self._now.newest.get(row)
        rests = 0 if salt is None else self._rests(salt)
        return hour if hour > rests else _since(self.open[row], hour, target)

    def free_from(self) -> Ints:
        """(n,) the hour ahead in which each street may be salted again."""
        free = np.zeros(len(self.untreated), np.int64)
        for row, one in self._now.newest.items():
            free[row] = self._rests(one)
        return free

    def after(self, more: Sequence[SpreadSalt], targets: Mapping[int, int], hold_h: int) -> dict[int, Again]:
        """Of streets with their friction targets [0.01] and ``more`` salt of this plan: when each gets slippery again
        for ``hold_h`` hours; nothing of those that do not."""
        brine = self._brine([one for one in (*self.spread, *more) if one.row in targets])
        newest, lasts, held = brine.newest, self._lasting(brine), self._held(brine)
        rests = self._resting(newest)
        found = {}
        for i, row in enumerate(newest):
            curve = np.where(held[i], np.int16(NONE), self.untreated[row])
            curve[: max(0, self._ahead(newest[row].at))] = NONE
            first = int(first_below(np.where(rests[i], np.int16(NONE), curve), targets[row], hold_h))
            if first != NONE:
                found[row] = Again(first, _since(curve, first, targets[row]), lasts[row])
        return found

    def _lasting(self, all_salt: _Brine) -> dict[int, SaltLasts]:
        return {row: self._lasts(one, all_salt, i) for i, (row, one) in enumerate(all_salt.newest.items())}

    def _lasts(self, one: SpreadSalt, all_salt: _Brine, i: int) -> SaltLasts:
        _, brine, cold = all_salt
        first = self._hour(one.at)
        gone = np.flatnonzero(~brine.holds[i, first:])
        last = first + int(gone[0]) if len(gone) else brine.holds.shape[1] - 1
        until = max(one.at, self.weather.start + (last - self._past_h) * HOUR) if len(gone) else None
        icy_c, surface_c = (float(of[i, last]) for of in (brine.icy_c, cold))
        left, water = (tuple(of[i, self._past_h :].tolist()) for of in (brine.left_g_m2, brine.water_mm))
        return SaltLasts(one, until, icy_c, surface_c, left, water)

    def _held(self, salt: _Brine) -> Bools:
        """(n_salted, n_hours) the hours ahead in which what was spread holds."""
        begun = np.arange(self.untreated.shape[1]) >= self._begun(salt.newest)
        return np.asarray(begun & salt.hours.holds[:, self._past_h :])

    def _resting(self, newest: Mapping[int, SpreadSalt]) -> Bools:
        """(n_salted, n_hours) the hours ahead in which they are not salted again, whatever is left of it."""
        hours = np.arange(self.untreated.shape[1])
        rests = np.array([self._rests(one) for one in newest.values()], np.int64).reshape(-1, 1)
        resting: Bools = (hours >= self._begun(newest)) & (hours < rests)
        return resting

    def _begun(self, newest: Mapping[int, SpreadSalt]) -> Ints:
        """(n_salted, 1) the hour ahead in which each was salted, less than 0 where it is behind."""
        return np.array([self._hour(one.at) - self._past_h for one in newest.values()], np.int64).reshape(-1, 1)

    def _rests(self, one: SpreadSalt) -> int:
        """The hour ahead in which a street may be salted again: the whole of it, so that no clock is missed for minutes
        of it."""
        return max(0, self._ends(one.at + self.again))

    def _ahead(self, at: datetime) -> int:
        """The first hour ahead that begins at an instant or after it."""
        return int(np.ceil((at - self.weather.start) / HOUR))

    def _ends(self, at: datetime) -> int:
        """The hour ahead in which something ends, which it does not reach through."""
        return int((at - self.weather.start) // HOUR)

    def _hour(self, at: datetime) -> int:
        """The hour, counted from the first behind, in which something is done."""
        last = self._past_h + self.weather.hours - 1
        return min(last, max(0, self._past_h + int((at - self.weather.start) // HOUR)))

    def _brine(self, spread: Sequence[SpreadSalt]) -> _Brine:
        """The last salt of each street that is salted, through all hours."""
        newest = {one.row: one for one in spread if one.g_m2 > 0.0}
        rows = list(newest)
        place = {row: i for i, row in enumerate(rows)}
        road = self._road(rows)
        grams, ploughs = np.zeros(road.film_mm.shape), np.zeros(road.film_mm.shape, bool)
        for one in (one for one in spread if one.row in place):
            grams[place[one.row], self._hour(one.at)] += one.g_m2
            ploughs[place[one.row], self._hour(one.at)] |= one.ploughs
        traffic = np.array([TRAFFIC[self.snapshot.segments[row].route_class] for row in rows], float)
        brine = brine_hours(road, grams, ploughs, traffic)
        return _Brine(newest, replace(brine, holds=self._held_blindly(newest, road, brine.holds)), road.brine_c)

    def _held_blindly(self, newest: Mapping[int, SpreadSalt], road: UntreatedHours, holds: Bools) -> Bools:
        """(n_salted, n_hours) where salt holds: as its brine does; for the constant hours where the road's temperature
        is not known, or nothing of the hours since it was spread."""
        ends = [self._past_h + self._ends(one.at + self._constant) for one in newest.values()]
        constant = np.arange(holds.shape[1]) < np.array(ends, np.int64).reshape(-1, 1)
        before = np.array([one.at < self.weather.start - self._past_h * HOUR for one in newest.values()], bool)
        return np.asarray(np.where(before.reshape(-1, 1), constant, holds | (np.isnan(road.surface_c) & constant)))

    def wet_c(self, rows: Sequence[int]) -> Floats:
        """(n_rows, n_hours) how cold what salt keeps wet is in the hours ahead [°C]."""
        return self._road(rows).brine_c[:, self._past_h :]

    def _road(self, rows: Sequence[int]) -> UntreatedHours:
        film, snow, surface, kind = (
            self._all_hours(name, rows) for name in ("film_mm", "water_mm", "surface_c", "condition")
        )
        iced = kind >= ROAD_CONDITIONS.index("ice")
        brine = np.where(iced, np.fmin(surface, self._unfrozen(rows)), surface)
        return UntreatedHours(film, snow, surface, self._falls, iced, brine)

    def _all_hours(self, name: str, rows: Sequence[int]) -> Any:  # noqa: ANN401 - an array of the state's own kind
        """(n_rows, n_hours) what streets are like, behind and ahead."""
        past, ahead = getattr(self.behind, name), getattr(self.mid, name)[rows]
        return ahead if past is None else np.concatenate([past[rows], ahead], axis=1)

    def _unfrozen(self, rows: Sequence[int]) -> Floats:
        """(n_rows, n_hours) how cold streets are where no water freezes [°C]; each street is run once."""
        missing = [row for row in rows if row not in self._run]
        if missing:
            behind = replace(self.behind, correction=self.behind.correction[missing])
            cold = unfrozen_c(self._sites.taken(np.array(missing)), self._before, self.weather, behind)
            self._run.update(zip(missing, cold, strict=True))
        return np.array([self._run[row] for row in rows]).reshape(len(rows), self._past_h + self.weather.hours)

    @cached_property
    def _run(self) -> dict[int, Floats]:
        return {}

    @cached_property
    def _sites(self) -> Sites:
        return sites_of(self.snapshot)

    @cached_property
    def _before(self) -> HourlyWeather:
        return weather_hindcast(self.snapshot)

    @cached_property
    def _falls(self) -> Floats:
        """(n_hours,) what falls in each hour, behind and ahead [mm]."""
        begins, hours = self.weather.start - self._past_h * HOUR, self._past_h + self.weather.hours
        return np.nan_to_num(hourly(self.snapshot.forecasts, begins, hours, reference_m(self.snapshot)).precip_mm)


def _since(friction: Hundredths, hour: int, target: int) -> int:
    """The first of the hours (n_hours,) up to ``hour`` that are all under a target [0.01]."""
    while hour > 0 and 0 <= friction[hour - 1] < target:
        hour -= 1
    return hour
