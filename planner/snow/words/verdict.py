"""The verdict line: go or not, how many, when at the latest, how certain, and what would change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from city.catalogue.message import Figure, Message, Part, brief, message
from city.plan import Degradation, Intervention, Verdict
from city.vocabulary import NON_ROUTE_KINDS, Certainty
from planner.routes.sectors import Tur
from planner.snow.depths import LOOK_BACK_H
from planner.snow.flip import flip_of, held_hours, turer_range
from planner.snow.freeze import Freezing
from planner.snow.need import Need, Needs
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import fresh_depths, weather_hindcast
from planner.snow.uncared import Uncared, turer_of
from planner.snow.words.classes import class_name
from planner.snow.words.held import idle
from planner.snow.words.salt import spared
from planner.snow.words.when import until, when
from planner.words.sentences import answer, certain

HOUR = timedelta(hours=1)
BESIDE = ("places", "haul", "sweep")
"""The kinds of work that are no tur, as they are said."""


@dataclass(frozen=True)
class VerdictBasis:
    """What the verdict is made of; ``left`` is what nobody sees to."""

    turer: Sequence[Tur]
    items: Sequence[Intervention]
    needs: Needs
    cost: float
    full_cost: float
    left: Sequence[Uncared] = ()

    @cached_property
    def freezing(self) -> Freezing:
        """The same judgement seen from the road's temperature."""
        return Freezing(self.needs)

    @cached_property
    def stuck(self) -> frozenset[str]:
        """The turer that are needed, but no vehicle can drive them."""
        return turer_of(one for one in self.left if one.stuck)

    @cached_property
    def gone(self) -> frozenset[str]:
        """Those on which nothing is left to do when a vehicle can be there."""
        return turer_of(one for one in self.left if one.whole and one.gone is not None) - self.stuck

    @cached_property
    def later(self) -> frozenset[str]:
        """Those that are needed after the service day and have no vehicle yet."""
        return turer_of(one for one in self.left if one.whole and one.later) - self.stuck - self.gone


def verdict(snapshot: SnowSnapshot, basis: VerdictBasis, weaknesses: Sequence[Degradation]) -> Verdict:
    """The answer, sentence by sentence."""
    sentences = [*(_call_out(snapshot, basis) if basis.items else _no_call_out(snapshot, basis)), *_left(basis)]
    held = {item.key for item in snapshot.running}
    waiting = [item for item in basis.items if item.key not in held]
    return Verdict(
        go=bool(basis.items),
        certainty=_certainty(snapshot, basis, weaknesses),
        starts_at=min((item.starts_at for item in basis.items if item.starts_at), default=None),
        cost=round(basis.cost),
        full_cost=round(basis.full_cost),
        latest_start=min((i.latest_start for i in waiting if i.latest_start), default=None),
        call_by=min((i.call_by for i in waiting if i.call_by), default=None),
        turer_range=turer_range(basis.freezing),
        **answer(*sentences, flip=flip_of(basis.freezing)),
    )


def this_shift(
    snapshot: SnowSnapshot, items: Sequence[Intervention]
) -> tuple[list[Intervention], frozenset[str], frozenset[str]]:
    """What begins before the service day is over, all where nothing does; the turer of it; and those that go later
    alone: they are the next night's."""
    now = [item for item in items if item.starts_at is None or item.starts_at < snapshot.day_ends] or list(items)
    going = frozenset(item.target for item in now if item.kind not in NON_ROUTE_KINDS)
    every = frozenset(item.target for item in items if item.kind not in NON_ROUTE_KINDS)
    return now, going, every - going


def _call_out(snapshot: SnowSnapshot, basis: VerdictBasis) -> Iterator[Message]:
    still = idle(snapshot, basis.needs)
    if items := [item for item in basis.items if item.key not in still]:
        yield from _goes(snapshot, basis, items)
    else:
        yield message("plan.snow.verdict.none")
    if still:
        yield message("plan.snow.verdict.idle", n=len(still))
    yield from spared(snapshot, basis.needs)
    yield from _beside(basis.items)


def _goes(snapshot: SnowSnapshot, basis: VerdictBasis, items: Sequence[Intervention]) -> Iterator[Message]:
    """Who goes when, and which turer do not."""
    now, going, later = this_shift(snapshot, items)
    every = message("plan.snow.turer", n=len(basis.turer))
    yield _begins(snapshot, "go", _first(now), going=len(going), all=every)
    yield _who(snapshot, now)
    if later:
        first = _first([item for item in items if item.target in later])
        yield message("plan.snow.verdict.next_night", n=len(later), at=first.astimezone(snapshot.zone))
    asked = going | later | basis.stuck | basis.gone | basis.later
    yield from _rest(sum(tur.id not in asked for tur in basis.turer), len(basis.stuck), len(basis.gone | basis.later))
    yield from _not_driven(snapshot, basis)


def _first(items: Sequence[Intervention]) -> datetime:
    return min(item.starts_at for item in items if item.starts_at)


def _begins(snapshot: SnowSnapshot, key: str, at: datetime, **parts: Part) -> Message:
    """A sentence with a start: with its date where that is not the day of the plan."""
    zone = snapshot.zone
    same = at.astimezone(zone).date() == snapshot.at.astimezone(zone).date()
    return message(f"plan.snow.verdict.{key}{'' if same else '_day'}", at=at.astimezone(zone), **parts)


