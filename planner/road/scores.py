"""What a road forecast said beside what came: the pairs of one start or of many, and their scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.radiation import dark
from models.road.score import RangeFigures, bands, brier, by_lead, event, held, reliability
from planner.road.forecast import Bundle, ObservedRow, SiteForecast

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Observations with what was forecast of them, every array (n,), NaN where one is not known.

    ``lead_h`` from the start, ``night`` by the sun, ``named`` surface temperatures by who said them; the range ``low``
    to ``high`` and its ``members`` (m, n); ``frozen`` and ``slippery`` probabilities and ``depth_cm`` forecast, with
    ``slips`` (1 or 0) and ``lies_cm`` observed; ``plough_cm`` the depth from which a plough is needed.
    """

    lead_h: Floats
    observed: Floats
    night: Bools
    named: Mapping[str, Floats]
    low: Floats
    high: Floats
    members: Floats
    frozen: Floats
    slippery: Floats
    slips: Floats
    depth_cm: Floats
    lies_cm: Floats
    plough_cm: float


def scores(bundle: Bundle, forecast: SiteForecast) -> dict[str, Any] | None:
    """Errors by lead and events, beside persistence, air temperature and the other model; None without observations."""
    pairs = pairs_of(bundle, forecast)
    return None if pairs is None else scored(pairs)


def pairs_of(bundle: Bundle, f: SiteForecast) -> Pairs | None:
    """The observations of a site after the beginning with what was forecast; None where there are none."""
    rows = _own(bundle.observed, f.site)
    after = [r for r in rows if r.surface_c is not None and bundle.at < r.time <= f.times[-1]]
    if not after:
        return None
    at = np.array([(time - bundle.at) / timedelta(hours=1) for time in f.times])
    lead = np.array([(r.time - bundle.at) / timedelta(hours=1) for r in after])
    site = next(row for row in bundle.sites if row.id == f.site)

    def laid(values: Floats) -> Floats:
        return np.asarray(np.interp(lead, at, values))

    return Pairs(
        lead,
        _seen([r.surface_c for r in after]),
        dark([r.time for r in after], site.lat, site.lon),
        _references(bundle, f, rows, lead, at),
        laid(f.low_c),
        laid(f.high_c),
        np.array([laid(member) for member in f.quantiles_c]),
        laid(f.frozen),
        laid(f.slippery),
        _seen([r.slippery for r in after]),
        laid(f.depth_cm),
        _seen([r.depth_cm for r in after]),
        bundle.plough_cm,
    )


def together(parts: Sequence[Pairs]) -> Pairs:
    """The pairs of many starts as one; who said nothing at one of them is not known there."""
    names = list(dict.fromkeys(name for part in parts for name in part.named))
    named = {
        name: np.concatenate([part.named.get(name, np.full(len(part.lead_h), np.nan)) for part in parts])
        for name in names
    }
    flat = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts], axis=-1)
        for field in dataclasses.fields(Pairs)
        if field.name not in ("named", "plough_cm")
    }
    return Pairs(named=named, plough_cm=parts[0].plough_cm, **flat)


def scored(pairs: Pairs) -> dict[str, Any]:
    """Errors by part of each who forecast, what the range held, and the events, as ``--json`` gives them."""
    frozen, known = pairs.observed < 0.0, np.ones(len(pairs.observed), bool)
    parts = bands(pairs.lead_h, pairs.observed, pairs.night)
    surface = by_lead(pairs.named, pairs.observed, pairs.lead_h, pairs.night)
    said: dict[str, Any] = {name: _event(v < 0.0, frozen, ~np.isnan(v)) for name, v in pairs.named.items()}
    found: dict[str, Any] = {
        "surface": {name: {part: _figures(e) for part, e in of.items()} for name, of in surface.items()},
        "range": {part: _figures(_held(pairs, rows)) for part, rows in parts.items()},
        "frozen": said | _chances(pairs.frozen, frozen, known),
    }
    said_how = ~np.isnan(pairs.slips)
    if said_how.any():
        truth = pairs.slips == 1.0
        counted = _event(pairs.slippery >= 0.5, truth, said_how)
        found["slippery"] = counted | _chances(pairs.slippery, truth, said_how)
    measured = ~np.isnan(pairs.lies_cm)
    if measured.any():
        found["plough_needed"] = _event(pairs.depth_cm >= pairs.plough_cm, pairs.lies_cm >= pairs.plough_cm, measured)
    return found


def _held(pairs: Pairs, chosen: Bools) -> RangeFigures:
    return held(pairs.observed, pairs.low, pairs.high, pairs.members, chosen)


def rounded(value: float) -> float | None:
    """A figure of an answer; None for one that is not known."""
    return None if np.isnan(value) else round(value, 3)


def _references(
    bundle: Bundle, f: SiteForecast, rows: Sequence[ObservedRow], lead: Floats, at: Floats
) -> dict[str, Floats]:
    named: dict[str, Floats] = {"model": np.interp(lead, at, f.surface_c)}
    last = [r.surface_c for r in rows if r.surface_c is not None and r.time <= bundle.at]
    if last:
        named["persistence"] = np.full(len(lead), last[-1])
    named["air temperature"] = np.interp(lead, at, f.air_c)
    other = _own(bundle.other, f.site)
    if other:
        times = np.array([(r.time - bundle.at) / timedelta(hours=1) for r in other])
        values = np.array([r.surface_c for r in other], float)
        named["other model"] = np.interp(lead, times, values, left=np.nan, right=np.nan)
    return named


def _own(rows: Sequence[Any], site: str) -> list[Any]:
    own = [row for row in rows if row.site == site] or [row for row in rows if row.site is None]
    return sorted(own, key=_time)


def _time(row: Any) -> datetime:  # noqa: ANN401 - any row with a time
    time: datetime = row.time
    return time


def _seen(values: Sequence[float | bool | None]) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values], float)


def _event(forecast: Bools, observed: Bools, known: Bools) -> dict[str, Any]:
    found = event(forecast, observed, known)
    rates = {"pod": found.pod, "far": found.far, "csi": found.csi, "frequency_bias": found.frequency_bias}
    return dataclasses.asdict(found) | {name: rounded(value) for name, value in rates.items()}


def _chances(chance: Floats, truth: Bools, known: Bools) -> dict[str, Any]:
    return {
        "brier": rounded(brier(chance[known], truth[known])),
        "reliability": reliability(chance[known], truth[known]),
    }


def _figures(found: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass of a count and figures
    return {name: value if name == "count" else rounded(value) for name, value in dataclasses.asdict(found).items()}
