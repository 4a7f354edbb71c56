"""How figures, times and lists are written in a language: by CLDR (Babel), with the patterns of the language's file.

A gap says how: ``{cm:1}`` one decimal, ``{k:+1}`` with its sign, ``{at:clock}``, ``{at:day}``, ``{at:moment}``,
``{at:date}`` and ``{at:stamp}`` with the year, for what is kept for long,
``{names:and}`` a list with its last link, ``{parts:sentences}`` joined by a space, ``{parts:clauses}`` by semicolons,
``{kind:cap}`` with a capital. Without a word a whole number is grouped, any
other has one decimal, and several parts are joined by commas.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import parse_pattern

from city.catalogue.message import Figure, Message, Span, as_float

MINUS = "\N{MINUS SIGN}"
TIMES = ("clock", "day", "moment", "date", "stamp")


@lru_cache(maxsize=65_536)
def figure(locale: Locale, value: float, digits: int, *, largest: float = 1e15) -> str:
    """A number with so many decimals, grouped, with a true minus, never '−0'.

    One that is ``largest`` or more, which no sensor means, is said by its power of ten; any number at all has words.
    """
    value = round(as_float(value), digits) or 0.0
    if math.isnan(value):
        return "NaN"
    plain = "#,##0" + ("." + "0" * digits if digits else "")
    pattern = parse_pattern(plain if abs(value) < largest or math.isinf(value) else "0.###E0")
    return str(pattern.apply(value, locale)).replace("-", MINUS)


class Formatter(string.Formatter):
    """Fills the gaps of a text in one language. ``say`` gives the words of a part that is itself a sentence."""

    def __init__(self, locale: Locale, patterns: Mapping[str, str], say: Callable[[Message], str]) -> None:
        self.locale, self.patterns, self.say = locale, patterns, say

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - any part
        """A part as its gap asks. Raises ValueError for a gap that does not fit its part."""
        ways: tuple[tuple[type | tuple[type, ...], Callable[[Any, str], str]], ...] = (
            ((str, Message), self._words),
            ((tuple, list), self._listed),
            ((date, time), self._time),
            ((Figure, Span), self._fixed),
        )
        for kinds, way in ways:
            if isinstance(value, kinds):
                return way(value, format_spec)
        return self._figure(value, format_spec)

    def _words(self, value: str | Message, spec: str) -> str:
        text = self.say(value) if isinstance(value, Message) else value
        return _capital(text) if spec == "cap" else text

    def _fixed(self, value: Figure | Span, _: str) -> str:
        if isinstance(value, Figure):
            return figure(self.locale, value.value, value.digits)
        low, high = (figure(self.locale, end, value.digits) for end in (value.low, value.high))
        link = self.patterns["span"] if value.low >= 0 and value.high >= 0 else self.patterns["span_signed"]
        return f"{low}{link}{high}"

    def _figure(self, value: float, spec: str) -> str:
        signed, digits = spec.startswith("+"), spec.lstrip("+")
        usual = 0 if isinstance(value, int) else 1
        text = figure(self.locale, value, int(digits) if digits else usual)
        return f"+{text}" if signed and value > 0 else text

    def _time(self, value: date | time, spec: str) -> str:
        clock = self.patterns["clock"]
        if isinstance(value, date) and (spec == "day" or not isinstance(value, datetime)):
            return self._day(value)
        if spec == "date" and isinstance(value, date):
            return f"{value:%Y-%m-%d}"
        if spec in {"moment", "stamp"} and isinstance(value, datetime):
            day = self._day(value) if spec == "moment" else f"{value:%Y-%m-%d}"
            return f"{day} {format_time(value.timetz(), clock, locale=self.locale)}"
        if spec in {"", "clock"} and isinstance(value, datetime | time):
            return str(format_time(value.replace(tzinfo=None), clock, locale=self.locale))
        raise ValueError(f"a time cannot be said as '{spec}'; choose from {', '.join(TIMES)}")

    def _day(self, value: date) -> str:
        """A short date, without the full stops of shortened names: it stands in the midst of sentences."""
        return str(format_date(value, self.patterns["day"], self.locale)).replace(".", "")

    def _listed(self, values: Sequence[Any], spec: str) -> str:
        if spec == "and":
            return str(format_list([self.format_field(value, "") for value in values], locale=self.locale))
        link = {"sentences": " ", "clauses": "; "}.get(spec)
        if link is not None:
            return link.join(text for value in values if (text := self.format_field(value, "")))
        return ", ".join(self.format_field(value, spec) for value in values)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
