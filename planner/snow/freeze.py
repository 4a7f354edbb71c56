"""How near the night is to freezing: by how many kelvins a warmer road takes turer out and a colder one brings them in,
and which answers the range of the road's temperature leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.physics import PHYSICS
from models.snow import ROAD_CONDITIONS
from planner.snow.criteria import slip_hold_h
from planner.snow.need import Needs
from planner.snow.rule import NONE

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
WET, ICE = ROAD_CONDITIONS.index("wet"), ROAD_CONDITIONS.index("ice")


@dataclass(frozen=True)
class Freezing:
    """The judgement of a night seen from the road's temperature, in the hours before the service day is over.

    A street is slippery by rule where it is for ``snow.slip_hold_h`` hours on end: it takes the warmest of these to
    break it, and the warmest of as many wet ones to make it.
    """

    needs: Needs

    @cached_property
    def warmer_k(self) -> dict[str, float]:
        """Of each tur that ice of the model alone calls: how much warmer its road must be for it to drop out [K]."""
        called = self.needs.called
        by_depth = {called.groups.tur[row] for row in np.flatnonzero(called.by_depth != NONE)}
        other = {self._tur(int(i)) for i in np.flatnonzero((self._slippery & ~self._icy).any(axis=1))}
        warmest = np.where(self._all(self._icy), self._windows(self._unwarmed).max(axis=2), np.inf)
        return self._by_tur(self._thaws - warmest.min(axis=1, initial=np.inf), np.maximum, without=by_depth | other)

    @cached_property
    def colder_k(self) -> dict[str, float]:
        """Of each tur that is not called: how much colder its road must be for a wet street to freeze [K]."""
        warmest = np.where(self._all(self._wet), self._windows(self.needs.ahead.mid.surface_c).max(axis=2), np.inf)
        missing = warmest.min(axis=1, initial=np.inf) - PHYSICS.freeze_c
        return self._by_tur(missing, np.minimum, without=set(self.needs.called.turer))

    @cached_property
    def may_stay_out(self) -> frozenset[str]:
        """The turer that ice of the model alone calls and that a road at the warm end of its range does not."""
        sure = {self._tur(int(i)) for i in np.flatnonzero((self._all(self._icy) & ~self._thawed).any(axis=1))}
        return frozenset(name for name in self.warmer_k if name not in sure)

    @cached_property
    def may_come_in(self) -> frozenset[str]:
        """The turer that are not called and that a road at the cold end of its range brings in."""
        open_ = {self._tur(int(i)) for i in np.flatnonzero(self._may_freeze)}
        return frozenset(name for name in self.colder_k if name in open_)

    @property
    def unsure(self) -> int:
        """Streets for which the range of the road's temperature holds both answers."""
        return int((self._may_thaw | self._may_freeze).sum())

    @cached_property
    def _hours(self) -> Bools:
        """(n_hours,) the hours before the service day is over."""
        needs = self.needs
        return np.arange(needs.weather.hours) < max(1, needs.hour_of(needs.snapshot.day_ends))

    @cached_property
    def _slippery(self) -> Bools:
        """(n, n_hours) slippery, on streets that are asked for."""
        needs = self.needs
        return np.asarray(needs.asked.slippery & needs.slips[:, None] & self._hours)

    @cached_property
    def _icy(self) -> Bools:
        """(n, n_hours) the same by ice of the model, and not as somebody saw or measured it."""
        needs = self.needs
        ice = (needs.ahead.mid.condition == ICE) & ~needs.seen.known
        return np.asarray(self._slippery & ice)

    @cached_property
    def _wet(self) -> Bools:
        """(n, n_hours) wet on streets that are treated if they freeze, and that nothing asks for."""
        needs = self.needs
        wet = (needs.ahead.mid.condition == WET) & (needs.curves.friction >= 0) & (needs.group_of >= 0)[:, None]
        treated = np.array([needs.criteria_of(i).anti_slip != "none" for i in range(len(needs))], bool)
        return np.asarray(wet & (treated & ~needs.needed)[:, None] & self._hours)

    @cached_property
    def _thaws(self) -> Floats:
        """(n,) how warm roads must be that have ice [°C]: over 0 where it lies there now, else as water that does not
        freeze."""
        return np.where(self.needs.ahead.mid.condition[:, 0] == ICE, 0.0, PHYSICS.freeze_c)

    @cached_property
    def _unwarmed(self) -> Floats:
        """(n, n_hours) how cold roads are [°C]; icy ones without the heat of the water that freezes, which holds them
        near 0 °C in whatever air."""
        found, rows = self.needs.ahead.mid.surface_c.copy(), np.flatnonzero(self._icy.any(axis=1))
        found[rows] = self.needs.salt.wet_c(rows.tolist())
        return found

    @cached_property
    def _thawed(self) -> Bools:
        """(n, n_windows) whether the road has no ice at the warm end of its range in the warmest of the hours."""
        low, mid, high = (getattr(self.needs.ahead, name).surface_c for name in ("low", "mid", "high"))
        warm = self._windows(np.maximum(low, high) - mid + self._unwarmed).max(axis=2)
        return np.asarray(warm > self._thaws[:, None])

    @cached_property
    def _may_thaw(self) -> Bools:
        """(n,) icy, and thawed at the warm end in the hours in which it begins."""
        windows = self._all(self._icy)
        first = windows.argmax(axis=1)
        return np.asarray(windows.any(axis=1) & self._thawed[np.arange(len(first)), first])

    @cached_property
    def _may_freeze(self) -> Bools:
        """(n,) wet, and frozen at the cold end for as long as the rule asks."""
        cold = self._windows(np.minimum(self.needs.ahead.low.surface_c, self.needs.ahead.high.surface_c)).max(axis=2)
        return np.asarray((self._all(self._wet) & (cold < PHYSICS.freeze_c)).any(axis=1))

    @cached_property
    def _hold(self) -> int:
        return min(slip_hold_h(self.needs.service.rules), self.needs.weather.hours)

    def _windows(self, hours: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(n, n_windows, hold) so many hours on end."""
        return np.lib.stride_tricks.sliding_window_view(hours, self._hold, axis=1)

    def _all(self, hours: Bools) -> Bools:
        return np.asarray(self._windows(hours).all(axis=2))

    def _tur(self, i: int) -> str:
        return self.needs.groups.tur[int(self.needs.group_of[i])]

    def _by_tur(self, kelvins: Floats, most: np.ufunc, *, without: set[str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for i in np.flatnonzero(np.isfinite(kelvins)):
            name, k = self._tur(int(i)), float(kelvins[i])
            if name not in without:
                found[name] = float(most(found.get(name, k), k))
        return found
