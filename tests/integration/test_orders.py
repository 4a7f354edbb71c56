"""Orders: which step may follow which, who wins a race, and what being done writes down."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg
import pytest

from city.clock import FixedClock
from city.errors import Conflict, NotFound
from city.plan import Plan
from planner.inputs import read_snapshot
from planner.orders import NEXT, add_event, decide
from planner.snow.snapshot import SnowSnapshot
from store import facts, orders
from store.connect import Connection, connect, patience
from tests.by_hand import plan_now
from tests.integration.locks import until_it_waits
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT, HOUR

WAYS: dict[str, tuple[str, ...]] = {
    "decided": (),
    "sent": ("sent",),
    "acknowledged": ("sent", "acknowledged"),
    "unanswered": ("sent", "unanswered"),
    "started": ("started",),
    "refused": ("sent", "refused"),
    "aborted": ("aborted",),
    "done": ("started", "done"),
}
KINDS = (
    "decided",
    "overridden",
    "sent",
    "acknowledged",
    "unanswered",
    "refused",
    "started",
    "segment_done",
    "stop_done",
    "aborted",
    "done",
)


def snow(connection: Connection) -> Plan:
    fill(connection)
    return plan_now(connection, settings(), "snow", FixedClock(AT))


@pytest.mark.parametrize("state", WAYS)
def test_every_step_from_every_state(database: Connection, state: str) -> None:
    """What may follow does and is kept; every other step is a Conflict and leaves the history as it was."""
    plan = snow(database)
    for number, kind in enumerate(KINDS):
        (order,) = decide(database, plan.id, [plan.interventions[0].key], "dispatcher", AT)
        for step in WAYS[state]:
            add_event(database, order, step, "P01", AT)  # type: ignore[arg-type]
        before = orders.events(database, order)
        street = plan.interventions[0].segments[0].id if kind == "segment_done" else None  # type: ignore[index]
        if kind in NEXT[state]:
            after = add_event(database, order, kind, "P01", AT + number * HOUR, segment=street)
            assert after[:-1] == before
            assert (after[-1].kind, after[-1].at) == (kind, AT + number * HOUR)
        else:
            with pytest.raises(Conflict, match=f"the order is {state}; {kind} cannot follow"):
                add_event(database, order, kind, "P01", AT, segment=street)
            assert orders.events(database, order) == before
        live = orders.live_order(database, plan.interventions[0].key)
        if live is not None:
            add_event(database, order, "aborted", "dispatcher", AT)


def test_all_keys_or_none(database: Connection) -> None:
    """An unknown key among known ones makes no order at all."""
    plan = snow(database)
    with pytest.raises(NotFound):
        decide(database, plan.id, [plan.interventions[0].key, "snow:nowhere:2026-11-23:1"], "dispatcher", AT)
    assert orders.orders(database, AT - HOUR) == ()


@pytest.mark.parametrize("name", ["not an id", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_order_or_plan(database: Connection, name: str) -> None:
    """NotFound, whatever is asked for."""
    with pytest.raises(NotFound):
        add_event(database, name, "sent", "dispatcher", AT)
    if "0000" in name:
        with pytest.raises(NotFound):
            decide(database, name, ["k"], "dispatcher", AT)


def test_a_second_decision_is_a_conflict(database: Connection) -> None:
    """While an order of the key lives nobody makes another; after it was aborted somebody may."""
    plan = snow(database)
    key = plan.interventions[0].key
    (order,) = decide(database, plan.id, [key], "dispatcher", AT)
    with pytest.raises(Conflict, match="has an order already"):
        decide(database, plan.id, [key], "another", AT)
    add_event(database, order, "aborted", "dispatcher", AT)
    assert decide(database, plan.id, [key], "another", AT) != [order]


def test_of_two_at_once_one_wins(database: Connection, dsn: str) -> None:
    """Eight dispatchers decide the same tur at the same moment: one order, seven Conflicts."""
    plan = snow(database)
    key, barrier = plan.interventions[0].key, threading.Barrier(8)
    won: list[str] = []
    lost: list[Conflict] = []

    def press() -> None:
        with connect(dsn, "race") as own:
            barrier.wait()
            try:
                won.extend(decide(own, plan.id, [key], "dispatcher", AT))
            except Conflict as conflict:
                lost.append(conflict)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert len(orders.orders(database, AT - HOUR)) == 1


def test_an_order_is_held_until_its_next_event_is_there(database: Connection, dsn: str) -> None:
    """While somebody decides on its next event nobody else can look at it for the same; then they see what came."""
    plan = snow(database)
    (order,) = decide(database, plan.id, [plan.interventions[0].key], "dispatcher", AT)
    with connect(dsn, "other") as other, patience(other, statement_s=5, lock_s=0.05):
        with database.transaction():
            add_event(database, order, "started", "P01", AT)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                orders.lock_order(other, order)
        with pytest.raises(Conflict, match="the order is started; sent cannot follow"):
            add_event(other, order, "sent", "dispatcher", AT)


def test_of_two_events_at_once_one_follows_the_other(database: Connection, dsn: str) -> None:
    """One says that it starts while another's refusal is being written: it hears that the order was refused."""
    plan = snow(database)
    (order,) = decide(database, plan.id, [plan.interventions[0].key], "dispatcher", AT)
    add_event(database, order, "sent", "dispatcher", AT)
    heard: list[str] = []

    def start() -> None:
        with connect(dsn, "starter") as own:
            try:
                add_event(own, order, "started", "P01", AT)
            except (Conflict, psycopg.Error) as error:
                heard.append(str(error))

    thread = threading.Thread(target=start)
    with connect(dsn, "refuser") as refuser, refuser.transaction():
        add_event(refuser, order, "refused", "P01", AT)
        thread.start()
        until_it_waits(database, "starter", thread)
    thread.join()
    assert heard == ["the order is refused; started cannot follow, only nothing: it has ended"]
    assert [event.kind for event in orders.events(database, order)] == ["decided", "sent", "refused"]