def _who(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> Message:
    """How many vehicles go, and whose they are: those of no contractor are the town's own."""
    vehicles = {item.vehicle for item in items if item.vehicle}
    names = {contractor.id: contractor.name for contractor in snapshot.contractors}
    whose = sorted({names.get(item.contractor, item.contractor) for item in items if item.contractor})
    if not whose:
        return message("plan.snow.verdict.vehicles", n=len(vehicles))
    hired = {item.vehicle for item in items if item.vehicle and item.contractor}
    if hired != vehicles:
        return message("plan.snow.verdict.vehicles_some", n=len(vehicles), hired=len(hired), whose=tuple(whose))
    return message("plan.snow.verdict.vehicles_of", n=len(vehicles), whose=tuple(whose))


def _beside(items: Sequence[Intervention]) -> Iterator[Message]:
    """What is said of the work that is no tur."""
    kinds = Counter(item.kind for item in items)
    for kind in BESIDE:
        if kinds[kind]:
            yield message(f"plan.snow.verdict.beside.{kind}", n=kinds[kind])


def _not_driven(snapshot: SnowSnapshot, basis: VerdictBasis) -> Iterator[Message]:
    """What is said of turer that are not driven though nobody lacks for them now."""
    if basis.gone:
        yield message("plan.snow.verdict.gone", n=len(basis.gone))
    if basis.later:
        first = min(need.begins for one in basis.left if one.whole and one.later for need in one.needs)
        yield message("plan.snow.verdict.later", n=len(basis.later), at=first.astimezone(snapshot.zone))


def _left(basis: VerdictBasis) -> Iterator[Message]:
    """What is said of runs that nobody can drive once more, and of streets that are too cold for salt."""
    again = [one for one in basis.left if one.again and not one.later]
    for key, why in (("short", "snow"), ("short_of_salt", "salt"), ("short_of_sand", "sand")):
        if short := turer_of(one for one in again if any(need.why == why for need in one.needs)):
            yield message(f"plan.snow.verdict.{key}", n=len(short))
    if cold := sum(len(one.needs) for one in basis.left if one.cold):
        yield message("plan.snow.verdict.cold", n=cold)


def _rest(home: int, stuck: int, others: int) -> Iterator[Message]:
    """What is said of the turer that stay at home, and of those that cannot be driven; ``others`` are told apart."""
    if stuck:
        yield message("plan.snow.verdict.stuck", n=stuck)
    if home:
        yield message("plan.snow.verdict.home", n=home)
    elif not stuck and not others:
        yield message("plan.snow.verdict.whole")


def _certainty(snapshot: SnowSnapshot, basis: VerdictBasis, weaknesses: Sequence[Degradation]) -> Certainty:
    """Low without streets, a fresh forecast or any sight of the ground; medium where the range crosses a limit, or that
    of the road's temperature crosses freezing, for over a tenth of the streets, or an input of now is weak."""
    needs = basis.needs
    blind = not fresh_depths(snapshot) and weather_hindcast(snapshot).missing_hours > LOOK_BACK_H / 2
    if not len(needs) or blind or any(item.source == "forecast" for item in weaknesses):
        return "low"
    sensors = bool(fresh_depths(snapshot))
    sure = needs.unsure <= 0.1 * len(needs) and basis.freezing.unsure <= 0.1 * len(needs) and sensors
    return certain("high" if sure else "medium", weaknesses)


def _no_call_out(snapshot: SnowSnapshot, basis: VerdictBasis) -> Iterator[Message]:
    needs = basis.needs
    if not len(needs):
        yield message("plan.snow.verdict.no_streets")
    elif basis.stuck:
        yield _no_vehicle(snapshot, [need for one in basis.left if one.stuck for need in one.needs])
        yield from _not_driven(snapshot, basis)
    elif basis.gone or basis.later:
        yield message("plan.snow.verdict.none")
        yield from _not_driven(snapshot, basis)
    elif not snapshot.forecasts and not fresh_depths(snapshot):
        yield message("plan.snow.verdict.blind")
        yield message("plan.snow.verdict.judge")
    elif needs.nearest is None:
        yield message("plan.snow.verdict.not_ours")
    else:
        yield message("plan.snow.verdict.none")
        yield from spared(snapshot, needs)
        yield _nearest(snapshot, needs, needs.nearest)


def _no_vehicle(snapshot: SnowSnapshot, lacking: Sequence[Need]) -> Message:
    """That nobody can be sent: where that is later than now, with when it comes to it."""
    ploughed = [need for need in lacking if not need.by_friction]
    key, first = "no_vehicle" if ploughed else "slippery_no_vehicle", min(n.reached_at for n in ploughed or lacking)
    if first <= snapshot.at + HOUR / 60:
        return message(f"plan.snow.verdict.{key}")
    if ploughed:
        return message("plan.snow.verdict.no_vehicle_from", when=when(snapshot, first))
    return message("plan.snow.verdict.slippery_no_vehicle_from", since=until(snapshot, first))


def _nearest(snapshot: SnowSnapshot, needs: Needs, need: Need) -> Message:
    """The street that lies nearest to its limit, or its class where it has no name; of one that is over it for less
    than the rule asks, for how long."""
    name = snapshot.segments[need.segment].name or class_name(need.route_class)
    cm, limit = Figure(need.depth_cm), brief(round(need.limit_cm, 2))
    hold, held = held_hours(needs, [need.segment])
    if need.over_cm < 0.0 or not held:
        return message("plan.snow.verdict.nearest", name=name, cm=cm, limit=limit)
    return message("plan.snow.verdict.nearest_held", name=name, cm=cm, limit=limit, held=Figure(held, 0), n=hold)
