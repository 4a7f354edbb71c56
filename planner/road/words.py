"""A road forecast from files as text or JSON, with its scores where observations reach beyond its beginning."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.formats import figure
from city.catalogue.message import Message, Span, message
from city.catalogue.words import Words, name_of, words
from models.road.radiation import dark
from models.road.score import ErrorFigures, bands, brier, by_lead, event, held, reliability
from planner.road.forecast import Bundle, ObservedRow, SiteForecast, forecast_all, load
from planner.road.start import Start
from planner.words.table import aligned

Floats = npt.NDArray[np.floating[Any]]
COLUMNS = ("time", "surface", "span", "water", "ice", "frost", "snow", "depth", "", "slips")
EVENT = ("hits", "misses", "false_alarms", "rejections", "pod", "far", "csi", "frequency_bias")


def answer(folder: Path, words: Words, *, as_json: bool) -> str:
    """What ``dagsplan forecast road --files`` prints: in a language, or as JSON with English notes."""
    bundle = load(folder)
    made = forecast_all(bundle)
    return json.dumps(as_dict(bundle, made), ensure_ascii=False) if as_json else readable(bundle, made, words)


def as_dict(bundle: Bundle, forecasts: Sequence[SiteForecast]) -> dict[str, Any]:
    """The answer of ``--json``: per site its notes, hours and scores."""
    return {"at": bundle.at.isoformat(), "sites": [_site(bundle, forecast) for forecast in forecasts]}


def _site(bundle: Bundle, forecast: SiteForecast) -> dict[str, Any]:
    return {
        "id": forecast.site,
        "notes": [words("en").say(note) for note in forecast.notes],
        "correction_w_m2": round(forecast.start.correction_w_m2, 1),
        "start": _start(forecast.start),
        "hours": [_hour(forecast, k) for k in range(11, len(forecast.times), 12)],
        "scores": scores(bundle, forecast),
    }


def _start(start: Start) -> dict[str, Any]:
    """How it begins: where, and how far the model with its correction was from the last observation."""
    time, surface_c = start.last or (None, None)
    return {
        "surface_c": round(start.surface_c, 2),
        "observed_c": surface_c,
        "observed_at": None if time is None else time.astimezone(UTC).isoformat(),
        "miss_k": _two(start.miss_k),
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
    site = next(row for row in bundle.sites if row.id == forecast.site)
    night = dark([r.time for r in after], site.lat, site.lon)
    frozen = observed < 0.0
    chance = np.interp(lead, _leads(bundle.at, forecast), forecast.frozen)
    return {
        "surface": {
            name: {part: _rounded(e) for part, e in parts.items()}
            for name, parts in by_lead(named, observed, lead, night).items()
        },
        "range": _range(bundle, forecast, observed, lead, night),
        "frozen": {name: _event(values < 0.0, frozen, ~np.isnan(values)) for name, values in named.items()}
        | {"brier": _two(brier(chance, frozen)), "reliability": reliability(chance, frozen)},
        **_other_events(bundle, forecast, after, lead),
    }


def _range(
    bundle: Bundle, f: SiteForecast, observed: Floats, lead: Floats, night: npt.NDArray[np.bool_]
) -> dict[str, dict[str, Any]]:
    """By the same parts as the errors: how many observations the range held, how wide it was, and its CRPS."""
    at = _leads(bundle.at, f)
    low, high = np.interp(lead, at, f.low_c), np.interp(lead, at, f.high_c)
    members = np.array([np.interp(lead, at, member) for member in f.quantiles_c])
    told = {part: held(observed, low, high, members, rows) for part, rows in bands(lead, observed, night).items()}
    return {
        part: {"count": of.count, "inside": _two(of.inside), "width": _two(of.width), "crps": _two(of.crps)}
        for part, of in told.items()
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


def readable(bundle: Bundle, forecasts: Sequence[SiteForecast], words: Words) -> str:
    """The answer as text in a language: a table of hours, then notes and scores."""
    return "\n\n".join("\n".join(_lines(bundle, forecast, words)) for forecast in forecasts)


def _lines(bundle: Bundle, f: SiteForecast, words: Words) -> Iterator[str]:
    yield words("cli.forecast.from", site=f.site, at=f"{bundle.at:%Y-%m-%d %H:%M %Z}")
    head = [words(f"cli.forecast.{name}") if name else "" for name in COLUMNS]
    yield from aligned([head, *(_cells(_hour(f, k), words) for k in range(11, len(f.times), 12))], "<><>>>>><>")
    if not np.isnan(f.start.miss_k):
        told = {"correction": f.start.correction_w_m2, "miss": f.start.miss_k, "begins": f.start.surface_c}
        yield words("cli.forecast.start", **told)
    yield from (words("cli.forecast.note", note=note) for note in f.notes)
    scored = scores(bundle, f)
    yield from [words("cli.forecast.not_scored")] if scored is None else _score_lines(scored, words)


def _cells(hour: dict[str, Any], words: Words) -> list[str]:
    def said(name: str, digits: int) -> str:
        return figure(words.locale, hour[name], digits)

    span = words("cli.forecast.range", span=Span(hour["surface_low_c"], hour["surface_high_c"]))
    stores = [said(f"{name}_mm", 2) for name in ("water", "ice", "frost", "snow")]
    wet = words("cli.forecast.wet") if hour["wet_snow"] else ""
    slips = words("cli.forecast.percent", percent=100 * hour["slippery_probability"])
    return [hour["time"][:16], said("surface_c", 1), span, *stores, said("depth_cm", 1), wet, slips]


def _score_lines(told: dict[str, Any], words: Words) -> Iterator[str]:
    yield words("cli.forecast.errors")
    for name, parts in told["surface"].items():
        shown = tuple(_error(part, figures) for part, figures in parts.items() if figures["count"])
        yield f"  {words(f'cli.forecast.by.{_key(name)}')}: {words('format.clauses', parts=shown)}"
    parts = {part: figures for part, figures in told["range"].items() if figures["count"]}
    shown = tuple(_within(part, figures) for part, figures in parts.items())
    yield words("cli.forecast.held", parts=shown)
    for what in ("frozen", "slippery", "plough_needed"):
        if what in told:
            yield from _event_lines(what, told[what], words)


def _error(part: str, figures: dict[str, Any]) -> Message:
    name = name_of(f"cli.forecast.part.{part}", part)
    errors = {kind: figures[kind] for kind in ("rmse", "mae", "bias")}
    return message("cli.forecast.error", part=name, n=figures["count"], **errors)


def _within(part: str, figures: dict[str, Any]) -> Message:
    name, inside = name_of(f"cli.forecast.part.{part}", part), 100.0 * figures["inside"]
    return message(
        "cli.forecast.within",
        part=name,
        inside=inside,
        width=figures["width"],
        crps=figures["crps"],
        n=figures["count"],
    )


def _event_lines(what: str, told: dict[str, Any], words: Words) -> Iterator[str]:
    """How often it was said, beside how often it was so, by each forecast that said it."""
    by = {name: figures for name, figures in told.items() if isinstance(figures, dict)} or {"model": told}
    head = [words(f"cli.forecast.{what}"), *(words(f"cli.forecast.{name}") for name in EVENT)]
    rows = [[words(f"cli.forecast.by.{_key(n)}"), *(_rate(of[name], words) for name in EVENT)] for n, of in by.items()]
    yield from aligned([head, *rows], "<" + ">" * len(EVENT))
    if told.get("brier") is not None:
        yield words("cli.forecast.brier", brier=told["brier"])
        bins = tuple(
            message("cli.forecast.bin", said=100 * said, was=100 * was, n=n) for said, was, n in told["reliability"]
        )
        yield words("cli.forecast.reliability", bins=bins)


def _rate(value: float | None, words: Words) -> str:
    return "–" if value is None else figure(words.locale, value, 0 if isinstance(value, int) else 2)


def _key(name: str) -> str:
    return name.replace(" ", "_")


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
