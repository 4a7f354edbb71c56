"""The day page where there is no plan: what a person can do about it, and what the machine will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from city.serviceday import service_day, slot_instant
from city.settings import Settings
from city.vocabulary import Domain
from dashboards.web.locale import Locale
from planner.due import due_runs, next_due, slots_of

DAYS_NAMED = 3


@dataclass(frozen=True)
class EmptyDay:
    """``command``: what whoever runs the system may do now; ``days``: the nearest days that have a plan."""

    title: str
    lead: str
    command: str = ""
    days: tuple[tuple[str, str], ...] = ()


def empty_day(
    settings: Settings, domain: Domain, on: date | None, days: Sequence[date], now: datetime, locale: Locale
) -> EmptyDay:
    """What is said of today, of an earlier day, or of one that is yet to come."""
    t, today = locale.words, service_day(now, domain, settings.municipality.zone)
    if on is None or on == today:
        due = next_due(settings, domain, now)
        lead = t("empty.none_more", clock=locale.moment(due, now)) if due else t("empty.none_no_next")
        late = [at for run, at in due_runs(settings, now) if run.domain == domain]
        if late:
            lead = t("empty.none_due", clock=locale.moment(late[-1], now))
        return EmptyDay(t("empty.none"), lead, f"dagsplan plan {domain}")
    title = t("empty.none_day", day=locale.date(on))
    if on < today:
        near = sorted(days, key=lambda day: abs(day - on))[:DAYS_NAMED]
        named = tuple((day.isoformat(), locale.date(day)) for day in sorted(near))
        return EmptyDay(title, t("empty.was_none"), days=named)
    return EmptyDay(title, _of_tomorrow(settings, domain, on, today, now, locale))


def _of_tomorrow(settings: Settings, domain: Domain, on: date, today: date, now: datetime, locale: Locale) -> str:
    """When the plan of a day to come is computed; only of the next day is that worth a clock."""
    t, zone = locale.words, settings.municipality.zone
    times = [slot_instant(on, slot, domain, zone) for slot in slots_of(settings, domain)]
    if not times:
        return t("empty.none_no_next")
    key = "empty.tomorrow" if on - today == timedelta(days=1) else "empty.later"
    return t(key, clock=locale.moment(min(times), now))
