"""Nights that are generated: people and machines act at random, and after each act every screen and the interface are
read. Two numbers that contradict are told."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import httpx

from city.call import CallEvent
from city.clock import FixedClock
from city.errors import DagsplanError
from city.plan import Plan
from city.vocabulary import OrderEventKind
from planner.calls.answers import cannot, rang
from planner.calls.call_out import call_out
from planner.calls.escalate import escalate
from planner.calls.steps import happened
from planner.calls.stop import stop, withdraw
from planner.orders import add_event, decline, end_declines
from store import calls, facts, orders
from store.connect import Connection
from tests.unit.dashboards import night, town

MINUTE = timedelta(minutes=1)
BACK = timedelta(hours=36)
TEXT = re.compile(r"<[^>]+>")


@dataclass
class PlayedNight:
    """One night on a database: acts at random, and reads what is shown."""

    connection: Connection
    client: httpx.Client
    clock: FixedClock
    plan: Plan
    random: random.Random
    done: list[str] = field(default_factory=list)

    def act(self) -> None:
        """One act of somebody; what is not possible just now is left."""
        acts = (self.call, self.call, self.send, self.send, self.answer, self.answer, self.drive, self.drive)
        more = (self.turn_down, self.take_back, self.stop, self.undo, self.wait, self.ring)
        chosen = self.random.choice((*acts, *more))
        self.done.append(chosen.__name__)
        try:
            chosen()
            self.connection.commit()
        except DagsplanError:
            self.connection.rollback()
        self.clock.advance(seconds=self.random.choice((5, 30, 120)))

    @property
    def now(self) -> Any:
        return self.clock.now()

    def keys(self) -> list[str]:
        return self.random.sample([item.key for item in self.plan.interventions], self.random.randint(1, 6))

    def call(self) -> None:
        call_out(self.connection, town.settings(), self.clock, self.plan.id, self.keys(), "dispatcher")

    def send(self) -> None:
        for call in calls.calls_since(self.connection, self.now - BACK):
            if call.state == "made" and call.leaves_at <= self.now:
                last = self.random.choice(("sent", "sent", "sent", "failed", "unsure", "waits"))
                for kind in ("tried", last, *(["delivered"] if last == "sent" and self.random.random() < 0.5 else [])):
                    happened(self.connection, CallEvent(call.id, kind, self.now, "dagsplan"))  # type: ignore[arg-type]

    def _calls(self, *states: str) -> list[Any]:
        return [call for call in calls.calls_since(self.connection, self.now - BACK) if call.state in states]

    def answer(self) -> None:
        waiting = self._calls("sent", "delivered")
        if waiting:
            call = self.random.choice(waiting)
            if self.random.random() < 0.2:
                cannot(self.connection, town.settings(), call.id, call.vehicle, self.now, "hydraulslang")
            else:
                happened(self.connection, CallEvent(call.id, "acknowledged", self.now, call.vehicle))

    def ring(self) -> None:
        waiting = self._calls("by_hand", "unsure", "failed", "unanswered", "sent")
        if waiting:
            rang(self.connection, self.random.choice(waiting).id, "dispatcher", self.now)

    def drive(self) -> None:
        out = [o for o in orders.orders(self.connection, self.now - BACK, domain="snow")]
        ready = [o for o in out if o.state in {"acknowledged", "started"}]
        if ready:
            order = self.random.choice(ready)
            kind: OrderEventKind = "started" if order.state == "acknowledged" else "done"
            add_event(self.connection, order.id, kind, order.vehicle or "P01", self.now)

    def turn_down(self) -> None:
        decline(self.connection, self.plan, self.keys()[:2], "drifting", "dispatcher", self.now, "")

    def take_back(self) -> None:
        end_declines(self.connection, self.keys(), "dispatcher", self.now)

    def stop(self) -> None:
        waiting = self._calls("made", "sent", "delivered", "acknowledged")
        if waiting:
            stop(self.connection, town.settings(), self.clock, self.random.choice(waiting).id, "dispatcher")

    def undo(self) -> None:
        made = self._calls("made", "by_hand")
        if made:
            withdraw(self.connection, [made[0].id], "dispatcher", self.now)

    def wait(self) -> None:
        self.clock.advance(minutes=self.random.randint(1, 8))
        escalate(self.connection, town.settings(), self.now)

    # ---- What is shown -------------------------------------------------------------------------------------------

    def contradictions(self) -> list[str]:
        """What two places say of the same thing, where it is not the same."""
        return [f"{name}: {a!r} is not {b!r}" for name, a, b in self._pairs() if a != b]

    def _pairs(self) -> Iterator[tuple[str, object, object]]:
        stands = self.client.get("/api/v1/standing/snow", params={"lang": "sv"}).json()
        page = self.client.get("/idag?lang=sv").text
        chart = self.client.get("/karta?lang=sv").text
        plan = self.client.get("/api/v1/plans/snow/latest.json").json()
        handover = self.client.get(f"/api/v1/handover/{self.plan.service_day}").json()
        board = self.client.get("/api/v1/calls").json()
        counts = stands["counts"]
        yield "the states add up to all turer", sum(counts.values()), stands["of"]
        yield "all turer of the plan", plan["totals"]["turer"], stands["of"]
        yield "headline of page and interface", _one(r'<h1 id="verdict">(.*?)</h1>', page), stands["title"]
        yield "headline of map and interface", _one(r"<h1>(.*?)</h1>", chart), stands["title"]
        waits = _one(r"<p class=\"lead\">.*?<strong>(.*?)</strong>", page)
        yield "what waits, on the page", waits if stands["waits"] else "", stands["waits"]
        yield (
            "the tab",
            _one(r'aria-current="page">Snö/halka <span class="count">(\d+)', page),
            str(_targets(plan) - counts.get("declined", 0)),
        )
        ticked = set(re.findall(r'name="keys" value="[^"]*" form="call-out" data-target="([^"]*)"[^>]* checked', page))
        button = re.search(r"<button class=\"btn is-main\" data-count[^>]*>(.*?)</button>", page)
        yield "the button", int((re.search(r"\d+", button.group(1)) or ["0"])[0]) if button else 0, len(ticked)
        open_ = {run["target"] for run in stands["runs"] if run["state"] in {"to_send", "refused"}}
        yield "turer on the button and those that wait", sorted(ticked), sorted(open_)
        sums = _one(r'<p class="muted sums">(.*?)</p>', page)
        yield "the sums", (re.match(r"\d+", sums) or ["0"])[0], str(stands["of"])
        yield "called out, in the sums", _n(sums, r"(\d+) utkallad"), stands["called_out"]
        yield "declined, in the sums", _n(sums, r"(\d+) avstådd"), counts.get("declined", 0)
        yield "not needed, in the sums", _n(sums, r"(\d+) behövs inte"), counts["not_needed"]
        yield "not needed, below the table", _n(page, r"(\d+) tur(?:er)? behövs inte\."), counts["not_needed"]
        yield "called out tonight, handed over", handover["called"], self._ever_called()
        yield "board of page and interface", len(re.findall(r'<tr role="row" id="call-', page)), len(board["rows"])
        full = plan["verdict"]["full_cost"]
        yield "the full call-out", full, self.plan.verdict.full_cost

    def _ever_called(self) -> int:
        found = self.connection.execute(
            "SELECT count(DISTINCT o.target) FROM plan_order o JOIN order_step e USING (order_id) "
            "WHERE e.kind IN ('sent', 'acknowledged', 'started', 'done') AND o.domain = 'snow'"
        ).fetchone()
        self.connection.commit()
        return int(found[0]) if found else 0


def _targets(plan: dict[str, Any]) -> int:
    return len({item["target"] for item in plan["interventions"] if item["kind"] not in {"places", "haul", "sweep"}})


def _one(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.S)
    return unescape(TEXT.sub("", found.group(1))).strip() if found else ""


def _n(text: str, pattern: str) -> int:
    found = re.search(pattern, unescape(TEXT.sub("", text)))
    return int(found.group(1)) if found else 0


def played(connection: Connection, client: httpx.Client, clock: FixedClock, seed: int) -> PlayedNight:
    """A night of the town that begins with its plan, and with a call-out list of some of its vehicles."""
    town.fill(connection)
    plan = town.publish(connection, "snow", clock)
    rolled = random.Random(seed)
    vehicles = [vehicle.id for vehicle in facts.vehicles(connection, "snow") if vehicle.network == "street"]
    night.lists(connection, *rolled.sample(vehicles, rolled.randint(1, len(vehicles))))
    connection.commit()
    return PlayedNight(connection, client, clock, plan, rolled)


def played_out(found: PlayedNight, acts: int, *, looks: int = 3) -> list[str]:
    """Plays a night to its end and looks some times on the way; gives what contradicted, with what was done before."""
    told: list[str] = []
    for n in range(1, acts + 1):
        found.act()
        if n % max(1, acts // looks) == 0 or n == acts:
            told += [f"{line} (after {', '.join(found.done[-6:])})" for line in found.contradictions()]
    return told


__all__ = ["PlayedNight", "played", "played_out"]
