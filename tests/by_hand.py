"""A plan as ``dagsplan plan`` makes it, in one step."""

from __future__ import annotations

from city.clock import Clock
from city.plan import Plan
from city.settings import Settings
from city.vocabulary import Domain
from planner.schedule import plan_by_hand, snapshot_by_hand
from store.connect import Connection


def plan_now(
    connection: Connection, settings: Settings, domain: Domain, clock: Clock, *, dry_run: bool = False
) -> Plan:
    """The plan of a domain now, published unless ``dry_run``."""
    return plan_by_hand(connection, snapshot_by_hand(connection, settings, domain, clock), clock, dry_run=dry_run)
