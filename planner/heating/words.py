"""What a heating plan says: reasons, what would flip it, the verdict, what is weak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from city.catalogue.message import Figure, Message, Part, Span, message
from city.catalogue.stored import in_all_languages
from city.catalogue.words import name_of
from city.plan import Degradation, Intervention, Reason, Verdict
from city.serviceday import bounds
from models.heat import WarmUp
from planner.heating.hours import PlannedHours
from planner.heating.learned import LearnedBuilding
from planner.heating.need import BuildingDay, assumed_outdoor_c, hour_of
from planner.heating.search import WarmDay
from planner.heating.snapshot import HeatingSnapshot
from planner.heating.zones import hours_of
from planner.thresholds.limits import Limits
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
    snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, hours: PlannedHours, warm: WarmDay | None
) -> Iterable[Reason]:
    """Why a building is warmed from when it is."""
    coldest = day.coldest
    if coldest is not None and coldest.newest is not None:
        age = (snapshot.at - coldest.newest.time).total_seconds()
        indoors = message("plan.heating.indoors" if len(day.zones) == 1 else "plan.heating.coldest_zone")
        limit, where = rules.row("heating.reach_c"), "" if len(day.zones) == 1 else coldest.zone.name
        value, source = coldest.newest.value, coldest.zone.device
        yield value_reason(indoors, value, "°C", limit=limit, source=source, age_s=age, where=where)
    yield _warm_up_reason(day.model) if day.learned is None else _learned_reason(day.learned)
    if day.outdoor_c is not None:
        yield value_reason(
            message("plan.heating.coldest"),
            day.outdoor_c,
            "°C",
            source=forecast_source(snapshot.forecasts),
            age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        )
    yield from _hours_reasons(snapshot, rules, day, hours, warm)


def _hours_reasons(
    snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, hours: PlannedHours, warm: WarmDay | None
) -> Iterable[Reason]:
    """Of the day's use: when it opens and from when it is warmed, or that nobody is there."""
    if warm is None or not _is_today(snapshot, day, warm):
        yield text_reason(message("plan.heating.set_back", day=_named(day)), source="calendar")
    if warm is None:
        return
    yield _start_reason(snapshot, day, warm)
    if day.kind == "fritids" and all(one.zone.after_school == one.zone.hours for one in day.zones):
        yield text_reason(message("plan.heating.whole_after_school"), source="calendar")
    yield from _at_opening(snapshot, rules, day, hours, warm)
    if hours.kwh is not None:
        kwh, price = float(hours.kwh[: warm.stop].sum()), rules.usual("heating.price_kwh")
        cost = message("plan.heating.costs", amount=Figure(kwh * price, 0), currency=snapshot.params.currency)
        more = (cost,) if price > 0.0 else ()
        yield value_reason(message("plan.heating.takes"), kwh, "kWh", digits=0, source="model", further=more)


def _is_today(snapshot: HeatingSnapshot, day: BuildingDay, warm: WarmDay) -> bool:
    return hour_of(day, warm.opens) < bounds(snapshot.service_day, "heating", snapshot.zone)[1]


def _named(day: BuildingDay) -> Message:
    return name_of(f"plan.heating.day.{day.kind}", day.kind)


def _start_reason(snapshot: HeatingSnapshot, day: BuildingDay, warm: WarmDay) -> Reason:
    opens, start = (hour_of(day, hour).astimezone(snapshot.zone) for hour in (warm.opens, warm.start))
    if not _is_today(snapshot, day, warm):
        said = message("plan.heating.for_tomorrow", opens=opens, start=start)
    elif warm.start <= 0 and warm.start < warm.opens:
        said = message("plan.heating.opens_now", day=_named(day), opens=opens)
    else:
        said = message("plan.heating.opens", day=_named(day), opens=opens, start=start)
    return text_reason(said, source="calendar")


