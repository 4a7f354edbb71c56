"""What a weather service would have said of a made winter at each of its hours. Frozen: see
``docs/simulated-winters.md``.

A forecast errs in amount, in time, in temperature (and by that in rain or snow), more the farther ahead, and alike in
forecasts that follow each other; some spells are seen late and some that are seen never come. The sizes are our
choice, of the order that verifications of the Nordic models print; no error statistics of one town were at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from city.winter import Hundredths

Floats = npt.NDArray[np.floating[Any]]
LEADS = 24
OUTER = 1.2816
"""Tenth and ninetieth percentile of a normal distribution, in spreads."""


@dataclass(frozen=True)
class Spell:
    """Hours of precipitation: ``mm`` (n_hours,) of water from hour ``begins`` on, ``pattern`` (n_zones,) its cover of
    the town, ``looser`` its snow over what the temperature says.

    ``hidden_from`` is how many hours before it begins no forecast shows it yet; a spell that never comes is shown no
    longer than ``shown_from`` hours before.
    """

    begins: int
    mm: Floats
    pattern: Floats
    looser: float
    hidden_from: float | None
    shown_from: float | None = None

    def fresh_cm(self, air: Floats) -> Floats:
        """(n_hours, n_zones) new snow in the air of a whole winter [°C]."""
        fresh = np.zeros_like(air)
        hours = slice(self.begins, min(self.begins + len(self.mm), len(air)))
        mm = self.mm[: max(0, hours.stop - hours.start), None] * self.pattern
        fresh[hours] = mm * self.looser * cm_per_mm(air[hours])
        return fresh


class Forecasts(NamedTuple):
    """As ``city.winter.SimulatedWinter`` keeps them."""

    fresh: Hundredths
    air: Hundredths
    wider: Hundredths


class ForecastErrors(NamedTuple):
    """Spreads by lead (n_leads,): of the amount's logarithm, of the time [h], of the air [K]."""

    amount: Floats
    time_h: Floats
    air_k: Floats


def cm_per_mm(air_c: Floats, *, humidity: float = 92.0) -> Floats:
    """Depth of new snow for each millimetre of precipitation, less the warmer.

    The share that is rain: RoadSurf (Karsisto 2024), at ``humidity`` [%]. Density: Hedstrom and Pomeroy (1998,
    Hydrological Processes 12, 1611), 67.92 + 51.25 exp(T/2.59) kg/m³ up to 0 °C, and 20 kg/m³ more for each
    kelvin over it, to 200 at most (Pomeroy and Gray 1995).
    """
    rain = 1.0 / (1.0 + np.exp(22.0 - 2.7 * air_c - 0.2 * humidity))
    density = 67.92 + 51.25 * np.exp(np.minimum(air_c, 0.0) / 2.59) + 20.0 * np.maximum(air_c, 0.0)
    return np.asarray((1.0 - rain) * 100.0 / np.minimum(density, 200.0))


def errors(
    scale: float = 1.0,
    *,
    amount: tuple[float, float] = (0.15, 0.30),
    time_h: tuple[float, float] = (0.3, 2.2),
    air_k: tuple[float, float] = (0.5, 1.0),
) -> ForecastErrors:
    """Spreads at the first hour and what a day adds: 45 % in amount, two and a half hours, 1.5 K after a day."""
    lead = (np.arange(LEADS) + 1.0) / LEADS
    return ForecastErrors(
        scale * (amount[0] + amount[1] * np.sqrt(lead)),
        scale * (time_h[0] + time_h[1] * lead),
        scale * (air_k[0] + air_k[1] * lead),
    )


def forecast(
    chance: np.random.Generator,
    spells: Sequence[Spell],
    air: Floats,
    hours: int,
    *,
    scale: float = 1.0,
    pattern_seen: float = 0.5,
    memory: float = 0.9,
) -> Forecasts:
    """The forecasts of all hours. ``air`` (n_hours and a day more, n_zones) is the truth [°C].

    The service sees ``pattern_seen`` of how unevenly a spell covers the town; its errors of one hour correlate with
    those of the hour before by ``memory``.
    """
    sizes = errors(scale)
    amount, late, warm = (remembering(chance, hours, memory) for _ in range(3))
    factor = np.exp(sizes.amount * amount[:, None] - sizes.amount**2 / 2.0)
    shift_h = sizes.time_h * late[:, None]
    mm = np.zeros((hours, air.shape[1], LEADS), np.float32)
    for one in told(chance, spells, scale):
        first, block = _foretold(one, factor, shift_h)
        mm[first : first + len(block)] += block[:, None, :] * (one.pattern**pattern_seen)[:, None]
    windows = np.lib.stride_tricks.sliding_window_view(air, LEADS, axis=0)[:hours]
    said = np.rint(100.0 * (windows + (sizes.air_k * warm[:, None])[:, None, :])).astype(np.int16, order="C")
    wider = np.rint(100.0 * OUTER * sizes.air_k).astype(np.int16)
    fresh = [
        np.rint(100.0 * mm * np.exp(side * OUTER * sizes.amount) * cm_per_mm((said - side * wider) / 100.0))
        for side in (-1, 0, 1)
    ]
    return Forecasts(np.stack(fresh).astype(np.int16), said, wider)


def told(
    chance: np.random.Generator,
    spells: Sequence[Spell],
    scale: float = 1.0,
    *,
    missed: float = 0.10,
    false: float = 0.15,
    known_h: tuple[float, float] = (2.0, 10.0),
) -> list[Spell]:
    """The spells that forecasts speak of: a tenth is seen only hours before, and for every hundred that come, fifteen
    that do not come are seen until hours before."""
    out = []
    for one in spells:
        hide, turn, ghost, gone = chance.random(4)
        seen_h = known_h[0] + (known_h[1] - known_h[0]) * turn
        out.append(replace(one, hidden_from=seen_h) if hide < missed * scale else one)
        if ghost < false * scale:
            gone_h = known_h[0] + (known_h[1] - known_h[0]) * gone
            moved = one.begins + int(chance.integers(36, 96))
            out.append(replace(one, begins=moved, shown_from=gone_h, hidden_from=None))
    return out


def _foretold(one: Spell, factor: Floats, shift_h: Floats) -> tuple[int, Floats]:
    """The first hour at which a spell is spoken of, and what is said from then on (n, n_leads) [mm]."""
    first = min(max(0, one.begins - LEADS - 12), len(factor))
    last = min(one.begins + len(one.mm) + 12, len(factor))
    rows = slice(first, max(first, last))
    lead = np.arange(LEADS)
    begins = np.arange(rows.start, rows.stop)[:, None] + lead + shift_h[rows] - one.begins
    edges, total = np.arange(len(one.mm) + 1), np.concatenate([[0.0], np.cumsum(one.mm)])
    mm = np.interp(begins + 1.0, edges, total) - np.interp(begins, edges, total)
    until_h = one.begins - np.arange(rows.start, rows.stop)[:, None]
    early = np.inf if one.hidden_from is None else one.hidden_from
    late = -np.inf if one.shown_from is None else one.shown_from
    return first, np.asarray(mm * factor[rows] * ((until_h < early) & (until_h >= late)))


def remembering(chance: np.random.Generator, n: int, memory: float) -> Floats:
    """(n,) a normal series of spread 1 whose neighbours correlate by ``memory``."""
    drawn = chance.standard_normal(n)
    series = np.empty(n)
    series[0] = drawn[0]
    for at in range(1, n):
        series[at] = memory * series[at - 1] + np.sqrt(1.0 - memory**2) * drawn[at]
    return series
