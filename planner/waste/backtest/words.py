"""What a back-test of waste found, in words and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from city.catalogue.message import message
from city.catalogue.words import Words
from planner.waste.backtest.command import TriedFraction
from planner.waste.backtest.score import CollectionScore, at_overflow
from planner.words.table import aligned

DIGITS = {"setting": 3, "overflow": 2, "visits": 3, "under_half": 3, "hours": 2}


def as_json(found: Sequence[TriedFraction], words: Words) -> str:
    """One object: by fraction what was tried, and every policy."""
    return msgspec.json.encode({"fractions": [_tree(one, words) for one in found]}).decode()


def _tree(one: TriedFraction, words: Words) -> dict[str, Any]:
    case = one.tried.case
    tree: dict[str, Any] = {
        "fraction": case.fraction,
        "vessels": len(case.names),
        "rooms": case.n_rooms,
        "from": case.date_of(case.learned).isoformat(),
        "to": case.date_of(case.inflow.shape[1] - 1).isoformat(),
        "days_learned_from": case.learned,
        "inflow_pct_day": round(float(case.inflow.mean()), 2),
        "drawn_share": round(one.tried.drawn, 3),
        "left_out": list(one.tried.left_out),
        "assumed": [words.say(said) for said in one.tried.assumed],
        "plan": _score(one.as_set),
        "policies": [_score(score) for score in one.others],
    }
    if one.changed is not None:
        tree["with_changes"] = _score(one.changed)
    return tree


def _score(score: CollectionScore) -> dict[str, Any]:
    """Rounded; ``overflow_per_1000`` days of vessels."""
    rows = {
        name: value if isinstance(value, str | int) else round(value, DIGITS.get(name, 1))
        for name, value in asdict(score).items()
    }
    rows["overflow_per_1000"] = rows.pop("overflow")
    return rows


def in_words(found: Sequence[TriedFraction], words: Words) -> str:
    """A table for each fraction, and what it stands on."""
    return "\n\n".join("\n".join(_fraction(one, words)) for one in found)


def _fraction(one: TriedFraction, t: Words) -> Iterator[str]:
    case = one.tried.case
    yield t(
        "plan.waste.backtest.head",
        fraction=t.known(f"fraction.{case.fraction}", case.fraction),
        vessels=t.count("plan.waste.vessels", len(case.names)),
        rooms=t.count("plan.waste.rooms", case.n_rooms),
        first=case.date_of(case.learned).isoformat(),
        last=case.date_of(case.inflow.shape[1] - 1).isoformat(),
        inflow=float(case.inflow.mean()),
    )
    keys = ("policy", "overflow", "visits", "under_half", "km", "hours", "longest")
    rows = [[t(f"plan.waste.backtest.column.{key}") for key in keys]]
    shown = [one.as_set, *([one.changed] if one.changed else []), *one.others]
    for number, score in enumerate(shown):
        name = t("plan.waste.backtest.with_changes") if score is one.changed and number else _named(score, t)
        rows.append(_cells(name, score, t))
    yield from aligned(rows, "<" + ">" * 6)
    yield from _compared(one, t)
    late = sorted({_named(score, t) for score in shown if score.refused})
    if late:
        yield t("plan.waste.backtest.refused", families=", ".join(late[:5]))
    if one.tried.drawn > 0.005:
        yield t("plan.waste.backtest.drawn", percent=100.0 * one.tried.drawn)
    if one.tried.left_out:
        left = one.tried.left_out
        yield t.say(message("plan.waste.backtest.left_out", n=len(left), names=left[:3]))
    yield from (t.say(said) for said in one.tried.assumed)
    yield t("plan.waste.backtest.what_it_is")


def _named(score: CollectionScore, t: Words) -> str:
    """A policy with its setting; a price of overflow as it stands, a chance in percent."""
    setting = score.setting if score.family in {"plan", "level", "areas", "truck_foresight"} else 100.0 * score.setting
    return t(f"plan.waste.backtest.family.{score.family}", setting=setting)


def _cells(name: str, score: CollectionScore, t: Words) -> list[str]:
    """A row; what is not driven by visit foresight has no way and no hours."""
    driven = score.hours > 0.0
    return [
        name,
        t("plan.waste.backtest.one", value=score.overflow),
        t("plan.waste.backtest.two", value=score.visits),
        t("cli.fill.share", percent=100.0 * score.under_half),
        t("plan.waste.backtest.one", value=score.km) if driven else "–",
        t("plan.waste.backtest.one", value=score.hours) if driven else "–",
        f"{score.longest:.0f}",
    ]


def _compared(one: TriedFraction, t: Words) -> Iterator[str]:
    """The plan beside each calendar at as much overflow as that lets, where its settings reach so far."""
    plans = [one.as_set, *(score for score in one.others if score.family == "plan")]
    for calendar in (score for score in one.others if score.family in {"calendar", "once", "twice", "thrice"}):
        hours, km, visits = (
            at_overflow(plans, calendar.overflow, of) for of in (lambda s: s.hours, lambda s: s.km, lambda s: s.visits)
        )
        if math.isfinite(hours) and calendar.hours > 0.0:
            yield t(
                "plan.waste.backtest.beside",
                calendar=_named(calendar, t),
                hours=100.0 * (hours / calendar.hours - 1.0),
                km=100.0 * (km / calendar.km - 1.0),
                visits=100.0 * (visits / calendar.visits - 1.0),
            )
