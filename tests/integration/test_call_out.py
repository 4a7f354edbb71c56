"""Calling out and calling on: who is told, who is next, and that nobody is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from city.call import CallEvent
from city.catalogue.words import words
from city.clock import FixedClock
from city.errors import ImportRefused
from city.manning import CallOut, CrewChange, RosterTurn
from city.plan import Intervention, Plan
from city.settings import Calls
from city.vocabulary import CallEventKind
from dashboards.api.orders import WHO
from ingest.registers.asked import Asked
from ingest.registers.fleet import import_fleet
from planner.calls.call_out import CalledOut, call_out
from planner.calls.escalate import escalate
from planner.calls.steps import happened
from planner.inputs import read_snapshot
from planner.orders import add_event, decide
from planner.publish import publish
from planner.snow.snapshot import SnowSnapshot
from store import calls, facts, manning, orders
from store.connect import Connection, connect
from tests.by_hand import plan_now
from tests.integration.locks import until_it_waits
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT, HOUR, snow_snapshot

MINUTE = timedelta(minutes=1)
SETTINGS = msgspec.structs.replace(settings(), calls=Calls(gateway_url="http://127.0.0.1:1/"))
UNDO = timedelta(seconds=8)
OWN = snow_snapshot().vehicles[0]


@pytest.fixture
def plan(database: Connection) -> Plan:
    """Two ploughs that the plan uses, and two more that stand by."""
    fill(database)
    made = plan_now(database, SETTINGS, "snow", FixedClock(AT))
    facts.save_fleet(database, [], [], [replace(OWN, id=name) for name in ("P07", "P08")])
    return made


def listed(connection: Connection, *vehicles: str) -> None:
    rows = [CallOut("street", n, v, f"Jour {n}", "sms", f"070-{n}") for n, v in enumerate(vehicles, start=1)]
    calls.replace_lists(connection, rows)


def streets(plan: Plan) -> list[Intervention]:
    """The street turer of a plan."""
    return [item for item in plan.interventions if item.network == "street"]


def of_one(plan: Plan) -> list[Intervention]:
    """The street turer of the vehicle that drives the first, in driving order."""
    first = streets(plan)[0].vehicle
    return sorted((i for i in streets(plan) if i.vehicle == first), key=lambda item: str(item.starts_at))


def called(connection: Connection, plan: Plan, keys: list[str], at: datetime = AT) -> CalledOut:
    return call_out(connection, SETTINGS, FixedClock(at), plan.id, keys, WHO)


def step(connection: Connection, call: str, *kinds: CallEventKind, at: datetime = AT, who: str = "dagsplan") -> None:
    """What a channel says of a call."""
    for kind in kinds:
        happened(connection, CallEvent(call, kind, at, who))


def sent(connection: Connection, plan: Plan, *others: str, which: int = 0) -> tuple[str, str]:
    """A street tur of the plan, called out and sent at AT: the order and its vehicle, which heads a list of
    ``others``."""
    item = streets(plan)[which]
    assert item.vehicle is not None
    if others:
        listed(connection, item.vehicle, *others)
    made = called(connection, plan, [item.key])
    (order,), (call,) = made.orders, made.calls
    if stands(connection, call) == "by_hand":
        step(connection, call, "sent", who=WHO)
    else:
        step(connection, call, "tried", "sent")
    return order, item.vehicle


def stands(connection: Connection, call: str) -> str:
    now = calls.call(connection, call)
    assert now is not None
    return now.state


def sent_on(connection: Connection, at: datetime) -> None:
    """Whatever waits is sent at a time."""
    for call in calls.calls_since(connection, AT - HOUR):
        if call.state == "made":
            step(connection, call.id, "tried", "sent", at=at)


def messages(connection: Connection, order: str) -> list[tuple[str, ...]]:
    """The calls about an order: to which vehicle, whom, by what, where, and the text."""
    found = [c for c in reversed(calls.calls_since(connection, AT - HOUR)) if order in c.orders]
    return [(c.vehicle, c.who, c.channel, c.address, c.text) for c in found]


def held(connection: Connection, order: str) -> tuple[str | None, str]:
    now = orders.order(connection, order)
    assert now is not None
    return now.vehicle, now.state


def kinds(connection: Connection, order: str) -> list[str]:
    return [event.kind for event in orders.events(connection, order) if event.kind != "undone"]


def test_whoever_is_called_is_told_in_the_same_step(database: Connection, plan: Plan) -> None:
    """One message to the vehicle's place on the list, with the tur and the times; by hand where no list knows it."""
    order, vehicle = sent(database, plan, "P07")
    ((to, who, channel, address, text),) = messages(database, order)
    assert (to, who, channel, address) == (vehicle, "Jour 1", "sms", "070-1")
    assert text.startswith(f"Utkallning {vehicle}: P")
    calls.replace_lists(database, [CallOut("street", 1, "P08", "Jour 1", "voice", "070-1")])
    other, _ = sent(database, plan, which=1)
    assert [row[1:4] for row in messages(database, other)] == [("", "by_hand", "")]


