"""The thresholds that hold for a plan, looked up by key and scope, and what a new value of one may be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar

from city.catalogue.message import message
from city.entities import Threshold
from city.errors import ConfigError, PlanNotPossible, Sentence, as_message
from planner.thresholds.seed import seed
from planner.thresholds.table import WASTE, Declaration, declared

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
        raise PlanNotPossible(message("error.threshold.not_set", key=key, scope=scope))

    def value(self, key: str, scope: str = "*") -> float:
        """The number of a threshold; 0 is a value like any other."""
        row = self.row(key, scope)
        if row.value is None:
            raise PlanNotPossible(message("error.threshold.no_number", key=key, scope=scope))
        return row.value

    def value_or(self, key: str, scope: str, otherwise: float) -> float:
        """The number of a threshold; ``otherwise`` where nobody set one, as in what was decided before it was there."""
        row = self._find(key, scope)
        return otherwise if row is None or row.value is None else row.value

    def usual(self, key: str, scope: str = "*") -> float:
        """The number of a threshold; where nobody set one, as in a folder of before it was there, that of the seed."""
        row = self.usual_row(key, scope)
        return limits(()).value(key, scope) if row.value is None else row.value

    def usual_word(self, key: str, scope: str = "*") -> str:
        """The word of a threshold; where nobody set one, that of the seed."""
        return self.usual_row(key, scope).text or ""

    def usual_row(self, key: str, scope: str = "*") -> Threshold:
        """The row of a threshold, else that of the seed."""
        return self._find(key, scope) or limits(()).row(key, scope)

    def clock(self, key: str, scope: str = "*") -> time | None:
        """The local time of day of a threshold; None where none is set. PlanNotPossible where it is no time."""
        row = self._find(key, scope)
        if row is None or not row.text:
            return None
        return clock_of(row.text, message("error.threshold.of_scope", key=key, scope=row.scope))

    def word(self, key: str, scope: str, words: Sequence[Word]) -> Word:
        """The word of a threshold. PlanNotPossible where it is none of ``words``."""
        row = self.row(key, scope)
        for word in words:
            if row.text == word:
                return word
        said = message("error.threshold.other_word", key=key, scope=row.scope, text=str(row.text), words=tuple(words))
        raise PlanNotPossible(said)

    def _find(self, key: str, scope: str) -> Threshold | None:
        rows = {row.scope: row for row in self.rows if row.key == key}
        return rows.get(scope, rows.get("*"))


def limits(rows: Sequence[Threshold]) -> Limits:
    """The limits of a snapshot; a folder without thresholds gets the seed."""
    return Limits(tuple(rows) or tuple(seed()))


def clock_of(text: str, what: Sentence) -> time:
    """A local time of day as it stands in a table. PlanNotPossible names ``what`` holds something else."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise PlanNotPossible(message("error.threshold.no_clock", what=as_message(what), text=text)) from error


def day_of(text: str, what: Sentence) -> tuple[int, int]:
    """Month and day as they stand in a table. PlanNotPossible names ``what`` holds something else."""
    try:
        day = date.fromisoformat(f"2000-{text}")
    except ValueError as error:
        raise PlanNotPossible(message("error.threshold.no_day", what=as_message(what), text=text)) from error
    return day.month, day.day


def unit_of(key: str, text: str | None, value: float | None = None) -> str:
    """The unit of a known threshold that is set to a number, ``value``, or to ``text``.

    Raises NotFound for an unknown key, ConfigError for words instead of a number or the other way round and for a
    number out of its bounds, and PlanNotPossible for words that are no time of day, no day of the year, or none of
    those that it may be.
    """
    known = declared(key)
    if (text is None) != (known.kind == "number"):
        option = "--value" if known.kind == "number" else "--text"
        raise ConfigError(message("error.threshold.given_with", key=key, option=option))
    if text is not None:
        _check_text(known, text)
    elif value is not None and not known.holds(value):
        low, high = ("" if bound is None else f"{bound:g}" for bound in (known.low, known.high))
        raise ConfigError(message("error.threshold.out_of_bounds", key=key, value=f"{value:g}", low=low, high=high))
    return known.unit


def check_scope(key: str, scope: str, own: Iterable[str] | None = ()) -> None:
    """Raises ConfigError where a known threshold is never asked for a scope. Of one that is by fraction ``own`` are the
    city's own ones; None: not known, any may be."""
    known = declared(key).scopes
    if known == WASTE:
        if own is None:
            return
        known = (*known, *sorted(set(own) - set(known)))
    if scope in known:
        return
    said = message("error.threshold.no_scope", key=key, scope=scope, known=known)
    named = {name.casefold(): name for name in known if name != "*"}
    close = difflib.get_close_matches(scope.casefold()[:100], named, n=1, cutoff=0.6)
    raise ConfigError(message("error.threshold.meant", problem=said, meant=named[close[0]]) if close else said)


def _check_text(known: Declaration, text: str) -> None:
    named = message("error.threshold.of", key=known.key)
    if known.kind == "word" and text not in known.words:
        raise PlanNotPossible(message("error.threshold.no_word", key=known.key, text=text, words=known.words))
    if known.kind == "day":
        day_of(text, named)
    if known.kind == "clock":
        clock_of(text, named)
