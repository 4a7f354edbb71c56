"""Slipperiness in words: why a street is treated, what kind of work a tur is, and what people said of it."""

from __future__ import annotations

from collections.abc import Sequence

from city.catalogue.message import Text
from city.observation import Observation
from city.plan import Reason
from city.said import clock_en, clock_sv, figure_en, figure_sv
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot
from planner.words.sentences import forecast_age_s, forecast_source, text_reason, value_reason


def kind_of(needs: Sequence[Need]) -> str:
    """What a tur is: ``plough``, ``combi`` where it also spreads, else the commonest of ``salt``, ``brine``,
    ``sand``."""
    kinds = [need.action.kind for need in needs]
    ploughs = [kind for kind in kinds if kind.startswith("plough")]
    if ploughs:
        return "plough" if all(kind == "plough" for kind in kinds) else "combi"
    return max(sorted(set(kinds)), key=kinds.count)


def friction_reason(snapshot: SnowSnapshot, needs: Sequence[Need], worst: Need) -> Reason:
    """'Storgatan: friktion från kl. 04 0,22, mål 0,25'."""
    zone, segment = snapshot.zone, snapshot.segments[worst.segment]
    where = f"{segment.name}: " if segment.name else ""
    at = min(need.from_when for need in needs)
    return value_reason(
        Text(
            f"{where}halka från kl. {clock_sv(at, zone)}, friktion",
            f"{where}slippery from {clock_en(at, zone)}, friction",
        ),
        worst.friction,
        "",
        limit=worst.friction_limit,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        digits=2,
    )


def friction_flip(needs: Sequence[Need], worst: Need) -> Text:
    """What would take a tur against slipperiness out."""
    target = 0.0 if worst.friction_limit is None else worst.friction_limit.value or 0.0
    n = len(needs)
    return Text(
        f"Vid friktion {figure_sv(target, 2)} eller mer utgår turen; {n} sträckor under målet.",
        f"At a friction of {figure_en(target, 2)} or more it drops out; {n} segments under the target.",
    )


def seen_by(snapshot: SnowSnapshot, observation: Observation) -> Reason:
    """'Sett kl. 02.10 av jour: 1,0 cm; gäller till kl. 06.00 (mätt på plats)'."""
    zone, at, until, who = snapshot.zone, observation.at, observation.until, observation.who
    if observation.quantity == "snow_depth":
        sv, en = f"{figure_sv(observation.value)} cm", f"{figure_en(observation.value)} cm"
    else:
        sv, en = ("halt", "slippery") if observation.value else ("inte halt", "not slippery")
    why = f" ({observation.why})" if observation.why else ""
    return text_reason(
        f"Sett kl. {clock_sv(at, zone)} av {who}: {sv}; gäller till kl. {clock_sv(until, zone)}{why}",
        f"Seen at {clock_en(at, zone)} by {who}: {en}; holds until {clock_en(until, zone)}{why}",
        source=observation.who,
        age_s=(snapshot.at - observation.at).total_seconds(),
    )
