"""How strongly a station's surface exchanges heat with the air, from its own nights.

RoadSurf's roughness of 0.4 m suits a street among houses; many stations stand in the open. At night nothing but the
sky and the air acts on a dry road, and the sky gives something between clear and overcast. With the observed surface
imposed, what the model still lacks beyond that is unexplained, and is taken for the exchange's: the roughness that
leaves least of it is the station's, if it leaves less on nights that had no say in it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.forcing import Forcing, saturation_hpa
from models.road.physics import IMPOSED, LW_IN, PHYSICS, Physics
from models.road.radiation import sky_long_wave
from models.road.run import at_rest, run, undriven
from models.road.site import Sites
from models.road.start import between

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
ROUGH_M = (0.4, 0.2, 0.1, 0.05, 0.02, 0.01)
"""Tried, from a town's to that of smooth open ground (Oke 1987, table 2.2), from the usual one on."""


@dataclass(frozen=True)
class Exchange:
    """The roughness that a station's own record asks for: ``rough_m``, from how many ``nights``, and the unexplained
    flux of the nights left out in turn [W/m², rms] with it and with the usual one."""

    rough_m: float
    nights: int
    left_w_m2: float
    usual_w_m2: float


def own_exchange(
    site: Sites,
    forcing: Forcing,
    observed: Floats,
    *,
    least_nights: int = 2,
    least_hours: int = 6,
    least_w_m2: float = 10.0,
    most_left_w_m2: float = 40.0,
    better: float = 0.9,
    physics: Physics = PHYSICS,
) -> Exchange | None:
    """One station's exchange from ``observed`` (1, n_steps) [°C] under the weather that was measured.

    None where the record does not suffice (``least_nights`` with ``least_hours`` dry hours each), where the usual one
    leaves under ``least_w_m2`` unexplained, about what Prata's clear sky is itself off, or where nights left out in
    turn do not come below ``better`` of it and ``most_left_w_m2``: then it is something else, such as the sensor.
    """
    night = _nights(forcing, between(observed))
    kept = [n for n in np.unique(night[night >= 0]) if (night == n).sum() >= least_hours]
    if len(kept) < least_nights:
        return None
    hours = np.flatnonzero(np.isin(night, kept))
    of, usually = night[hours], unexplained(site, forcing, observed, hours, ROUGH_M[0], physics) ** 2
    if np.sqrt(usually.mean()) < least_w_m2:
        return None
    others = [unexplained(site, forcing, observed, hours, rough, physics) ** 2 for rough in ROUGH_M[1:]]
    wrong = np.array([usually, *others])
    left = np.concatenate([wrong[_least(wrong[:, of != n]), of == n] for n in kept])
    found, usual = float(np.sqrt(left.mean())), float(np.sqrt(wrong[0].mean()))
    chosen = _least(wrong)
    if chosen == 0 or found > min(better * usual, most_left_w_m2):
        return None
    return Exchange(ROUGH_M[chosen], len(kept), found, usual)


def unexplained(
    site: Sites, forcing: Forcing, observed: Floats, hours: Ints, rough_m: float, physics: Physics = PHYSICS
) -> Floats:
    """(n_hours chosen,) what the balance lacks with the observed surface imposed, beyond any sky [W/m²].

    Positive: more must come than under an overcast; negative: more must leave than under a clear sky.
    """
    per_h = round(3600.0 / forcing.step_s)
    imposed = between(observed)
    drive = undriven(site, forcing)._replace(imposed=imposed, imposed_of=np.zeros(1, np.int64))
    rough = physics._replace(rough_momentum_m=rough_m)
    known = imposed[0, ~np.isnan(imposed[0])]
    state = at_rest(site, known[:1].astype(float), air_c=forcing.air.air_c[:, 0])
    needed, done = [], 0
    for hour in hours.tolist():
        first = hour * per_h
        if first > done:
            state = run(site, forcing, state, drive=drive, first=done, steps=first - done, physics=rough).after
        out = run(site, forcing, state, drive=drive, first=first, steps=per_h, physics=rough)
        state, done = out.after, first + per_h
        needed.append((out.energy[0, LW_IN] + out.energy[0, IMPOSED]) / 3600.0)
    clear, overcast = (physics.emissivity * _sky(forcing, cloud)[hours] for cloud in (0.0, 1.0))
    want = np.array(needed)
    return np.asarray(np.maximum(0.0, want - overcast) + np.minimum(0.0, want - clear))


def _least(wrong: Floats, *, within: float = 1.1) -> int:
    """The first roughness, from the usual one on, that leaves hardly more than the best does."""
    rms = np.sqrt(wrong.mean(axis=1))
    return int(np.argmax(rms <= within * rms.min()))


def _nights(forcing: Forcing, imposed: Floats, *, settle_h: int = 6) -> Ints:
    """(n_hours,) the number of the night of each dark, dry, wholly observed hour, -1 of the others.

    The first hours of a record are left out: the column has to settle.
    """
    per_h = round(3600.0 / forcing.step_s)
    n = forcing.steps // per_h
    each = slice(0, n * per_h)
    dark = (forcing.air.sun_elevation[0, each] < 0.0).reshape(n, per_h).all(axis=1)
    dry = (forcing.air.precip[0, each] <= 0.0).reshape(n, per_h).all(axis=1)
    seen = ~np.isnan(imposed[0, each]).reshape(n, per_h).any(axis=1)
    number = np.cumsum(np.diff(dark.astype(int), prepend=0) == 1)
    good = dark & dry & seen & (np.arange(n) >= settle_h)
    return np.asarray(np.where(good, number, -1), np.int64)


def _sky(forcing: Forcing, cloud: float) -> Floats:
    """(n_hours,) long wave of the sky under a cloud [W/m²]."""
    per_h = round(3600.0 / forcing.step_s)
    n = forcing.steps // per_h
    air = forcing.air.air_c[0]
    long = sky_long_wave(air, forcing.air.humidity[0] * saturation_hpa(air), np.full(len(air), cloud))
    return np.asarray(long[: n * per_h].reshape(n, per_h).mean(axis=1))
