"""Where a forecast did not hold is told by streets that nobody has worked on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from city.entities import GivenOrder
from city.vocabulary import OrderState
from planner.services import make_plan
from planner.snow.watch import driven_since
from tests.unit.planner.snapshots import AT, snow_snapshot

PLAN = make_plan(snow_snapshot())


@pytest.mark.parametrize(
    ("state", "minutes", "counts"),
    [("started", -40, True), ("started", 5, True), ("done", 5, True), ("done", -40, False), ("acknowledged", 5, False)],
)
def test_a_tur_that_is_being_driven_is_driven_whenever_it_began(state: OrderState, minutes: int, counts: bool) -> None:
    """Begun before the plan was made, it clears streets while the plan holds."""
    order = GivenOrder(
        "o", "p", "snow", "snow:P1-1:2026-11-23:1", "P1-1", state, "P01", AT + timedelta(minutes=minutes)
    )
    assert (driven_since([order], PLAN) == {"P1-1"}) is counts
