"""How figures and times are said: Swedish with decimal comma, true minus and 04.30; English with point and 04:30."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"


def figure_en(value: float, digits: int = 1) -> str:
    """A number in English: -2.84 -> '−2.8'; never '−0'."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def figure_sv(value: float, digits: int = 1) -> str:
    """A number in Swedish: -2.84 -> '−2,8'."""
    return figure_en(value, digits).replace(".", ",")


def money_sv(value: float) -> str:
    """A sum with thousands set apart: 3899 -> '3 899' (narrow space)."""
    return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", MINUS)


def span_sv(low: float, high: float, digits: int = 1) -> str:
    """A range in Swedish: '4,1–6,8', with 'till' where one end is negative."""
    link = EN_DASH if low >= 0 and high >= 0 else " till "
    return f"{figure_sv(low, digits)}{link}{figure_sv(high, digits)}"


def span_en(low: float, high: float, digits: int = 1) -> str:
    """A range in English: '4.1–6.8', with 'to' where one end is negative."""
    link = EN_DASH if low >= 0 and high >= 0 else " to "
    return f"{figure_en(low, digits)}{link}{figure_en(high, digits)}"


def clock_sv(instant: datetime, zone: ZoneInfo) -> str:
    """The local time of day in Swedish: '04.30'."""
    return instant.astimezone(zone).strftime("%H.%M")


def clock_en(instant: datetime, zone: ZoneInfo) -> str:
    """The local time of day in English: '04:30'."""
    return instant.astimezone(zone).strftime("%H:%M")


_MONTHS_SV = ["jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"]
_MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAYS_SV = ["mån", "tis", "ons", "tors", "fre", "lör", "sön"]
_DAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def day_sv(instant: datetime, zone: ZoneInfo) -> str:
    """A short local date in Swedish: 'tis 24 nov'."""
    local = instant.astimezone(zone)
    return f"{_DAYS_SV[local.weekday()]} {local.day} {_MONTHS_SV[local.month - 1]}"


def day_en(instant: datetime, zone: ZoneInfo) -> str:
    """A short local date in English: 'Tue 24 Nov'."""
    local = instant.astimezone(zone)
    return f"{_DAYS_EN[local.weekday()]} {local.day} {_MONTHS_EN[local.month - 1]}"
