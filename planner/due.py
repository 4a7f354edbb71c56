"""Which plans are due, and when the next one is: by the slots of each service. No planner, no database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from city.plan import RunKey
from city.serviceday import service_day, slot_instant
from city.settings import Settings
from city.vocabulary import DOMAINS, Domain


def due_runs(settings: Settings, now: datetime) -> Iterator[tuple[RunKey, datetime]]:
    """The runs of the present service days that are due at ``now``, oldest first, with when each was due."""
    zone = settings.municipality.zone
    mode = settings.planner.mode
    for domain in DOMAINS:
        day = service_day(now, domain, zone)
        slots = [(slot_instant(day, slot, domain, zone), slot) for slot in slots_of(settings, domain)]
        for due_at, slot in sorted(slots):
            if due_at <= now:
                yield RunKey(domain, day, slot, mode), due_at


def slots_of(settings: Settings, domain: Domain) -> tuple[str, ...]:
    """The due times of a domain."""
    planner = settings.planner
    return {"snow": planner.snow_slots, "waste": planner.waste_slots, "heating": planner.heating_slots}[domain]


def next_due(settings: Settings, domain: Domain, now: datetime) -> datetime | None:
    """When the next plan of a domain is due; None where it has no slots."""
    zone = settings.municipality.zone
    day = service_day(now, domain, zone)
    times = [
        slot_instant(day + timedelta(days=ahead), slot, domain, zone)
        for ahead in (0, 1)
        for slot in slots_of(settings, domain)
    ]
    return min((instant for instant in times if instant > now), default=None)
