"""A road forecast from files as text or JSON, with its scores where observations reach beyond its beginning."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.score import ErrorFigures, brier, by_lead, event, reliability
from planner.road.forecast import Bundle, ObservedRow, SiteForecast, forecast_all, load

Floats = npt.NDArray[np.floating[Any]]


def answer(folder: Path, *, as_json: bool) -> str:
    """What ``dagsplan forecast road --files`` prints."""
    bundle = load(folder)
    made = forecast_all(bundle)
    return json.dumps(as_dict(bundle, made), ensure_ascii=False) if as_json else readable(bundle, made)


def as_dict(bundle: Bundle, forecasts: Sequence[SiteForecast]) -> dict[str, Any]:
    """The answer of ``--json``: per site its notes, hours and scores."""
    return {"at": bundle.at.isoformat(), "sites": [_site(bundle, forecast) for forecast in forecasts]}


def _site(bundle: Bundle, forecast: SiteForecast) -> dict[str, Any]:
    return {
        "id": forecast.site,
        "notes": list(forecast.notes),
        "correction_w_m2": round(forecast.correction_w_m2, 1),
        "hours": [_hour(forecast, k) for k in range(11, len(forecast.times), 12)],
        "scores": scores(bundle, forecast),
    }


def _hour(f: SiteForecast, k: int) -> dict[str, Any]:
    water, ice, frost, snow = (round(float(value), 2) for value in f.store_mm[k])
    return {
        "time": f.times[k].astimezone(UTC).isoformat(),
        "surface_c": round(float(f.surface_c[k]), 2),
        "surface_low_c": round(float(f.low_c[k]), 2),
        "surface_high_c": round(float(f.high_c[k]), 2),
        "water_mm": water,
        "ice_mm": ice,
        "frost_mm": frost,
        "snow_mm": snow,
        "depth_cm": round(float(f.depth_cm[k]), 1),
        "depth_high_cm": round(float(f.depth_high_cm[k]), 1),
        "wet_snow": bool(f.wet[k]),
        "frozen_probability": round(float(f.frozen[k]), 2),
        "slippery_probability": round(float(f.slippery[k]), 2),
    }


def scores(bundle: Bundle, forecast: SiteForecast) -> dict[str, Any] | None:
    """Errors by lead and events, beside persistence, air temperature and the other model; None without observations."""
    rows = _own(bundle.observed, forecast.site)
    after = [r for r in rows if r.surface_c is not None and bundle.at < r.time <= forecast.times[-1]]
    if not after:
        return None
    lead = np.array([(r.time - bundle.at) / timedelta(hours=1) for r in after])
    observed = np.array([r.surface_c for r in after], float)
    named = _references(bundle, forecast, rows, lead)
    hour = np.array([(r.time.astimezone(UTC).hour + r.time.minute / 60) for r in after])
    night = (hour >= 19) | (hour < 5)
    frozen = observed < 0.0
    chance = np.interp(lead, _leads(bundle.at, forecast), forecast.frozen)
    return {
        "surface": {
            name: {part: _rounded(e) for part, e in parts.items()}
            for name, parts in by_lead(named, observed, lead, night).items()
        },
        "frozen": {name: _event(values < 0.0, frozen, ~np.isnan(values)) for name, values in named.items()}
        | {"brier": _two(brier(chance, frozen)), "reliability": reliability(chance, frozen)},
        **_other_events(bundle, forecast, after, lead),
    }


def _references(bundle: Bundle, f: SiteForecast, rows: Sequence[ObservedRow], lead: Floats) -> dict[str, Floats]:
    at = _leads(bundle.at, f)
    named: dict[str, Floats] = {"model": np.interp(lead, at, f.surface_c)}
    last = [r.surface_c for r in rows if r.surface_c is not None and r.time <= bundle.at]
    if last:
        named["persistence"] = np.full(len(lead), float(last[-1] or 0.0))
    named["air temperature"] = np.interp(lead, at, f.air_c)
    other = sorted(_own(bundle.other, f.site), key=lambda r: r.time)
    if other:
        times = np.array([(r.time - bundle.at) / timedelta(hours=1) for r in other])
        values = np.array([r.surface_c for r in other], float)
        named["other model"] = np.interp(lead, times, values, left=np.nan, right=np.nan)
    return named


def _other_events(bundle: Bundle, f: SiteForecast, after: Sequence[ObservedRow], lead: Floats) -> dict[str, Any]:
    """Slippery and plough-needed, where somebody wrote down how it was."""
    at, found = _leads(bundle.at, f), {}
    said = [i for i, r in enumerate(after) if r.slippery is not None]
    if said:
        truth = np.array([bool(after[i].slippery) for i in said])
        chance = np.interp(lead[said], at, f.slippery)
        counted = _event(chance >= 0.5, truth, np.ones(len(said), bool))
        found["slippery"] = counted | {"brier": _two(brier(chance, truth)), "reliability": reliability(chance, truth)}
    deep = [i for i, r in enumerate(after) if r.depth_cm is not None]
    if deep:
        truth = np.array([(after[i].depth_cm or 0.0) >= bundle.plough_cm for i in deep])
        needed = np.interp(lead[deep], at, f.depth_cm) >= bundle.plough_cm
        found["plough_needed"] = _event(needed, truth, np.ones(len(deep), bool))
    return found


def readable(bundle: Bundle, forecasts: Sequence[SiteForecast]) -> str:
    """The answer as text: a table an hour, then notes and scores."""
    return "\n\n".join(_text(bundle, forecast) for forecast in forecasts)


def _text(bundle: Bundle, f: SiteForecast) -> str:
    lines = [
        f"{f.site}, from {bundle.at:%Y-%m-%d %H:%M %Z}",
        "time (UTC)         surface °C (range)     water   ice frost  snow mm   depth cm  slippery",
    ]
    for k in range(11, len(f.times), 12):
        hour = _hour(f, k)
        span = f"({hour['surface_low_c']:.1f} to {hour['surface_high_c']:.1f})"
        stores = f"{hour['water_mm']:6.2f}{hour['ice_mm']:6.2f}{hour['frost_mm']:6.2f}{hour['snow_mm']:6.2f}"
        wet = " wet" if hour["wet_snow"] else ""
        lines.append(
            f"{hour['time'][:16]}   {hour['surface_c']:6.1f} {span:<18}{stores}   {hour['depth_cm']:8.1f}{wet:<4}"
            f"  {100 * hour['slippery_probability']:4.0f} %"
        )
    lines += [f"note: {note}" for note in f.notes]
    told = scores(bundle, f)
    return "\n".join(lines + (_score_lines(told) if told else ["no observation after the beginning: nothing scored"]))


def _score_lines(told: dict[str, Any]) -> list[str]:
    lines = ["RMSE / MAE / bias of the surface temperature [K] (pairs)"]
    for name, parts in told["surface"].items():
        shown = [
            f"{part} {e['rmse']:.2f}/{e['mae']:.2f}/{e['bias']:+.2f} ({e['count']})"
            for part, e in parts.items()
            if e["count"]
        ]
        lines.append(f"  {name}: " + "; ".join(shown))
    for what in ("frozen", "slippery", "plough_needed"):
        if what in told:
            lines.append(f"{what}: {told[what]}")
    return lines


def _own(rows: Sequence[Any], site: str) -> list[Any]:
    own = [row for row in rows if row.site == site] or [row for row in rows if row.site is None]
    return sorted(own, key=lambda row: row.time)


def _leads(at: datetime, f: SiteForecast) -> Floats:
    return np.array([(time - at) / timedelta(hours=1) for time in f.times])


def _event(
    forecast: npt.NDArray[np.bool_], observed: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    found = event(forecast, observed, known)
    rates = {"pod": found.pod, "far": found.far, "csi": found.csi, "frequency_bias": found.frequency_bias}
    return dataclasses.asdict(found) | {name: _two(value) for name, value in rates.items()}


def _rounded(e: ErrorFigures) -> dict[str, Any]:
    return {"count": e.count, "rmse": _two(e.rmse), "mae": _two(e.mae), "bias": _two(e.bias)}


def _two(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)
