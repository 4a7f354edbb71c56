"""How far a forecast of surface temperature may be off: the growth of its error, learned on hindcasts.

The error is taken as logistic round the forecast, with the scale

    s = sqrt(start² + grown² (dark² + (sun sin h)² + lacking²)),    grown = 1 - exp(-lead / within),

h the sun's elevation: what the weather does to a road is larger the higher the sun, and grows for some hours from a
start that ends on an observation; from one that was not seen it is there from the first minute (grown = 1). The
numbers of ``LEARNED`` are those that ``python -m tests.benchmarks.ranges_learn`` finds on the records of
``docs/road-model.md``; the benchmark ``ranges`` scores each record with numbers that were learned on the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
OUTER = float(np.log(9.0))
"""The tenth and ninetieth percentile of a logistic distribution, in scales."""
LEVELS = tuple((k + 0.5) / 20 for k in range(20))
"""The levels at which a distribution is written down as quantiles of equal weight."""


class ErrorGrowth(NamedTuple):
    """The numbers of the scale [K].

    ``seen_k`` and ``unseen_k``: a start that ends on an observation, and one without; ``dark_k`` and ``sun_k`` (under
    a sun in the zenith) after many hours, growing with ``within_h`` [h]; ``cloud_k``, ``wind_k``, ``humidity_k``: what
    comes on top where the forecast lacks them. All are ``times`` as large where a station's own record says so.
    ``seen_k`` is what a sensor in a road can tell, the others are learned.
    """

    seen_k: float = 0.1
    unseen_k: float = 0.71
    dark_k: float = 0.83
    sun_k: float = 6.6
    within_h: float = 2.6
    cloud_k: float = 0.84
    wind_k: float = 0.0
    humidity_k: float = 0.32
    times: float = 1.0


LEARNED = ErrorGrowth()


def scale_k(
    lead_h: Floats, sun_sine: Floats, *, seen: bool = True, lacking: Iterable[str] = (), growth: ErrorGrowth = LEARNED
) -> Floats:
    """The scale of the error [K] by lead, of the shape of ``lead_h`` and ``sun_sine`` (sine of the sun's elevation).

    ``seen``: the start ends on an observation. ``lacking`` names what the forecast lacks: cloud, wind, humidity.
    """
    grown = 1.0 - np.exp(-np.maximum(lead_h, 0.0) / growth.within_h) if seen else 1.0
    lacks = sum(getattr(growth, f"{name}_k") ** 2 for name in lacking)
    weather = growth.dark_k**2 + (growth.sun_k * np.maximum(sun_sine, 0.0)) ** 2 + lacks
    at_start = growth.seen_k if seen else growth.unseen_k
    return np.asarray(growth.times * np.sqrt(at_start**2 + grown**2 * weather))


def outer(middle: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """The tenth and the ninetieth percentile."""
    return middle - OUTER * scale, middle + OUTER * scale


def quantiles(middle: Floats, scale: Floats, levels: tuple[float, ...] = LEVELS) -> Floats:
    """(q, ...) the temperatures under which the observed one lies with the probabilities ``levels``."""
    at = np.log(np.array(levels) / (1.0 - np.array(levels)))
    return np.asarray(middle + at.reshape(-1, *([1] * np.ndim(middle))) * scale)


def below(middle: Floats, scale: Floats, at_c: float = 0.0) -> Floats:
    """The probability that it is colder than ``at_c``."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip((at_c - middle) / scale, -50.0, 50.0))))


def respread(members: Floats, scale: Floats) -> Floats:
    """Members (m, n) spread as the error is round the first, each in the place that it has among them at each time.

    So what a member holds of water and ice stays with its temperature: ensemble copula coupling (Schefzik et al. 2013).
    """
    count = len(members)
    place = np.argsort(np.argsort(members, axis=0, kind="stable"), axis=0, kind="stable")
    laid = quantiles(members[0], scale, tuple((k + 0.5) / count for k in range(count)))
    return np.asarray(np.take_along_axis(laid, place, axis=0))


def by_record(
    growth: ErrorGrowth, errors: Floats, scales: Floats, cases: int, *, enough: float = 8.0, most: float = 3.0
) -> ErrorGrowth:
    """The growth for a station whose own hindcasts had these ``errors`` where ``scales`` were expected (n,) [K].

    ``times`` is the mean of error by scale over what it is in a logistic distribution (2 ln 2), drawn towards 1 as if
    ``enough`` cases more had been as expected: at eight, two days of starts six hours apart, both count the same. It is
    at most ``most`` or its inverse. These two are design choices.
    """
    if not cases or not len(errors):
        return growth
    times = float(np.mean(np.abs(errors) / scales)) / (2.0 * np.log(2.0))
    times = max(times, 1e-3) ** (cases / (cases + enough))
    return growth._replace(times=growth.times * min(most, max(1.0 / most, times)))
