"""From the call to the wheel: no proposal begins before its vehicle can roll, and each says when to ring at the
latest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.catalogue.words import words
from city.entities import GivenOrder
from city.plan import Plan
from city.totals import SnowTotals, totals_of
from city.vocabulary import OrderState
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from planner.words.terminal import readable
from tests.unit.planner.snapshots import AT, HOUR, ahead, depth, limits_with, snow_snapshot, threshold

MINUTE = timedelta(minutes=1)


def night(lead: float | None = None, cycle: float | None = None, **parts: Any) -> SnowSnapshot:
    """Snow over every limit; the lead of all networks and that of the cycle ways in minutes, else the seed's 30."""
    rows = [threshold("snow.call_lead_min", "*", 30.0 if lead is None else lead)]
    rows += [] if cycle is None else [threshold("snow.call_lead_min", "cycle", cycle)]
    return snow_snapshot(**({"readings": (depth(30.0),)} | parts), thresholds=limits_with(*rows))


def ordered(plan: Plan, state: OrderState, vehicle: str) -> dict[str, Any]:
    """One tur of a plan with a vehicle, as an order in a state."""
    item = next(item for item in plan.interventions if item.vehicle == vehicle)
    started = AT if state in {"started", "done"} else None
    order = GivenOrder("o", "p", "snow", item.key, item.target, state, vehicle, AT, item.ready_by, started)
    return {"orders": (order,), "running": () if state == "done" else (item,)}


def of_vehicle(snapshot: SnowSnapshot, vehicle: str) -> list[Any]:
    held = {item.key for item in snapshot.running}
    return [i for i in make_plan(snapshot).interventions if i.vehicle == vehicle and i.key not in held]


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 120),
    st.integers(0, 59),
    st.sampled_from([None, "sent", "acknowledged", "started", "done"]),
    st.sampled_from([3.5, 9.0, 30.0]),
)
def test_nothing_begins_before_its_vehicle_can_roll(
    lead: int, second: int, state: OrderState | None, cm: float
) -> None:
    """Whatever the hour, the snow and who is out."""
    base = night(lead, readings=(depth(cm),), at=AT + timedelta(seconds=second))
    plans = make_plan(base)
    vehicles = {item.vehicle for item in plans.interventions}
    if state is not None and "P01" in vehicles:
        base = replace(base, **ordered(plans, state, "P01"))
    out = {order.vehicle for order in base.orders if order.state in {"acknowledged", "started"}}
    held = {item.key for item in base.running}
    for item in make_plan(base).interventions:
        if item.key not in held and item.vehicle not in out:
            assert item.starts_at is not None
            assert item.starts_at >= base.at.replace(second=0) + lead * MINUTE
            assert lead == 0 or item.starts_at >= base.at + lead * MINUTE


def test_all_at_once_where_the_lead_is_nothing() -> None:
    assert min(item.starts_at for item in make_plan(night(0.0)).interventions if item.starts_at) == AT


def test_each_network_has_its_own() -> None:
    begun = {i.vehicle: i.starts_at for i in reversed(make_plan(night(45.0, cycle=10.0)).interventions)}
    assert begun["G01"] == AT + 10 * MINUTE
    assert min(begun["P01"], begun["P02"]) == AT + 45 * MINUTE  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("state", "waits"), [("started", False), ("acknowledged", False), ("sent", True), ("done", True)]
)
def test_who_is_at_the_wheel_needs_no_call(state: OrderState, waits: bool) -> None:
    """A cycle plough whose work is over in a minute: it goes on at once, or must be called first."""
    plan = make_plan(night(60.0))
    parts = ordered(plan, state, "G01")
    over = AT + MINUTE
    parts["running"] = tuple(
        msgspec.structs.replace(item, ready_by=over, target="C9-9", key="other", starts_at=AT)
        for item in parts["running"]
    )
    mine = of_vehicle(night(60.0, **parts), "G01")
    assert mine
    assert (min(item.starts_at for item in mine) >= AT + 60 * MINUTE) == waits
    assert all((item.call_by == item.latest_start) != waits for item in mine)


def test_the_latest_call_is_the_latest_start_less_the_lead() -> None:
    plan = make_plan(night(25.0))
    assert plan.interventions
    for item in plan.interventions:
        assert item.latest_start is not None
        assert item.call_by == item.latest_start - 25 * MINUTE
    assert plan.verdict.call_by == min(item.call_by for item in plan.interventions if item.call_by)


def test_a_tur_that_is_late_for_the_call_alone_says_so() -> None:
    """Three hours from call to wheel at 03.00: C1 is due at 06.00."""
    item = next(i for i in make_plan(night(180.0)).interventions if i.target.startswith("C1"))
    assert any("kallas fordonet ut nu" in reason.text for reason in item.reasons)
    held = make_plan(night(0.0)).interventions
    assert not any("kallas fordonet ut nu" in reason.text for item in held for reason in item.reasons)


def test_the_terminal_says_when_to_ring() -> None:
    plan = make_plan(night(25.0))
    at = plan.verdict.call_by
    assert at is not None
    said = readable(plan, night().zone, words("sv"))
    assert f"ring senast {at.astimezone(night().zone):%H.%M}" in said


def test_a_start_of_another_day_is_said_with_its_date() -> None:
    """Planned at 23.00, two hours to the wheel: the work begins after midnight."""
    parts = {"readings": (depth(30.0, age=-20 * HOUR),), "service_day": date(2026, 11, 24), "roster": ()}
    plan = make_plan(night(120.0, at=AT + 20 * HOUR, **parts))
    assert plan.verdict.text.startswith("Kör ut ons 25 nov kl. 01.00:")
    assert not make_plan(night()).verdict.text.startswith("Kör ut tis")


def test_the_next_nights_work_is_not_counted_as_this_mornings() -> None:
    """Cycle ways now, and snow for the streets from the evening on: the streets are the next service day's."""
    snapshot = night(readings=(depth(3.5),), forecasts=(ahead(-4.0, [0.0] * 16 + [2.0] * 6),))
    plan = make_plan(snapshot)
    totals = totals_of(plan, SnowTotals)
    noon = AT + 9 * HOUR
    late = {i.target for i in plan.interventions if i.starts_at and i.starts_at >= noon}
    early = {i.target for i in plan.interventions if i.starts_at and i.starts_at < noon}
    assert early
    assert late - early
    assert totals.turer_later == len(late - early)
    assert plan.verdict.clauses[0].text.startswith(f"Kör ut kl. 03.30: {len(early)} av ")
    assert any("till" in clause.text and "tis 24 nov" in clause.text for clause in plan.verdict.clauses)
