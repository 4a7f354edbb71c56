"""What a heating plan says: reasons, what would flip it, the verdict, what is weak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from city.catalogue.message import Message, Part, Span, message
from city.catalogue.stored import in_all_languages
from city.catalogue.words import name_of
from city.plan import Degradation, Intervention, Reason, Verdict
from models.heat import WarmUp
from planner.heating.need import BuildingDay, assumed_outdoor_c, at_opening_c, hours_of, too_cold_to_set_back
from planner.heating.snapshot import HeatingSnapshot
from planner.thresholds.limits import Limits, limits
from planner.words.sentences import (
    answer,
    certain,
    degradation,
    forecast_age_s,
    forecast_source,
    text_reason,
    value_reason,
    weak_forecast,
)


def reasons_of(
    snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, opens: datetime | None, start: datetime | None
) -> Iterable[Reason]:
    """Why a building is warmed from when it is."""
    if day.indoor is not None:
        limit, device = rules.row("heating.reach_c"), day.building.device
        age = (snapshot.at - day.indoor.time).total_seconds()
        indoors = message("plan.heating.indoors")
        yield value_reason(indoors, day.indoor.value, "°C", limit=limit, source=device, age_s=age)
    yield _warm_up_reason(day.model)
    if day.outdoor_c is not None:
        yield value_reason(
            message("plan.heating.coldest"),
            day.outdoor_c,
            "°C",
            source=forecast_source(snapshot.forecasts),
            age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        )
    if opens is None or start is None:
        yield _closed_reason(snapshot, rules, day)
    else:
        yield _start_reason(snapshot, day, opens, start)
        yield from _too_late(snapshot, rules, day, opens)


def _closed_reason(snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay) -> Reason:
    """A closed day is set back, but in severe cold, when its hours hold the heat."""
    if too_cold_to_set_back(rules, day):
        at, limit = rules.value("heating.day_c"), rules.value("heating.no_setback_below_c")
        said = message("plan.heating.held", day=_named(day), at=at, limit=limit)
        return text_reason(said, source=forecast_source(snapshot.forecasts))
    return text_reason(message("plan.heating.set_back", day=_named(day)), source="calendar")


def _named(day: BuildingDay) -> Message:
    return name_of(f"plan.heating.day.{day.kind}", day.kind)


def _start_reason(snapshot: HeatingSnapshot, day: BuildingDay, opens: datetime, start: datetime) -> Reason:
    opens, start = opens.astimezone(snapshot.zone), start.astimezone(snapshot.zone)
    return text_reason(message("plan.heating.opens", day=_named(day), opens=opens, start=start), source="calendar")


def _too_late(snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, opens: datetime) -> Iterable[Reason]:
    """What is said where the time until opening does not suffice."""
    reach, then = rules.value("heating.reach_c"), at_opening_c(snapshot, rules, day, opens)
    if opens > snapshot.at and then < reach:
        source = "indoor readings" if day.model.measured else "default"
        yield text_reason(message("plan.heating.too_late", then=then, reach=reach), source=source)


def _warm_up_reason(model: WarmUp) -> Reason:
    """How fast the building warms, and whether that was measured or is a default."""
    rates: dict[str, Part] = {"typical": model.typical_k_h, "span": Span(model.slow_k_h, model.fast_k_h)}
    measured = message("plan.heating.warms_measured", n=model.mornings, **rates)
    return Reason(
        **in_all_languages(text=measured if model.measured else message("plan.heating.warms_default", **rates)),
        value=round(model.typical_k_h, 3),
        range=(round(model.slow_k_h, 3), round(model.fast_k_h, 3)),
        unit="K/h",
        source="indoor readings" if model.measured else "default",
    )


def flip_of(rules: Limits, day: BuildingDay, opens: datetime | None) -> Message:
    """What would change the day of a building."""
    if opens is None:
        return message("plan.heating.flip.booking")
    return message("plan.heating.flip.warm", reach=rules.value("heating.reach_c"))


def verdict(snapshot: HeatingSnapshot, items: Sequence[Intervention], weaknesses: Sequence[Degradation]) -> Verdict:
    """The answer, sentence by sentence."""
    warm = [item for item in items if item.starts_at is not None]
    certainty = certain("high", weaknesses)
    if not items:
        return Verdict(go=False, certainty="low", **answer(message("plan.heating.verdict.no_buildings")))
    buildings = message("plan.heating.buildings", n=len(items))
    if not warm:
        day_c = limits(snapshot.thresholds).value("heating.day_c")
        held = sum(_is_held(item, day_c) for item in items)
        back = message("plan.heating.buildings", n=len(items) - held)
        closed = [message("plan.heating.verdict.set_back", buildings=back)] if held < len(items) else []
        if held:
            closed.append(message("plan.heating.verdict.held", buildings=message("plan.heating.buildings", n=held)))
        return Verdict(go=False, certainty=certainty, **answer(*closed))
    first = min(item.starts_at for item in warm if item.starts_at)
    at = first.astimezone(snapshot.zone)
    said = message("plan.heating.verdict.go", at=at, warm=len(warm), of=buildings)
    return Verdict(go=True, certainty=certainty, starts_at=first, **answer(said))


def _is_held(item: Intervention, day_c: float) -> bool:
    """Whether a building that is closed is kept as warm as on a day in use."""
    hours = item.heat if isinstance(item.heat, tuple) else ()
    return bool(hours) and item.starts_at is None and all(hour.set_point_c >= day_c for hour in hours)


def degradations(snapshot: HeatingSnapshot, days: Sequence[BuildingDay]) -> Iterable[Degradation]:
    """What the plan does not know: sensors, forecast, how fast buildings warm."""
    age = forecast_age_s(snapshot.forecasts, snapshot.at)
    if days and snapshot.forecasts:
        yield from weak_forecast(snapshot.forecasts, snapshot.at, 0)
    if any(day.outdoor_c is None for day in days):
        said = message("plan.heating.weak.no_outdoor", assumed=assumed_outdoor_c(days[0]))
        yield degradation("forecast", said, age_s=age)
    yield from (_silent(snapshot, day) for day in days if not day.fresh)
    for building in (day.building for day in days if hours_of(day.building) is None):
        parts = {"building": building.name, "opens": building.opens, "closes": building.closes}
        yield degradation(building.id, message("plan.heating.weak.hours", **parts), standing=True)
    unknown = sorted({day.building.calendar for day in days if not day.known_day})
    if unknown:
        yield degradation("calendar", message("plan.heating.weak.calendar", names=tuple(unknown)))


def _silent(snapshot: HeatingSnapshot, day: BuildingDay) -> Degradation:
    age = None if day.indoor is None else (snapshot.at - day.indoor.time).total_seconds()
    name = day.building.name or day.building.id
    return degradation(day.building.id, message("plan.heating.weak.silent", building=name), age_s=age)
