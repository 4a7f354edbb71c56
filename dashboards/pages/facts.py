"""What a decision rests on, as labels and values: why now, until when, by which limits, of which plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from city.plan import Intervention, Plan
from dashboards.pages.why import deciding, joined, threshold
from dashboards.web.locale import Locale


def facts_of(plan: Plan, item: Intervention, now: datetime, locale: Locale) -> tuple[tuple[str, str], ...]:
    """The facts of an intervention, each with its label."""
    return tuple((locale.words(f"fact.{name}"), said) for name, said in _facts(plan, item, now, locale) if said)


def _facts(plan: Plan, item: Intervention, now: datetime, locale: Locale) -> Iterator[tuple[str, str]]:
    t = locale.words
    for name, when in (
        ("asked_from", item.asked_from),
        ("latest_start", item.latest_start),
        ("deadline", item.deadline),
    ):
        yield name, locale.moment(when, now) if when else ""
    yield "drive", length_of(item, locale)
    if isinstance(item.segments, tuple):
        yield "segments", t.count("row.segments", len(item.segments))
    yield "limit", _limits(item, locale)
    yield "plan", t("fact.plan_version", n=plan.version, clock=locale.moment(plan.created_at, now))


def length_of(item: Intervention, locale: Locale) -> str:
    """How long and far it is: '95 min · 15,4 km'."""
    parts = [locale.minutes(item.minutes)] if item.minutes else []
    return " · ".join(parts + ([locale.km(item.distance_m)] if item.distance_m else []))


def _limits(item: Intervention, locale: Locale) -> str:
    """The limit that decided with its version; the versions alone where no figure was held against one."""
    first = deciding(item)
    versions = sorted({reason.threshold_version for reason in item.reasons if reason.threshold_version is not None})
    if not versions:
        return ""
    said = locale.words("fact.limit_version", n=", ".join(str(n) for n in versions))
    return joined(threshold(first, locale) if first else "", said)
