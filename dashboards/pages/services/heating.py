"""Heating on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from city.plan import Intervention, Plan, air_of, heat_of, of_first_day
from city.totals import HeatingTotals, totals_of
from dashboards.pages.services.view import Cell, KeyFigure, number
from dashboards.web.locale import Locale
from store import facts
from store.connect import Connection


class HeatingView:
    """Buildings and their hours."""

    watched = False
    by_street = False
    advice = True
    columns: tuple[str, ...] = (*("building", "why", "heat_from", "opens", "heat_hours", "air_hours", "flip"),)

    def code(self, item: Intervention) -> str:
        """None: a building's name says it."""
        return ""

    def title(self, item: Intervention, locale: Locale) -> str:
        """The building's name."""
        return item.title

    def under(self, item: Intervention, locale: Locale) -> str:
        """Nothing."""
        return ""

    def lead(self, plan: Plan, locale: Locale) -> list[KeyFigure]:
        """How many buildings are heated, from when the first, and what it takes where that is known."""
        t, totals = locale.words, totals_of(plan, HeatingTotals)
        said = t("figure.in_buildings", n=number(totals.heated, locale), m=number(totals.buildings, locale))
        first = plan.verdict.starts_at
        lead = [KeyFigure(t("figure.heat"), said, t("row.air_from", clock=locale.clock(first)) if first else "")]
        if totals.heat_kwh is not None:
            energy = t("figure.kwh", amount=locale.figure(totals.heat_kwh, 0))
            lead.append(KeyFigure(t("figure.energy"), energy, t("figure.energy_of")))
        return lead

    def more(self, plan: Plan, locale: Locale, now: datetime | None) -> list[KeyFigure]:
        """Nothing: hours that are summed over buildings are nobody's to act on."""
        return []

    def rest(self, plan: Plan, locale: Locale) -> str:
        """Nothing: every building is in the plan."""
        return ""

    def on_map(self, connection: Connection, plan: Plan | None, locale: Locale) -> dict[str, Any]:
        """All buildings, with the line of the plan that is theirs."""
        items = {item.target: (place, item) for place, item in enumerate(plan.interventions if plan else ())}
        found = []
        for building in facts.buildings(connection):
            place, item = items.get(building.id, (None, None))
            heated = item is not None and item.starts_at is not None
            where = {"id": building.id, "name": building.name, "lon": building.lon, "lat": building.lat}
            found.append(where | {"item": place, "heated": heated})
        return {"places": found}

    def cells(self, item: Intervention, locale: Locale) -> Iterable[Sequence[Cell]]:
        """One row a building."""
        hours = heat_of(item)
        night = min((hour.set_point_c for hour in hours), default=0.0)
        warm = sum(hour.set_point_c > night for hour in of_first_day(hours, locale.zone))
        air = sum(hour.on for hour in of_first_day(air_of(item), locale.zone))
        why = "; ".join(locale.kept(reason, "text") for reason in item.reasons)
        yield (item.title, why, item.starts_at, item.ready_by, warm, air, locale.kept(item, "flip"))
