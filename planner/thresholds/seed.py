"""Version 1 of every threshold, as rows."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from city.catalogue.words import Words, words
from city.entities import Threshold
from planner.thresholds.table import BY_KEY, TABLE, Declaration

SEED_FROM = datetime(2000, 1, 1, tzinfo=UTC)
WHO = "dagsplan"


@cache
def seed() -> tuple[Threshold, ...]:
    """Version 1 of every threshold; their reasons are Swedish, as rows hold one language."""
    return tuple(_row(one, scope, value) for one in TABLE for scope, value in one.defaults.items())


def reason_of(row: Threshold, words: Words) -> str:
    """Why a threshold is as it is, in a language; what a person wrote is said as it was written."""
    if row.version == 1 and row.changed_by == WHO and row.key in BY_KEY:
        return words.say(BY_KEY[row.key].reason(row.scope))
    return row.reason


def _row(one: Declaration, scope: str, value: float | str) -> Threshold:
    number, text = (None, value) if isinstance(value, str) else (value, None)
    why = words("sv").say(one.reason(scope))
    return Threshold(one.key, scope, number, one.unit, 1, SEED_FROM, WHO, why, text)
