"""Every tur is counted once, whatever its plans, orders, calls and declines say; and the numbers add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.manning import Absence
from city.plan import Intervention, Plan, Verdict
from city.vocabulary import CallState, OrderState
from planner.night.progress import Progress
from planner.night.standing import NEEDS, OUT, Standing, standing

AT = datetime(2026, 1, 12, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORDER_STATES: tuple[OrderState, ...] = (
    *("decided", "sent", "acknowledged", "unanswered", "refused", "started", "aborted", "done"),
)
CALL_STATES: tuple[CallState, ...] = (
    *("made", "withdrawn", "tried", "waits", "sent", "delivered", "failed", "unsure", "by_hand"),
    *("acknowledged", "refused", "unanswered", "stopped"),
)


@dataclass(frozen=True)
class Order:
    """An order as far as a standing asks."""

    id: str
    key: str
    target: str
    state: OrderState
    vehicle: str | None = "P01"


def item(target: str, run: int = 1, **more: Any) -> Intervention:
    key = f"snow:{target}:2026-01-12:{run}"
    given: dict[str, Any] = {
        "kind": "plough",
        "vehicle": "P01",
        "starts_at": AT + HOUR,
        "ready_by": AT + 2 * HOUR,
        "deadline": AT + 3 * HOUR,
    }
    return Intervention(
        id=key, key=key, target=target, title=target, priority=1, score=0.0, reasons=(), flip="", flip_en="",
        **(given | more),
    )  # fmt: skip


def plan(*items: Intervention) -> Plan:
    return Plan(
        id="p", domain="snow", service_day=date(2026, 1, 12), slot="03:00", mode="assist", simulated=True,
        created_at=AT,
        valid_from=AT, valid_to=AT + 24 * HOUR, version=1, supersedes=None, inputs_hash="", degradations=(),
        verdict=Verdict(go=True, text="", text_en="", certainty="high"), interventions=items, totals={},
    )  # fmt: skip


def order(target: str, state: OrderState, run: int = 1) -> Order:
    key = f"snow:{target}:2026-01-12:{run}"
    return Order(f"o-{key}", key, target, state)


def stands(*items: Intervention, orders: tuple[Order, ...] = (), **more: Any) -> Standing:
    return standing(plan(*items), orders, AT, of=10, **more)


def test_a_proposal_waits_to_be_called_out() -> None:
    """Nobody is out before somebody was called."""
    found = stands(item("P1-1"), item("P2-1"))
    assert (found.to_send, found.waiting, found.out, found.begun, found.not_needed) == (2, 2, 0, False, 8)
    assert found.next_start == AT + HOUR


def test_what_is_decided_and_not_sent_waits_for_the_reader() -> None:
    """An order alone calls nobody."""
    found = stands(item("P1-1"), orders=(order("P1-1", "decided"),))
    assert (found.to_send, found.waiting, found.called_out) == (1, 1, 0)


def test_a_message_that_has_not_left_waits_for_nobody_and_is_not_called_out() -> None:
    """Until its channel takes it; what is uncertain waits for a person again."""
    decided = order("P1-1", "decided")
    leaving = stands(item("P1-1"), orders=(decided,), calls={decided.id: "made"})
    assert (leaving.count("leaving"), leaving.waiting, leaving.called_out) == (1, 0, 0)
    for state in ("failed", "unsure", "by_hand"):
        found = stands(item("P1-1"), orders=(decided,), calls={decided.id: state})
        assert (found.count(state), found.waiting) == (1, 1)


def test_a_decline_waits_for_nobody_and_an_order_that_goes_overrules_it() -> None:
    """What was turned down is neither to be sent nor not needed."""
    key = item("P1-1").key
    assert stands(item("P1-1"), declined=[key]).counts == {"declined": 1, "not_needed": 9}
    assert stands(item("P1-1"), orders=(order("P1-1", "sent"),), declined=[key]).count("called") == 1
    assert stands(item("P1-1"), orders=(order("P1-1", "refused"),), declined=[key]).count("declined") == 1


@pytest.mark.parametrize("state", ["sent", "acknowledged", "unanswered"])
def test_who_was_called_and_has_no_vehicle_any_more_waits_for_the_reader(state: OrderState) -> None:
    """P01 breaks down for the time of the work: whatever its driver said, nobody drives it. Later it may."""
    broken = (Absence("P01", AT, AT + 5 * HOUR),)
    found = stands(item("P1-1"), orders=(order("P1-1", state),), absences=broken)
    assert (found.count("vehicle_out"), found.waiting, found.out, found.ready_at) == (1, 1, 0, None)
    before = stands(item("P1-1"), orders=(order("P1-1", state),), absences=(Absence("P01", AT, AT + HOUR / 2),))
    assert before.count("vehicle_out") == 0
    other = stands(item("P1-1"), orders=(order("P1-1", state),), absences=(Absence("P02", AT, AT + 5 * HOUR),))
    assert other.count("vehicle_out") == 0


def test_who_is_under_way_is_not_taken_off_the_road() -> None:
    broken = (Absence("P01", AT, AT + 5 * HOUR),)
    assert stands(item("P1-1"), orders=(order("P1-1", "started"),), absences=broken).count("running") == 1


def test_the_second_run_is_not_a_second_tur() -> None:
    """Its first is under way: one tur out, and something of it waits."""
    found = stands(item("P1-1"), item("P1-1", run=2), orders=(order("P1-1", "started"),))
    assert (found.asked, found.out, found.to_send, found.second_runs) == (1, 1, 1, 1)


def test_what_runs_or_was_driven_counts_though_the_plan_holds_it_no_more() -> None:
    """A tur that is done is not one that is not needed."""
    found = stands(item("P1-1"), orders=(order("C1-2", "started"), order("P3-1", "done"), order("P3-2", "aborted")))
    assert found.counts == {"to_send": 1, "running": 1, "done": 1, "not_needed": 7}


def test_who_is_needed_and_has_no_vehicle_is_counted_once() -> None:
    """Though the plan may hold another run of it."""
    found = stands(item("P1-1"), no_vehicle=["P3-1", "P1-1"])
    assert found.counts == {"to_send": 1, "no_vehicle": 1, "not_needed": 8}


def test_lateness_follows_what_is_driven() -> None:
    """Ready after its deadline by its own pace, not by the plan's."""
    out = order("P1-1", "started")
    far = Progress("started", "live", 3, 0.4, ready_at=AT + 4 * HOUR)
    found = stands(item("P1-1"), orders=(out,), progress={out.id: far})
    assert [(run.target, run.late_s) for run in found.late] == [("P1-1", 3600.0)]
    assert found.ready_at == AT + 4 * HOUR


