"""Existing routes beside ours, as a table for people and as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from planner.routes.compare.existing import Compared
from planner.routes.score import Score, difference

NONE = "no routes are imported yet: 'dagsplan import routes FILE'"


def in_words(compared: Sequence[Compared]) -> str:
    """Two lines a route, theirs and ours, and what a reader must know of them."""
    if not compared:
        return NONE
    width = max(5, *(len(one.route.name) for one in compared))
    head = f"{'route':<{width}}        {'km':>7} {'deadhead':>8} {'U-turns':>7} {'hours':>6}  clear after [h]"
    return "\n".join([head, *(line for one in compared for line in _lines(one, width))])


def as_json(compared: Sequence[Compared]) -> str:
    """A list with an object a route; lengths [m], times [s], null where there is none."""
    return json.dumps([_told(one) for one in compared], ensure_ascii=False)


def _lines(one: Compared, width: int) -> Iterator[str]:
    if one.theirs is None or one.ours is None:
        yield f"{one.route.name:<{width}} {one.problem}"
        return
    yield f"{one.route.name:<{width}} today  {_row(one.theirs)}"
    yield f"{'':<{width}} ours   {_row(one.ours)}"
    for note in _notes(one, one.theirs, one.ours):
        yield f"  {note}"


def _row(score: Score) -> str:
    clear = ", ".join(f"{name} {of.clear_s / 3600.0:.1f}" for name, of in score.classes.items())
    figures = f"{score.metres / 1000.0:>7.1f} {score.deadhead_share:>8.0%} {score.u_turns:>7}"
    return f"{figures} {score.seconds / 3600.0:>6.2f}  {clear}"


def _notes(one: Compared, theirs: Score, ours: Score) -> Iterator[str]:
    less_km, less_h = (theirs.metres - ours.metres) / 1000.0, (theirs.seconds - ours.seconds) / 3600.0
    share = abs(less_km) * 1000.0 / max(1.0, theirs.metres)
    yield (
        f"ours drives {abs(less_km):.1f} km ({share:.0%}) {_more(less_km)} and {abs(less_h):.2f} h {_more(less_h)}; "
        f"no drive does this work in under {one.least_m / 1000.0:.1f} km"
    )
    if one.route.work_assumed:
        yield "assumed: work is the first passage of each street that the municipality keeps"
    yield f"{one.work_kmh:g} km/h at work, at most {one.drive_kmh:g} km/h without"
    if one.filled_m:
        yield f"{one.filled_m / 1000.0:.1f} km of today's are the shortest way over stretches that were not matched"
    if one.against_m:
        yield f"{one.against_m / 1000.0:.2f} km of today's are against one-way streets; ours obeys them"
    if one.banned:
        yield f"{one.banned} of today's turns are banned; ours makes none of them"
    if one.route.share_matched < 0.95:
        yield f"only {one.route.share_matched:.0%} of its line lies on streets: the comparison is of that part"
    yield from (f"FAULT of ours: {fault}" for fault in one.faults)


def _more(less: float) -> str:
    return "less" if less >= 0.0 else "more"


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
        "problem": one.problem or None,
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
