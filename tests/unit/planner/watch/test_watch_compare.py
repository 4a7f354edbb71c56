"""A draft is priced against what is left to drive, and says who is on the way and would be called back."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.draft import Difference
from city.entities import Contractor, GivenOrder, Vehicle
from city.plan import Intervention, Plan, Reason
from city.vocabulary import OrderState
from planner.service import Second
from planner.services import make_plan
from planner.snow.cost import cost_of
from planner.watch.compare import difference
from tests.unit.planner.snapshots import AT, snow_snapshot

STATES: tuple[OrderState, ...] = (
    *("decided", "sent", "acknowledged", "unanswered", "refused", "started", "aborted", "done"),
)
FLEET = tuple(Vehicle(f"P{i}", "snow", "dep", contractor=f"c{i % 3}") for i in range(4))
PRICES = tuple(Contractor(f"c{i}", f"C{i}", price, least_hours=least) for i, (price, least) in enumerate(
    ((900.0, 3.0), (1200.0, None), (None, 2.0))
))  # fmt: skip
TOWN = snow_snapshot(vehicles=FLEET, contractors=PRICES)
EMPTY = make_plan(TOWN)


def item(target: str, vehicle: str | None, minutes: float, run: int = 1) -> Intervention:
    return Intervention(
        id=target, key=f"snow:{target}:2026-11-23:{run}", kind="plough", target=target, title=target, priority=1,
        score=1.0, reasons=(Reason(text="skäl", text_en="reason"),), flip="", flip_en="", vehicle=vehicle,
        minutes=minutes,
    )  # fmt: skip


def plan(*items: Intervention) -> Plan:
    return msgspec.structs.replace(EMPTY, interventions=items)


def order(one: Intervention, state: OrderState) -> GivenOrder:
    return GivenOrder(one.key, "p", "snow", one.key, one.target, state, one.vehicle, AT)


def told(live: Plan, draft: Plan, *orders: GivenOrder) -> Difference:
    return difference(live, draft, orders, Second(draft, cost_of=partial(cost_of, TOWN)))


ITEMS = st.lists(
    st.builds(
        item,
        st.sampled_from([f"P1-{i}" for i in range(8)]),
        st.sampled_from([*(v.id for v in FLEET), "gone", None]),
        st.floats(0.0, 400.0),
        st.integers(1, 2),
    ),
    max_size=10,
    unique_by=lambda one: one.key,
)


@given(ITEMS, st.lists(st.sampled_from(STATES), min_size=10, max_size=10), st.data())
def test_the_price_of_a_change_has_the_sign_of_the_change(
    items: list[Intervention], states: list[OrderState], data: st.DataObject
) -> None:
    """Whatever is done, out or waiting: what only comes in never costs less, what only drops out never more."""
    live = [one for one in items if data.draw(st.booleans())]
    draft = [one for one in items if data.draw(st.booleans())]
    orders = [order(one, state) for one, state in zip(live, states, strict=False) if data.draw(st.booleans())]
    found = told(plan(*live), plan(*draft), *orders)
    if not found.dropped:
        assert found.cost >= 0.0
    if not found.added:
        assert found.cost <= 0.0
    if not found.added and not found.dropped:
        assert found.cost == 0.0


def test_what_is_done_is_no_saving() -> None:
    """Three turer driven and two more asked for: by whole plans two more came out cheaper."""
    done = [item(f"P1-{i}", "P1", 120.0) for i in range(3)]
    more = [item(f"P2-{i}", "P1", 60.0) for i in range(2)]
    found = told(plan(*done), plan(*more), *(order(one, "done") for one in done))
    assert [change.target for change in found.added] == ["P2-0", "P2-1"]
    assert found.cost == pytest.approx(2 * 1200.0)


def test_a_vehicle_that_goes_anyway_is_paid_its_least_hours_once() -> None:
    """P0 is paid for three hours at least: one more hour beside its one costs nothing, a vehicle of its own three."""
    stays = item("P1-1", "P0", 60.0)
    assert told(plan(stays), plan(stays, item("P1-2", "P0", 60.0))).cost == 0.0
    assert told(plan(stays), plan(stays, item("P1-2", "P3", 60.0))).cost == 3 * 900.0


@pytest.mark.parametrize("state", [*STATES, None])
def test_who_was_told_is_called_back(state: OrderState | None) -> None:
    """Out and done are not in it; of the others those that somebody was told of."""
    one = item("P1-1", "P1", 60.0)
    dropped = told(plan(one), plan(), *([order(one, state)] if state else [])).dropped
    assert [change.state for change in dropped] == ([] if state in {"started", "done"} else [state])
    assert [change.called_back for change in dropped if change.called_back] == (
        [True] if state in {"sent", "acknowledged", "unanswered"} else []
    )


def test_the_newest_order_of_a_tur_says_how_it_stands() -> None:
    """Aborted once and called out again: on the way."""
    one = item("P1-1", "P1", 60.0)
    found = told(plan(one), plan(), order(one, "aborted"), order(one, "acknowledged"))
    assert [(change.state, change.called_back) for change in found.dropped] == [("acknowledged", True)]


def test_a_tur_that_goes_to_another_vehicle_names_the_one_before() -> None:
    found = told(plan(item("P1-1", "P1", 60.0)), plan(item("P1-1", "P2", 60.0, run=2), item("P1-2", "P2", 60.0)))
    assert [(change.target, change.vehicle_before) for change in found.added] == [("P1-1", "P1"), ("P1-2", None)]
