"""What a waste plan says: reasons of rooms and rounds, the verdict, what is weak."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from city.catalogue.message import Figure, Message, message
from city.catalogue.stored import in_all_languages
from city.catalogue.words import name_of
from city.plan import Degradation, Intervention, Reason, Verdict
from city.serviceday import local_instant
from city.vocabulary import STAND_IN
from models.fill.chance import level_quantiles
from planner.thresholds.limits import Limits
from planner.waste.price import WastePrices
from planner.waste.room import RoomNeed, VesselView, max_age_days
from planner.waste.rounds import Round
from planner.waste.site import SHIFT_BEGINS, Site, day_ends
from planner.waste.snapshot import WasteSnapshot
from planner.words.absence import weak_absences
from planner.words.sentences import answer, certain, degradation, stand_ins, text_reason, value_reason


def summary_of(visited: Sequence[RoomNeed]) -> Reason:
    """How many rooms and vessels a round empties, and how many of them must be."""
    must = sum(need.must for need in visited)
    vessels = sum(len(need.vessels) for need in visited)
    return text_reason(
        message(
            "plan.waste.round",
            rooms=_rooms(len(visited)),
            vessels=message("plan.waste.vessels", n=vessels),
            must=must,
            rest=message("plan.waste.on_the_way", n=len(visited) - must),
        )
    )


def verdict(
    snapshot: WasteSnapshot,
    needs: Sequence[RoomNeed],
    items: Sequence[Intervention],
    weaknesses: Sequence[Degradation],
    prices: WastePrices,
) -> Verdict:
    """The answer, sentence by sentence, and what the rounds cost."""
    certainty = certain("high", weaknesses)
    if not needs:
        return Verdict(go=False, certainty="low", cost=0.0, **answer(message("plan.waste.verdict.no_rooms")))
    if not items:
        return Verdict(go=False, certainty=certainty, cost=0.0, **answer(*_no_round(snapshot, needs)))
    starts = min(item.starts_at for item in items if item.starts_at)
    said = _go(needs, items, starts.astimezone(snapshot.zone))
    cost = sum(prices.of((item.distance_m or 0.0), 60.0 * (item.minutes or 0.0)) for item in items)
    return Verdict(go=True, certainty=certainty, starts_at=starts, cost=round(cost, 1), **answer(said))


def _go(needs: Sequence[RoomNeed], items: Sequence[Intervention], starts: datetime) -> Message:
    rooms = len({stop.room for item in items if isinstance(item.stops, tuple) for stop in item.stops})
    return message(
        "plan.waste.verdict.go",
        rooms=rooms,
        of=_rooms(len({need.room.id for need in needs})),
        at=starts,
        rounds=message("plan.waste.rounds", n=len(items)),
    )


def _no_round(snapshot: WasteSnapshot, needs: Sequence[RoomNeed]) -> tuple[Message, Message]:
    """Why nobody goes out, and which room is nearest to it of those whose levels are known; on a day on which no truck
    comes how many wait for the next."""
    if all(view.shut for need in needs for view in need.views):
        waiting = sum(need.waits for need in needs)
        ahead = min(view.wait_days for need in needs for view in need.views)
        day = snapshot.service_day + timedelta(days=ahead)
        return message("plan.waste.verdict.no_day", day=day), message("plan.waste.verdict.waiting", n=waiting)
    nearest = max((need for need in needs if not need.blind), key=lambda need: need.probability, default=None)
    must = any(need.must for need in needs)
    first = message("plan.waste.verdict.no_truck") if must else message("plan.waste.verdict.not_needed")
    if nearest is None:
        return first, message("plan.waste.verdict.no_levels")
    name = nearest.room.name or nearest.room.id
    return first, message("plan.waste.verdict.nearest", room=name, percent=100 * nearest.probability)


def saves(left: float, currency: str) -> Reason:
    """What a visit that need not be today saves of a later one, the work there taken off."""
    amount = max(0.0, left)
    said = message("plan.waste.saves", amount=Figure(amount, 0), currency=currency)
    return Reason(**in_all_languages(text=said), value=round(amount, 1), unit=currency, source="fill model")


def _rooms(n: int) -> Message:
    return message("plan.waste.rooms", n=n)


def degradations(snapshot: WasteSnapshot, needs: Sequence[RoomNeed], shift_h: float) -> Iterable[Degradation]:
    """What the plan does not know: levels, streets, where to tip; what waits for a day on which a truck comes; and that
    the day's shift of so many hours is over."""
    waiting = [need.room.name or need.room.id for need in sorted(needs, key=lambda n: -n.probability) if need.waits]
    if waiting:
        yield degradation("days", message("plan.waste.weak.waiting", n=len(waiting), names=tuple(waiting[:3])))
    blind = {need.room.id for need in needs if need.blind}
    if blind:
        of = _rooms(len({need.room.id for need in needs}))
        yield degradation("level_sensors", message("plan.waste.weak.no_levels", n=len(blind), of=of))
    yield from _doubted(needs)
    if not snapshot.segments and needs:
        yield degradation("network", message("plan.waste.weak.no_streets"), standing=True)
    if all(depot.kind != "disposal" for depot in snapshot.depots) and needs:
        yield degradation("disposal", message("plan.waste.weak.no_disposal"), standing=True)
    over = local_instant(snapshot.service_day, SHIFT_BEGINS, snapshot.zone) + timedelta(hours=shift_h)
    if snapshot.at >= over and any(need.must for need in needs):
        at = message("format.clock_of", at=over.astimezone(snapshot.zone))
        yield degradation("shift", message("plan.waste.weak.shift_over", at=at))
    yield from stand_ins(snapshot.vehicles)
    yield from weak_absences(snapshot.absences, snapshot.vehicles, snapshot.at, day_ends(snapshot), snapshot.zone)
    if n := sum(vessel.id.startswith(STAND_IN) for vessel in snapshot.vessels):
        every = message("plan.waste.vessels", n=len(snapshot.vessels))
        yield degradation("vessels", message("plan.weak.assumed_vessels", n=n, all=every), standing=True)


