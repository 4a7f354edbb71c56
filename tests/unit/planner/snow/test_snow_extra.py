"""Haulage and sweeping: by a rule or a person, after the night's snow work, and nothing where neither requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from city.entities import Vehicle
from city.errors import PlanNotPossible
from city.plan import Intervention, treatments_of
from city.upkeep import SeasonWork, WorkRequest
from planner.publish import check_schema
from planner.services import make_plan
from planner.thresholds.limits import unit_of
from tests.unit.planner.snapshots import AT, HOUR, depth, forecast, limits_with, snow_snapshot, threshold

APRIL = datetime(2027, 4, 12, 6, 0, tzinfo=UTC)
STREET, SMALL, WAY = "s/0-1", "s/0-5", "c/20-21"


def extra(**parts: Any) -> list[Intervention]:
    """The haulage and sweeping of a plan, held against the schema."""
    plan = make_plan(snow_snapshot(**parts))
    check_schema(plan)
    return [item for item in plan.interventions if item.kind in {"haul", "sweep"}]


def spring(temp: float | None = 6.0, at: datetime = APRIL, **parts: Any) -> list[Intervention]:
    """The same of a dry day in spring on which one street was sanded in winter."""
    base: dict[str, Any] = {
        "at": at,
        "service_day": at.date(),
        "forecasts": (forecast(temp, 0.0, issued=at),),
        "devices": (),
        "readings": (),
        "roster": (),
        "season": (SeasonWork(STREET, 0, 3), SeasonWork(WAY, 0, 1)),
    }
    return extra(**base | parts)


def ask(kind: Any = "haul", *segments: str, **parts: Any) -> WorkRequest:
    row = WorkRequest("a1", kind, segments or (SMALL,), "dispatcher", "trångt", AT - HOUR, AT + 20 * HOUR)
    return replace(row, **parts)


def test_a_main_street_is_hauled_once_enough_was_ploughed_off_it() -> None:
    """At 8 cm a ploughing four are under the limit of 40 cm, five at it; residential streets are left to people."""
    assert extra(season=(SeasonWork(STREET, 4, 0), SeasonWork(SMALL, 9, 0)), readings=(depth(0.0),)) == []
    (item,) = extra(season=(SeasonWork(STREET, 5, 0), SeasonWork(SMALL, 9, 0)), readings=(depth(0.0),))
    assert (item.kind, treatments_of(item)) == ("haul", [(STREET, "haul")])
    assert (item.reasons[0].value, item.reasons[0].threshold, item.reasons[0].threshold_version) == (40.0, 40.0, 1)
    assert "regel" in item.reasons[0].text
    assert "uppskattad" in item.reasons[0].text
    higher = limits_with(threshold("snow.haul_at_cm", "P1", 41.0))
    assert extra(season=(SeasonWork(STREET, 5, 0),), readings=(depth(0.0),), thresholds=higher) == []


def test_what_a_person_asks_for_is_driven_wherever_it_is_and_says_who() -> None:
    (item,) = extra(requests=(ask("haul", SMALL),), readings=(depth(0.0),))
    assert treatments_of(item) == [(SMALL, "haul")]
    assert "av arbetsledare" in item.reasons[0].text
    assert "by dispatcher" in item.reasons[0].text_en
    assert "trångt" in item.reasons[0].text
    assert "begäran" in item.flip
    (item,) = extra(requests=(ask("sweep", WAY),), readings=(depth(0.0),))
    assert (item.network, item.vehicle, treatments_of(item)) == ("cycle", "G01", [(WAY, "sweep")])


def test_an_ask_holds_only_in_its_time() -> None:
    assert extra(requests=(ask(until=AT),), readings=(depth(0.0),)) == []
    assert extra(requests=(ask(at=AT + HOUR),), readings=(depth(0.0),)) == []


def test_it_begins_after_all_snow_work_and_takes_no_vehicle_twice() -> None:
    plan = make_plan(snow_snapshot(requests=(ask("haul", SMALL, STREET),), season=(SeasonWork(STREET, 6, 0),)))
    hauls = [item for item in plan.interventions if item.kind == "haul"]
    snow = [item for item in plan.interventions if item.kind not in {"haul", "sweep"}]
    assert len(snow) == 2
    assert len(hauls) == 2
    assert min(i.starts_at for i in hauls) >= max(i.ready_by for i in snow)  # type: ignore[type-var]
    assert plan.verdict.text.endswith("Bortforsling: 2.")
    assert plan.totals["turer_needed"] == len({item.target for item in snow})


def test_grit_is_swept_in_spring_when_no_hour_may_freeze() -> None:
    found = spring()
    assert {name for item in found for name, _ in treatments_of(item)} == {STREET, WAY}
    assert {item.kind for item in found} == {"sweep"}
    assert spring(-0.5) == []
    assert spring(None) == []
    assert spring(forecasts=()) == []
    assert spring(season=(SeasonWork(STREET, 5, 0),)) == []


@pytest.mark.parametrize(("day", "swept"), [((3, 31), False), ((4, 1), True), ((9, 30), True), ((10, 1), False)])
def test_sweeping_has_its_season(day: tuple[int, int], swept: bool) -> None:
    at = datetime(2027, *day, 6, 0, tzinfo=UTC)
    assert bool(spring(at=at)) is swept


def test_the_first_day_of_sweeping_is_a_threshold() -> None:
    later = limits_with(threshold("snow.sweep_from", "*", None, text="04-15"))
    assert spring(thresholds=later) == []
    assert unit_of("snow.sweep_from", "03-20") == "day of the year"
    with pytest.raises(PlanNotPossible, match="write MM-DD"):
        unit_of("snow.sweep_from", "13-01")


def test_without_a_vehicle_or_on_streets_that_are_not_ours_it_is_said() -> None:
    plan = make_plan(
        snow_snapshot(
            requests=(ask("sweep", WAY), ask("haul", "gone", id="a2")),
            vehicles=(Vehicle("P01", "snow", "dep"),),
            readings=(depth(0.0),),
        )
    )
    said = [weak.effect for weak in plan.degradations]
    assert any("Bortforsling eller sandupptagning utan bemannat fordon: 1" in text for text in said)
    assert any(text.startswith("1 sträcka som begärts") for text in said)
