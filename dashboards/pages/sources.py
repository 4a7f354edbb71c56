"""Where a row's figures came from and how old they are, as the reader looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from city.plan import Intervention, Plan, Reason
from dashboards.web.locale import Locale

OF_DEVICE = {"camera": "camera", "vehicle": "car", "car": "car"}
"""The icon of a kind of device; any other is a sensor."""
ORDER = ("sensor", "camera", "car", "driver", "cloud")


@dataclass(frozen=True)
class Source:
    """A kind of source with the age of its youngest figure. ``then`` is when the row was decided by it, where that was
    in an earlier plan: its age is that of then. ``said`` is the age with its unit."""

    icon: str
    word: str
    age: str
    said: str
    then: str = ""


def sources_of(
    plan: Plan,
    item: Intervention,
    devices: Mapping[str, str],
    read_at: datetime | None,
    decided_at: datetime | None,
    locale: Locale,
) -> tuple[Source, ...]:
    """One icon for each kind of source. ``devices`` are kinds by id; ``read_at`` is the time for which ages are told,
    None for the plan's own; ``decided_at`` when an intervention was decided that the plan took over as it was."""
    youngest: dict[str, float] = {}
    for reason in item.reasons:
        icon = _icon(reason, devices)
        if icon is not None and reason.age_s is not None:
            youngest[icon] = min(reason.age_s, youngest.get(icon, reason.age_s))
    since = 0.0 if read_at is None or decided_at else max(0.0, (read_at - plan.created_at).total_seconds())
    then = locale.moment(decided_at, read_at or plan.created_at) if decided_at else ""
    return tuple(
        Source(
            icon,
            locale.words(f"source.{icon}"),
            age(youngest[icon] + since, locale),
            locale.age(youngest[icon] + since),
            then,
        )
        for icon in ORDER
        if icon in youngest
    )


def _icon(reason: Reason, devices: Mapping[str, str]) -> str | None:
    """A device by its kind; a forecast has a figure, what a person saw has none."""
    if reason.source is None or reason.age_s is None:
        return None
    if reason.source in devices:
        return OF_DEVICE.get(devices[reason.source], "sensor")
    return "driver" if reason.value is None else "cloud"


def age(seconds: float, locale: Locale) -> str:
    """Bare minutes, as the column's head says; from 100 minutes on with its unit."""
    return str(round(seconds / 60)) if seconds < 6000 else locale.age(seconds)
