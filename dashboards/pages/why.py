"""Why a row is there, in two short lines: the figure with its word and unit, and below it range and limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from city.plan import Intervention, Reason
from dashboards.web.locale import NBSP, Locale

LONG = 30
"""What a figure stands for goes below it where it has more letters than this."""


@dataclass(frozen=True)
class WhyLine:
    """``figure`` stands out, ``beside`` follows it; ``under`` and ``limit`` are the second line."""

    figure: str
    beside: str
    under: str = ""
    limit: str = ""


def deciding(item: Intervention) -> Reason | None:
    """The reason that the row shows: the first with a figure."""
    return next((reason for reason in item.reasons if reason.value is not None), None)


def why_line(item: Intervention, locale: Locale) -> WhyLine:
    """The two lines of an intervention; what somebody asked for has words and no figure."""
    reason = deciding(item)
    if reason is None or reason.value is None:
        return WhyLine("", locale.kept(item.reasons[0], "text") if item.reasons else "")
    if is_friction(reason):
        return _slippery(reason, reason.value, locale)
    what = locale.kept(reason, "what")
    said, span = amount(reason.value, reason, locale), _range(reason, locale)
    limit = limit_of(reason, locale, aim=item.kind == "heat")
    if len(what) > LONG:
        return WhyLine(said, "", joined(what, span), limit)
    return WhyLine(said, what, span, limit)


def _slippery(reason: Reason, friction: float, locale: Locale) -> WhyLine:
    """'halka 18.06' and below it 'friktion 0,22, gräns 0,25'."""
    t = locale.words
    when = reason.at if isinstance(reason.at, datetime) else None
    strong = t("why.slippery_from", clock=locale.clock(when)) if when else t("why.slippery")
    value = figure(friction, reason, locale)
    span = f" ({locale.span(*reason.range, digits_of(reason))})" if reason.range else ""
    return WhyLine(strong, "", t("why.friction", value=value) + span, limit_of(reason, locale))


def is_friction(reason: Reason) -> bool:
    """Whether a figure is a friction, which has no unit."""
    return reason.unit == ""


def limit_of(reason: Reason, locale: Locale, *, aim: bool = False) -> str:
    """'gräns 3 cm', or 'mål 20 °C' where it is an ``aim``; empty where there is none."""
    said = threshold(reason, locale)
    return locale.words("row.aim" if aim else "row.limit", limit=said) if said else ""


def threshold(reason: Reason, locale: Locale) -> str:
    """The limit with its unit: '3 cm', '0,25'; empty where there is none."""
    if reason.threshold is None:
        return ""
    value = 100 * reason.threshold if reason.unit == "1" else reason.threshold
    return with_unit(exact(value, locale), reason, locale)


def _range(reason: Reason, locale: Locale) -> str:
    if reason.range is None:
        return ""
    return with_unit(locale.span(*reason.range, digits_of(reason)), reason, locale)


def amount(value: float, reason: Reason, locale: Locale) -> str:
    """'5,2 cm'; a share of one as per cent."""
    return with_unit(figure(value, reason, locale), reason, locale)


def figure(value: float, reason: Reason, locale: Locale) -> str:
    """The figure alone, with the decimals of its kind."""
    return locale.figure(100 * value if reason.unit == "1" else value, digits_of(reason))


def digits_of(reason: Reason) -> int:
    """A friction has two decimals, per cent and days none, anything else one."""
    return 2 if is_friction(reason) else 0 if reason.unit in {"%", "1", "days"} else 1


def with_unit(said: str, reason: Reason, locale: Locale) -> str:
    """A figure that is written already, with its unit where it has one."""
    unit = "%" if reason.unit == "1" else locale.words.known(f"unit_of.{reason.unit}", reason.unit or "")
    return f"{said}{NBSP}{unit}" if unit else said


def exact(value: float, locale: Locale, most: int = 3) -> str:
    """A limit with as many decimals as it has: '8', '2,5', '0,25'."""
    digits = next((n for n in range(most) if round(value, n) == round(value, most)), most)
    return locale.figure(value, digits)


def joined(*parts: str) -> str:
    """The parts that say something, with commas between them."""
    return ", ".join(part for part in parts if part)
