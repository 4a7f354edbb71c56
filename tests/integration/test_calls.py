"""Calls: one act that decides and calls, what a channel says of it, and everything that takes it back."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from city.call import CallEvent
from city.clock import FixedClock, SimulatedClock
from city.entities import Position
from city.errors import Conflict, NotFound
from city.manning import CallOut
from city.plan import Plan
from dashboards.api.orders import WHO
from planner import orders as steps
from planner.calls.answers import OrderWord, again, cannot, rang, said, to_next, told, undo
from planner.calls.call_out import call_out
from planner.calls.escalate import escalate
from planner.calls.make import leaves_at
from planner.calls.reading import board_of, sheet_of
from planner.calls.steps import happened
from planner.calls.stop import stop, withdraw
from planner.orders import add_event, decide
from planner.publish import publish
from store import calls, facts, orders, positions
from store.connect import Connection, connect
from tests.by_hand import plan_now
from tests.integration.locks import until_it_waits
from tests.integration.plan_town import fill
from tests.integration.test_call_out import (
    MINUTE,
    OWN,
    SETTINGS,
    UNDO,
    called,
    held,
    kinds,
    listed,
    messages,
    of_one,
    sent,
    sent_on,
    stands,
    step,
    streets,
)
from tests.unit.dashboards import town
from tests.unit.planner.snapshots import AT, HOUR

CLOCK = FixedClock(AT)


@pytest.fixture
def plan(database: Connection) -> Plan:
    """Two ploughs that the plan uses, and two more that stand by, all on a list of the streets."""
    fill(database)
    made = plan_now(database, SETTINGS, "snow", FixedClock(AT))
    facts.save_fleet(database, [], [], [replace(OWN, id=name) for name in ("P07", "P08")])
    first = streets(made)[0].vehicle or ""
    others = sorted({item.vehicle or "" for item in streets(made)} - {first})
    listed(database, first, "P07", "P08", *others)
    return made


def test_a_vehicle_gets_one_call_with_all_its_turer_in_driving_order(database: Connection, plan: Plan) -> None:
    """Nothing is said to be sent before a channel took it."""
    turer = of_one(plan)[:2]
    assert len(turer) == 2
    made = called(database, plan, [item.key for item in reversed(turer)])
    assert len(made.calls) == 1
    call = calls.call(database, made.calls[0])
    assert call is not None
    assert (call.state, call.vehicle, call.leaves_at) == ("made", turer[0].vehicle, AT + UNDO)
    keys = {order.id: order.key for order in orders.orders(database, AT)}
    assert [keys[order] for order in call.orders] == [item.key for item in turer]
    assert f"{turer[0].title}" in call.text
    assert f"sedan {turer[1].title}" in call.text
    assert [kinds(database, order) for order in made.orders] == [["decided"], ["decided"]]
    step(database, call.id, "tried", "sent")
    assert [kinds(database, order) for order in call.orders] == [["decided", "sent"]] * 2
    assert {orders.events(database, order)[-1].who for order in call.orders} == {"dagsplan"}


def test_the_time_to_take_it_back_is_of_the_wall() -> None:
    """Sixty times as fast, eight seconds of the wall are eight minutes of the clock."""
    fast = SimulatedClock(AT, AT, speed=60.0)
    assert leaves_at(SETTINGS, fast, AT) == AT + 60 * UNDO
    assert leaves_at(SETTINGS, FixedClock(AT), AT) == AT + UNDO


def test_a_call_that_is_taken_back_leaves_its_turer_proposed(database: Connection, plan: Plan) -> None:
    """The order is gone as if nobody had decided, and can be made anew; what was decided before stays decided."""
    first, second = streets(plan)[:2]
    (before,) = decide(database, plan.id, [second.key], WHO, AT - MINUTE)
    made = call_out(database, SETTINGS, CLOCK, plan.id, [first.key, second.key], WHO)
    assert withdraw(database, made.calls, WHO, AT + UNDO) == tuple(sorted(made.calls))
    assert [(order.id, order.state) for order in orders.orders(database, AT - HOUR)] == [(before, "decided")]
    assert {stands(database, call) for call in made.calls} == {"withdrawn"}
    again_made = called(database, plan, [first.key, second.key], AT + MINUTE)
    assert before in again_made.orders
    with pytest.raises(Conflict, match="was taken back"):
        add_event(database, made.orders[0] if made.orders[0] != before else made.orders[1], "started", WHO, AT)


def test_what_has_left_cannot_be_taken_back(database: Connection, plan: Plan) -> None:
    """As soon as a try has begun."""
    made = called(database, plan, [streets(plan)[0].key])
    step(database, made.calls[0], "tried")
    with pytest.raises(Conflict, match="left already"):
        withdraw(database, made.calls, WHO, AT)
    with pytest.raises(NotFound):
        withdraw(database, ["00000000-0000-0000-0000-000000000000"], WHO, AT)


def test_who_takes_back_while_it_leaves_is_told_that_it_has_left(database: Connection, plan: Plan, dsn: str) -> None:
    """The sender's try is written and not committed yet: whoever takes the call back waits, and cannot."""
    made = called(database, plan, [streets(plan)[0].key])
    told: list[str] = []

    def take_back() -> None:
        with connect(dsn, "regret") as own, pytest.raises(Conflict) as refused:
            withdraw(own, made.calls, WHO, AT)
        told.append(str(refused.value))

    thread = threading.Thread(target=take_back)
    with connect(dsn, "sender") as sender, sender.transaction():
        step(sender, made.calls[0], "tried")
        thread.start()
        until_it_waits(database, "regret", thread)
    thread.join()
    assert told == ["the call has left already: stop it instead"]
    assert held(database, made.orders[0])[1] == "decided"