def _doubted(needs: Sequence[RoomNeed], *, most: int = 5) -> Iterable[Degradation]:
    """The sensors that are not believed, each with why; the first ``most`` by name."""
    doubts = sorted({doubt for need in needs for doubt in need.doubts})
    if doubts:
        names = tuple(message(f"plan.waste.doubt.{why}", device=device) for device, why in doubts[:most])
        yield degradation("level_sensors_doubted", message("plan.waste.weak.doubted", n=len(doubts), names=names))


def no_truck(fraction: str) -> Degradation:
    """That no truck can fetch a fraction."""
    return degradation("fleet", message("plan.waste.weak.no_truck", fraction=name_of(f"fraction.{fraction}", fraction)))


def missed_rooms(
    wanted: Sequence[RoomNeed], site: Site, rounds: Sequence[Round], more: int | None = None, like: str = ""
) -> Iterable[Degradation]:
    """Rooms that must be emptied and are on no round, the worst first, and how many ``more`` trucks like this one would
    have time for them; nothing of that where it is not known which truck (``like``)."""
    visited = {site.needs[stop].room.id for item in rounds for stop in item.stops if stop is not None}
    left = sorted((need for need in wanted if need.must and need.room.id not in visited), key=lambda need: -need.score)
    if left:
        names = tuple(need.room.name or need.room.id for need in left[:3])
        said = message("plan.waste.weak.missed", n=len(left), names=names)
        remedy = (
            message("plan.waste.weak.too_many") if more is None else message("plan.waste.weak.more", n=more, like=like)
        )
        yield degradation("rounds", message("format.sentences", parts=(said, remedy)) if like else said)


def reasons_of(
    snapshot: WasteSnapshot, rules: Limits, fraction: str, views: Sequence[VesselView], probability: float
) -> Iterable[Reason]:
    """Why a room is emptied, or would be."""
    fullest = max((v for v in views if v.state and not v.doubt), key=lambda v: v.chance, default=None)
    if fullest is not None and fullest.state is not None:
        now = snapshot.at.timestamp()
        low, mid, high = map(float, level_quantiles(fullest.state, now, 0.0))
        age = now - fullest.state.measured_at
        level = message("plan.waste.level")
        yield value_reason(level, mid, "%", low=low, high=high, source=fullest.vessel.device, age_s=age, digits=0)
        yield _risk(rules, fraction, probability)
    yield from _age_reasons(rules, views)


def _risk(rules: Limits, fraction: str, probability: float) -> Reason:
    row = rules.row("waste.overflow_probability", fraction)
    said = message("plan.waste.risk", percent=100 * probability, limit=100 * (row.value or 0.0))
    return Reason(
        **in_all_languages(text=said),
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
            **in_all_languages(text=message("plan.waste.emptied", days=age, most=most)),
            value=round(age, 2),
            unit="days",
            threshold=most,
            threshold_version=row.version,
            source="emptyings",
        )
    elif all(v.doubt for v in views):
        yield text_reason(message("plan.waste.calendar"), source="calendar")


def flip_of(probability: float, limit: float, must: bool, due: bool) -> Message:
    """What would take the stop out; the limit is said rounded up, so that it is true as it is said."""
    above = math.ceil(100 * probability)
    if not must:
        return message("plan.waste.flip.without_others")
    if due or above >= 100:
        return message("plan.waste.flip.by_other_means")
    return message("plan.waste.flip.limit", above=above, limit=100 * limit)
