"""How a page says figures, clocks and lengths: in its language and in the municipality's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from city.catalogue.formats import figure
from city.catalogue.message import Span
from city.catalogue.stored import sentence_of
from city.catalogue.words import Words

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Locale:
    """Everything that differs between the languages, so that views and templates do not ask which one it is."""

    words: Words
    zone: ZoneInfo

    def figure(self, value: float, digits: int = 1) -> str:
        """A number: '5,2' or '5.2'."""
        return figure(self.words.locale, value, digits)

    def short(self, value: float) -> str:
        """A number with the decimals that it has, two at most: '8', '2,5', '2,85'. No limit is rounded to another."""
        return self.figure(value, len(f"{value:.2f}".rstrip("0").partition(".")[2]))

    def span(self, low: float, high: float, digits: int = 1) -> str:
        """A range: '4,1–6,8'."""
        return self.words("format.part", part=Span(low, high, digits))

    def clock(self, instant: datetime) -> str:
        """A time of day: '04.30' or '04:30'."""
        return self.words("format.clock_of", at=instant.astimezone(self.zone))

    def day(self, instant: datetime) -> str:
        """A short date: 'tis 24 nov'."""
        return self.words("format.day_of", at=instant.astimezone(self.zone))

    def date(self, day: date) -> str:
        """A short date of a calendar day."""
        return self.words("format.day_of", at=day)

    def moment(self, instant: datetime, beside: datetime) -> str:
        """The time of day, with the date where it is another day than ``beside``."""
        same = instant.astimezone(self.zone).date() == beside.astimezone(self.zone).date()
        return self.clock(instant) if same else f"{self.day(instant)} {self.clock(instant)}"

    def at(self, instant: datetime, beside: datetime) -> str:
        """The time within a sentence: 'kl. 04.00', with the date where it is another day than ``beside``: 'tis 12 jan
        kl. 04.00'."""
        same = instant.astimezone(self.zone).date() == beside.astimezone(self.zone).date()
        if same:
            return self.words("format.at_clock", clock=self.clock(instant))
        return self.words("format.at_day", day=self.day(instant), clock=self.clock(instant))

    def until(self, instant: datetime | None, beside: datetime) -> str:
        """'till 06.00', with the date where it is another day; 'tills vidare' where nobody knows."""
        if instant is None:
            return self.words("manning.open")
        return self.words("manning.until", until=self.moment(instant, beside))

    def stretch(self, begins: datetime, ends: datetime) -> str:
        """From one time to another: '04.30–05.41'."""
        return f"{self.clock(begins)}–{self.clock(ends)}"

    def km(self, metres: float) -> str:
        """A length: '9,4 km'."""
        return f"{self.figure(metres / 1000)}{NBSP}km"

    def minutes(self, minutes: float) -> str:
        """A length of time: '71 min', from two hours on '21 h 30 min'."""
        whole = round(minutes)
        if whole < 120:
            return f"{whole}{NBSP}min"
        hours, rest = divmod(whole, 60)
        return f"{hours}{NBSP}h" + (f" {rest}{NBSP}min" if rest else "")

    def weight(self, kg: float) -> str:
        """A weight: '840 kg', '6,2 ton'."""
        if kg >= 1000:
            return self.words("night.tonnes", n=self.figure(kg / 1000))
        return f"{self.figure(kg, 0)}{NBSP}kg"

    def money(self, amount: float, currency: str) -> str:
        """An amount to the nearest hundred: '96 400 kr' or '96,400 kr'."""
        return f"{self.figure(round(amount, -2), 0)}{NBSP}{currency}"

    def age(self, seconds: float) -> str:
        """How old something is: '4 min', '3 h', '2 dygn'."""
        if seconds < 5400:
            return f"{max(0, round(seconds / 60))}{NBSP}min"
        if seconds < 36 * 3600:
            return f"{round(seconds / 3600)}{NBSP}h"
        return self.words.count("unit.days", round(seconds / 86400))

    def kept(self, value: Struct, field: str) -> str:
        """A sentence that a plan or a draft keeps, in this language."""
        return sentence_of(value, field, self.words.language)
