"""How fresh what the page shows is: data, forecast, silent sensors, the plan and its next run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from city.plan import Plan
from city.vocabulary import Domain
from dashboards.web.context import Desk
from dashboards.web.locale import Voice
from planner.due import next_due
from planner.words.sentences import OLD_FORECAST_S
from store import readings, weather
from store.connect import Connection

OLD_DATA = timedelta(hours=1)
OLD_FORECAST = timedelta(seconds=OLD_FORECAST_S)
OVERDUE = timedelta(minutes=30)


@dataclass(frozen=True)
class Mark:
    """One item of the strip: what it says, and whether it is as it should be."""

    text: str
    look: str
    icon: str


@dataclass(frozen=True)
class Freshness:
    """The strip. ``stale`` is a sentence where the plan must not be trusted, else empty."""

    marks: tuple[Mark, ...]
    plan: str
    next_run: str
    stale: str
    simulated: str


def freshness(desk: Desk, connection: Connection, domain: Domain, plan: Plan | None, voice: Voice) -> Freshness:
    """The strip of a domain's live plan."""
    now = desk.clock.now()
    due = next_due(desk.settings, domain, now)
    return Freshness(
        marks=tuple(_marks(connection, now, voice)),
        plan=_plan_text(plan, now, voice),
        next_run=voice.words("fresh.next", clock=voice.moment(due, now)) if due else voice.words("fresh.no_next"),
        stale=_stale(desk, domain, plan, now, voice),
        simulated=_simulated(desk, plan, now, voice),
    )


def _marks(connection: Connection, now: datetime, voice: Voice) -> list[Mark]:
    fresh, issue = readings.freshness(connection, now), weather.newest_issue(connection, now)
    marks = [
        _aged("data", fresh.last_time, OLD_DATA, now, voice),
        _aged("forecast", issue.issued_at if issue else None, OLD_FORECAST, now, voice),
    ]
    if fresh.devices:
        key = "fresh.silent" if fresh.silent else "fresh.all_heard"
        said = voice.words(key, n=fresh.silent, m=fresh.devices)
        marks.append(Mark(said, "is-warn", "warn") if fresh.silent else Mark(said, "is-ok", "ok"))
    return marks


def _aged(what: str, at: datetime | None, limit: timedelta, now: datetime, voice: Voice) -> Mark:
    if at is None:
        return Mark(voice.words(f"fresh.no_{what}"), "is-warn", "warn")
    said = voice.words(f"fresh.{what}", clock=voice.moment(at, now))
    if now - at > limit:
        age = voice.age((now - at).total_seconds())
        return Mark(f"{said}, {voice.words('fresh.old', age=age)}", "is-warn", "warn")
    return Mark(said, "is-ok", "ok")


def _plan_text(plan: Plan | None, now: datetime, voice: Voice) -> str:
    if plan is None:
        return voice.words("fresh.no_plan")
    return voice.words("fresh.plan", n=plan.version, clock=voice.moment(plan.created_at, now))


def _stale(desk: Desk, domain: Domain, plan: Plan | None, now: datetime, voice: Voice) -> str:
    """A plan is stale when its day is over, or when the run that should have followed it did not."""
    if plan is None:
        return ""
    follows = next_due(desk.settings, domain, max(plan.created_at, plan.valid_from))
    over = plan.valid_to if follows is None else min(plan.valid_to, follows + OVERDUE)
    return voice.words("fresh.stale", clock=voice.moment(plan.valid_from, now)) if now >= over else ""


def _simulated(desk: Desk, plan: Plan | None, now: datetime, voice: Voice) -> str:
    if desk.clock.simulated:
        return voice.words("fresh.simulated_clock", day=voice.day(now), clock=voice.clock(now))
    return voice.words("fresh.simulated") if plan is not None and plan.simulated else ""
