"""Snow and slipperiness on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from city.plan import Intervention, Plan, Reason
from city.totals import SnowTotals, totals_of
from dashboards.pages.services.view import Cell, KeyFigure, driving
from dashboards.web.locale import Locale
from store.connect import Connection


class SnowView:
    """Turer, rounds of places, haulage and sweeping."""

    watched = True
    by_street = True
    advice = False
    columns: tuple[str, ...] = (
        *("tur", "why", "depth", "low", "high", "unit", "limit", "limit_version", "action", "segments"),
        *("vehicle", "contractor", "depot", "start", "ready", "deadline", "minutes", "km", "flip"),
    )

    def code(self, item: Intervention) -> str:
        """The name of the tur."""
        return item.target

    def title(self, item: Intervention, locale: Locale) -> str:
        """The streets of the tur."""
        return item.title.removeprefix(item.target).strip() or locale.words("row.no_name")

    def under(self, item: Intervention, locale: Locale) -> str:
        """Its class, or how many places or streets it is of."""
        if item.kind == "places":
            return locale.words.count("row.places", len(item.places) if isinstance(item.places, tuple) else 0)
        if item.kind in {"haul", "sweep"}:
            return locale.words.count("row.segments", len(item.segments) if isinstance(item.segments, tuple) else 0)
        network = item.network if isinstance(item.network, str) else "street"
        return locale.words(f"class.{network}", prio=item.priority)

    def lead(self, plan: Plan, locale: Locale) -> list[KeyFigure]:
        """Nothing before the price."""
        return []

    def more(self, plan: Plan, locale: Locale, now: datetime | None) -> list[KeyFigure]:
        """The latest start, what is driven with how much of it empty, and what is spread and is overtime beside a full
        call-out."""
        totals = totals_of(plan, SnowTotals)
        drives = driving(plan, totals.minutes, totals.distance_m, totals.deadhead_m, locale, now)
        return [*drives, *self._used(totals, locale)]

    def _used(self, totals: SnowTotals, locale: Locale) -> Iterator[KeyFigure]:
        t = locale.words
        for what, kg, full_kg in (
            ("salt", totals.salt_kg, totals.full_salt_kg),
            ("sand", totals.sand_kg, totals.full_sand_kg),
        ):
            if kg and kg >= 0.5:
                full = "" if full_kg is None else t("figure.of_full", amount=locale.weight(full_kg))
                yield KeyFigure(t(f"figure.{what}"), locale.weight(kg), full)
        hours, full_h = totals.overtime_h, totals.full_overtime_h
        if hours and hours >= 0.05:
            full = "" if full_h is None else t("figure.of_full", amount=locale.minutes(60.0 * full_h))
            yield KeyFigure(t("figure.overtime"), locale.minutes(60.0 * hours), full)

    def rest(self, plan: Plan, locale: Locale) -> str:
        """How many turer stay at home."""
        totals = totals_of(plan, SnowTotals)
        if totals.turer is None or totals.turer_needed is None:
            return ""
        left = totals.turer - totals.turer_needed - (totals.without_vehicle or 0)
        return locale.words.count("rest.snow", left) if left > 0 else ""

    def on_map(self, connection: Connection, plan: Plan | None, locale: Locale) -> dict[str, Any]:
        """Segment id → [place of its first intervention in ``items``, depth in cm]."""
        found: dict[str, list[float | int | None]] = {}
        for place, item in enumerate(plan.interventions if plan else ()):
            for action in item.segments if isinstance(item.segments, tuple) else ():
                found.setdefault(action.id, [place, action.depth_cm])
        return {"segments": found}

    def cells(self, item: Intervention, locale: Locale) -> Iterable[Sequence[Cell]]:
        """One row a tur."""
        parts = [one for one in (item.segments, item.places) if isinstance(one, tuple)]
        action, n = locale.words(f"action.{item.kind}"), sum(len(one) for one in parts)
        first = item.reasons[0] if item.reasons else Reason(text="", text_en="")
        low, high = first.range or (None, None)
        yield (
            *(
                item.title,
                locale.kept(first, "text"),
                first.value,
                low,
                high,
                first.unit,
                first.threshold,
                first.threshold_version,
            ),
            *(action, n, item.vehicle, item.contractor, item.depot, item.starts_at, item.ready_by),
            *(item.deadline, item.minutes, item.distance_m / 1000, locale.kept(item, "flip")),
        )