def test_a_superseded_plan_is_a_conflict(database: Connection) -> None:
    """Deciding on version 1 when version 2 is out names both; nothing is made."""
    old = snow(database)
    plan_now(database, settings(), "snow", FixedClock(AT + HOUR))
    with pytest.raises(Conflict, match="plan 1 was superseded by plan 2"):
        decide(database, old.id, [old.interventions[0].key], "dispatcher", AT + HOUR)
    assert orders.orders(database, AT - HOUR) == ()


def test_done_snow_is_a_treatment_of_each_segment(database: Connection) -> None:
    """After 'done' each street of the tur was ploughed at that time, and the next plan does not send it again."""
    plan = snow(database)
    item = plan.interventions[0]
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    add_event(database, order, "started", "P01", AT)
    assert facts.treatments(database, AT - HOUR) == ()
    end = AT + timedelta(minutes=30)
    add_event(database, order, "done", "P01", end)
    treated = facts.treatments(database, AT - HOUR)
    assert {row.segment for row in treated} == {part.id for part in item.segments}  # type: ignore[union-attr]
    done = {part.action for part in item.segments}  # type: ignore[union-attr]
    assert {(row.action, row.done_at) for row in treated} == {(action, end) for action in done}
    assert all(action.startswith("plough") for action in done)
    doses = {part.id: part.dose_g_m2 or None for part in item.segments}  # type: ignore[union-attr]
    assert any(doses.values())
    assert {row.segment: row.g_m2 for row in treated} == doses


def test_done_waste_is_an_emptying_of_each_vessel(database: Connection) -> None:
    """After 'done' the vessels of the round carry the time, the others do not."""
    fill(database)
    plan = None
    for days in range(14):
        plan = plan_now(database, settings(), "waste", FixedClock(AT + timedelta(days=days)))
        if plan.interventions:
            break
    assert plan is not None
    (item, *_) = plan.interventions
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    add_event(database, order, "started", "A01", AT)
    add_event(database, order, "done", "A01", AT + HOUR)
    emptied = {vessel for stop in item.stops for vessel in stop.vessels}  # type: ignore[union-attr]
    assert {v.id for v in facts.vessels(database) if v.last_emptied == AT + HOUR} == emptied


def test_a_later_plan_takes_a_running_order_as_given(database: Connection) -> None:
    """The tur that was started stands in the next plan as it was planned; its order is in the snapshot."""
    plan = snow(database)
    item = plan.interventions[0]
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    add_event(database, order, "started", "P01", AT)
    snapshot = read_snapshot(database, settings(), SnowSnapshot, AT + HOUR / 4, slot="x")
    assert [given.id for given in snapshot.orders] == [order]
    assert [running.key for running in snapshot.running] == [item.key]
    later = plan_now(database, settings(), "snow", FixedClock(AT + HOUR / 4))
    assert [i.starts_at for i in later.interventions if i.key == item.key] == [item.starts_at]


def test_an_aborted_order_frees_its_tur(database: Connection) -> None:
    """After an abort the tur is planned anew under the same key."""
    plan = snow(database)
    item = plan.interventions[0]
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    add_event(database, order, "aborted", "dispatcher", AT)
    snapshot = read_snapshot(database, settings(), SnowSnapshot, AT + HOUR / 4, slot="x")
    assert snapshot.running == ()
    later = plan_now(database, settings(), "snow", FixedClock(AT + HOUR / 4))
    assert item.key in {i.key for i in later.interventions}


def test_a_street_is_done_once_when_it_is_said(database: Connection) -> None:
    """A driver's word for a street is its treatment then; said twice it stands once, and 'done' treats the others."""
    plan = snow(database)
    item = plan.interventions[0]
    streets = [part.id for part in item.segments]  # type: ignore[union-attr]
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    add_event(database, order, "started", "P01", AT)
    first = add_event(database, order, "segment_done", "P01", AT + HOUR / 4, segment=streets[0])
    assert (first[-1].kind, first[-1].segment) == ("segment_done", streets[0])
    assert add_event(database, order, "segment_done", "P01", AT + HOUR / 3, segment=streets[0]) == first
    add_event(database, order, "done", "P01", AT + HOUR)
    assert add_event(database, order, "segment_done", "P01", AT + 2 * HOUR, segment=streets[0])[:-1] == first
    treated = {row.segment: row.done_at for row in facts.treatments(database, AT - HOUR)}
    assert treated == {street: AT + HOUR for street in streets} | {streets[0]: AT + HOUR / 4}


@pytest.mark.parametrize("street", ["nowhere", "c/20-21", None])
def test_a_street_of_another_tur_is_refused(database: Connection, street: str | None) -> None:
    """What is not of the order, or no street at all, is NotFound and leaves the history as it was."""
    plan = snow(database)
    item = next(item for item in plan.interventions if item.network == "street")
    (order,) = decide(database, plan.id, [item.key], "dispatcher", AT)
    before = add_event(database, order, "started", "P01", AT)
    with pytest.raises(NotFound, match="has no segment"):
        add_event(database, order, "segment_done", "P01", AT, segment=street)
    assert orders.events(database, order) == before