def test_a_building_that_is_approved_is_on_its_way() -> None:
    """Nobody is called out for its set-points."""
    found = standing(plan(item("A")), (order("A", "decided"),), AT, by_call=False)
    assert (found.count("acknowledged"), found.waiting) == (1, 0)


TARGETS = st.sampled_from([f"P1-{n}" for n in range(6)])
KEYED = st.tuples(TARGETS, st.integers(1, 3))


@given(
    st.lists(KEYED, unique=True),
    st.dictionaries(KEYED, st.sampled_from(ORDER_STATES)),
    st.dictionaries(KEYED, st.sampled_from(CALL_STATES)),
    st.sets(KEYED),
    st.sets(TARGETS),
)
def test_the_numbers_add_up_whatever_happened(asked, ordered, called, turned_down, stuck):  # type: ignore[no-untyped-def]
    """All turer stand in one state each; what waits, is out or is called out never exceeds them."""
    orders = tuple(order(target, state, run) for (target, run), state in ordered.items())
    calls = {order(target, "sent", run).id: state for (target, run), state in called.items()}
    declined = [item(*key).key for key in turned_down]
    found = stands(
        *(item(*key) for key in asked), orders=orders, calls=calls, declined=declined, no_vehicle=sorted(stuck)
    )
    assert sum(found.counts.values()) == found.of == 10
    assert found.out <= found.called_out <= found.asked
    assert found.waiting <= found.asked
    assert found.waiting >= found.count(*NEEDS)
    assert (found.waiting == 0) == (not any(run.state in NEEDS for run in found.runs))
    assert found.out == sum(run.state in OUT for run in found.turer.values())


def test_two_turer_of_one_vehicle_are_driven_one_after_the_other() -> None:
    """However they were planned: the second waits for the first, and who is late by that is said to be."""
    orders = (order("P1-1", "acknowledged"), order("P2-1", "acknowledged"))
    found = stands(item("P1-1"), item("P2-1", deadline=AT + 2.5 * HOUR), orders=orders)
    assert found.ready_at == AT + 3 * HOUR
    assert [(run.target, run.after, run.starts_at) for run in found.waits_for_vehicle] == [
        ("P2-1", "P1-1", AT + 2 * HOUR)
    ]
    assert [run.target for run in found.late] == ["P2-1"]


def test_what_waits_for_who_drives_begins_when_that_is_done() -> None:
    """Whichever was planned first."""
    later = item("P2-1", starts_at=AT - HOUR, ready_by=AT + HOUR)
    orders = (order("P1-1", "acknowledged"), order("P2-1", "started"))
    found = stands(item("P1-1", starts_at=AT + HOUR / 2, ready_by=AT + HOUR), later, orders=orders)
    assert [(run.target, run.starts_at) for run in found.waits_for_vehicle] == [("P1-1", AT + HOUR)]


def test_what_is_late_waits_its_turn_once() -> None:
    """P01 is out until 05.30, and two more should have begun by now, at 05.00: each takes the hour that it was planned
    to, however late it is."""
    now, at_4 = AT + 3 * HOUR, AT + 2 * HOUR
    turer = (
        item("P1-1", starts_at=at_4 - HOUR, ready_by=now),
        item("P2-1", starts_at=at_4, ready_by=at_4 + HOUR),
        item("P3-1", starts_at=at_4 + HOUR / 2, ready_by=at_4 + 1.5 * HOUR),
    )
    out = order("P1-1", "started")
    orders = (out, order("P2-1", "acknowledged"), order("P3-1", "sent"))
    far = {out.id: Progress("started", "live", 3, 0.8, ready_at=now + HOUR / 2)}
    found = standing(plan(*turer), orders, now, progress=far)
    assert [(run.target, run.after, run.starts_at, run.ready_at) for run in found.waits_for_vehicle] == [
        ("P2-1", "P1-1", now + 0.5 * HOUR, now + 1.5 * HOUR),
        ("P3-1", "P2-1", now + 1.5 * HOUR, now + 2.5 * HOUR),
    ]


def test_what_is_only_late_waits_for_nobody() -> None:
    """Its vehicle has nothing before it: it keeps its planned start, and what follows waits until it can be done."""
    now = AT + 2 * HOUR
    turer = (item("P1-1"), item("P2-1", starts_at=AT + 1.5 * HOUR, ready_by=AT + 2 * HOUR))
    orders = (order("P1-1", "acknowledged"), order("P2-1", "acknowledged"))
    found = standing(plan(*turer), orders, now)
    assert [(run.target, run.starts_at, run.ready_at) for run in found.runs] == [
        ("P1-1", AT + HOUR, AT + 3 * HOUR),
        ("P2-1", AT + 3 * HOUR, AT + 3.5 * HOUR),
    ]
