"""The thresholds that hold, as a list for a terminal and as values."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from city.catalogue.formats import figure
from city.catalogue.words import Words
from city.entities import Threshold
from planner.thresholds.seed import reason_of
from planner.thresholds.table import BY_KEY
from planner.words.table import aligned


def listed(rows: Sequence[Threshold], words: Words) -> str:
    """What each threshold means and its value for each scope, with version and reason; ``rows`` in order of their
    keys."""
    cells = [["", row.scope, value_of(row, words), f"v{row.version}", reason_of(row, words)] for row in rows]
    line_of = dict(zip(rows, aligned(cells, "<<<<<"), strict=True)) if rows else {}
    lines: list[str] = []
    for key, group in groupby(rows, lambda row: row.key):
        lines += [f"{key}: {_means(key, words)}".removesuffix(": "), *(line_of[row] for row in group)]
    return "\n".join(lines)


def as_values(rows: Sequence[Threshold], words: Words) -> list[dict[str, Any]]:
    """The rows as JSON has them, each with what it ``means``."""
    return [
        dataclasses.asdict(row) | {"reason": reason_of(row, words), "means": _means(row.key, words)} for row in rows
    ]


def _means(key: str, words: Words) -> str:
    """Nothing is said of a key that this version does not know."""
    return words.say(BY_KEY[key].means) if key in BY_KEY else ""


def value_of(row: Threshold, words: Words) -> str:
    """The value of a row with its unit."""
    if row.value is None:
        return row.text or ""
    digits = len(f"{row.value:g}".partition(".")[2])
    unit = words.known(f"unit_of.{row.unit}", row.unit)
    return f"{figure(words.locale, row.value, digits)} {unit}".rstrip()