def test_nobody_is_passed_over_before_the_time(database: Connection, plan: Plan) -> None:
    """Four minutes and 59 seconds are not five; an acknowledged order is left alone for ever."""
    order, vehicle = sent(database, plan, "P07")
    assert escalate(database, SETTINGS, AT + 5 * MINUTE - timedelta(seconds=1)) == []
    add_event(database, order, "acknowledged", WHO, AT + 4 * MINUTE, "ringde, kvitterad")
    assert escalate(database, SETTINGS, AT + HOUR) == []
    assert held(database, order) == (vehicle, "acknowledged")


def test_it_goes_down_the_list_and_then_asks_for_a_call_by_hand(database: Connection, plan: Plan) -> None:
    """P01, then P07, then P08, five minutes each; then nobody is left, which stays until somebody has called."""
    order, vehicle = sent(database, plan, "P07", "P08")
    ways = []
    for n in (1, 2, 3, 4):
        ways.append(escalate(database, SETTINGS, AT + n * 5 * MINUTE))
        sent_on(database, AT + n * 5 * MINUTE)
    gone = [(way.from_vehicle, way.to.vehicle if way.to else None) for made in ways for way in made]
    assert gone == [(vehicle, "P07"), ("P07", "P08"), ("P08", None)]
    assert held(database, order) == ("P08", "unanswered")
    assert [to for to, *_ in messages(database, order)] == [vehicle, "P07", "P08"]
    history = orders.events(database, order)
    assert [(e.kind, e.vehicle) for e in history[2:]] == [
        ("overridden", "P07"),
        ("overridden", "P08"),
        ("unanswered", None),
    ]
    with pytest.raises(Exception, match="has an order already"):
        decide(database, plan.id, [orders.orders(database, AT - HOUR)[0].key], WHO, AT + HOUR)
    add_event(database, order, "acknowledged", WHO, AT + HOUR, "ringde, kvitterad")
    assert held(database, order) == ("P08", "acknowledged")


def test_the_town_may_give_them_more_time(database: Connection, plan: Plan) -> None:
    """The threshold decides, not the code."""
    sent(database, plan, "P07")
    database.execute(
        "INSERT INTO threshold VALUES ('snow.acknowledge_min', '*', 2, 12, NULL, 'min', %s, 'test', 'test')", (AT,)
    )
    assert escalate(database, SETTINGS, AT + 11 * MINUTE) == []
    assert len(escalate(database, SETTINGS, AT + 12 * MINUTE)) == 1


def worked(connection: Connection, plan: Plan) -> None:
    """P07 drove another tur until two hours ago, for twelve hours and a half."""
    item = [item for item in plan.interventions if item.network == "street"][1]
    (order,) = decide(connection, plan.id, [item.key], WHO, AT - 15 * HOUR)
    add_event(connection, order, "started", WHO, AT - 14.5 * HOUR)
    add_event(connection, order, "done", WHO, AT - 2 * HOUR)
    connection.execute(
        "INSERT INTO order_event VALUES (%s, 9, 'overridden', %s, 'test', '', NULL, 'P07')", (order, AT - 14.6 * HOUR)
    )


def busy(connection: Connection, plan: Plan) -> None:
    """P07 holds another tur of the same hour."""
    first, *rest = [item for item in plan.interventions if item.network == "street"]
    beside = [item.starts_at < first.ready_by and first.starts_at < item.ready_by for item in rest]  # type: ignore[operator]
    other, _ = sent(connection, plan, which=1 + beside.index(True))
    add_event(connection, other, "acknowledged", WHO, AT)
    connection.execute("INSERT INTO order_event VALUES (%s, 9, 'overridden', %s, 'test', '', NULL, 'P07')", (other, AT))


