"""Thresholds: versioned rows with who, when and why. Seeded from the published rules of Växjö; the rest is ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar

from city.entities import Threshold
from city.errors import ConfigError, NotFound, PlanNotPossible
from city.vocabulary import READINGS
from planner.thresholds.seed import seed

WORDS = {
    "snow.decide_by": READINGS,
    "snow.anti_slip": ("salt", "sand", "none"),
    "snow.places": ("plan", "leave"),
}
"""Thresholds that are a word, with the words that they may be; every other text is a time of day, or of ``DAYS``."""
DAYS = frozenset({"snow.sweep_from"})
"""Thresholds that are a day of the year, MM-DD."""
Word = TypeVar("Word", bound=str)


@dataclass(frozen=True)
class Limits:
    """The thresholds that hold for one plan, by key and scope."""

    rows: tuple[Threshold, ...]

    def row(self, key: str, scope: str = "*") -> Threshold:
        """The row of a scope, else of ``*``. PlanNotPossible names a threshold that nobody set."""
        found = self._find(key, scope)
        if found is not None:
            return found
        raise PlanNotPossible(f"threshold {key} has no value for {scope}; set it with 'dagsplan threshold set'")

    def value(self, key: str, scope: str = "*") -> float:
        """The number of a threshold; 0 is a value like any other."""
        row = self.row(key, scope)
        if row.value is None:
            raise PlanNotPossible(f"threshold {key} ({scope}) is text, a number is needed; set it anew")
        return row.value

    def usual(self, key: str, scope: str = "*") -> float:
        """The number of a threshold; where nobody set one, as in a folder of before it was there, that of the seed."""
        row = self.usual_row(key, scope)
        return limits(()).value(key, scope) if row.value is None else row.value

    def usual_row(self, key: str, scope: str = "*") -> Threshold:
        """The row of a threshold, else that of the seed."""
        return self._find(key, scope) or limits(()).row(key, scope)

    def clock(self, key: str, scope: str = "*") -> time | None:
        """The local time of day of a threshold; None where none is set. PlanNotPossible where it is no time."""
        row = self._find(key, scope)
        if row is None or not row.text:
            return None
        return clock_of(row.text, f"threshold {key} ({row.scope})")

    def word(self, key: str, scope: str, words: Sequence[Word]) -> Word:
        """The word of a threshold. PlanNotPossible where it is none of ``words``."""
        row = self.row(key, scope)
        for word in words:
            if row.text == word:
                return word
        raise PlanNotPossible(f"threshold {key} ({row.scope}) is '{row.text}'; set it to one of {', '.join(words)}")

    def _find(self, key: str, scope: str) -> Threshold | None:
        rows = {row.scope: row for row in self.rows if row.key == key}
        return rows.get(scope, rows.get("*"))


def limits(rows: Sequence[Threshold]) -> Limits:
    """The limits of a snapshot; a folder without thresholds gets the seed."""
    return Limits(tuple(rows) or tuple(seed()))


def clock_of(text: str, what: str) -> time:
    """A local time of day as it stands in a table. PlanNotPossible names ``what`` holds something else."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise PlanNotPossible(f"{what}: '{text}' is no time of day; write HH:MM") from error


def day_of(text: str, what: str) -> tuple[int, int]:
    """Month and day as they stand in a table. PlanNotPossible names ``what`` holds something else."""
    try:
        day = date.fromisoformat(f"2000-{text}")
    except ValueError as error:
        raise PlanNotPossible(f"{what}: '{text}' is no day of the year; write MM-DD") from error
    return day.month, day.day


def unit_of(key: str, text: str | None) -> str:
    """The unit of a known threshold that is set to a number, or to ``text``.

    Raises NotFound for an unknown key, ConfigError for words instead of a number or the other way round, and
    PlanNotPossible for words that are no time of day, or no day of the year.
    """
    known = {row.key: row for row in seed()}
    if key not in known:
        raise NotFound(f"there is no threshold {key}; 'dagsplan threshold list' names them all")
    if (text is None) != (known[key].text is None):
        raise ConfigError(f"threshold {key} is given with {'--value' if known[key].text is None else '--text'}")
    if text is not None and key in WORDS and text not in WORDS[key]:
        raise PlanNotPossible(f"threshold {key}: '{text}' is none of {', '.join(WORDS[key])}")
    if text is not None and key in DAYS:
        day_of(text, f"threshold {key}")
    elif text is not None and key not in WORDS:
        clock_of(text, f"threshold {key}")
    return known[key].unit
