"""A site of a folder brought to the beginning of its forecast, and in words how well it begins there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Message, message
from models.road.forcing import Forcing
from models.road.physics import PHYSICS, Physics
from models.road.run import at_rest, run
from models.road.segment import SiteState
from models.road.site import Sites
from models.road.start import OFF_K, Met, meet
from models.road.turbulence import Exchange

Floats = npt.NDArray[np.floating[Any]]
Seen = tuple[datetime, float]
"""When a surface temperature was observed, and it [°C]."""


@dataclass(frozen=True)
class Case:
    """One site as the model takes it: ``forcing`` measured up to step ``at``, forecast after it; the surface
    temperatures that were ``seen`` until then, in time; and how its air exchanges heat with it, where its own record
    tells (None: as usual)."""

    place: Sites
    forcing: Forcing
    at: int
    seen: tuple[Seen, ...]
    exchange: Exchange | None = None

    @property
    def physics(self) -> Physics:
        """The constants of this site."""
        return PHYSICS if self.exchange is None else PHYSICS._replace(rough_momentum_m=self.exchange.rough_m)

    def surface_c(self) -> Floats:
        """(1, at) observed surface temperature by step, NaN where there is none."""
        return on_steps(self.seen, self.forcing, self.at)


def on_steps(seen: Sequence[Seen], forcing: Forcing, steps: int) -> Floats:
    """(1, steps) observations at the ends of the first steps of a forcing, NaN where there is none."""
    observed = np.full((1, steps), np.nan)
    for time, surface_c in seen:
        step = forcing.step_of(time) - 1
        if 0 <= step < steps:
            observed[0, step] = surface_c
    return observed


@dataclass(frozen=True)
class Start:
    """Where a forecast begins: the ``state`` at step ``at`` (of natural ground at step 0), its ``surface_c``, what the
    observations asked for [W/m²], how far the model with that ends from the last of them [K] (NaN: nothing was met),
    the last one itself, and what is to be said of all this."""

    state: SiteState
    surface_c: float
    correction_w_m2: float
    miss_k: float
    last: Seen | None
    notes: tuple[Message, ...] = ()


def started(case: Case) -> Start:
    """A site at its beginning: as its observations ask for, or run freely to it where there are none to meet."""
    place, forcing, at = case.place, case.forcing, case.at
    last = case.seen[-1] if case.seen else None
    within = [surface_c for time, surface_c in case.seen if forcing.step_of(time) >= 0]
    first = within[0 if at else -1] if within else float(forcing.air.air_c[0, 0])
    state = at_rest(place, np.array([first], float), air_c=forcing.air.air_c[:, 0])
    if place.natural.any() or at == 0:
        natural = (message("cli.forecast.start_natural"),) if place.natural.any() and last else ()
        return Start(state, first, 0.0, np.nan, last, natural)
    observed = case.surface_c()
    if np.isnan(observed).all():
        after = run(place, forcing, state, steps=at, every=1, physics=case.physics).after
        return Start(after, float(after.column[0, :2].mean()), 0.0, np.nan, last, tuple(_drifted(case, after)))
    met = meet(place, forcing, state, observed, at, physics=case.physics)
    figures = float(met.surface_c[0]), float(met.correction[0]), float(met.miss_k[0])
    return Start(met.state, *figures, last, tuple(_said(case, met)))


def _said(case: Case, met: Met) -> Iterator[Message]:
    """What is not as it was seen: never a start off the last observation by more than ``OFF_K`` without a word."""
    time, surface_c = case.seen[-1]
    told: dict[str, Any] = {"time": clock(time), "seen": surface_c, "begins": float(met.surface_c[0])}
    miss = float(np.nan_to_num(met.miss_k[0]))
    if met.still[0]:
        yield message("cli.forecast.start_still", **told)
    elif met.silent[0]:
        yield message("cli.forecast.start_silent", **told)
    elif abs(miss) > OFF_K:
        way = "colder" if miss < 0.0 else "warmer"
        yield message(f"cli.forecast.start_off.{way}", **told, correction=float(met.correction[0]), miss=abs(miss))
    else:
        yield from _drifted(case, met.state)
    if met.guessed and np.isfinite(met.miss_k[0]):
        yield message("cli.forecast.start_guessed")


def _drifted(case: Case, state: SiteState) -> Iterator[Message]:
    """Where the model has moved on since the last observation."""
    if not case.seen:
        return
    (time, surface_c), begins = case.seen[-1], float(state.column[0, :2].mean())
    if abs(begins - surface_c) > OFF_K:
        yield message("cli.forecast.start_moved", time=clock(time), seen=surface_c, begins=begins)


def clock(time: datetime) -> str:
    """A time as the tables of a forecast show it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}"
