"""What is needed and has no vehicle: tonight, later tonight, the next night, or not any more when one can be there."""

from __future__ import annotations

from typing import Any

from city.entities import GivenOrder
from city.manning import RosterTurn
from city.observation import Observation
from city.plan import Plan
from city.totals import SnowTotals, totals_of
from planner.services import make_plan
from tests.unit.planner.snapshots import AT, HOUR, against_slip, ahead, depth, limits_with, snow_snapshot, streets


def manned(begins: float, ends: float) -> tuple[RosterTurn, ...]:
    return tuple(RosterTurn(v, AT + begins * HOUR, AT + ends * HOUR) for v in ("P01", "P02", "G01"))


def plan_of(falls_from: int, roster: tuple[RosterTurn, ...], **parts: Any) -> Plan:
    """Bare streets, and snow in four hours ahead."""
    falls = [0.0] * falls_from + [6.0] * 4
    return make_plan(snow_snapshot(readings=(depth(0.0),), forecasts=(ahead(-4.0, falls),), roster=roster, **parts))


def stuck(plan: Plan) -> int | None:
    return totals_of(plan, SnowTotals).without_vehicle


def test_what_the_next_night_needs_is_no_failure_of_this_one() -> None:
    """Noon, when the service day is over, is nine hours away; the crews have theirs until then."""
    plan = plan_of(14, manned(-1, 6))
    assert not plan.interventions
    assert plan.verdict.text.startswith("Ingen utkallning behövs.")
    assert "behövs nästa natt, från tis 24 nov 17.00, och har inga fordon än" in plan.verdict.text
    assert "men inget fordon kan skickas" not in plan.verdict.text
    assert "kan inte köras" not in plan.verdict.text
    assert stuck(plan) == 0
    assert not any(weak.source == "fleet" and weak.of_now for weak in plan.degradations)
    one = plan.not_cared[0]
    assert one.why.startswith("Behövs inte före tis 24 nov 17.00, nästa natt.")
    assert all("börja tis 24 nov 17" in way.text or "börja tis 24 nov 18" in way.text for way in one.ways)


def test_what_tonight_needs_later_is_said_with_its_hour() -> None:
    plan = plan_of(4, manned(-1, 2))
    assert "Snön kommer över gränsen kl. 07.00, men inget fordon kan skickas då." in plan.verdict.text
    assert stuck(plan) == len({one.target for one in plan.not_cared})
    over = make_plan(snow_snapshot(readings=(depth(20.0),), roster=manned(-3, -1)))
    assert over.verdict.text.startswith("Snö över gränsen, men inget fordon kan skickas.")


def test_where_nothing_is_left_to_do_no_tur_is_needed() -> None:
    """Somebody saw that it is slippery for two hours more; the first crew comes in eight."""
    ways = tuple(s.id for s in streets() if s.network == "cycle")
    seen = Observation("o", ways, "slippery", 1.0, AT - HOUR / 2, AT + 2 * HOUR, "jour", "")
    rules = limits_with(*against_slip(method="salt"))
    plan = plan_of(60, manned(8, 20), observations=(seen,), thresholds=rules)
    assert "På 1 tur finns inget kvar att göra när ett fordon kan vara framme." in plan.verdict.text
    assert "men inget fordon" not in plan.verdict.text
    assert stuck(plan) == 0


def test_an_order_to_spread_that_nothing_asks_for_any_more_does_not_go_out() -> None:
    """Called out for ice that the newest forecast does not have."""
    rules = limits_with(*against_slip(method="salt"))
    ways = tuple(s.id for s in streets() if s.network == "cycle")
    seen = Observation("o", ways, "slippery", 1.0, AT - HOUR / 2, AT + 4 * HOUR, "jour", "")
    icy = plan_of(60, manned(-1, 20), observations=(seen,), thresholds=rules)
    (item,) = icy.interventions
    order = GivenOrder("o", "p", "snow", item.key, item.target, "acknowledged", item.vehicle, AT, item.ready_by, AT)
    out = {"running": (item,), "orders": (order,), "thresholds": rules}
    plan = plan_of(60, manned(-1, 20), **out)
    assert not plan.verdict.text.startswith("Kör ut")
    assert plan.verdict.text.startswith("Ingen utkallning behövs. 1 utkallad tur behövs inte längre.")
    assert plan_of(60, manned(-1, 20), observations=(seen,), **out).verdict.text.startswith("Kör ut")
