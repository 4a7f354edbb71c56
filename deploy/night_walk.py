"""The storm night walked without a person, as fast as the machine goes: the clock stands while everybody acts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import msgspec

from city.call import CallNow
from city.catalogue.message import message
from city.catalogue.words import words
from city.clock import stopwatch
from city.errors import NotFound, StoreUnavailable
from city.plan import Intervention, Plan
from city.serviceday import service_day
from city.settings import Settings
from city.vocabulary import UNDER_WAY, Mode
from deploy.demonstration import ZONE, Tell
from deploy.night_journal import Journal, said_classes, said_handover
from deploy.night_line import IN_PROCESS, takes_all
from deploy.storm_scene import OPENS_AT, Evening, world
from ingest.publisher import Publication, Publisher
from ingest.simulator.crew import Rolls, SimulatedCrew
from ingest.simulator.forecasts import forecast_server
from ingest.weather.client import WeatherClient
from planner.calls.answers import OrderWord, rang, said
from planner.calls.call_out import call_out
from planner.calls.escalate import escalate
from planner.night.follow import follow
from planner.night.report import night_of
from planner.orders import decide
from planner.schedule import Scheduler, look
from planner.services import Services, services
from planner.watch.answer import accept, open_draft
from store import calls, orders, plans
from store.connect import Connection
from store.orders import OrderNow

STEP = timedelta(minutes=2)
LOOKS_EVERY = timedelta(minutes=10)
MORNING = datetime(2027, 1, 12, 7, 0, tzinfo=ZONE).astimezone(UTC)
LAST_START = MORNING + timedelta(hours=1)
UNTIL = MORNING + timedelta(hours=4)
SENT = UNDER_WAY - {"decided"}
TELLS_AT = (MORNING - timedelta(minutes=30), MORNING)
OFFICER = "simulated_duty"
"""Who decides in this night, as the catalogue names them."""
BACK = timedelta(hours=36)


def walk(settings: Settings, opened: Evening, stop: threading.Event, tell: Tell) -> bool:
    """Walks from the evening's plan until it is morning and the last order has ended; whether all have ended."""
    clock = opened.clock
    with forecast_server(opened.storm, clock) as url, Publisher(opened.where, "dagsplan-simulator-night") as publisher:
        settings = _night_settings(settings, url)
        client = WeatherClient(settings, clock)
        night = Walk(settings, opened, publisher, client, Journal(opened.connection, settings.municipality, tell))
        night.plan_and_watch()
        while not stop.is_set() and clock.now() < UNTIL and not night.over():
            night.step()
        client.close()
        night.tell_the_end()
        return night.over()


def _of_this_night(item: Intervention) -> bool:
    """What begins later is decided, and left to the day to send."""
    return item.starts_at is None or item.starts_at <= LAST_START


def _night_settings(settings: Settings, url: str) -> Settings:
    """The settings with the simulated provider; snow alone is planned, and a line takes every call at once."""
    replace = msgspec.structs.replace
    return replace(
        settings,
        weather=replace(settings.weather, providers=("smhi",), smhi_url=url),
        planner=replace(settings.planner, waste_slots=(), heating_slots=()),
        calls=replace(settings.calls, gateway_url=IN_PROCESS, undo_s=0.0),
    )


