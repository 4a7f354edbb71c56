"""Rounds of places in words: what is cleared where, why, and what was left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from city.network import StreetNetwork
from city.plan import Degradation, Intervention, PlaceStop, Reason, Text, intervention_id, intervention_key
from city.said import clock_en, clock_sv, figure_en, figure_sv
from city.vocabulary import PLACE_KINDS, PlaceKind
from planner.snapshot import Snapshot, next_run
from planner.snow.beside.places import PlaceNeed
from planner.snow.beside.rounds import CLEARS, DrivenRound, PlaceRounds
from planner.snow.state import DEPTH
from planner.snow.words.classes import late
from planner.snow.words.friction import seen_by
from planner.words.sentences import degradation, forecast_age_s, forecast_source, left_out, text_reason, value_reason

PRIORITY = 2
"""After class 1, before class 2."""
ONE: dict[PlaceKind, Text] = {
    "bus_stop": Text("hållplats", "bus stop"),
    "crossing": Text("övergång", "crossing"),
    "parking": Text("parkering", "car park"),
    "school_yard": Text("skolgård", "school yard"),
}
MANY: dict[PlaceKind, Text] = {
    "bus_stop": Text("hållplatser", "bus stops"),
    "crossing": Text("övergångar", "crossings"),
    "parking": Text("parkeringar", "car parks"),
    "school_yard": Text("skolgårdar", "school yards"),
}


def place_intervention(
    snapshot: Snapshot, network: StreetNetwork, item: DrivenRound, latest_start: datetime
) -> Intervention:
    """One round of places as an intervention."""
    key = intervention_key("snow", item.piece.id, snapshot.service_day, next_run(snapshot, item.piece.id))
    worst = max(item.needs, key=lambda need: need.over_cm)
    flip, vehicle = _flip(item.needs, worst), item.assignment.vehicle
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="places",
        target=item.piece.id,
        title=f"{item.piece.id} {item.piece.title}".strip(),
        priority=PRIORITY,
        score=round(worst.depth_cm / max(0.1, worst.limit.value or 0.0), 3),
        reasons=tuple(_reasons(snapshot, item, worst)),
        flip=flip.sv,
        flip_en=flip.en,
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
        yield left_out(Text("Runda", "Round"), refused)
    if rounds.unmanned:
        yield degradation(
            "fleet",
            f"Rundor till hållplatser, övergångar, parkeringar och skolgårdar utan bemannat fordon: {rounds.unmanned}.",
            f"Rounds of bus stops, crossings, car parks and school yards without a manned vehicle: {rounds.unmanned}.",
        )
    if rounds.asked.astray:
        yield degradation(
            "places",
            f"{rounds.asked.astray} platser ligger långt från varje gata som planeras, och planeras inte.",
            f"{rounds.asked.astray} places lie far from every street that is planned, and are not planned.",
        )


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


def _reasons(snapshot: Snapshot, item: DrivenRound, worst: PlaceNeed) -> Iterable[Reason]:
    zone, deadline = snapshot.zone, item.deadline
    yield _depth_reason(snapshot, worst)
    yield _counted(item.needs)
    streets = {snapshot.segments[need.segment].id for need in item.needs}
    for observation in snapshot.observations:
        if observation.quantity == DEPTH and observation.holds(snapshot.at) and streets & set(observation.segments):
            yield seen_by(snapshot, observation)
    yield text_reason(f"Klart senast kl. {clock_sv(deadline, zone)}", f"Done by {clock_en(deadline, zone)}")
    yield from late(item.assignment, deadline, zone)


def _depth_reason(snapshot: Snapshot, worst: PlaceNeed) -> Reason:
    """'Hållplats Storgatan: snö kl. 04 5,2 cm (4,1–6,8), gräns 3,0 cm'."""
    zone, kind = snapshot.zone, ONE[worst.place.kind]
    sv, en = (f"{word.capitalize()} {worst.place.name}".strip() for word in (kind.sv, kind.en))
    return value_reason(
        Text(f"{sv}: snö kl. {clock_sv(worst.peak_at, zone)}", f"{en}: snow at {clock_en(worst.peak_at, zone)}"),
        worst.depth_cm,
        "cm",
        low=worst.low_cm,
        high=worst.high_cm,
        limit=worst.limit,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
    )


def _counted(needs: Sequence[PlaceNeed]) -> Reason:
    """'4 hållplatser, 1 övergång'."""
    count = Counter(need.place.kind for need in needs)
    said = [(n, ONE[kind] if n == 1 else MANY[kind]) for kind in PLACE_KINDS if (n := count[kind])]
    return text_reason(
        ", ".join(f"{n} {word.sv}" for n, word in said) + "; snö som på närmaste gata, oplogad",
        ", ".join(f"{n} {word.en}" for n, word in said) + "; snow as on the nearest street, not ploughed",
    )


def _flip(needs: Sequence[PlaceNeed], worst: PlaceNeed) -> Text:
    """What would take this round out: every place under its limit."""
    limit, margin, n = worst.limit.value or 0.0, worst.over_cm, len(needs)
    return Text(
        f"Under gränserna ({figure_sv(limit)} cm) utgår rundan; marginal {figure_sv(margin)} cm, {n} platser över.",
        f"Under the limits ({figure_en(limit)} cm) it drops out; margin {figure_en(margin)} cm, {n} places over.",
    )
