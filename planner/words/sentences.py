"""Sentences that several planners say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET

from city.catalogue.message import Figure, Message, Part, Span, message
from city.catalogue.stored import in_all_languages
from city.catalogue.words import name_of
from city.entities import Forecast, Threshold, Vehicle
from city.plan import Clause, Degradation, Reason
from city.vocabulary import STAND_IN, Certainty

OLD_FORECAST_S = 6 * 3600.0


def value_reason(
    what: Message,
    value: float,
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    limit: Threshold | None = None,
    source: str | None = None,
    age_s: float | None = None,
    digits: int = 1,
    where: Message | str = "",
    further: Sequence[Message] = (),
    hour: datetime | None = None,
) -> Reason:
    """A figure as a reason: 'Storgatan: torr snö kl. 04.00 5,2 cm (4,1–6,8), gräns 3 cm'. ``what`` is what the figure
    stands for, ``where`` the place that it is of, ``further`` what is said after it."""
    value = round(value, 3)  # the text says what the field holds, on the edge of a rounding too
    span = None if low is None or high is None else (low, high)
    bound = None if limit is None else limit.value
    sentence = _placed(where, _valued(what, amount(value, unit, digits), span, bound, unit, digits))
    if further:
        sentence = message("format.clauses", parts=(sentence, *further))
    return Reason(
        **in_all_languages(text=sentence, what=what),
        value=value,
        range=None if span is None else (round(span[0], 3), round(span[1], 3)),
        unit=unit,
        threshold=bound,
        threshold_version=None if limit is None else limit.version,
        source=source,
        age_s=age_s,
        at=UNSET if hour is None else hour,
    )


def _valued(
    what: Message, said: Part, span: tuple[float, float] | None, bound: float | None, unit: str, digits: int
) -> Message:
    parts: dict[str, Part] = {"what": what, "amount": said}
    if span is not None:
        parts["span"] = Span(*span, digits)
    if bound is not None:
        parts["limit"] = amount(bound, unit, digits)
    return message(f"plan.reason.value{'_span' if span else ''}{'_limit' if bound is not None else ''}", **parts)


def _placed(where: Message | str, sentence: Message) -> Message:
    return message("plan.reason.at_place", where=where, said=sentence) if where else sentence


def amount(value: float, unit: str, digits: int = 1) -> Part:
    """A figure with its unit, where it has one: '5,2 cm'."""
    figure = Figure(value, digits)
    return message("plan.reason.amount", figure=figure, unit=unit) if unit else figure


def role(who: str) -> Message:
    """Who did something: a role by its name in the catalogue, anybody else as they are called."""
    return name_of(f"who.{who}", who)


def answer(*sentences: Message, **more: Message) -> dict[str, Any]:
    """What a verdict says, as its fields: the sentences as clauses, the answer itself first, and joined as its text;
    ``more`` are other sentences of it, such as ``flip``."""
    clauses = tuple(Clause(**in_all_languages(text=sentence)) for sentence in sentences)
    return {"clauses": clauses, **in_all_languages(text=message("format.sentences", parts=sentences), **more)}


def text_reason(said: Message, *, source: str | None = None, age_s: float | None = None) -> Reason:
    """A reason without a figure of its own."""
    return Reason(**in_all_languages(text=said), source=source, age_s=age_s)


def degradation(source: str, said: Message, *, age_s: float | None = None, standing: bool = False) -> Degradation:
    """Something that the plan does not know, and what that did to it; ``standing`` where it is always so."""
    return Degradation(source=source, age_s=age_s, standing=standing, **in_all_languages(effect=said))


def certain(of_inputs: Certainty, weaknesses: Iterable[Degradation]) -> Certainty:
    """How certain an answer is: as its inputs make it, but never high while an input of now is weak."""
    return "medium" if of_inputs == "high" and any(weak.of_now for weak in weaknesses) else of_inputs


def left_out(what: Message, why: Message, run: int = 0) -> Degradation:
    """'Route P1-1 is left out of the plan: segment 7 is served 0 times, 1 is needed.' ``run`` counts from 0; the first
    is not named."""
    named = message("plan.left_out.run", what=what, n=run + 1) if run else what
    return degradation("checker", message("plan.left_out.said", what=named, why=why))


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
        yield degradation("forecast", message("plan.weak.no_forecast"))
        return
    if age > OLD_FORECAST_S:
        yield degradation("forecast", message("plan.weak.old_forecast", hours=Figure(age / 3600, 0)), age_s=age)
    if missing_hours:
        yield degradation("forecast", message("plan.weak.forecast_with_holes", n=missing_hours), age_s=age)


def stand_ins(vehicles: Iterable[Vehicle]) -> Iterable[Degradation]:
    """That vehicles are assumed, where some are."""
    if n := sum(vehicle.id.startswith(STAND_IN) for vehicle in vehicles):
        yield degradation("fleet", message("plan.weak.assumed_fleet", n=n), standing=True)