def test_two_who_call_out_at_the_same_moment_make_one_call(database: Connection, plan: Plan, dsn: str) -> None:
    """The other one is told, and nothing of theirs is there."""
    key, barrier = streets(plan)[0].key, threading.Barrier(4)
    ended: list[str] = []

    def officer() -> None:
        with connect(dsn, "officer") as own:
            barrier.wait()
            try:
                called(own, plan, [key])
                ended.append("called")
            except Conflict:
                ended.append("refused")

    threads = [threading.Thread(target=officer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["called", "refused", "refused", "refused"]
    assert (len(calls.calls_since(database, AT)), len(orders.orders(database, AT))) == (1, 1)


def test_nothing_is_called_out_twice(database: Connection, plan: Plan) -> None:
    """While a call is under way, or once it was answered; all or none."""
    first, other = streets(plan)[:2]
    made = called(database, plan, [first.key])
    with pytest.raises(Conflict, match="go on with that on the board"):
        called(database, plan, [other.key, first.key])
    step(database, made.calls[0], "tried", "sent")
    with pytest.raises(Conflict, match="has an order already"):
        called(database, plan, [first.key])
    with pytest.raises(Conflict):
        call_out(database, SETTINGS, CLOCK, plan.id, [], WHO, order_ids=made.orders)
    assert len(orders.orders(database, AT)) == 1
    assert len(calls.calls_since(database, AT)) == 1


def test_another_vehicle_is_called_and_noted(database: Connection, plan: Plan) -> None:
    item = streets(plan)[0]
    made = call_out(database, SETTINGS, CLOCK, plan.id, [item.key], WHO, {item.key: "P08"})
    assert held(database, made.orders[0]) == ("P08", "decided")
    assert kinds(database, made.orders[0]) == ["decided", "overridden"]
    call = calls.call(database, made.calls[0])
    assert call is not None
    assert (call.vehicle, call.who) == ("P08", "Jour 3")
    with pytest.raises(NotFound, match="no vehicle P99"):
        call_out(database, SETTINGS, CLOCK, plan.id, [streets(plan)[1].key], WHO, {streets(plan)[1].key: "P99"})
    withdraw(database, made.calls, WHO, AT)
    assert orders.orders(database, AT) == ()


def test_what_nobody_drives_is_not_called_out(database: Connection, plan: Plan) -> None:
    """Said with its name, and nothing else is called either; the sheet has it first, and counts it out."""
    bare, other = streets(plan)[:2]
    items = [msgspec.structs.replace(i, vehicle=None if i.key == bare.key else i.vehicle) for i in plan.interventions]
    other_inputs = msgspec.structs.replace(plan, interventions=tuple(items), inputs_hash="0" * 64)
    plan = publish(database, other_inputs, AT)
    with pytest.raises(Conflict, match="has no vehicle"):
        called(database, plan, [other.key, bare.key])
    assert orders.orders(database, AT) == ()
    sheet = sheet_of(database, SETTINGS, AT, plan.id, [other.key, bare.key])
    assert [(line.callable, line.vehicle) for line in sheet.lines] == [(False, None), (True, other.vehicle)]
    assert (sheet.vehicles, sheet.missing, sheet.lines[0].looks[0].kind) == (1, (bare.key,), "no_vehicle")


def test_a_late_receipt_adds_nothing_to_an_answer(database: Connection, plan: Plan) -> None:
    """Acknowledged before the channel says that it took it; then no receipt changes it."""
    made = called(database, plan, [streets(plan)[0].key])
    call, vehicle = made.calls[0], streets(plan)[0].vehicle or ""
    step(database, call, "tried", "unsure")
    assert held(database, made.orders[0])[1] == "decided"
    step(database, call, "acknowledged", at=AT + MINUTE, who=vehicle)
    assert kinds(database, made.orders[0]) == ["decided", "sent", "acknowledged"]
    assert orders.events(database, made.orders[0])[-1].who == vehicle
    for kind in ("sent", "delivered", "failed", "tried"):
        with pytest.raises(Conflict):
            step(database, call, kind)  # type: ignore[arg-type]
    assert stands(database, call) == "acknowledged"


@pytest.mark.parametrize("late", ["sent", "delivered", "failed"])
def test_what_was_uncertain_becomes_plain(database: Connection, plan: Plan, late: str) -> None:
    """A receipt that comes late is believed; only what a channel took counts as called out."""
    made = called(database, plan, [streets(plan)[0].key])
    step(database, made.calls[0], "tried", "unsure", late)  # type: ignore[arg-type]
    assert stands(database, made.calls[0]) == late
    assert kinds(database, made.orders[0]) == (["decided", "sent"] if late == "sent" else ["decided"])


def test_delivered_stands_beside_and_changes_no_state(database: Connection, plan: Plan) -> None:
    order, vehicle = sent(database, plan)
    call = calls.newest_about(database, [order])[order]
    step(database, call, "delivered", at=AT + MINUTE)
    assert held(database, order) == (vehicle, "sent")
    assert kinds(database, order) == ["decided", "sent", "delivered"]


def test_what_waits_for_a_person_does_not_go_on_by_itself(database: Connection, plan: Plan) -> None:
    """Failed, uncertain and by hand: no clock passes them on."""
    keys = [item.key for item in streets(plan)[:3]]
    for key, ending in zip(keys, (("tried", "sent", "failed"), ("tried", "unsure"), ("tried", "waits")), strict=False):
        made = called(database, plan, [key])
        step(database, made.calls[0], *ending)  # type: ignore[arg-type]
    assert escalate(database, SETTINGS, AT + HOUR) == []


def test_the_clock_of_an_answer_begins_when_it_was_sent(database: Connection, plan: Plan) -> None:
    """Made at AT, sent three minutes later: not passed on before AT + 8 min."""
    made = called(database, plan, [streets(plan)[0].key])
    step(database, made.calls[0], "tried", "sent", at=AT + 3 * MINUTE)
    assert escalate(database, SETTINGS, AT + 7 * MINUTE) == []
    assert len(escalate(database, SETTINGS, AT + 8 * MINUTE)) == 1


def test_all_orders_of_a_call_go_on_as_one(database: Connection, plan: Plan) -> None:
    """Two turer of a silent vehicle go to the next as one call, which follows it; an acknowledged one stays."""
    turer = of_one(plan)[:2]
    made = called(database, plan, [item.key for item in turer])
    step(database, made.calls[0], "tried", "sent")
    (passed,) = escalate(database, SETTINGS, AT + 5 * MINUTE)
    assert set(passed.orders) == set(made.orders)
    call = calls.call(database, passed.call_id or "")
    assert call is not None
    assert (call.vehicle, call.follows, set(call.orders)) == ("P07", made.calls[0], set(made.orders))
    assert stands(database, made.calls[0]) == "unanswered"
    step(database, call.id, "tried", "sent", at=AT + 5 * MINUTE)
    said(database, SETTINGS, OrderWord(call.orders[0], "acknowledged", "P07"), AT + 6 * MINUTE)
    assert stands(database, call.id) == "sent"
    (on,) = escalate(database, SETTINGS, AT + 10 * MINUTE)
    assert on.orders == (call.orders[1],)


def test_a_late_yes_of_who_was_passed_over_is_seen_and_changes_no_order(database: Connection, plan: Plan) -> None:
    order, vehicle = sent(database, plan)
    call = calls.newest_about(database, [order])[order]
    escalate(database, SETTINGS, AT + 5 * MINUTE)
    sent_on(database, AT + 5 * MINUTE)
    step(database, call, "acknowledged", at=AT + 6 * MINUTE, who=vehicle)
    assert held(database, order) == ("P07", "sent")
    rows = {row.vehicle: row for row in board_of(database, SETTINGS, FixedClock(AT + 6 * MINUTE)).rows}
    assert (rows[vehicle].word, rows[vehicle].needs, rows[vehicle].acts) == ("late_yes", True, ("stop",))
    stop(database, SETTINGS, FixedClock(AT + 7 * MINUTE), call, WHO)
    assert held(database, order) == ("P07", "sent")
    assert messages(database, order)[-1][-1].startswith(f"Stoppad, {vehicle}")


def test_rang_is_by_their_word_and_can_be_taken_back(database: Connection, plan: Plan) -> None:
    """Of all turer of the call; nobody was told by a channel."""
    calls.replace_lists(database, [CallOut("street", 1, "P08", "Jour 1", "radio", "kanal 3")])
    turer = of_one(plan)[:2]
    made = call_out(database, SETTINGS, CLOCK, plan.id, [item.key for item in turer], WHO)
    assert stands(database, made.calls[0]) == "by_hand"
    rang(database, made.calls[0], WHO, AT + MINUTE)
    assert [kinds(database, order) for order in made.orders] == [["decided", "sent", "acknowledged"]] * 2
    assert {orders.events(database, order)[-1].who for order in made.orders} == {WHO}
    row = board_of(database, SETTINGS, FixedClock(AT + MINUTE)).rows[0]
    assert (row.word, row.by_dispatcher, row.needs) == ("acknowledged", True, False)
    undo(database, made.orders[1], WHO, AT + 2 * MINUTE)
    assert [held(database, order)[1] for order in made.orders] == ["decided", "decided"]
    assert stands(database, made.calls[0]) == "by_hand"


def test_a_drivers_no_goes_on_at_once(database: Connection, plan: Plan) -> None:
    order, vehicle = sent(database, plan)
    call = calls.newest_about(database, [order])[order]
    passed = cannot(database, SETTINGS, call, vehicle, AT + MINUTE, "fordonet startar inte")
    assert passed is not None
    assert held(database, order) == ("P07", "sent")
    row = next(r for r in board_of(database, SETTINGS, FixedClock(AT + MINUTE)).rows if r.vehicle == "P07")
    assert row.instead_of is not None
    assert (row.instead_of.vehicle, row.instead_of.refused) == (vehicle, True)


def test_a_no_that_a_channel_brings_goes_on_at_the_next_ring(database: Connection, plan: Plan) -> None:
    """However short the time since it was sent."""
    order, vehicle = sent(database, plan)
    call = calls.newest_about(database, [order])[order]
    step(database, call, "refused", at=AT + MINUTE, who=vehicle)
    assert [one.to.vehicle for one in escalate(database, SETTINGS, AT + MINUTE) if one.to] == ["P07"]
    assert escalate(database, SETTINGS, AT + MINUTE) == []


def test_a_no_of_the_last_one_waits_for_a_person(database: Connection, plan: Plan) -> None:
    vehicle = streets(plan)[0].vehicle or ""
    listed(database, vehicle)
    order, _ = sent(database, plan)
    call = calls.newest_about(database, [order])[order]
    passed = cannot(database, SETTINGS, call, vehicle, AT + MINUTE)
    assert passed is not None
    assert passed.to is None
    assert held(database, order) == (vehicle, "unanswered")
    (row,) = board_of(database, SETTINGS, FixedClock(AT + MINUTE)).rows
    assert (row.needs, row.next, "rang" in row.acts) == (True, None, True)
    rang(database, call, WHO, AT + 2 * MINUTE)
    assert held(database, order) == (vehicle, "acknowledged")


def test_stopping_tells_who_has_heard_of_it(database: Connection, plan: Plan) -> None:
    """A call of its own, which can be taken back until it leaves: then all stands as before."""
    order, vehicle = sent(database, plan)
    call = calls.newest_about(database, [order])[order]
    clock = FixedClock(AT + MINUTE)
    telling = stop(database, SETTINGS, clock, call, WHO)
    assert telling is not None
    assert (held(database, order), stands(database, call)) == ((vehicle, "aborted"), "stopped")
    row = board_of(database, SETTINGS, clock).rows[0]
    assert (row.kind, row.word, row.vehicle) == ("stop", "stopped", vehicle)
    undo(database, order, WHO, AT + MINUTE)
    assert (held(database, order), stands(database, call)) == ((vehicle, "sent"), "sent")
    assert stands(database, telling) == "withdrawn"
    telling = stop(database, SETTINGS, clock, call, WHO)
    step(database, telling or "", "tried", "sent", at=AT + MINUTE)
    with pytest.raises(Conflict, match="cannot be taken back"):
        undo(database, order, WHO, AT + 2 * MINUTE)


def test_stopping_what_has_not_left_takes_it_back(database: Connection, plan: Plan) -> None:
    made = called(database, plan, [streets(plan)[0].key])
    assert stop(database, SETTINGS, CLOCK, made.calls[0], WHO) is None
    assert (stands(database, made.calls[0]), orders.orders(database, AT)) == ("withdrawn", ())


def test_again_and_to_the_next_by_hand(database: Connection, plan: Plan) -> None:
    """What did not arrive is called once more, then passed on; both can be taken back until they leave."""
    made = called(database, plan, [streets(plan)[0].key])
    (call,), (order,), vehicle = made.calls, made.orders, streets(plan)[0].vehicle
    with pytest.raises(Conflict):
        again(database, SETTINGS, CLOCK, call, WHO)
    step(database, call, "tried", "failed")
    later = FixedClock(AT + MINUTE)
    once_more = again(database, SETTINGS, later, call, WHO)
    step(database, once_more, "tried", "unsure", at=AT + MINUTE)
    passed = to_next(database, SETTINGS, FixedClock(AT + 2 * MINUTE), once_more, WHO)
    assert held(database, order) == ("P07", "decided")
    assert stands(database, once_more) == "unanswered"
    withdraw(database, [passed], WHO, AT + 2 * MINUTE)
    assert (held(database, order), stands(database, once_more)) == ((vehicle, "decided"), "unsure")
    listed(database, vehicle or "")
    with pytest.raises(Conflict, match="nobody is left"):
        to_next(database, SETTINGS, FixedClock(AT + 3 * MINUTE), once_more, WHO)
    assert stands(database, once_more) == "unsure"


def test_an_answer_to_the_first_message_answers_the_one_that_was_sent_again(database: Connection, plan: Plan) -> None:
    made = called(database, plan, [streets(plan)[0].key])
    (call,), (order,), vehicle = made.calls, made.orders, streets(plan)[0].vehicle or ""
    step(database, call, "tried", "unsure")
    once_more = again(database, SETTINGS, FixedClock(AT + MINUTE), call, WHO)
    step(database, call, "acknowledged", at=AT + MINUTE, who=vehicle)
    assert held(database, order) == (vehicle, "acknowledged")
    assert stands(database, once_more) == "acknowledged"


def test_told_by_other_means_is_a_call_by_hand(database: Connection, plan: Plan) -> None:
    """No message leaves, and its answer is awaited like any other; while a call is about to leave it is refused."""
    (order,) = decide(database, plan.id, [streets(plan)[0].key], WHO, AT)
    told(database, SETTINGS, order, WHO, AT)
    (call,) = calls.calls_since(database, AT)
    assert (call.channel, call.state, held(database, order)[1]) == ("by_hand", "sent", "sent")
    assert orders.events(database, order)[-1].who == WHO
    undo(database, order, WHO, AT + MINUTE)
    assert held(database, order)[1] == "decided"
    called(database, plan, [streets(plan)[0].key], AT + MINUTE)
    with pytest.raises(Conflict, match="leaves in a moment"):
        told(database, SETTINGS, order, WHO, AT + MINUTE)


def test_an_order_that_ends_before_its_call_left_is_not_called(database: Connection, plan: Plan) -> None:
    """The other turer of the call still are."""
    turer = of_one(plan)[:2]
    made = called(database, plan, [item.key for item in turer])
    said(database, SETTINGS, OrderWord(made.orders[0], "aborted", WHO), AT)
    assert stands(database, made.calls[0]) == "withdrawn"
    waiting = [c for c in calls.calls_since(database, AT) if c.state == "made"]
    assert [c.orders for c in waiting] == [(made.orders[1],)]


def test_what_a_channel_took_is_not_undone(database: Connection, plan: Plan) -> None:
    order, _ = sent(database, plan)
    with pytest.raises(Conflict, match="cannot be taken back"):
        undo(database, order, WHO, AT + MINUTE)


def test_done_that_is_taken_back_takes_what_it_noted(database: Connection, plan: Plan) -> None:
    """Its streets are not treated any more, but for the one that was said to be done before; ten minutes later it
    stays."""
    item = streets(plan)[0]
    (order,) = decide(database, plan.id, [item.key], WHO, AT)
    add_event(database, order, "started", WHO, AT)
    first = item.segments[0].id  # type: ignore[union-attr, index]
    add_event(database, order, "segment_done", WHO, AT + MINUTE, segment=first)
    add_event(database, order, "done", WHO, AT + 2 * MINUTE)
    assert len(facts.treatments(database, AT - HOUR)) == len(item.segments)  # type: ignore[arg-type]
    history = steps.undo(database, order, WHO, AT + 5 * MINUTE)
    assert [event.kind for event in history][-2:] == ["segment_done", "undone"]
    assert {row.segment for row in facts.treatments(database, AT - HOUR)} == {first}
    assert held(database, order)[1] == "started"
    add_event(database, order, "done", WHO, AT + 6 * MINUTE)
    with pytest.raises(Conflict, match="more than 10 minutes old"):
        steps.undo(database, order, WHO, AT + 17 * MINUTE)


def test_a_round_that_is_taken_back_was_not_emptied(database: Connection) -> None:
    """Each vessel was emptied when it was before."""
    town.fill(database)
    waste = town.publish(database, "waste")
    before = {vessel.id: vessel.last_emptied for vessel in facts.vessels(database)}
    (order,) = decide(database, waste.id, [waste.interventions[0].key], WHO, town.AT)
    add_event(database, order, "started", WHO, town.AT)
    add_event(database, order, "done", WHO, town.AT + HOUR)
    assert {vessel.id: vessel.last_emptied for vessel in facts.vessels(database)} != before
    steps.undo(database, order, WHO, town.AT + HOUR)
    assert {vessel.id: vessel.last_emptied for vessel in facts.vessels(database)} == before


def test_what_somebody_only_said_stays_so(database: Connection, plan: Plan) -> None:
    """A dispatcher's end without a position; with one, or by a driver, it was seen."""
    for n, (who, seen) in enumerate(((WHO, False), (WHO, True), ("P01", False))):
        item = streets(plan)[n]
        (order,) = decide(database, plan.id, [item.key], WHO, AT)
        add_event(database, order, "started", who, AT)
        if seen:
            positions.add(database, [(Position(item.vehicle or "", AT + MINUTE, 14.8, 56.8), AT)])
        add_event(database, order, "done", who, AT + 2 * MINUTE)
        heard = orders.heard_of(database, order)
        kept = [event.kind for event in steps.only_said(orders.events(database, order), heard=heard)]
        assert kept == (["started", "done"] if who == WHO and not seen else []), (who, seen)


def test_the_sheet_says_what_needs_a_look_and_that_first(database: Connection, plan: Plan) -> None:
    """Silent tonight, on no list, and as usual; nothing is written."""
    _, vehicle = sent(database, plan)
    escalate(database, SETTINGS, AT + 5 * MINUTE)
    rest = [item for item in streets(plan) if item.key != orders.orders(database, AT)[0].key]
    mine = next(item for item in rest if item.vehicle == vehicle)
    cycle = next(item for item in plan.interventions if item.network == "cycle")
    other = next(item for item in rest if item.vehicle != vehicle)
    before = len(calls.calls_since(database, AT))
    sheet = sheet_of(database, SETTINGS, AT + 6 * MINUTE, plan.id, [other.key, mine.key, cycle.key])
    looks = {line.vehicle: [look.kind for look in line.looks] for line in sheet.lines}
    assert "silent" in looks[vehicle]
    assert looks[cycle.vehicle] == ["no_list"]
    assert looks[other.vehicle] == []
    assert sheet.lines[-1].vehicle == other.vehicle
    assert (sheet.vehicles, sheet.turer, sheet.machine, sheet.by_hand) == (3, 3, 2, 1)
    assert len(calls.calls_since(database, AT)) == before


def test_the_board_stands_in_its_order_and_counts(database: Connection, plan: Plan) -> None:
    """First who must be rung, then who is waited for with the next and the time, then who has answered."""
    first, *others = streets(plan)
    other = next(item for item in others if item.vehicle != first.vehicle)
    cycle = next(item for item in plan.interventions if item.network == "cycle")
    made = called(database, plan, [first.key, other.key, cycle.key])
    clock = FixedClock(AT + timedelta(seconds=3))
    board = board_of(database, SETTINGS, clock)
    assert board.undo is not None
    assert (board.undo.kind, board.undo.seconds, set(board.undo.ids)) == ("withdraw", 5.0, set(made.calls))
    assert {row.word for row in board.rows} == {"leaves", "by_hand"}
    sent_on(database, AT + UNDO)
    by_vehicle = {c.vehicle: c.id for c in calls.calls_since(database, AT)}
    step(database, by_vehicle[other.vehicle or ""], "acknowledged", at=AT + MINUTE, who=other.vehicle or "")
    board = board_of(database, SETTINGS, FixedClock(AT + 2 * MINUTE))
    assert [row.vehicle for row in board.rows] == [cycle.vehicle, first.vehicle, other.vehicle]
    assert [row.place for row in board.rows] == ["hand", "waiting", "changed"]
    waiting = board.rows[1]
    assert waiting.next is not None
    assert (waiting.next.vehicle, waiting.next.seconds) == ("P07", 3 * 60.0 + 8.0)
    counts = board.counts
    assert (counts.vehicles, counts.turer, counts.by_hand, counts.waiting, counts.acknowledged) == (3, 3, 1, 1, 1)
    assert counts.needs == 1
    assert board.receipt is not None
    assert (board.receipt.kind, board.receipt.vehicle) == ("acknowledged", other.vehicle)
    assert board.undo is None


def test_an_unknown_call_is_not_found(database: Connection) -> None:
    with pytest.raises(NotFound, match="no call"):
        happened(database, CallEvent("00000000-0000-0000-0000-000000000000", "sent", AT, "dagsplan"))


def test_what_is_given_to_a_vehicle_begins_after_what_it_has(database: Connection, plan: Plan) -> None:
    """The sheet says so, with the start moved, and the driver is told that start."""
    first, other = of_one(plan)[0], next(i for i in streets(plan) if i.vehicle != of_one(plan)[0].vehicle)
    assert first.ready_by is not None
    assert first.starts_at is not None
    same = msgspec.structs.replace(other, starts_at=first.starts_at, ready_by=first.ready_by, deadline=first.ready_by)
    items = tuple(same if item.key == other.key else item for item in plan.interventions)
    new = msgspec.structs.replace(plan, interventions=items, inputs_hash="1" * 64)
    live = publish(database, new, AT)
    vehicle = first.vehicle or ""
    called(database, live, [first.key])
    chosen = {other.key: vehicle}
    (line,) = sheet_of(database, SETTINGS, AT, live.id, [other.key], vehicles=chosen).lines
    assert (line.vehicle, line.starts_at) == (vehicle, first.ready_by)
    assert line.ready_by == first.ready_by + (first.ready_by - first.starts_at)
    assert [(look.kind, look.at, look.what) for look in line.looks] == [("after", first.ready_by, first.target)]
    made = call_out(database, SETTINGS, CLOCK, live.id, [other.key], WHO, chosen)
    call = calls.call(database, made.calls[0])
    assert call is not None
    clock = first.ready_by.astimezone(SETTINGS.municipality.zone)
    assert f"{clock:%H.%M}" in call.text
    assert f"{first.starts_at.astimezone(SETTINGS.municipality.zone):%H.%M}" not in call.text


def test_a_second_call_to_a_vehicle_hides_no_tur_of_the_first(database: Connection, plan: Plan) -> None:
    """Both are on the board until they are done, each can be stopped, and each is counted."""
    first, second = of_one(plan)[:2]
    for item, at in ((first, AT), (second, AT + MINUTE)):
        made = called(database, plan, [item.key], at)
        step(database, made.calls[0], "tried", "sent", "acknowledged", at=at)
    found = board_of(database, SETTINGS, FixedClock(AT + HOUR))
    assert sorted(tur.key for row in found.rows for tur in row.turer) == sorted([first.key, second.key])
    assert ["stop" in row.acts for row in found.rows] == [True, True]
    assert (found.counts.vehicles, found.counts.acknowledged) == (1, 2)
    (order,) = (tur.order_id for row in found.rows for tur in row.turer if tur.key == first.key)
    for kind in ("started", "done"):
        add_event(database, order, kind, WHO, AT + HOUR)  # type: ignore[arg-type]
    assert [row.turer[0].key for row in board_of(database, SETTINGS, FixedClock(AT + HOUR)).rows] == [second.key]


def test_a_no_after_a_yes_is_a_no_until_another_has_the_tur(database: Connection, plan: Plan) -> None:
    """Then the row is as old as its yes, and nothing waits there."""
    first, second = of_one(plan)[:2]
    made = called(database, plan, [first.key, second.key])
    step(database, made.calls[0], "tried", "sent", "acknowledged", at=AT + MINUTE)
    orders_of = {order.key: order.id for order in orders.orders(database, AT)}
    said(database, SETTINGS, OrderWord(orders_of[second.key], "refused", WHO), AT + 9 * MINUTE)
    found = board_of(database, SETTINGS, FixedClock(AT + 10 * MINUTE))
    assert [(row.word, row.needs, row.state_at) for row in found.rows] == [("refused", True, AT + 9 * MINUTE)]
    assert (found.counts.acknowledged, found.counts.refused) == (0, 1)
    call_out(database, SETTINGS, FixedClock(AT + 11 * MINUTE), plan.id, [second.key], WHO, {second.key: "P08"})
    rows = {row.vehicle: row for row in board_of(database, SETTINGS, FixedClock(AT + 12 * MINUTE)).rows}
    row = rows[first.vehicle or ""]
    assert (row.word, row.needs, row.state_at) == ("acknowledged", False, AT + MINUTE)


def test_a_no_to_all_of_a_call_is_a_no(database: Connection, plan: Plan) -> None:
    """And not a stop, for which somebody would look for who stopped it."""
    order, _ = sent(database, plan)
    said(database, SETTINGS, OrderWord(order, "refused", WHO), AT + MINUTE)
    (row,) = board_of(database, SETTINGS, FixedClock(AT + 2 * MINUTE)).rows
    assert (row.word, row.needs) == ("refused", True)


@pytest.mark.parametrize("let_go", ["declined", "not asked for"])
def test_a_no_to_what_is_not_to_be_driven_any_more_needs_nobody(database: Connection, plan: Plan, let_go: str) -> None:
    """It still is a no."""
    order, _ = sent(database, plan)
    said(database, SETTINGS, OrderWord(order, "refused", WHO), AT + MINUTE)
    key = streets(plan)[0].key
    if let_go == "declined":
        steps.decline(database, plan, [key], "practice", WHO, AT + MINUTE, "")
    else:
        rest = tuple(item for item in plan.interventions if item.key != key)
        publish(database, msgspec.structs.replace(plan, interventions=rest, inputs_hash="less"), AT + MINUTE)
    (row,) = board_of(database, SETTINGS, FixedClock(AT + 2 * MINUTE)).rows
    assert (row.word, row.needs) == ("refused", False)
