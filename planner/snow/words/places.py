"""Rounds of places in words: what is cleared where, why, and what was left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from city.catalogue.message import Figure, Message, message
from city.catalogue.stored import in_all_languages
from city.network import StreetNetwork
from city.plan import Degradation, Intervention, PlaceStop, Reason, intervention_id, intervention_key
from city.upkeep import Place
from city.vocabulary import PLACE_KINDS
from planner.snapshot import next_run
from planner.snow.beside.places import PlaceNeed
from planner.snow.beside.rounds import CLEARS, DrivenRound, PlaceRounds
from planner.snow.depths import DEPTH
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.friction import seen_by
from planner.snow.words.late import Booked, late
from planner.snow.words.when import when
from planner.words.sentences import degradation, forecast_age_s, forecast_source, left_out, text_reason, value_reason

PRIORITY = 2
"""After class 1, before class 2."""


def place_intervention(
    snapshot: SnowSnapshot, network: StreetNetwork, item: DrivenRound, latest_start: datetime
) -> Intervention:
    """One round of places as an intervention."""
    key = intervention_key("snow", item.piece.id, snapshot.service_day, next_run(snapshot, item.piece.id))
    worst = max(item.needs, key=lambda need: need.over_cm)
    vehicle = item.assignment.vehicle
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="places",
        target=item.piece.id,
        title=f"{item.piece.id} {item.piece.title}".strip(),
        priority=PRIORITY,
        score=round(worst.depth_cm / max(0.1, worst.limit.value or 0.0), 3),
        reasons=tuple(_reasons(snapshot, item, worst)),
        **in_all_languages(flip=_flip(item.needs, worst)),
        depot=vehicle.depot,
        vehicle=vehicle.id,
        contractor=vehicle.contractor,
        starts_at=item.assignment.starts_at,
        ready_by=item.assignment.ready_by,
        deadline=item.deadline,
        asked_from=item.asked_from,
        latest_start=latest_start,
        minutes=round(item.visit.seconds / 60.0 + sum(need.minutes for need in item.needs), 1),
        distance_m=round(item.visit.metres, 1),
        geometry={"type": "LineString", "coordinates": network.along(item.visit.arcs)},
        simulated=snapshot.simulated,
        network=CLEARS,
        places=tuple(_stop(need) for need in item.needs),
    )


def weak_places(rounds: PlaceRounds) -> Iterable[Degradation]:
    """Places that nobody can clear or whose round did not pass the checker, and those of which no street says how much
    snow there is."""
    for refused in rounds.refused:
        yield left_out(message("plan.left_out.places", target=refused.target), refused.why)
    if rounds.unmanned:
        yield degradation("fleet", message("plan.snow.weak.places_unmanned", n=rounds.unmanned))
    if rounds.asked.astray:
        yield degradation("places", message("plan.snow.weak.places_astray", n=rounds.asked.astray), standing=True)


def _stop(need: PlaceNeed) -> PlaceStop:
    place = need.place
    return PlaceStop(
        id=place.id,
        kind=place.kind,
        name=place.name,
        lon=place.lon,
        lat=place.lat,
        minutes=need.minutes,
        depth_cm=round(need.depth_cm, 2),
    )


def _reasons(snapshot: SnowSnapshot, item: DrivenRound, worst: PlaceNeed) -> Iterable[Reason]:
    yield _depth_reason(snapshot, worst)
    yield _counted(item.needs)
    streets = {snapshot.segments[need.segment].id for need in item.needs}
    for observation in snapshot.observations:
        if observation.quantity == DEPTH and observation.holds(snapshot.at) and streets & set(observation.segments):
            yield seen_by(snapshot, observation)
    yield text_reason(message("plan.snow.place.done_by", when=when(snapshot, item.deadline)))
    yield from late(snapshot, Booked(item.assignment, item.asked_from, item.deadline, item.delay, "reached"))


def _depth_reason(snapshot: SnowSnapshot, worst: PlaceNeed) -> Reason:
    """'Hållplats Storgatan: snö kl. 04 5,2 cm (4,1–6,8), gräns 3,0 cm'."""
    at = worst.peak_at.astimezone(snapshot.zone)
    return value_reason(
        message("plan.snow.place.snow", when=when(snapshot, at)),
        worst.depth_cm,
        "cm",
        low=worst.low_cm,
        high=worst.high_cm,
        limit=worst.limit,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        where=_named(worst.place),
        hour=at,
    )


def _named(place: Place) -> Message:
    """'Hållplats Storgatan'."""
    kind = message(f"place.{place.kind}")
    if place.name:
        return message("plan.snow.place.named", kind=kind, name=place.name)
    return message("plan.snow.place.unnamed", kind=kind)


def _counted(needs: Sequence[PlaceNeed]) -> Reason:
    """'4 hållplatser, 1 övergång'."""
    count = Counter(need.place.kind for need in needs)
    each = tuple(message(f"plan.snow.places.{kind}", n=count[kind]) for kind in PLACE_KINDS if count[kind])
    return text_reason(message("plan.snow.place.counted", places=each))


def _flip(needs: Sequence[PlaceNeed], worst: PlaceNeed) -> Message:
    """What would take this round out: every place under its limit."""
    limit, margin = Figure(worst.limit.value or 0.0), Figure(worst.over_cm)
    return message("plan.snow.flip.places", limit=limit, margin=margin, n=len(needs))
