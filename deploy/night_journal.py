"""What happens in a walked night, a line each with its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from city.draft import Bust
from city.entities import OrderEvent
from city.plan import Plan
from city.said import clock_sv, figure_sv, span_sv
from city.vocabulary import PLANNED_KEEPERS, ROUTE_CLASSES, RouteClass
from ingest.simulator.storm import Storm
from planner.night.handover import Handover
from planner.thresholds.limits import limits
from store import facts, pages, plans, roads
from store.connect import Connection
from store.drafts import Draft
from store.orders import OrderNow

WORDS: Mapping[str, str] = {
    "sent": "kallas ut",
    "acknowledged": "kvitterar",
    "unanswered": "ingen svarar, någon måste ringa",
    "refused": "kan inte",
    "started": "startar",
    "aborted": "behövs inte längre",
    "done": "klart",
}
BACK = timedelta(hours=36)


@dataclass
class Journal:
    """Prints lines; ``told`` is how many events of each order have been printed."""

    connection: Connection
    zone: ZoneInfo
    say: Callable[[str], None]
    told: dict[str, int] = field(default_factory=dict)

    def line(self, at: datetime, text: str) -> None:
        """One line."""
        self.say(f"{clock_sv(at, self.zone)}  {text}")

    def plan(self, plan: Plan, now: datetime) -> None:
        """A plan of the schedule."""
        named = {"18:00": "kvällsplan", "03:00": "nattplan"}.get(plan.slot, f"plan {plan.slot}")
        turer = ", ".join(item.target for item in plan.interventions)
        self.line(now, f"{named}: {plan.verdict.text}{f' ({turer})' if turer else ''}")

    def draft(self, draft: Draft, now: datetime) -> None:
        """A draft of the watch."""
        found = draft.difference
        changes = [
            f"{sign}{len(part)} turer ({', '.join(change.target for change in part)})"
            for sign, part in (("+", found.added), ("\N{MINUS SIGN}", found.dropped))
            if part
        ]
        self.line(now, "vakten: " + "; ".join([*map(said_bust, found.busts), *(changes or ["inga andra turer"])]))

    def tell(self, found: Sequence[OrderNow], now: datetime) -> None:
        """What has happened to orders since the last time."""
        histories = pages.histories(self.connection, [order.id for order in found])
        for order in reversed(found):
            holder = order.vehicle
            for event in histories[order.id][self.told.get(order.id, 0) :]:
                self._event(order, event, holder)
            self.told[order.id] = len(histories[order.id])

    def _event(self, order: OrderNow, event: OrderEvent, holder: str | None) -> None:
        if event.kind == "overridden" and event.vehicle:
            self.line(event.at, f"{order.target}: inget svar, går vidare till {event.vehicle}")
        elif event.kind in WORDS:
            self.line(event.at, f"{order.target} {holder}: {WORDS[event.kind]}")


def said_bust(bust: Bust) -> str:
    """A forecast that did not hold."""
    source = "givarna" if bust.seen else "ny prognos"
    range_ = f"{figure_sv(bust.expected_cm)} ({span_sv(bust.low_cm, bust.high_cm)})"
    return f"prognosen sprack, {source} {figure_sv(bust.cm)} cm mot {range_}"


@dataclass(frozen=True)
class ClassThen:
    """The streets of a class at a time: how many, how many were ploughed, and the deepest snow since then [cm]."""

    route_class: RouteClass
    streets: int
    ploughed: int
    deepest_cm: float


def classes(connection: Connection, storm: Storm, now: datetime) -> list[ClassThen]:
    """Each class by what truly fell on its streets, as far as they are planned, since they were ploughed."""
    ploughed = {
        done.segment: done.done_at for done in facts.treatments(connection, now - BACK) if "plough" in done.action
    }
    planned = [s for s in roads.load_segments(connection) if s.reachable and s.keeper in PLANNED_KEEPERS]
    found = []
    for name in ROUTE_CLASSES:
        own = [s.id for s in planned if s.route_class == name]
        deepest = max((storm.depth_cm(now, at) for at in {ploughed.get(street) for street in own}), default=0.0)
        found.append(ClassThen(name, len(own), sum(street in ploughed for street in own), deepest))
    return found


def said_classes(connection: Connection, storm: Storm, now: datetime, line: Callable[[datetime, str], None]) -> None:
    """A line a class."""
    rules = limits(plans.thresholds(connection, now))
    for one in classes(connection, storm, now):
        limit = figure_sv(rules.value("snow.start_dry_cm", one.route_class))
        line(
            now,
            f"{one.route_class}: {one.ploughed} av {one.streets} sträckor plogade, "
            f"som mest {figure_sv(one.deepest_cm)} cm (gräns {limit})",
        )


def said_handover(found: Handover, journal: Journal) -> None:
    """What the night leaves to the next shift."""
    ended = [tur.ended_at for tur in found.turer if tur.state == "done" and tur.ended_at]
    if ended:
        journal.line(max(ended), "sista sträckan klar")
    states = ", ".join(f"{number} {state}" for state, number in found.states.items())
    journal.line(found.at, f"överlämning: {states}; {found.left_streets} sträckor kvar")
    for tur in found.turer:
        for passed in tur.passed_on:
            journal.line(passed.at, f"  {tur.target}: {passed.from_vehicle} svarade inte, {passed.to_vehicle} tog över")
