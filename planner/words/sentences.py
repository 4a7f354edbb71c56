"""Sentences that several planners say: in Swedish and English side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from city.entities import Forecast, Threshold
from city.plan import Degradation, Reason, Text
from city.said import figure_en, figure_sv, span_en, span_sv
from planner.routes.check import Refusal

OLD_FORECAST_S = 6 * 3600.0


def value_reason(
    what: Text,
    value: float,
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    limit: Threshold | None = None,
    source: str | None = None,
    age_s: float | None = None,
    digits: int = 1,
) -> Reason:
    """A figure as a reason: '5,2 cm kl. 04 (4,1–6,8), gräns 3 cm'. ``what`` is what the figure stands for."""
    value = round(value, 3)  # the text says what the field holds, on the edge of a rounding too
    sv, en = f"{what.sv} {figure_sv(value, digits)} {unit}", f"{what.en} {figure_en(value, digits)} {unit}"
    span = None if low is None or high is None else (low, high)
    if span:
        sv += f" ({span_sv(*span, digits)})"
        en += f" ({span_en(*span, digits)})"
    if limit is not None and limit.value is not None:
        sv += f", gräns {figure_sv(limit.value, digits)} {unit}"
        en += f", limit {figure_en(limit.value, digits)} {unit}"
    return Reason(
        text=sv.strip(),
        text_en=en.strip(),
        value=value,
        range=None if span is None else (round(span[0], 3), round(span[1], 3)),
        unit=unit,
        threshold=None if limit is None else limit.value,
        threshold_version=None if limit is None else limit.version,
        source=source,
        age_s=age_s,
    )


def text_reason(sv: str, en: str, *, source: str | None = None, age_s: float | None = None) -> Reason:
    """A reason without a figure of its own."""
    return Reason(text=sv, text_en=en, source=source, age_s=age_s)


def degradation(source: str, sv: str, en: str, age_s: float | None = None) -> Degradation:
    """A degradation."""
    return Degradation(source=source, age_s=age_s, effect=sv, effect_en=en)


def left_out(what: Text, refused: Refusal) -> Degradation:
    """'Tur P1-1 is left out of the plan: segment 7 is driven 0 times, 1 are needed.' ``what`` is what its target is."""
    again_sv, again_en = (f", omgång {refused.run + 1}", f", run {refused.run + 1}") if refused.run else ("", "")
    return degradation(
        "checker",
        f"{what.sv} {refused.target}{again_sv} lämnas utanför planen: {refused.why.sv}.",
        f"{what.en} {refused.target}{again_en} is left out of the plan: {refused.why.en}.",
    )


def forecast_age_s(forecasts: Sequence[Forecast], at: datetime) -> float | None:
    """Age of the newest issue [s]; None without any."""
    return (at - forecasts[0].issued_at).total_seconds() if forecasts else None


def forecast_source(forecasts: Sequence[Forecast]) -> str | None:
    """The provider of the newest issue, marked where it is simulated."""
    if not forecasts:
        return None
    return forecasts[0].provider + (" (simulated)" if forecasts[0].simulated else "")


def weak_forecast(forecasts: Sequence[Forecast], at: datetime, missing_hours: int) -> Iterable[Degradation]:
    """What is weak about the forecast: none at all, old, or with holes."""
    age = forecast_age_s(forecasts, at)
    if age is None:
        yield degradation(
            "forecast",
            "Ingen prognos finns: bara det som ligger nu kan bedömas.",
            "There is no forecast: only what lies now can be assessed.",
        )
        return
    if age > OLD_FORECAST_S:
        hours = figure_sv(age / 3600, 0)
        yield degradation(
            "forecast",
            f"Prognosen är {hours} h gammal: säkerheten sänks.",
            f"The forecast is {hours} h old: certainty is lowered.",
            age,
        )
    if missing_hours:
        yield degradation(
            "forecast",
            f"Prognosen saknar värden för {missing_hours} h: de räknas som torra, med närmaste timmes temperatur.",
            f"The forecast lacks values for {missing_hours} h: they count as dry, with the nearest hour's temperature.",
            age,
        )
