"""A road forecast from files as text or JSON, with its scores where observations reach beyond its beginning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.formats import figure
from city.catalogue.message import Message, Span, message
from city.catalogue.words import Words, name_of, words
from planner.road import record
from planner.road.forecast import Bundle, SiteForecast, forecast_all, load
from planner.road.record import StationRecord
from planner.road.scores import rounded, scores
from planner.road.start import Start, clock
from planner.words.table import aligned

Floats = npt.NDArray[np.floating[Any]]
COLUMNS = ("time", "surface", "span", "water", "ice", "frost", "snow", "depth", "", "slips")
EVENT = ("hits", "misses", "false_alarms", "rejections", "pod", "far", "csi", "frequency_bias")


def answer(folder: Path, words: Words, *, as_json: bool) -> str:
    """What ``dagsplan forecast road --files`` prints: in a language, or as JSON with English notes."""
    bundle = load(folder)
    made = forecast_all(bundle)
    return json.dumps(as_dict(bundle, made), ensure_ascii=False) if as_json else readable(bundle, made, words)


def record_answer(found: Sequence[StationRecord], words: Words, *, as_json: bool) -> str:
    """What many starts at each station came to, in a language or as JSON."""
    if as_json:
        return json.dumps({"stations": [record.as_dict(station) for station in found]}, ensure_ascii=False)
    return "\n\n".join("\n".join(_record_lines(station, words)) for station in found)


def _record_lines(station: StationRecord, words: Words) -> Iterator[str]:
    if station.failed:
        yield words("cli.forecast.failed", site=station.site, n=station.failed)
    if station.scored is None or station.since is None or station.until is None:
        yield words("cli.forecast.no_starts", site=station.site)
        return
    since, until = clock(station.since), clock(station.until)
    yield words("cli.forecast.starts", n=station.starts, site=station.site, since=since, until=until)
    yield words("cli.forecast.measured" if station.measured else "cli.forecast.of_the_time")
    yield from _score_lines(station.scored, words)


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
        "miss_k": rounded(start.miss_k),
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
