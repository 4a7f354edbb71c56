"""Slipperiness in words: why a street is treated, what kind of work a tur is, and what people said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from city.catalogue.message import Figure, Message, Part, message
from city.observation import Observation
from city.plan import Reason
from planner.snow.depths import DEPTH
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.classes import class_name
from planner.snow.words.when import until, when
from planner.words.sentences import amount, forecast_age_s, forecast_source, role, text_reason, value_reason


def kind_of(needs: Sequence[Need]) -> str:
    """What a tur is: ``plough``, ``combi`` where it also spreads, else the commonest of ``salt``, ``brine``,
    ``sand``."""
    kinds = [need.action.kind for need in needs]
    ploughs = [kind for kind in kinds if kind.startswith("plough")]
    if ploughs:
        return "plough" if all(kind == "plough" for kind in kinds) else "combi"
    return max(sorted(set(kinds)), key=kinds.count)


def friction_reason(snapshot: SnowSnapshot, worst: Need) -> Reason:
    """'Storgatan: friktion från kl. 04 0,22, mål 0,25'."""
    at = worst.reached_at.astimezone(snapshot.zone)
    return value_reason(
        message("plan.snow.reason.slippery", when=when(snapshot, at)),
        worst.friction,
        "",
        limit=worst.friction_limit,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        digits=2,
        where=snapshot.segments[worst.segment].name,
        hour=at,
        further=tuple(_further(snapshot, worst)),
    )


def _further(snapshot: SnowSnapshot, worst: Need) -> Iterator[Message]:
    """What makes it slippery, why the limit is not that of the street's own class, and that it is prevented."""
    if worst.water:
        yield message(f"plan.snow.reason.water.{worst.water}")
    if worst.route_class != snapshot.segments[worst.segment].route_class:
        yield message("plan.snow.reason.near_school", class_name=class_name(worst.route_class))
    if worst.ahead:
        yield message("plan.snow.reason.prevent")


def friction_flip(needs: Sequence[Need], worst: Need) -> Message:
    """What would take a tur against slipperiness out."""
    target = 0.0 if worst.friction_limit is None else worst.friction_limit.value or 0.0
    return message("plan.snow.flip.friction", target=Figure(target, 2), n=len(needs))


def seen_by(snapshot: SnowSnapshot, observation: Observation) -> Reason:
    """'Sett kl. 02.10 av jour: 1,0 cm; gäller till kl. 06.00 (mätt på plats)'."""
    at, out = when(snapshot, observation.at), until(snapshot, observation.until)
    seen = message("plan.snow.seen.said", at=at, until=out, who=role(observation.who), what=_what(observation))
    return text_reason(
        message("plan.snow.because", said=seen, why=observation.why) if observation.why else seen,
        source=observation.who,
        age_s=(snapshot.at - observation.at).total_seconds(),
    )


def _what(observation: Observation) -> Part:
    """'1,0 cm', 'halt'."""
    if observation.quantity == DEPTH:
        return amount(observation.value, "cm")
    return message("plan.snow.seen.slippery" if observation.value else "plan.snow.seen.not_slippery")
