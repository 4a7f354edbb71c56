"""A sentence by its key, with what stands in its gaps; it gets its words when it is said in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from math import inf, isfinite
from typing import Any, TypeAlias

Part: TypeAlias = "Message | Figure | Span | str | float | date | datetime | time | tuple[Part, ...]"
"""What may stand in a gap: a figure, a time (an instant in the zone in which it is said), a name, another sentence,
several of them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with so many decimals."""

    value: float
    digits: int = 1


def as_float(value: float) -> float:
    """A number as a float: a whole one that no float is as large as is infinite."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def brief(value: float) -> Figure | str:
    """A number with the decimals that it has, six figures at most: 9.0 is 9, 2.5 stays. NaN and infinity are texts."""
    value = as_float(value)
    text = f"{value:.6g}"
    if not isfinite(value):
        return text
    return Figure(value, 0 if "e" in text else len(text.partition(".")[2]))


@dataclass(frozen=True, slots=True)
class Span:
    """A range of figures: '4,1–6,8'."""

    low: float
    high: float
    digits: int = 1


@dataclass(frozen=True)
class Message:
    """The sentence of ``key``; ``parts`` fill its gaps, and ``n`` among them chooses the plural form."""

    key: str
    parts: Mapping[str, Part]

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted(self.parts))))


def message(key: str, /, **parts: Part) -> Message:
    """The sentence of a key, ready to be said in any language."""
    return Message(key, parts)


def verbatim(text: Any) -> Message:  # noqa: ANN401 - whatever another program said
    """What somebody else said, as it is: a file's name, the words of another program."""
    return Message("format.verbatim", {"text": str(text)})
