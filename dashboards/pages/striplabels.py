"""Where the labels of the strip stand: each at its own line, none upon another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboards.web.locale import Locale

ROWS = (12, 28)
"""The two rows of labels above the chart [px]."""
FAR_RIGHT, NEAR_LEFT = 72.0, 32.0
"""From here on a label stands left of its line, and up to here right of it [%]."""


@dataclass(frozen=True)
class TimeMark:
    """An instant on the strip: its line [%], its label, in which row [px] and on which side of the line that stands."""

    name: str
    x: float
    text: str
    y: int
    anchor: str
    shift: int


def marks_of(found: Iterable[tuple[str, float, datetime]], locale: Locale) -> tuple[TimeMark, ...]:
    """The present over its line in the first row; the latest start left of its line and the end right of its own in the
    second, so that they never meet. The end gives way to the first row at the right edge."""
    return tuple(_mark(name, x, locale.words(f"strip.{name}", clock=locale.clock(at))) for name, x, at in found)


def _mark(name: str, x: float, text: str) -> TimeMark:
    if name == "now":
        return TimeMark(name, x, text, ROWS[0], "middle", 0)
    if name == "ready":
        return TimeMark(name, x, text, *((ROWS[0], "end", -3) if x > FAR_RIGHT else (ROWS[1], "start", 3)))
    return TimeMark(name, x, text, *((ROWS[1], "start", 3) if x < NEAR_LEFT else (ROWS[1], "end", -3)))


def apart(heights: Mapping[str, float], top: float, bottom: float, *, gap: float = 15.0) -> dict[str, float]:
    """Labels at their heights [px], moved as little as keeps ``gap`` between them and all within the box."""
    names = sorted(heights, key=lambda name: heights[name])
    placed: dict[str, float] = {}
    lowest = top
    for name in names:
        placed[name] = max(heights[name], lowest)
        lowest = placed[name] + gap
    highest = bottom
    for name in reversed(names):
        placed[name] = round(min(placed[name], highest), 1)
        highest = placed[name] - gap
    return placed
