"""How fresh what the page shows is: data, forecast, silent sensors, the plan and its next run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from city.plan import Plan
from city.vocabulary import Domain
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from planner.due import next_due
from planner.words.sentences import OLD_FORECAST_S
from store import daypage
from store.connect import Connection

OLD_DATA = timedelta(hours=1)
OLD_FORECAST = timedelta(seconds=OLD_FORECAST_S)
OVERDUE = timedelta(minutes=30)


@dataclass(frozen=True)
class Mark:
    """One item of the strip: what it says, whether it is as it should be, and the page that tells more."""

    text: str
    look: str
    icon: str
    link: str = ""


@dataclass(frozen=True)
class Freshness:
    """The strip. ``stale`` is a sentence where the plan must not be trusted, else empty."""

    marks: tuple[Mark, ...]
    plan: str
    next_run: str
    stale: str
    simulated: str


def freshness(
    context: AppContext, connection: Connection, domain: Domain, plan: Plan | None, locale: Locale
) -> Freshness:
    """The strip of a domain's live plan."""
    now = context.clock.now()
    due = next_due(context.settings, domain, now)
    return Freshness(
        marks=tuple(_marks(connection, now, locale)),
        plan=_plan_text(plan, now, locale),
        next_run=locale.words("fresh.next", clock=locale.moment(due, now)) if due else locale.words("fresh.no_next"),
        stale=_stale(context, domain, plan, now, locale),
        simulated=_simulated(context, plan, now, locale),
    )


def _marks(connection: Connection, now: datetime, locale: Locale) -> list[Mark]:
    newest = daypage.newest(connection, now)
    fresh, issue = newest.data, newest.issue
    marks = [
        _aged("data", fresh.last_time, OLD_DATA, now, locale),
        _aged("forecast", issue.issued_at if issue else None, OLD_FORECAST, now, locale),
    ]
    if fresh.devices:
        key = "fresh.silent" if fresh.silent else "fresh.all_heard"
        said = locale.words(key, n=fresh.silent, m=fresh.devices)
        marks.append(Mark(said, "is-warn", "warn", "/data?show=needs") if fresh.silent else Mark(said, "is-ok", "ok"))
    return marks


def _aged(what: str, at: datetime | None, limit: timedelta, now: datetime, locale: Locale) -> Mark:
    if at is None:
        return Mark(locale.words(f"fresh.no_{what}"), "is-warn", "warn")
    said = locale.words(f"fresh.{what}", clock=locale.moment(at, now))
    if now - at > limit:
        age = locale.age((now - at).total_seconds())
        return Mark(f"{said}, {locale.words('fresh.old', age=age)}", "is-warn", "warn")
    return Mark(said, "is-ok", "ok")


def _plan_text(plan: Plan | None, now: datetime, locale: Locale) -> str:
    if plan is None:
        return locale.words("fresh.no_plan")
    return locale.words("fresh.plan", n=plan.version, clock=locale.moment(plan.created_at, now))


def _stale(context: AppContext, domain: Domain, plan: Plan | None, now: datetime, locale: Locale) -> str:
    """A plan is stale when its day is over, or when the run that should have followed it did not."""
    if plan is None:
        return ""
    follows = next_due(context.settings, domain, max(plan.created_at, plan.valid_from))
    over = plan.valid_to if follows is None else min(plan.valid_to, follows + OVERDUE)
    return locale.words("fresh.stale", clock=locale.moment(plan.valid_from, now)) if now >= over else ""


def _simulated(context: AppContext, plan: Plan | None, now: datetime, locale: Locale) -> str:
    if context.clock.simulated:
        return locale.words("fresh.simulated_clock", day=locale.day(now), clock=locale.clock(now))
    return locale.words("fresh.simulated") if plan is not None and plan.simulated else ""
