"""The heating plan: when each school's heat and ventilation run, hour by hour, and why. A function of the snapshot.

Advice only: every line is a plan that a caretaker can refuse, and the hot-water loop is never planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from city.plan import (
    Degradation,
    HeatHour,
    Intervention,
    Plan,
    Reason,
    Text,
    VentilationHour,
    Verdict,
    intervention_id,
    intervention_key,
)
from city.said import clock_en, clock_sv, figure_en, figure_sv, span_en, span_sv
from city.serviceday import bounds, local_instant
from city.things import Building, Reading
from city.words import Certainty
from models.heat import WarmUp, cooled, lead_hours, warm_up
from models.weather import hourly
from planner.assemble import assemble
from planner.say import forecast_age_s, forecast_source, measured, plain, weak, weak_forecast
from planner.snapshot import Snapshot, next_run
from planner.thresholds import Limits, clock_of, limits

INDOOR = "indoor_temperature"
HOUR = timedelta(hours=1)
KINDS_SV = {"school": "skoldag", "fritids": "fritids", "evening": "kvällsuthyrning", "closed": "stängt"}
KINDS_EN = {"school": "school day", "fritids": "after-school care", "evening": "evening hire", "closed": "closed"}


@dataclass(frozen=True)
class BuildingDay:
    """What is known of one building on the service day."""

    building: Building
    kind: str
    known_day: bool
    indoor: Reading | None
    fresh: bool
    model: WarmUp
    outdoor_c: float | None


def plan_heating(snapshot: Snapshot) -> Plan:
    """The heating plan of a snapshot."""
    rules = limits(snapshot.thresholds)
    held = {item.target: item for item in snapshot.running}
    days = [_day(snapshot, rules, building) for building in snapshot.buildings]
    fresh = [_intervention(snapshot, rules, day) for day in days if day.building.id not in held]
    items = sorted([*held.values(), *fresh], key=lambda item: (item.priority, str(item.starts_at), item.target))
    weaknesses = list(_weak(snapshot, days))
    return assemble(snapshot, _verdict(snapshot, items, weaknesses), weaknesses, items, _totals(items))


def _day(snapshot: Snapshot, rules: Limits, building: Building) -> BuildingDay:
    rows = sorted(
        (r for r in snapshot.readings if r.quantity == INDOOR and r.device == building.device), key=lambda r: r.time
    )
    outdoor = _outdoor(snapshot)
    kinds = {
        day.kind for day in snapshot.calendar if day.calendar == building.calendar and day.day == snapshot.service_day
    }
    default = "school" if snapshot.service_day.weekday() < 5 else "closed"
    past = [r.value for r in snapshot.readings if r.quantity == "air_temperature"]
    model = warm_up(
        [r.time for r in rows],
        [r.value for r in rows],
        float(np.mean(past)) if past else float("nan") if outdoor is None else outdoor,
        default_k_h=rules.value("heating.default_warm_up_k_h"),
    )
    newest = rows[-1] if rows else None
    stale = timedelta(hours=rules.value("heating.stale_after_h"))
    return BuildingDay(
        building,
        next(iter(sorted(kinds)), default),
        bool(kinds),
        newest,
        newest is not None and snapshot.at - newest.time <= stale,
        model,
        outdoor,
    )


def _outdoor(snapshot: Snapshot) -> float | None:
    """The coldest forecast hour until noon of the service day [°C]: a start that is too early costs less."""
    start = snapshot.at.replace(minute=0, second=0, microsecond=0)
    noon = local_instant(snapshot.service_day, time(12, 0), snapshot.zone)
    hours = min(48, max(6, round((noon - start) / HOUR)))
    temps = hourly(snapshot.forecasts, start, hours).temp_c
    return float(np.nanmin(temps)) if np.isfinite(temps).any() else None


def _intervention(snapshot: Snapshot, rules: Limits, day: BuildingDay) -> Intervention:
    building = day.building
    key = intervention_key("heating", building.id, snapshot.service_day, next_run(snapshot, building.id))
    opens, closes = _hours(snapshot, building, day.kind)
    start = None if opens is None else opens - timedelta(hours=_lead(snapshot, rules, day, opens))
    heat = tuple(_heat(snapshot, rules, day, start, closes))
    flip = _flip(rules, day, opens)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="heat",
        target=building.id,
        title=building.name,
        priority=1 if opens is not None else 2,
        score=_lead(snapshot, rules, day, opens) if opens is not None else 0.0,
        reasons=tuple(_reasons(snapshot, rules, day, opens, start)),
        flip=flip.sv,
        flip_en=flip.en,
        starts_at=start,
        ready_by=opens,
        geometry={"type": "Point", "coordinates": (building.lon, building.lat)},
        simulated=snapshot.simulated,
        heat=heat,
        ventilation=tuple(_ventilation(snapshot, opens, closes)),
    )


def _hours(snapshot: Snapshot, building: Building, kind: str) -> tuple[datetime | None, datetime | None]:
    """When the building is used on the service day; None, None where it is closed."""
    if kind == "closed":
        return None, None
    opens, closes = (clock_of(text, f"building {building.id}") for text in (building.opens, building.closes))
    if kind == "evening":
        closes = time(22, 0)
    return (
        local_instant(snapshot.service_day, opens, snapshot.zone),
        local_instant(snapshot.service_day, closes, snapshot.zone),
    )


def _lead(snapshot: Snapshot, rules: Limits, day: BuildingDay, opens: datetime) -> int:
    """Whole hours before opening at which the heat starts; the slow rate, so that nine mornings in ten are warm."""
    return lead_hours(
        _indoor_c(rules, day),
        _assumed_outdoor_c(day),
        rules.value("heating.reach_c"),
        _until_open_h(snapshot, opens),
        _night_c(rules, day),
        day.model.slow_k_h,
        day.model.cooling_per_h,
    )


def _at_opening_c(snapshot: Snapshot, rules: Limits, day: BuildingDay, opens: datetime) -> float:
    """The indoor temperature that the slow rate gives at opening [°C]."""
    until, lead = _until_open_h(snapshot, opens), _lead(snapshot, rules, day, opens)
    start = cooled(
        _indoor_c(rules, day), _assumed_outdoor_c(day), until - lead, day.model.cooling_per_h, _night_c(rules, day)
    )
    return start + day.model.slow_k_h * lead


def _until_open_h(snapshot: Snapshot, opens: datetime) -> float:
    return max(0.0, (opens - snapshot.at).total_seconds() / 3600)


def _indoor_c(rules: Limits, day: BuildingDay) -> float:
    return day.indoor.value if day.indoor and day.fresh else rules.value("heating.night_c")


def _assumed_outdoor_c(day: BuildingDay, *, without_forecast_c: float = -10.0) -> float:
    return without_forecast_c if day.outdoor_c is None else day.outdoor_c


def _night_c(rules: Limits, day: BuildingDay) -> float:
    """The set-back temperature; none in severe cold, and never under the floor."""
    if day.outdoor_c is not None and day.outdoor_c < rules.value("heating.no_setback_below_c"):
        return rules.value("heating.day_c")
    return max(rules.value("heating.night_c"), rules.value("heating.floor_c"))


def _heat(
    snapshot: Snapshot, rules: Limits, day: BuildingDay, start: datetime | None, closes: datetime | None
) -> Iterable[HeatHour]:
    """A set-point for each hour of the service day; an hour in which the heat starts is warm from its beginning."""
    for hour in _each_hour(snapshot):
        warm = start is not None and closes is not None and start < hour + HOUR and hour < closes
        yield HeatHour(starts_at=hour, set_point_c=rules.value("heating.day_c") if warm else _night_c(rules, day))


def _ventilation(
    snapshot: Snapshot, opens: datetime | None, closes: datetime | None, *, before: timedelta = HOUR
) -> Iterable[VentilationHour]:
    """Ventilation runs from an hour before opening until closing, and not for empty rooms."""
    for hour in _each_hour(snapshot):
        used = opens is not None and closes is not None and opens - before < hour + HOUR and hour < closes
        yield VentilationHour(starts_at=hour, on=used)


def _each_hour(snapshot: Snapshot) -> Iterable[datetime]:
    """The hours of the service day: 24, or 23 and 25 when the clocks change."""
    begins, ends = bounds(snapshot.service_day, "heating", snapshot.zone)
    hour = begins
    while hour < ends:
        yield hour
        hour += HOUR


def _reasons(
    snapshot: Snapshot, rules: Limits, day: BuildingDay, opens: datetime | None, start: datetime | None
) -> Iterable[Reason]:
    zone = snapshot.zone
    if day.indoor is not None:
        age = (snapshot.at - day.indoor.time).total_seconds()
        limit = rules.row("heating.reach_c")
        yield measured(
            Text("inne", "indoors"), day.indoor.value, "°C", limit=limit, source=day.building.device, age_s=age
        )
    yield _warm_up_reason(day.model)
    if day.outdoor_c is not None:
        yield measured(
            Text("kallast ute före kl. 12", "coldest outdoors before 12"),
            day.outdoor_c,
            "°C",
            source=forecast_source(snapshot.forecasts),
            age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        )
    sv, en = KINDS_SV.get(day.kind, day.kind), KINDS_EN.get(day.kind, day.kind)
    if opens is None or start is None:
        yield plain(f"{sv}: sänkt hela dygnet", f"{en}: set back all day", source="calendar")
    else:
        yield plain(
            f"{sv}, öppnar {clock_sv(opens, zone)}: värmen på {clock_sv(start, zone)}",
            f"{en}, opens {clock_en(opens, zone)}: heat on at {clock_en(start, zone)}",
            source="calendar",
        )
        reach, then = rules.value("heating.reach_c"), _at_opening_c(snapshot, rules, day, opens)
        if opens > snapshot.at and then < reach:
            yield plain(
                f"Når {figure_sv(then)} °C vid öppning, inte {figure_sv(reach)}: tiden räcker inte",
                f"Reaches {figure_en(then)} °C at opening, not {figure_en(reach)}: there is too little time",
                source="indoor readings" if day.model.measured else "default",
            )


def _warm_up_reason(model: WarmUp) -> Reason:
    """How fast the building warms, and whether that was measured or is a default."""
    sv = f"värms {figure_sv(model.typical_k_h)} °C/h ({span_sv(model.slow_k_h, model.fast_k_h)})"
    en = f"warms {figure_en(model.typical_k_h)} °C/h ({span_en(model.slow_k_h, model.fast_k_h)})"
    if model.measured:
        sv, en = f"{sv}, mätt på {model.mornings} uppvärmningar", f"{en}, measured on {model.mornings} warm-ups"
    else:
        sv, en = f"{sv}, förval: för få uppvärmningar mätta", f"{en}, default: too few warm-ups measured"
    return Reason(
        text=sv,
        text_en=en,
        value=round(model.typical_k_h, 3),
        range=(round(model.slow_k_h, 3), round(model.fast_k_h, 3)),
        unit="K/h",
        source="indoor readings" if model.measured else "default",
    )


def _flip(rules: Limits, day: BuildingDay, opens: datetime | None) -> Text:
    if opens is None:
        return Text("En bokning i kalendern slår på värmen.", "A booking in the calendar turns the heat on.")
    reach = rules.value("heating.reach_c")
    return Text(
        f"Över {figure_sv(reach)} °C inne vid öppning utan värme utgår starten.",
        f"Above {figure_en(reach)} °C indoors at opening without heat the start drops out.",
    )


def _verdict(snapshot: Snapshot, items: Sequence[Intervention], weaknesses: Sequence[Degradation]) -> Verdict:
    warm = [item for item in items if item.starts_at is not None]
    certainty: Certainty = "high" if not weaknesses else "medium"
    if not items:
        return Verdict(
            go=False,
            text="Inga byggnader är inlagda: inget att värma.",
            text_en="No buildings are entered: nothing to heat.",
            certainty="low",
        )
    if not warm:
        return Verdict(
            go=False,
            text=f"Sänkt värme hela dygnet i {len(items)} byggnader.",
            text_en=f"Heat set back all day in {len(items)} buildings.",
            certainty=certainty,
        )
    first = min(item.starts_at for item in warm if item.starts_at)
    return Verdict(
        go=True,
        text=f"Värmen på från kl. {clock_sv(first, snapshot.zone)} i {len(warm)} av {len(items)} byggnader.",
        text_en=f"Heat on from {clock_en(first, snapshot.zone)} in {len(warm)} of {len(items)} buildings.",
        certainty=certainty,
        starts_at=first,
    )


def _weak(snapshot: Snapshot, days: Sequence[BuildingDay]) -> Iterable[Degradation]:
    if days and snapshot.forecasts:
        yield from weak_forecast(snapshot.forecasts, snapshot.at, 0)
    if any(day.outdoor_c is None for day in days):
        yield weak(
            "forecast",
            f"Ingen prognos för utetemperaturen: {figure_sv(_assumed_outdoor_c(days[0]), 0)} °C antas.",
            f"No forecast of the outdoor temperature: {figure_en(_assumed_outdoor_c(days[0]), 0)} °C is assumed.",
            forecast_age_s(snapshot.forecasts, snapshot.at),
        )
    for day in days:
        if not day.fresh:
            age = None if day.indoor is None else (snapshot.at - day.indoor.time).total_seconds()
            yield weak(
                day.building.id,
                f"{day.building.name}: ingen färsk innetemperatur, klockplan från nattemperatur används.",
                f"{day.building.name}: no fresh indoor temperature, a clock plan from the night set-point is used.",
                age,
            )
    unknown = sorted({day.building.calendar for day in days if not day.known_day})
    if unknown:
        yield weak(
            "calendar",
            f"Kalendern {', '.join(unknown)} säger inget om dagen: vardag räknas som skoldag.",
            f"Calendar {', '.join(unknown)} says nothing of the day: a weekday is taken as a school day.",
        )


def _totals(items: Sequence[Intervention]) -> dict[str, Any]:
    return {
        "buildings": len(items),
        "heated": sum(item.starts_at is not None for item in items),
        "heating_hours": sum(
            sum(hour.set_point_c > 19.0 for hour in item.heat) for item in items if isinstance(item.heat, tuple)
        ),
        "ventilation_hours": sum(
            sum(hour.on for hour in item.ventilation) for item in items if isinstance(item.ventilation, tuple)
        ),
    }
