"""How a page says figures, clocks and lengths: in its language and in the municipality's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from city.plan import Degradation, Intervention, Reason, RoundStop, Verdict
from city.said import clock_en, clock_sv, day_en, day_sv, figure_en, figure_sv, span_en, span_sv
from city.serviceday import local_instant
from dashboards.web.texts import Words

NBSP = "\N{NO-BREAK SPACE}"
MORNING = time(12, 0)


@dataclass(frozen=True)
class Locale:
    """Everything that differs between the languages, so that views and templates do not ask which one it is."""

    words: Words
    zone: ZoneInfo

    @property
    def swedish(self) -> bool:
        return self.words.language == "sv"

    def figure(self, value: float, digits: int = 1) -> str:
        """A number: '5,2' or '5.2'."""
        return figure_sv(value, digits) if self.swedish else figure_en(value, digits)

    def short(self, value: float) -> str:
        """A number without a needless decimal: '8', but '2,5'."""
        return self.figure(value, 0 if float(value).is_integer() else 1)

    def span(self, low: float, high: float, digits: int = 1) -> str:
        """A range: '4,1–6,8'."""
        return span_sv(low, high, digits) if self.swedish else span_en(low, high, digits)

    def clock(self, instant: datetime) -> str:
        """A time of day: '04.30' or '04:30'."""
        return clock_sv(instant, self.zone) if self.swedish else clock_en(instant, self.zone)

    def day(self, instant: datetime) -> str:
        """A short date: 'tis 24 nov'."""
        return day_sv(instant, self.zone) if self.swedish else day_en(instant, self.zone)

    def date(self, day: date) -> str:
        """A short date of a calendar day."""
        return self.day(local_instant(day, MORNING, self.zone))

    def moment(self, instant: datetime, beside: datetime) -> str:
        """The time of day, with the date where it is another day than ``beside``."""
        same = instant.astimezone(self.zone).date() == beside.astimezone(self.zone).date()
        return self.clock(instant) if same else f"{self.day(instant)} {self.clock(instant)}"

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

    def money(self, amount: float, currency: str) -> str:
        """An amount to the nearest hundred: '96 400 kr' or '96,400 kr'."""
        grouped = f"{round(amount, -2):,.0f}"
        return f"{grouped.replace(',', NBSP) if self.swedish else grouped}{NBSP}{currency}"

    def age(self, seconds: float) -> str:
        """How old something is: '4 min', '3 h', '2 dygn'."""
        if seconds < 5400:
            return f"{max(0, round(seconds / 60))}{NBSP}min"
        if seconds < 36 * 3600:
            return f"{round(seconds / 3600)}{NBSP}h"
        return self.words.count("unit.days", round(seconds / 86400))

    def reason(self, reason: Reason | RoundStop) -> str:
        """The sentence of a reason or a stop."""
        if isinstance(reason, Reason):
            return reason.text if self.swedish else reason.text_en
        return reason.reason if self.swedish else reason.reason_en

    def flip(self, item: Intervention) -> str:
        """What would turn a decision."""
        return item.flip if self.swedish else item.flip_en

    def verdict(self, verdict: Verdict) -> str:
        """The answer."""
        return verdict.text if self.swedish else verdict.text_en

    def verdict_flip(self, verdict: Verdict) -> str:
        """What would change the answer."""
        return verdict.flip if self.swedish else verdict.flip_en

    def effect(self, weak: Degradation) -> str:
        """What a missing input did."""
        return weak.effect if self.swedish else weak.effect_en
