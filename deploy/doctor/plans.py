"""The plans: the newest of a domain, and when the next is due."""

from __future__ import annotations

from datetime import datetime

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.settings import Settings
from city.vocabulary import Domain
from deploy.doctor.finding import Finding
from planner.due import next_due
from store import plans
from store.connect import Connection


def plan(connection: Connection, settings: Settings, domain: Domain, now: datetime) -> Finding:
    """The newest plan of a domain, and when the next is due; a fault where the last one could not be made."""
    problem = plans.problem(connection, domain)
    if problem is not None:
        why = in_our_words(problem.problem)
        return Finding(
            "plan", False, message("doctor.plan.failed", n=problem.tries, slot=problem.slot, problem=why), domain
        )
    newest = plans.latest(connection, domain, settings.planner.mode)
    due = next_due(settings, domain, now)
    now_there = message("doctor.plan.none")
    if newest is not None:
        now_there = message("doctor.plan.there", version=newest.version, day=newest.service_day)
    text = message("doctor.plan.not_due", newest=now_there)
    if due is not None:
        text = message("doctor.plan.due", newest=now_there, at=due.astimezone(settings.municipality.zone))
    return Finding("plan", True, text, domain)