def gone(connection: Connection, plan: Plan) -> None:
    """P07 clears cycle ways now."""
    facts.save_fleet(connection, [], [], [replace(OWN, id="P07", network="cycle")])


@pytest.mark.parametrize("hinder", [worked, busy, gone])
def test_who_cannot_is_passed_over(
    database: Connection, plan: Plan, hinder: Callable[[Connection, Plan], None]
) -> None:
    """Who has not rested, drives already, or has no vehicle for it is not called; the next one is."""
    hinder(database, plan)
    sent(database, plan, "P07", "P08")
    (made,) = escalate(database, SETTINGS, AT + 5 * MINUTE)
    assert made.to is not None
    assert made.to.vehicle == "P08"


def test_any_number_of_schedulers_pass_it_on_once(database: Connection, plan: Plan, dsn: str) -> None:
    """Six at the same moment, and again: one event, one message."""
    order, _ = sent(database, plan, "P07", "P08")
    barrier = threading.Barrier(6)

    def ring() -> None:
        with connect(dsn, "race") as own:
            barrier.wait()
            for _ in range(3):
                escalate(own, SETTINGS, AT + 5 * MINUTE)

    threads = [threading.Thread(target=ring) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held(database, order) == ("P07", "sent")
    assert [to for to, *_ in messages(database, order)][1:] == ["P07"]


def test_who_answers_while_it_is_passed_on_keeps_it(database: Connection, plan: Plan, dsn: str) -> None:
    """The scheduler has seen that the time is over, the driver acknowledges before the order is held: it stays."""
    order, vehicle = sent(database, plan, "P07")
    passed: list[object] = []

    def ring() -> None:
        with connect(dsn, "ringer") as own:
            passed.append(escalate(own, SETTINGS, AT + 5 * MINUTE))

    thread = threading.Thread(target=ring)
    call = calls.newest_about(database, [order])[order]
    with connect(dsn, "driver") as driver, driver.transaction():
        step(driver, call, "acknowledged", at=AT + 5 * MINUTE, who=vehicle)
        thread.start()
        until_it_waits(database, "ringer", thread)
    thread.join()
    assert passed == [[]]
    assert held(database, order) == (vehicle, "acknowledged")
    assert [to for to, *_ in messages(database, order)] == [vehicle]


def test_the_next_plan_knows_who_holds_it(database: Connection, plan: Plan) -> None:
    """An order that went to P07 stands in the snapshot with P07, unanswered ones are under way."""
    sent(database, plan, "P07")
    escalate(database, SETTINGS, AT + 5 * MINUTE)
    sent_on(database, AT + 5 * MINUTE)
    escalate(database, SETTINGS, AT + 10 * MINUTE)
    snapshot = read_snapshot(database, SETTINGS, SnowSnapshot, AT + 11 * MINUTE, slot="x")
    assert [(o.vehicle, o.state) for o in snapshot.orders] == [("P07", "unanswered")]
    assert [item.vehicle for item in snapshot.running] == ["P07"]


def test_the_work_of_an_order_stands_in_the_snapshot_with_its_crew(database: Connection, plan: Plan) -> None:
    """Start, end, and who was on the vehicle when it started."""
    order, vehicle = sent(database, plan)
    facts.save_roster(database, [RosterTurn(vehicle, AT - HOUR, AT + 3 * HOUR, "lag A")])
    add_event(database, order, "started", WHO, AT + HOUR)
    add_event(database, order, "done", WHO, AT + 2 * HOUR)
    (given,) = read_snapshot(database, SETTINGS, SnowSnapshot, AT + 3 * HOUR, slot="x").orders
    assert (given.started_at, given.ended_at, given.crew) == (AT + HOUR, AT + 2 * HOUR, "lag A")


FLEET = """
[[contractor]]
id = "ett"
name = "Ett"
[[call]]
network = "street"
place = 1
vehicle = "P01"
who = "Jour 1"
channel = "sms"
address = "070-1"
[[call]]
network = "street"
place = 1
vehicle = "P02"
who = "Ett, jour"
channel = "voice"
address = "070-2"
contractor = "ett"
"""


def test_a_fleet_file_holds_the_lists(database: Connection, plan: Plan, tmp_path: Path) -> None:
    """A list that a file names is replaced whole, others stay."""
    file = tmp_path / "fleet.toml"
    file.write_text(FLEET, encoding="utf-8")
    taken = import_fleet(database, file, Asked(AT, ZoneInfo("Europe/Stockholm")))
    assert "lines of call-out lists: 2 added" in [words("en").say(line) for line in taken.said()]
    calls.replace_lists(database, [CallOut("street", 4, "P07", "Jour 4", "radio", "kanal 3")])
    found = [(call.contractor, call.place, call.vehicle) for call in calls.call_out_lists(database)]
    assert found == [("ett", 1, "P02"), (None, 4, "P07")]


@pytest.mark.parametrize(
    ("old", "new"), [('"sms"', '"pigeon"'), ('"P01"', '"P99"'), ("place = 1", "place = 0"), ('"street"', '"river"')]
)
def test_a_list_that_cannot_be_is_refused(database: Connection, plan: Plan, tmp_path: Path, old: str, new: str) -> None:
    """Nothing of the file is taken in, and the line says why."""
    file = tmp_path / "fleet.toml"
    file.write_text(FLEET.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ImportRefused):
        import_fleet(database, file, Asked(AT, ZoneInfo("Europe/Stockholm")))
    assert calls.call_out_lists(database) == ()


def test_who_is_away_is_not_called_and_another_number_is_used(database: Connection, plan: Plan) -> None:
    """The first of the list has another number until noon; the next is away, so that the third is called after."""
    item = streets(plan)[0]
    until = AT + 10 * HOUR
    first, second = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))
    spans = AT, until, "", AT, WHO
    rows = (
        CrewChange(first, "number", item.vehicle or "", "Jour 1", "voice", "070-99", *spans),
        CrewChange(second, "away", "P07", "Jour 2", None, None, *spans),
    )
    for change in rows:
        manning.add_change(database, change)
    order, vehicle = sent(database, plan, "P07", "P08")
    assert [row[:4] for row in messages(database, order)] == [(vehicle, "Jour 1", "voice", "070-99")]
    (passed,) = escalate(database, SETTINGS, AT + 6 * MINUTE)
    assert passed.to is not None
    assert passed.to.vehicle == "P08"


