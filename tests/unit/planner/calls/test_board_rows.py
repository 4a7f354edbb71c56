"""What stands beside the board's rows."""

from __future__ import annotations

from city.entities import OrderEvent
from planner.calls.rows import NightCalls, board
from tests.unit.planner.snapshots import AT


def test_a_step_of_another_service_is_no_receipt_of_this_board() -> None:
    """An order that none of the board's turer is of was decided: nothing is said of it, and nothing without a name."""
    decided = OrderEvent("o-1", "decided", AT, "dispatcher")
    assert board(NightCalls(steps={"o-1": [decided]}), AT).receipt is None
