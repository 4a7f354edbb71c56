"""What happens in a walked night, a line each with its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from city.catalogue.message import Figure, Message, Span, message, verbatim
from city.catalogue.stored import sentence_of
from city.draft import Bust
from city.entities import OrderEvent, Segment
from city.plan import Plan
from city.settings import Municipality
from city.vocabulary import PLANNED_KEEPERS, ROUTE_CLASSES, RouteClass
from ingest.simulator.storm import Storm
from planner.night.handover import Handover
from planner.thresholds.limits import limits
from store import facts, pages, plans, roads
from store.connect import Connection
from store.drafts import Draft
from store.orders import OrderNow

SAID = frozenset({"sent", "acknowledged", "unanswered", "refused", "started", "aborted", "done"})
"""The steps of an order that are told."""
PLANS: Mapping[str, str] = {"18:00": "cli.night.evening", "03:00": "cli.night.early"}
BACK = timedelta(hours=36)


@dataclass
class Journal:
    """Tells lines in the language and the time of a town; ``told`` is how many events of each order have been told."""

    connection: Connection
    town: Municipality
    tell: Callable[[Message], None]
    told: dict[str, int] = field(default_factory=dict)

    def line(self, at: datetime, said: Message) -> None:
        """One line."""
        self.tell(message("cli.night.line", at=at.astimezone(self.town.zone), said=said))

    def plan(self, plan: Plan, now: datetime) -> None:
        """A plan of the schedule."""
        named = message(PLANS.get(plan.slot, "cli.night.other"), slot=plan.slot)
        turer = tuple(item.target for item in plan.interventions)
        verdict = sentence_of(plan.verdict, "text", self.town.language)
        key = "cli.night.plan_with" if turer else "cli.night.plan"
        self.line(now, message(key, name=named, verdict=verdict, turer=turer))

    def draft(self, draft: Draft, now: datetime) -> None:
        """A draft of the watch."""
        found = draft.difference
        changes = [
            message(key, n=len(part), turer=tuple(change.target for change in part))
            for key, part in (("cli.night.more", found.added), ("cli.night.fewer", found.dropped))
            if part
        ]
        others = changes or [message("cli.night.no_others")]
        self.line(now, message("cli.night.watch", parts=(*map(said_bust, found.busts), *others)))

    def tell_orders(self, found: Sequence[OrderNow], now: datetime) -> None:
        """What has happened to orders since the last time."""
        histories = pages.histories(self.connection, [order.id for order in found])
        for order in reversed(found):
            holder = order.vehicle
            for event in histories[order.id][self.told.get(order.id, 0) :]:
                self._event(order, event, holder)
            self.told[order.id] = len(histories[order.id])

    def _event(self, order: OrderNow, event: OrderEvent, holder: str | None) -> None:
        if event.kind == "overridden" and event.vehicle:
            self.line(event.at, message("cli.night.passed_on", tur=order.target, vehicle=event.vehicle))
        elif event.kind in SAID:
            vehicle, what = holder or message("cli.night.nobody"), message(f"cli.night.said.{event.kind}")
            self.line(event.at, message("cli.night.event", tur=order.target, vehicle=vehicle, what=what))


def said_bust(bust: Bust) -> Message:
    """A forecast that did not hold."""
    span = Span(bust.low_cm, bust.high_cm)
    key = "cli.night.seen" if bust.seen else "cli.night.ahead"
    return message(key, cm=Figure(bust.cm), expected=Figure(bust.expected_cm), span=span)


@dataclass(frozen=True)
class ClassThen:
    """The streets of a class at a time: how many, how many were ploughed, and the deepest snow since then [cm]; the
    ``missing`` ones."""

    route_class: RouteClass
    streets: int
    ploughed: int
    deepest_cm: float
    missing: tuple[Segment, ...] = ()


def classes(connection: Connection, storm: Storm, now: datetime) -> list[ClassThen]:
    """Each class by what truly fell on its streets, as far as they are planned, since they were ploughed."""
    ploughed = {
        done.segment: done.done_at for done in facts.treatments(connection, now - BACK) if "plough" in done.action
    }
    planned = [s for s in roads.load_segments(connection) if s.reachable and s.keeper in PLANNED_KEEPERS]
    found = []
    for name in ROUTE_CLASSES:
        own = [s for s in planned if s.route_class == name]
        deepest = max((storm.depth_cm(now, at) for at in {ploughed.get(s.id) for s in own}), default=0.0)
        missing = tuple(s for s in own if s.id not in ploughed)
        found.append(ClassThen(name, len(own), len(own) - len(missing), deepest, missing))
    return found


def said_missing(missing: Sequence[Segment], live: Plan | None, language: str, *, most: int = 4) -> tuple[Message, ...]:
    """The first streets of some that were not ploughed, each with its cause: why the plan leaves it, which tur has it
    still to drive, or that none asks for it. Streets of one name and cause are one."""
    why = {name: sentence_of(one, "why", language) for one in live.not_cared for name in one.segments} if live else {}
    tur = {
        part.id: item.target
        for item in (live.interventions if live else ())
        if isinstance(item.segments, tuple)
        for part in item.segments
    }

    def cause(street: Segment) -> Message:
        if street.id in why:
            return verbatim(why[street.id].rstrip("."))
        if street.id in tur:
            return message("cli.night.to_drive", tur=tur[street.id])
        return message("cli.night.not_asked")

    named = list(
        dict.fromkeys(
            message("cli.night.street", name=street.name or message("row.no_name"), why=cause(street))
            for street in missing
        )
    )
    more = [message("night.more", n=len(named) - most)] if len(named) > most else []
    return (*named[:most], *more)


def said_classes(connection: Connection, storm: Storm, now: datetime, journal: Journal, live: Plan | None) -> None:
    """A line a class; where some of its streets were ploughed and others not, a line that names these."""
    rules = limits(plans.thresholds(connection, now))
    for one in classes(connection, storm, now):
        limit = rules.value("snow.start_dry_cm", one.route_class)
        named = {"class": one.route_class, "ploughed": one.ploughed, "deepest": one.deepest_cm, "limit": limit}
        journal.line(now, message("cli.night.classes", n=one.streets, **named))
        if one.ploughed and one.missing:
            streets = said_missing(one.missing, live, journal.town.language)
            parts = {"class": one.route_class, "streets": streets}
            journal.line(now, message("cli.night.unploughed", n=len(one.missing), **parts))


def said_handover(found: Handover, journal: Journal) -> None:
    """What the night leaves to the next shift."""
    ended = [tur.ended_at for tur in found.turer if tur.state == "done" and tur.ended_at]
    if ended:
        journal.line(max(ended), message("cli.night.last"))
    states = tuple(message(f"cli.night.state.{state}", n=number) for state, number in found.states.items())
    journal.line(found.at, message("cli.night.handover", n=found.left_streets, states=states))
    for tur in found.turer:
        for passed in tur.passed_on:
            takes = passed.to_vehicle or message("cli.night.nobody")
            silent = passed.from_vehicle or message("cli.night.nobody")
            journal.line(passed.at, message("cli.night.took_over", tur=tur.target, silent=silent, vehicle=takes))