@dataclass
class Walk:
    """One night. In each step devices and drivers act, then the plans and the watch, then the officer. ``heard`` is the
    draft that was told last."""

    settings: Settings
    opened: Evening
    publisher: Publisher
    client: WeatherClient
    journal: Journal
    crew: SimulatedCrew = field(default_factory=SimulatedCrew)
    rolls: Rolls = field(default_factory=Rolls)
    services: Services = field(default_factory=services)
    send: Callable[[Connection, datetime], None] = takes_all
    heard: str = ""

    @property
    def connection(self) -> Connection:
        return self.opened.connection

    @property
    def now(self) -> datetime:
        return self.opened.clock.now()

    @property
    def mode(self) -> Mode:
        return self.settings.planner.mode

    def over(self) -> bool:
        """Whether it is morning, and no order of this night that was sent is under way."""
        if self.now < MORNING:
            return False
        sent = [order for order in self._orders() if order.state in SENT]
        return not any(_of_this_night(self.rolls.item(self.connection, order)) for order in sent)

    def step(self) -> None:
        """Moves the clock, and lets everybody act."""
        before = self.now
        self.opened.clock.advance(seconds=STEP.total_seconds())
        called = self.rolls.called(self.connection, self.now)
        devices = world(self.opened.town, self.opened.storm).messages(before, self.now)
        sent = [*devices, *self.crew.positions(called, before, self.now)]
        self._publish(sorted(sent))
        for told in self.crew.says(called, before, self.now):
            word = OrderWord(told.order_id, told.kind, told.vehicle, segment=told.segment)
            said(self.connection, self.settings, word, self.now)
        escalate(self.connection, self.settings, self.now)
        self.send(self.connection, self.now)
        if (self.now - OPENS_AT) // LOOKS_EVERY > (before - OPENS_AT) // LOOKS_EVERY:
            self.plan_and_watch()
        self.journal.tell_orders(self._orders(), self.now)
        if any(before < at <= self.now for at in TELLS_AT):
            live = plans.latest(self.connection, "snow", self.mode, self._day())
            said_classes(self.connection, self.opened.storm, self.now, self.journal, live)

    def plan_and_watch(self) -> None:
        """A new forecast where there is one, the plan that is due, the watch, who is out where, and what the officer
        makes of it."""
        self.client.fetch(self.connection, "smhi")
        for plan in Scheduler(self.connection, self.settings, self.opened.clock, known=self.services).ensure_due(
            self.now
        ):
            self.journal.plan(plan, self.now)
        look(self.connection, self.settings, self.opened.clock, [], None, self.services)
        follow(self.connection, self.now)
        self._decide()

    def _decide(self) -> None:
        """The officer takes a draft that changes a tur, calls out what is proposed, and rings where nobody answers."""
        live = plans.latest(self.connection, "snow", self.mode, self._day())
        if live is None:
            raise NotFound(message("error.demo.no_plan"))
        draft = open_draft(self.connection, live.id)
        if draft is not None and draft.id != self.heard:
            self.journal.draft(draft, self.now)
            self.heard = draft.id
        if draft is not None and (draft.difference.added or draft.difference.dropped):
            live = accept(self.connection, self.settings, self.opened.clock, draft.id, OFFICER).plan
        self._call_out(live)
        self.send(self.connection, self.now)
        for call in calls.calls_since(self.connection, self.now - BACK):
            if call.state == "unanswered" and any(o.state == "unanswered" for o in self._orders_of(call)):
                rang(self.connection, call.id, OFFICER, self.now, self._note("cli.night.rang"))

    def _call_out(self, live: Plan) -> None:
        """What is proposed is called out; what begins after this night is decided alone."""
        states = {order.key: order.state for order in reversed(self._orders())}
        open_keys = [i for i in live.interventions if states.get(i.key, "aborted") in {"aborted", "refused"}]
        manned = [item.key for item in open_keys if item.vehicle is not None]
        tonight = [item.key for item in open_keys if item.key in manned and _of_this_night(item)]
        later = [item.key for item in open_keys if item.key not in tonight]
        decide(self.connection, live.id, later, OFFICER, self.now)
        waiting = [o.id for o in self._orders() if o.state == "decided" and o.key not in later and self._begins(o)]
        waiting = sorted(set(waiting) - set(self._called(waiting)))
        if tonight or waiting:
            clock = self.opened.clock
            call_out(self.connection, self.settings, clock, live.id, tonight, OFFICER, order_ids=waiting)

    def _called(self, order_ids: Sequence[str]) -> Collection[str]:
        return calls.newest_about(self.connection, order_ids)

    def _orders_of(self, call: CallNow) -> list[OrderNow]:
        return [order for order in self._orders() if order.id in call.orders]

    def _note(self, key: str) -> str:
        """What the officer notes, in the language of the installation."""
        return words(self.settings.municipality.language)(key)

    def _begins(self, order: OrderNow) -> bool:
        """Whether an order is of this night and has a vehicle."""
        return order.vehicle is not None and _of_this_night(self.rolls.item(self.connection, order))

    def tell_the_end(self) -> None:
        """What the next shift is told."""
        follow(self.connection, self.now)
        found = night_of(self.connection, self._day(), self.mode, self.now)
        said_handover(found, self.journal)

    def _publish(self, messages: Sequence[Publication], *, patience_s: float = 60.0) -> None:
        """Sends messages and waits until the daemon has committed them."""
        before = self.opened.daemon.tally.messages
        for publication in messages:
            self.publisher.send(publication)
        until, pause = stopwatch() + patience_s, threading.Event()
        while self.opened.daemon.tally.messages < before + len(messages):
            if stopwatch() > until:
                raise StoreUnavailable(message("error.demo.messages"))
            pause.wait(0.02)

    def _orders(self) -> Sequence[OrderNow]:
        return orders.orders(self.connection, self.now - BACK, domain="snow")

    def _day(self) -> date:
        return service_day(self.now, "snow", self.settings.municipality.zone)
