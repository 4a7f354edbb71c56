"""The shape of a service on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from city.plan import Intervention, Plan
from dashboards.web.locale import Locale
from store.connect import Connection

Cell = str | int | float | datetime | None


@dataclass(frozen=True)
class KeyFigure:
    """A figure beside the verdict: label, value, and what it is compared with."""

    label: str
    value: str
    second: str


class ServiceView(Protocol):
    """One service. ``watched``: drafts, observations, declines and the hand-over stand on its page. ``by_street``: its
    map colours streets, hour by hour. ``advice``: it is approved, and nobody is called out or drives. ``columns``:
    those of its rows in a table file (``column`` in the catalogue), after the ones that all have."""

    watched: bool
    by_street: bool
    advice: bool
    columns: tuple[str, ...]

    def code(self, item: Intervention) -> str:
        """The short name that stands before the title, if it has one."""

    def title(self, item: Intervention, locale: Locale) -> str:
        """What an intervention is called."""

    def under(self, item: Intervention, locale: Locale) -> str:
        """What stands below its title."""

    def lead(self, plan: Plan, locale: Locale) -> list[KeyFigure]:
        """The figures that come first."""

    def more(self, plan: Plan, locale: Locale, now: datetime | None) -> list[KeyFigure]:
        """The figures that come last; ``now`` where the plan is read while it holds."""

    def rest(self, plan: Plan, locale: Locale) -> str:
        """How much is not needed."""

    def on_map(self, connection: Connection, plan: Plan | None, locale: Locale) -> dict[str, Any]:
        """What of the plan is drawn, beside its interventions."""

    def cells(self, item: Intervention, locale: Locale) -> Iterable[Sequence[Cell]]:
        """The rows of an intervention in a table file, in the order of ``columns``."""


def number(value: float | None, locale: Locale) -> str:
    """A total, or that it is not known."""
    return locale.words("count.none") if value is None else locale.figure(value, 0)


def driving(
    plan: Plan, minutes: float | None, metres: float | None, empty_m: float | None, locale: Locale, now: datetime | None
) -> list[KeyFigure]:
    """When work must begin at the latest, or since when it is too late for that, and how long and far is driven."""
    if not minutes or metres is None:
        return []
    t, latest = locale.words, plan.verdict.latest_start
    of = t("figure.latest_of")
    if latest is not None and now is not None and latest < now:
        of = t("figure.latest_past", age=locale.age((now - latest).total_seconds()))
    elif plan.verdict.call_by is not None and plan.verdict.call_by != latest:
        of = t("figure.call_by", clock=locale.clock(plan.verdict.call_by))
    made = [] if latest is None else [KeyFigure(t("figure.latest"), locale.clock(latest), of)]
    second = t("figure.with_empty", km=locale.km(metres), empty=locale.km(empty_m)) if empty_m else locale.km(metres)
    return [*made, KeyFigure(t("figure.driving"), locale.minutes(minutes), second)]
