"""Existing routes beside ours, as a table for people and as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from city.catalogue.formats import figure
from city.catalogue.message import Figure, Message, message
from city.catalogue.words import Words, words
from planner.routes.compare.existing import Compared
from planner.routes.score import ClassScore, Score, difference
from planner.words.table import aligned

HEAD = ("km", "deadhead", "u_turns", "hours", "clear")
"""The figures of a drive, by the keys of their names."""


def in_words(compared: Sequence[Compared], words: Words) -> str:
    """In a language: two lines a route, theirs and ours, and what a reader must know of them."""
    if not compared:
        return words("cli.routes.none")
    head = [words("cli.routes.route"), "", *(words(f"cli.routes.{name}") for name in HEAD)]
    rows = [row for one in compared for row in _rows(one, words)]
    first, *lines = aligned([head, *rows], "<<>>>><")
    table = iter(lines)
    return "\n".join([first, *(line for one in compared for line in _lines(one, table, words))])


def as_json(compared: Sequence[Compared]) -> str:
    """A list with an object a route; lengths [m], times [s], null where there is none; sentences in English."""
    return json.dumps([_told(one) for one in compared], ensure_ascii=False)


def _rows(one: Compared, words: Words) -> Iterator[list[str]]:
    """The cells of a route's two lines; none where it could not be compared."""
    if one.theirs is not None and one.ours is not None:
        yield [one.route.name, words("cli.routes.today"), *_cells(one.theirs, words)]
        yield ["", words("cli.routes.ours"), *_cells(one.ours, words)]


def _cells(score: Score, words: Words) -> list[str]:
    locale = words.locale
    clear = ", ".join(f"{name} {_hours(of, words)}" for name, of in score.classes.items())
    share = words("cli.routes.percent", percent=100.0 * score.deadhead_share)
    hours = figure(locale, score.seconds / 3600.0, 2)
    return [figure(locale, score.metres / 1000.0, 1), share, str(score.u_turns), hours, clear]


def _hours(of: ClassScore, words: Words) -> str:
    return figure(words.locale, of.clear_s / 3600.0, 1) if math.isfinite(of.clear_s) else "–"


def _lines(one: Compared, table: Iterator[str], words: Words) -> Iterator[str]:
    if one.theirs is None or one.ours is None:
        yield f"{one.route.name}  {words.say(one.problem) if one.problem else ''}"
        return
    yield next(table)
    yield next(table)
    for note in _notes(one, one.theirs, one.ours):
        yield f"  {words.say(note)}"


def _notes(one: Compared, theirs: Score, ours: Score) -> Iterator[Message]:
    less_km, less_h = (theirs.metres - ours.metres) / 1000.0, (theirs.seconds - ours.seconds) / 3600.0
    yield message(
        "cli.routes.difference",
        km=abs(less_km),
        percent=100_000.0 * abs(less_km) / max(1.0, theirs.metres),
        more_km=_more(less_km),
        hours=abs(less_h),
        more_hours=_more(less_h),
        least=one.least_m / 1000.0,
    )
    if one.route.work_assumed:
        yield message("cli.routes.assumed")
    yield message("cli.routes.speeds", work=_short(one.work_kmh), drive=_short(one.drive_kmh))
    if one.filled_m:
        yield message("cli.routes.filled", km=one.filled_m / 1000.0)
    if one.against_m:
        yield message("cli.routes.against", km=one.against_m / 1000.0)
    if one.banned:
        yield message("cli.routes.banned", n=one.banned)
    if one.route.share_matched < 0.95:
        yield message("cli.routes.matched", percent=100.0 * one.route.share_matched)
    yield from (message("cli.routes.fault", fault=fault) for fault in one.faults)


def _more(less: float) -> Message:
    return message("cli.routes.less") if less >= 0.0 else message("cli.routes.more")


def _short(value: float) -> Figure:
    return Figure(value, 0 if value.is_integer() else 1)


def _told(one: Compared) -> dict[str, Any]:
    route = {name: value for name, value in _plain(one.route).items() if name != "steps"}
    scored = one.theirs is not None and one.ours is not None
    return {
        **route,
        "work_kmh": one.work_kmh,
        "drive_kmh": one.drive_kmh,
        "theirs": None if one.theirs is None else _score(one.theirs),
        "ours": None if one.ours is None else _score(one.ours),
        "difference": difference(one.ours, one.theirs) if scored and one.ours and one.theirs else None,
        "least_metres": round(one.least_m, 1) if scored else None,
        "filled_metres": round(one.filled_m, 1),
        "against_metres": round(one.against_m, 1),
        "banned_turns": one.banned,
        "faults": list(one.faults),
        "problem": words("en").say(one.problem) if one.problem else None,
    }


def _plain(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass
    found = dataclasses.asdict(value)
    return found | {"imported_at": value.imported_at.isoformat()}


def _score(score: Score) -> dict[str, Any]:
    parts = {name: value for name, value in vars(score).items() if name != "classes"}
    classes = {
        name: {"tasks": of.tasks, "served": of.served, "clear_s": of.clear_s if math.isfinite(of.clear_s) else None}
        for name, of in score.classes.items()
    }
    return {**parts, "deadhead_share": score.deadhead_share, "classes": classes}
