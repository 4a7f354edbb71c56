"""A plan as iCalendar (RFC 5545): an event a tur, round or building, that a calendar updates when the plan is new."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from city.plan import Intervention, Plan
from city.version import code_version
from dashboards.pages.record import tur_of
from dashboards.pages.services.known import VIEWS
from dashboards.web.locale import Locale


def plan_ics(plan: Plan, locale: Locale, town: str) -> bytes:
    """UIDs are made of the interventions' keys, so that a newer plan changes the events of the one before: SEQUENCE is
    its version. Times in UTC; what has no start has no event."""
    calendar = Calendar()
    calendar.add("prodid", f"-//dagsplan//dagsplan {code_version()}//{locale.words.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{town}: {locale.words(f'domain.{plan.domain}')} {plan.service_day.isoformat()}")
    for item in plan.interventions:
        if item.starts_at is not None:
            calendar.add_component(_event(plan, item, item.starts_at, locale, town))
    made: bytes = calendar.to_ical()
    return made


def _event(plan: Plan, item: Intervention, starts: datetime, locale: Locale, town: str) -> Event:
    view, event = VIEWS[plan.domain], Event()
    name = f"{tur_of(item.key, locale) if view.code(item) else ''} {view.title(item, locale)}".strip()
    event.add("uid", uid_of(item.key, town))
    event.add("sequence", plan.version)
    event.add("dtstamp", plan.created_at)
    event.add("last-modified", plan.created_at)
    event.add("dtstart", starts)
    event.add("dtend", _ends(item, starts))
    event.add("summary", f"{name}, {item.vehicle}" if item.vehicle else name)
    event.add("description", "\n".join(_says(item, locale)))
    event.add("categories", [locale.words(f"domain.{plan.domain}")])
    if item.depot:
        event.add("location", item.depot)
    return event


def uid_of(key: str, town: str) -> str:
    """The same for an intervention in every plan that holds it; keys of two towns are not the same."""
    return f"{key.replace(':', '-')}@{sha256(town.encode()).hexdigest()[:12]}.dagsplan"


def _ends(item: Intervention, starts: datetime) -> datetime:
    """When it is done; half an hour where nobody has said."""
    ends = item.ready_by or (starts + timedelta(minutes=item.minutes) if item.minutes else None)
    return ends if ends is not None and ends > starts else starts + timedelta(minutes=30)


def _says(item: Intervention, locale: Locale) -> list[str]:
    t = locale.words
    said = [t(f"action.{item.kind}"), *(locale.kept(reason, "text") for reason in item.reasons)]
    if item.deadline is not None:
        said.append(f"{t('fact.deadline')}: {locale.day(item.deadline)} {locale.clock(item.deadline)}")
    if flip := locale.kept(item, "flip"):
        said.append(flip)
    return said
