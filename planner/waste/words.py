"""What a waste plan says: reasons of rooms and rounds, the verdict, what is weak."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from city.catalogue.message import Text
from city.plan import (
    Degradation,
    Intervention,
    Reason,
    Verdict,
)
from city.said import clock_en, clock_sv, figure_en, figure_sv
from city.vocabulary import Certainty
from models.fill import level_range
from planner.thresholds.limits import Limits
from planner.waste.room import RoomNeed, VesselView, max_age_days
from planner.waste.rounds import Round
from planner.waste.site import Site
from planner.waste.snapshot import WasteSnapshot
from planner.words.sentences import degradation, text_reason, value_reason


def summary_of(visited: Sequence[RoomNeed]) -> Reason:
    must = sum(need.must for need in visited)
    vessels = sum(len(need.vessels) for need in visited)
    return text_reason(
        f"{len(visited)} rum, {vessels} kärl: {must} måste tömmas, {len(visited) - must} ligger på vägen.",
        f"{len(visited)} rooms, {vessels} vessels: {must} must be emptied, {len(visited) - must} are on the way.",
    )


def verdict(
    snapshot: WasteSnapshot, needs: Sequence[RoomNeed], items: Sequence[Intervention], weaknesses: Sequence[Degradation]
) -> Verdict:
    rooms = len({stop.room for item in items if isinstance(item.stops, tuple) for stop in item.stops})
    certainty: Certainty = "high" if not weaknesses else "medium"
    if not needs:
        text = Text("Inga miljörum är inlagda: inget att tömma.", "No waste rooms are entered: nothing to empty.")
        return Verdict(go=False, text=text.sv, text_en=text.en, certainty="low", cost=0.0)
    if not items:
        text = _no_round(needs)
        return Verdict(go=False, text=text.sv, text_en=text.en, certainty=certainty, cost=0.0)
    starts = min(item.starts_at for item in items if item.starts_at)
    total = len({need.room.id for need in needs})
    return Verdict(
        go=True,
        text=f"Töm {rooms} av {total} rum från kl. {clock_sv(starts, snapshot.zone)} i {len(items)} "
        + ("rond." if len(items) == 1 else "ronder."),
        text_en=f"Empty {rooms} of {total} rooms from {clock_en(starts, snapshot.zone)} in {len(items)} "
        + ("round." if len(items) == 1 else "rounds."),
        certainty=certainty,
        starts_at=starts,
    )


def _no_round(needs: Sequence[RoomNeed]) -> Text:
    """Why nobody goes out, and which room is nearest to it of those whose levels are known."""
    nearest = max((need for need in needs if not need.blind), key=lambda need: need.probability, default=None)
    if any(need.must for need in needs):
        sv, en = "Rum behöver tömmas, men ingen bil kan skickas.", "Rooms need emptying, but no truck can be sent."
    else:
        sv, en = "Ingen tömning behövs i dag.", "No emptying is needed today."
    if nearest is None:
        return Text(f"{sv} Inga nivåer är kända.", f"{en} No levels are known.")
    p, name = 100 * nearest.probability, nearest.room.name or nearest.room.id
    return Text(
        f"{sv} Närmast: {name}, {figure_sv(p, 0)} % risk före nästa tömning.",
        f"{en} Nearest: {name}, {figure_en(p, 0)} % risk before the next visit.",
    )


def degradations(snapshot: WasteSnapshot, needs: Sequence[RoomNeed]) -> Iterable[Degradation]:
    blind = sum(need.blind for need in needs)
    if blind:
        yield degradation(
            "level_sensors",
            f"{blind} av {len(needs)} rum saknar färska nivåer: kalender och ålder styr där.",
            f"{blind} of {len(needs)} rooms have no fresh levels: calendar and age decide there.",
        )
    if not snapshot.segments and needs:
        yield degradation(
            "network",
            "Inga gator är inlästa: ronder kan inte läggas.",
            "No streets are imported: rounds cannot be laid.",
        )
    if all(depot.kind != "disposal" for depot in snapshot.depots) and needs:
        yield degradation(
            "disposal",
            "Ingen tipp-plats är inlagd: bilarna tippar vid depån.",
            "No disposal site: trucks tip at the depot.",
        )


def no_truck(fraction: str) -> Degradation:
    return degradation(
        "fleet",
        f"Ingen ledig bil med känd depå når {fraction}: dess rum kan inte tömmas.",
        f"No free truck with a known depot reaches {fraction}: its rooms cannot be emptied.",
    )


def missed_rooms(wanted: Sequence[RoomNeed], site: Site, rounds: Sequence[Round]) -> Iterable[Degradation]:
    visited = {site.needs[stop].room.id for item in rounds for stop in item.stops if stop is not None}
    missed = [need.room.name or need.room.id for need in wanted if need.must and need.room.id not in visited]
    if missed:
        yield degradation(
            "rounds",
            f"{len(missed)} rum som måste tömmas ryms inte: {', '.join(missed[:3])}.",
            f"{len(missed)} rooms that must be emptied do not fit: {', '.join(missed[:3])}.",
        )


def reasons_of(
    snapshot: WasteSnapshot, rules: Limits, fraction: str, views: Sequence[VesselView], probability: float
) -> Iterable[Reason]:
    fullest = max((v for v in views if v.state), key=lambda v: v.probability or 0.0, default=None)
    if fullest is not None and fullest.state is not None:
        low, mid, high = level_range(fullest.state, snapshot.at)
        age = (snapshot.at - fullest.state.measured_at).total_seconds()
        yield value_reason(
            Text("nivå", "level"), mid, "%", low=low, high=high, source=fullest.vessel.device, age_s=age, digits=0
        )
        yield _risk(rules, fraction, probability)
    yield from _age_reasons(rules, views)


def _risk(rules: Limits, fraction: str, probability: float) -> Reason:
    row = rules.row("waste.overflow_probability", fraction)
    p, limit = 100 * probability, 100 * (row.value or 0.0)
    return Reason(
        text=f"risk att bli full före nästa tömning {figure_sv(p, 0)} %, gräns {figure_sv(limit, 0)} %",
        text_en=f"risk of overflow before the next visit {figure_en(p, 0)} %, limit {figure_en(limit, 0)} %",
        value=round(probability, 4),
        unit="1",
        threshold=row.value,
        threshold_version=row.version,
        source="fill model",
    )


def _age_reasons(rules: Limits, views: Sequence[VesselView]) -> Iterable[Reason]:
    known = [v for v in views if v.age_days is not None]
    if known:
        oldest = max(known, key=lambda v: v.age_days or 0.0)
        row = rules.row("waste.max_age_days", oldest.vessel.fraction)
        age, most = oldest.age_days or 0.0, max_age_days(rules, oldest.vessel)
        yield Reason(
            text=f"tömt för {figure_sv(age, 1)} dygn sedan, högst {figure_sv(most, 0)}",
            text_en=f"emptied {figure_en(age, 1)} days ago, at most {figure_en(most, 0)}",
            value=round(age, 2),
            unit="days",
            threshold=most,
            threshold_version=row.version,
            source="emptyings",
        )
    elif all(v.state is None for v in views):
        yield text_reason(
            "varken givare eller känd tömning: fast kalender",
            "neither sensor nor known emptying: fixed calendar",
            source="calendar",
        )


def flip_of(probability: float, limit: float, must: bool, due: bool) -> Text:
    """What would take the stop out; the limit is said rounded up, so that it is true as it is said."""
    above = math.ceil(100 * probability)
    if not must:
        return Text("Utan de andra stoppen på vägen utgår stoppet.", "Without the other stops on the way it drops out.")
    if due or above >= 100:
        return Text(
            "En tömning i dag på annat sätt tar bort stoppet.", "An emptying today by other means removes the stop."
        )
    return Text(
        f"Med gränsen {above} % eller mer utgår stoppet (nu {figure_sv(100 * limit, 0)} %).",
        f"With the limit at {above} % or more the stop drops out (now {figure_en(100 * limit, 0)} %).",
    )
