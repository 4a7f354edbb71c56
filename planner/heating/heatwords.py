"""A heat forecast from files as text or JSON, with its errors beside the candidates'."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from city.catalogue.message import message
from city.catalogue.words import Words, words
from models.heatload import CANDIDATES, Blend
from models.indoor import WAYS, IndoorBlend
from planner.heating.heatfiles import load_heat
from planner.heating.heatforecast import HeatForecast, HourRange, forecast_heat
from planner.words.table import aligned


def heat_answer(folder: Path, words: Words, *, as_json: bool) -> str:
    """What ``dagsplan forecast heat --files`` prints: in a language, or as JSON with English notes."""
    made = forecast_heat(load_heat(folder))
    if as_json:
        return json.dumps({"buildings": [_as_dict(one) for one in made]}, ensure_ascii=False)
    return "\n\n".join("\n".join(_building(one, words)) for one in made)


def _as_dict(one: HeatForecast) -> dict[str, Any]:
    return {
        "id": one.building,
        "notes": [words("en").say(note) for note in one.notes],
        "hours": [_hour(one, k) for k in range(len(one.times))],
        "load": None if one.load_of is None else _load_card(one.load_of),
        "indoor": None if one.indoor_of is None else _indoor_card(one.indoor_of),
        "scores": {"load_rmse_kw": _rounded(one.load_came), "indoor_rmse_k": _rounded(one.indoor_came)},
    }


def _load_card(of: Blend) -> dict[str, Any]:
    """What the load is blended of, and how each did on the last weeks: hourly CV(RMSE) a day ahead [%]."""
    share = 100.0 / of.mean_kw if of.mean_kw > 0 else float("nan")
    known = of.errors[np.isfinite(of.errors)]
    return {
        "champion": of.champion,
        "cv_rmse_pct": _rounded(share * float(np.sqrt((known**2).mean())) if len(known) else float("nan")),
        "nmbe_pct": _rounded(share * float(known.mean()) if len(known) else float("nan")),
        "candidates": {
            name: {"weight": _rounded(weight), "cv_rmse_pct": _rounded(share * rmse)}
            for name, weight, rmse in zip(CANDIDATES, of.weights.tolist(), of.rmse.tolist(), strict=True)
        },
    }


def _indoor_card(of: IndoorBlend) -> dict[str, Any]:
    """What the indoor temperature is blended of, and the RMSE of a day's path on the last days [K]."""
    known = of.errors[np.isfinite(of.errors)]
    return {
        "champion": of.champion,
        "rmse_k": _rounded(float(np.sqrt((known**2).mean())) if len(known) else float("nan")),
        "weakly_identified": [] if of.building is None else list(of.building.weak),
        "candidates": {
            name: {"weight": _rounded(weight), "rmse_k": _rounded(rmse)}
            for name, weight, rmse in zip(WAYS, of.weights.tolist(), of.rmse.tolist(), strict=True)
        },
    }


def _hour(one: HeatForecast, k: int) -> dict[str, Any]:
    hour: dict[str, Any] = {"time": one.times[k].isoformat()}
    for name, unit, part in (("load", "kw", one.load), ("indoor", "c", one.indoor)):
        if part is not None:
            hour |= {f"{name}_{unit}": _rounded(float(part.mid[k]))}
            hour |= {
                f"{name}_low_{unit}": _rounded(float(part.low[k])),
                f"{name}_high_{unit}": _rounded(float(part.high[k])),
            }
    return hour


def _rounded(value: float, digits: int = 2) -> float | None:
    return round(value, digits) if math.isfinite(value) else None


def _building(one: HeatForecast, t: Words) -> Iterator[str]:
    yield t("cli.heat.from", building=one.building, at=f"{one.times[0]:%Y-%m-%d %H.%M}")
    yield from (t("cli.heat.note_line", note=t.say(note)) for note in one.notes)
    rows = [[t("cli.heat.time"), t("cli.heat.load"), t("cli.heat.indoor")]]
    rows += [
        [f"{one.times[k]:%d %H.%M}", _span(one.load, k, t, "load"), _span(one.indoor, k, t, "indoor")]
        for k in range(0, len(one.times), 3)
    ]
    yield from aligned(rows, "<>>")
    if one.load_of is not None:
        card = _load_card(one.load_of)
        yield t(
            "cli.heat.load_card",
            cv=_said(card["cv_rmse_pct"]),
            parts=_parts(card["candidates"], "cv_rmse_pct", t, CANDIDATES),
        )
    if one.indoor_of is not None:
        card = _indoor_card(one.indoor_of)
        yield t("cli.heat.indoor_card", rmse=_said(card["rmse_k"]), parts=_parts(card["candidates"], "rmse_k", t, WAYS))
    yield from _came(one, t)


def _came(one: HeatForecast, t: Words) -> Iterator[str]:
    """The errors against what came, where the folder holds any."""
    errors = (("load", one.load_came), ("indoor", one.indoor_came))
    parts = tuple(message(f"cli.heat.came_{name}", rmse=error) for name, error in errors if math.isfinite(error))
    if parts:
        yield t("cli.heat.came", parts=parts)


def _span(part: HourRange | None, k: int, t: Words, key: str) -> str:
    if part is None or not math.isfinite(part.mid[k]):
        return "–"
    if not math.isfinite(part.low[k]):
        return t(f"cli.heat.alone.{key}", mid=float(part.mid[k]))
    return t(f"cli.heat.span.{key}", mid=float(part.mid[k]), low=float(part.low[k]), high=float(part.high[k]))


def _said(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _parts(candidates: dict[str, Any], key: str, t: Words, names: tuple[str, ...]) -> str:
    named = {name: t(f"cli.heat.of.{name}") for name in names}
    return ", ".join(f"{named[name]} {_said(candidates[name][key])}" for name in names)