def test_a_driver_is_told_a_start_at_which_nothing_else_is_to_be_driven(database: Connection, plan: Plan) -> None:
    """Its planned start has passed; from now on it would be driven over what its vehicle begins in half an hour."""
    late, other = streets(plan)[:2]
    assert late.starts_at is not None
    assert late.ready_by is not None
    now, lasts = late.ready_by, late.ready_by - late.starts_at
    then = msgspec.structs.replace(other, vehicle=late.vehicle, starts_at=now + lasts / 2, ready_by=now + 2 * lasts)
    both = publish(database, msgspec.structs.replace(plan, interventions=(late, then), inputs_hash="both"), AT)
    step(database, called(database, both, [then.key]).calls[0], "sent", who=WHO)
    made = called(database, both, [late.key], now)
    (message,) = messages(database, made.orders[0])
    zone = SETTINGS.municipality.zone
    assert f"Start {(now + 2 * lasts).astimezone(zone):%H.%M}" in message[-1]


@pytest.mark.parametrize(
    ("other_is", "waits"), [("decided", False), ("unanswered", False), ("leaving", True), ("sent", True)]
)
def test_a_start_is_moved_by_what_the_vehicle_was_called_out_for(
    database: Connection, plan: Plan, other_is: str, waits: bool
) -> None:
    """Two turer of one hour: the driver is told the planned start where nobody was called about the other, or none
    answered, as the page shows it."""
    one, other = streets(plan)[:2]
    begins, ends = AT + HOUR, AT + 2 * HOUR
    both = [
        msgspec.structs.replace(item, vehicle=one.vehicle, starts_at=begins, ready_by=ends) for item in (one, other)
    ]
    made = publish(database, msgspec.structs.replace(plan, interventions=tuple(both), inputs_hash="both"), AT)
    if other_is == "decided":
        decide(database, made.id, [other.key], WHO, AT)
    else:
        (call,) = called(database, made, [other.key]).calls
        if other_is != "leaving":
            step(database, call, "sent", who=WHO)
        if other_is == "unanswered":
            escalate(database, SETTINGS, AT + 6 * MINUTE)
    (order,) = called(database, made, [one.key]).orders
    (message,) = messages(database, order)
    zone = SETTINGS.municipality.zone
    assert f"Start {(ends if waits else begins).astimezone(zone):%H.%M}" in message[-1]