def _at_opening(
    snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, hours: PlannedHours, warm: WarmDay
) -> Iterable[Reason]:
    """What is expected when it opens; that the time does not suffice where it does not."""
    reach, then = rules.value("heating.reach_c"), hours.at_opening[hours.days.index(warm)]
    if warm.opens > 0 and then < reach:
        source = "indoor readings" if day.learned is not None or day.model.measured else "default"
        yield text_reason(message("plan.heating.too_late", then=then, reach=reach), source=source)
    elif day.learned is not None and warm.opens > 0:
        yield value_reason(message("plan.heating.expected"), then, "°C", source="model")


def _learned_reason(learned: LearnedBuilding) -> Reason:
    """What was learned, from how much, and how far it may be off."""
    error = max(zone.error_k for zone in learned.zones)
    said = message("plan.heating.learned", n=round(learned.days), error=error)
    return Reason(**in_all_languages(text=said), value=round(error, 3), unit="K", source="model")


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


def flip_of(rules: Limits, warm: WarmDay | None) -> Message:
    """What would change the day of a building."""
    if warm is None:
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
        return Verdict(
            go=False, certainty=certainty, **answer(message("plan.heating.verdict.set_back", buildings=buildings))
        )
    first = min(item.starts_at for item in warm if item.starts_at)
    at = first.astimezone(snapshot.zone)
    said = message("plan.heating.verdict.go", at=at, warm=len(warm), of=buildings)
    return Verdict(go=True, certainty=certainty, starts_at=first, **answer(said))


def degradations(snapshot: HeatingSnapshot, days: Sequence[BuildingDay]) -> Iterable[Degradation]:
    """What the plan does not know: sensors, forecast, how fast buildings warm."""
    age = forecast_age_s(snapshot.forecasts, snapshot.at)
    if days and snapshot.forecasts:
        yield from weak_forecast(snapshot.forecasts, snapshot.at, days[0].record.guessed)
    yield from _assumed_outdoors(days, age)
    for day in days:
        yield from _weak_building(snapshot, day)
    for building in (day.building for day in days if hours_of(day.building) is None):
        parts = {"building": building.name, "opens": building.opens, "closes": building.closes}
        yield degradation(building.id, message("plan.heating.weak.hours", **parts), standing=True)
    unknown = sorted({day.building.calendar for day in days if not day.known_day})
    if unknown:
        yield degradation("calendar", message("plan.heating.weak.calendar", names=tuple(unknown)))


def _assumed_outdoors(days: Sequence[BuildingDay], age_s: float | None) -> Iterable[Degradation]:
    """How cold it is taken to be where no forecast says, which is another thing by the clock than by what was
    learned."""
    blind = [day for day in days if day.outdoor_c is None]
    for day in [day for day in blind if day.learned is None][:1]:
        said = message("plan.heating.weak.no_outdoor", assumed=assumed_outdoor_c(day))
        yield degradation("forecast", said, age_s=age_s)
    for day in [day for day in blind if day.learned is not None][:1]:
        said = message("plan.heating.weak.as_yesterday", assumed=float(day.record.outdoor[-1]))
        yield degradation("forecast", said, age_s=age_s)


def _weak_building(snapshot: HeatingSnapshot, day: BuildingDay) -> Iterable[Degradation]:
    """Zones that are not heard, and that a building is planned by the clock, with why."""
    name = day.building.name or day.building.id
    for one in (one for one in day.zones if not one.fresh):
        age = None if one.newest is None else (snapshot.at - one.newest.time).total_seconds()
        named = name if len(day.zones) == 1 else message("plan.heating.zone_of", building=name, zone=one.zone.name)
        key = "plan.heating.weak.silent" if day.learned is None else "plan.heating.weak.unheard"
        yield degradation(day.building.id, message(key, building=named), age_s=age)
    if day.learned is None and day.coldest is not None:
        yield degradation(day.building.id, message("plan.heating.weak.clock", building=name), standing=True)
    elif day.learned is not None and not day.learned.by_set_point:
        yield degradation(day.building.id, message("plan.heating.weak.no_set_point", building=name), standing=True)
