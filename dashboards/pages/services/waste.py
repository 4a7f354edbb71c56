"""Waste on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from city.plan import Intervention, Plan
from city.totals import WasteTotals, totals_of
from dashboards.pages.services.view import Cell, KeyFigure, driving, number
from dashboards.web.locale import Locale
from store import facts
from store.connect import Connection


class WasteView:
    """Rounds and their stops."""

    watched = False
    by_street = False
    advice = False
    columns: tuple[str, ...] = (
        *("round", "vehicle", "order", "arrives", "room", "room_name"),
        *("vessels", "vessel_count", "why", "longitude", "latitude"),
    )

    def code(self, item: Intervention) -> str:
        """None: a round's name says it."""
        return ""

    def title(self, item: Intervention, locale: Locale) -> str:
        """The fraction and the number of the round."""
        fraction, _, n = item.target.rpartition("-")
        return locale.words("row.round", fraction=locale.words.known(f"fraction.{fraction}", fraction), number=n)

    def under(self, item: Intervention, locale: Locale) -> str:
        """How many stops it has."""
        return locale.words.count("row.stops", len(item.stops) if isinstance(item.stops, tuple) else 0)

    def lead(self, plan: Plan, locale: Locale) -> list[KeyFigure]:
        """Vessels that are emptied, and in how many rooms."""
        t, totals = locale.words, totals_of(plan, WasteTotals)
        rooms = t("figure.of_rooms", n=number(totals.rooms_visited, locale), m=number(totals.rooms, locale))
        return [KeyFigure(t("figure.vessels"), number(totals.vessels_emptied, locale), rooms)]

    def more(self, plan: Plan, locale: Locale, now: datetime | None) -> list[KeyFigure]:
        """What is driven."""
        totals = totals_of(plan, WasteTotals)
        return driving(plan, totals.minutes, totals.distance_m, None, locale, now)

    def rest(self, plan: Plan, locale: Locale) -> str:
        """How many rooms are left alone."""
        totals = totals_of(plan, WasteTotals)
        if totals.rooms is None or totals.rooms_visited is None:
            return ""
        left = totals.rooms - totals.rooms_visited
        return locale.words.count("rest.waste", left) if left > 0 else ""

    def on_map(self, connection: Connection, plan: Plan | None, locale: Locale) -> dict[str, Any]:
        """All rooms; those on a round say which, when and why."""
        stops: dict[str, dict[str, Any]] = {}
        for place, item in enumerate(plan.interventions if plan else ()):
            for stop in item.stops if isinstance(item.stops, tuple) else ():
                known = stops.setdefault(stop.room, {"item": place, "reasons": []})
                known["reasons"].append(f"{locale.clock(stop.arrives_at)}: {locale.kept(stop, 'reason')}")
        return {
            "places": [
                {"id": room.id, "name": room.name, "lon": room.lon, "lat": room.lat}
                | stops.get(room.id, {"item": None})
                for room in facts.rooms(connection)
            ]
        }

    def cells(self, item: Intervention, locale: Locale) -> Iterable[Sequence[Cell]]:
        """One row a stop."""
        stops = item.stops if isinstance(item.stops, tuple) else ()
        for place, stop in enumerate(stops, start=1):
            yield (
                *(self.title(item, locale), item.vehicle, place, stop.arrives_at, stop.room, stop.name),
                *(", ".join(stop.vessels), len(stop.vessels), locale.kept(stop, "reason"), stop.lon, stop.lat),
            )
