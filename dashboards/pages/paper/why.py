"""Why and what, in a few words of paper."""

from __future__ import annotations

from collections import Counter

from city.plan import Intervention, Reason
from dashboards.web.locale import Locale


def why_of(item: Intervention, locale: Locale, *, longest: int = 44) -> str:
    """'9,3 cm, gräns 8'; where there is no figure in a unit, the first reason as it stands, cut at a word."""
    first = next((reason for reason in item.reasons if reason.value is not None and reason.unit), None)
    if first is not None and first.value is not None:
        return figure_of(first, locale)
    text = locale.kept(item.reasons[0], "text") if item.reasons else ""
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"


def figure_of(reason: Reason, locale: Locale) -> str:
    """A figure with its unit, and the limit beside it."""
    value, unit = reason.value or 0.0, locale.words.known(f"unit_of.{reason.unit}", reason.unit or "")
    said = f"{locale.figure(value, 0 if reason.unit == '%' else 1)}\N{NO-BREAK SPACE}{unit}"
    if reason.threshold is None:
        return said
    return f"{said}, {locale.words('row.limit', limit=locale.short(reason.threshold))}"


def action_of(item: Intervention, locale: Locale) -> str:
    """What is done: of a tur what is done on most of its streets, else its kind."""
    parts = item.segments if isinstance(item.segments, tuple) else ()
    done = Counter(part.action for part in parts)
    if done:
        return word_of(done.most_common(1)[0][0], locale)
    if isinstance(item.stops, tuple):
        return locale.words.count("row.stops", len(item.stops))
    return locale.words(f"action.{item.kind}")


def word_of(action: str, locale: Locale) -> str:
    """What is done on a street, in a few words."""
    return locale.words.known(f"paper.action.{action}", locale.words.known(f"action.{action}", action))
