"""What a heating plan says: reasons, what would flip it, the verdict, what is weak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from city.catalogue.message import Text
from city.plan import (
    Degradation,
    Intervention,
    Reason,
    Verdict,
)
from city.said import clock_en, clock_sv, figure_en, figure_sv, span_en, span_sv
from city.vocabulary import Certainty
from models.heat import WarmUp
from planner.heating.need import BuildingDay, assumed_outdoor_c, at_opening_c
from planner.heating.snapshot import HeatingSnapshot
from planner.thresholds.limits import Limits
from planner.words.sentences import (
    degradation,
    forecast_age_s,
    forecast_source,
    text_reason,
    value_reason,
    weak_forecast,
)

KINDS_SV = {"school": "skoldag", "fritids": "fritids", "evening": "kvällsuthyrning", "closed": "stängt"}
KINDS_EN = {"school": "school day", "fritids": "after-school care", "evening": "evening hire", "closed": "closed"}


def reasons_of(
    snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, opens: datetime | None, start: datetime | None
) -> Iterable[Reason]:
    zone = snapshot.zone
    if day.indoor is not None:
        age = (snapshot.at - day.indoor.time).total_seconds()
        limit = rules.row("heating.reach_c")
        yield value_reason(
            Text("inne", "indoors"), day.indoor.value, "°C", limit=limit, source=day.building.device, age_s=age
        )
    yield _warm_up_reason(day.model)
    if day.outdoor_c is not None:
        yield value_reason(
            Text("kallast ute före kl. 12", "coldest outdoors before 12"),
            day.outdoor_c,
            "°C",
            source=forecast_source(snapshot.forecasts),
            age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        )
    sv, en = KINDS_SV.get(day.kind, day.kind), KINDS_EN.get(day.kind, day.kind)
    if opens is None or start is None:
        yield text_reason(f"{sv}: sänkt hela dygnet", f"{en}: set back all day", source="calendar")
    else:
        yield text_reason(
            f"{sv}, öppnar {clock_sv(opens, zone)}: värmen på {clock_sv(start, zone)}",
            f"{en}, opens {clock_en(opens, zone)}: heat on at {clock_en(start, zone)}",
            source="calendar",
        )
        reach, then = rules.value("heating.reach_c"), at_opening_c(snapshot, rules, day, opens)
        if opens > snapshot.at and then < reach:
            yield text_reason(
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


def flip_of(rules: Limits, day: BuildingDay, opens: datetime | None) -> Text:
    if opens is None:
        return Text("En bokning i kalendern slår på värmen.", "A booking in the calendar turns the heat on.")
    reach = rules.value("heating.reach_c")
    return Text(
        f"Över {figure_sv(reach)} °C inne vid öppning utan värme utgår starten.",
        f"Above {figure_en(reach)} °C indoors at opening without heat the start drops out.",
    )


def verdict(snapshot: HeatingSnapshot, items: Sequence[Intervention], weaknesses: Sequence[Degradation]) -> Verdict:
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


def degradations(snapshot: HeatingSnapshot, days: Sequence[BuildingDay]) -> Iterable[Degradation]:
    if days and snapshot.forecasts:
        yield from weak_forecast(snapshot.forecasts, snapshot.at, 0)
    if any(day.outdoor_c is None for day in days):
        yield degradation(
            "forecast",
            f"Ingen prognos för utetemperaturen: {figure_sv(assumed_outdoor_c(days[0]), 0)} °C antas.",
            f"No forecast of the outdoor temperature: {figure_en(assumed_outdoor_c(days[0]), 0)} °C is assumed.",
            forecast_age_s(snapshot.forecasts, snapshot.at),
        )
    for day in days:
        if not day.fresh:
            age = None if day.indoor is None else (snapshot.at - day.indoor.time).total_seconds()
            yield degradation(
                day.building.id,
                f"{day.building.name}: ingen färsk innetemperatur, klockplan från nattemperatur används.",
                f"{day.building.name}: no fresh indoor temperature, a clock plan from the night set-point is used.",
                age,
            )
    unknown = sorted({day.building.calendar for day in days if not day.known_day})
    if unknown:
        yield degradation(
            "calendar",
            f"Kalendern {', '.join(unknown)} säger inget om dagen: vardag räknas som skoldag.",
            f"Calendar {', '.join(unknown)} says nothing of the day: a weekday is taken as a school day.",
        )
