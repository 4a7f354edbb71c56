"""A fill forecast from files as text or JSON, with its errors beside the baselines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from city.catalogue.message import message
from city.catalogue.words import Words
from planner.waste.fillfiles import FillRecord, load_fill
from planner.waste.fillforecast import FillScore, VesselForecast, forecast_fill, score_fill
from planner.words.table import aligned


def fill_answer(folder: Path, words: Words, *, as_json: bool) -> str:
    """What ``dagsplan forecast fill --files`` prints: in a language, or as JSON."""
    record = load_fill(folder)
    made, scored = forecast_fill(record), score_fill(record)
    if as_json:
        return json.dumps(_as_dict(record, made, scored), ensure_ascii=False)
    return "\n\n".join(["\n".join(_vessels(record, made, words)), "\n".join(_scores(scored, words))])


def _as_dict(record: FillRecord, made: Sequence[VesselForecast], scored: Sequence[FillScore]) -> dict[str, Any]:
    return {
        "at": record.at.isoformat(),
        "full_pct": record.full_pct,
        "vessels": [_vessel(one) for one in made],
        "scores": [_score(score) for score in scored],
    }


def _vessel(one: VesselForecast) -> dict[str, Any]:
    state = one.state
    return {
        "id": one.read.record.row.id,
        "level_pct": round(state.level_pct, 1),
        "measured_at": _iso(state.measured_at),
        "noise_pct": round(state.noise_pct, 2),
        "inflow_pct_day": round(state.rate_pct_day, 2),
        "known_days": round(state.days, 1),
        "doubt": state.doubt or None,
        "readings": len(one.read.past.levels),
        "passed_over": int(np.isnan(one.read.past.levels.level).sum()),
        "emptied": [
            {
                "at": _iso(emptying.second),
                "before_pct": _rounded(emptying.before_pct),
                "after_pct": _rounded(emptying.after_pct),
                "confirmed": emptying.confirmed,
                "partial": emptying.partial(),
            }
            for emptying in one.read.past.emptied
        ],
        "days": [_day(one, day) for day in range(len(one.mid))],
    }


def _day(one: VesselForecast, day: int) -> dict[str, Any]:
    """``day`` counts from 0; it is said from 1."""
    low, mid, high = (round(float(values[day]), 1) for values in (one.low, one.mid, one.high))
    return {"day": day + 1, "low_pct": low, "mid_pct": mid, "high_pct": high, "overflow": round(one.overflow[day], 4)}


def _score(score: FillScore) -> dict[str, Any]:
    return {
        "day": score.day,
        "n": score.n,
        "mae_pct": _rounded(score.mae),
        "mae_mean_rate_pct": _rounded(score.mae_rate),
        "mae_persistence_pct": _rounded(score.mae_persistence),
        "under_high": _rounded(score.under_high, 3),
        "overflow_rate": _rounded(score.overflowed, 4),
        "brier_over_base_rate": _rounded(score.brier_share, 3),
    }


def _iso(second: float) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


def _rounded(value: float, digits: int = 2) -> float | None:
    return round(value, digits) if math.isfinite(value) else None


def _vessels(record: FillRecord, made: Sequence[VesselForecast], t: Words) -> Iterator[str]:
    """A line for each vessel: level, inflow, and the days ahead with their range and chance."""
    yield t("cli.fill.from", at=f"{record.at.astimezone(UTC):%Y-%m-%d %H.%M}")
    ahead = [day for day in (1, 2, 3, 7) if day <= record.days]
    heads = [t("cli.fill.vessel"), t("cli.fill.level"), t("cli.fill.inflow")]
    rows = [[*heads, *(t("cli.fill.day", n=day) for day in ahead), ""]]
    for one in made:
        cells = [
            t("cli.fill.percent", percent=one.state.level_pct),
            t("cli.fill.per_day", percent=one.state.rate_pct_day),
        ]
        days = [
            t(
                "cli.fill.ahead",
                mid=one.mid[day - 1],
                low=f"{one.low[day - 1]:.0f}",
                high=f"{one.high[day - 1]:.0f}",
                chance=100.0 * one.overflow[day - 1],
            )
            for day in ahead
        ]
        doubt = t.say(message(f"cli.fill.doubt.{one.state.doubt}")) if one.state.doubt else ""
        rows.append([one.read.record.row.id, *cells, *days, doubt])
    yield from aligned(rows, "<>>" + ">" * len(ahead) + "<")


def _scores(scored: Sequence[FillScore], t: Words) -> Iterator[str]:
    """How it would have done, beside the mean rate and persistence; that it is too short to tell, where it is."""
    if not scored:
        yield t("cli.fill.not_scored")
        return
    yield t("cli.fill.scored")
    keys = ("day_head", "n", "mae", "mae_rate", "mae_last", "under_high", "overflowed", "brier")
    rows = [[t(f"cli.fill.score.{key}") for key in keys]]
    for one in scored:
        brier = t("cli.fill.two", value=one.brier_share) if math.isfinite(one.brier_share) else "–"
        errors = [t("cli.fill.two", value=value) for value in (one.mae, one.mae_rate, one.mae_persistence)]
        shares = [t("cli.fill.share", percent=100.0 * value) for value in (one.under_high, one.overflowed)]
        rows.append([t("cli.fill.day", n=one.day), str(one.n), *errors, *shares, brier])
    yield from aligned(rows, "<" + ">" * 7)
