"""The cut into turer: complete, within limits, and the same every night."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.entities import Segment
from planner.routes.sectors import cut, passes, service_minutes
from planner.services import make_plan
from tests.unit.planner.snapshots import ahead, depth, limits_with, snow_snapshot, street, threshold

KMH = {"street": 15.0, "cycle": 10.0}
keepers = st.sampled_from(["municipal", "unknown", "state", "private"])
pieces = st.lists(
    st.tuples(
        st.integers(0, 24),
        st.integers(0, 24),
        st.sampled_from(["P1", "P2", "C1"]),
        keepers,
        st.booleans(),
        st.booleans(),
    ),
    max_size=40,
)


def town(rows: list[tuple[int, int, str, str, bool, bool]]) -> list[Segment]:
    return [
        street(
            a,
            b,
            kind,  # type: ignore[arg-type]
            network="cycle" if kind == "C1" else "street",
            keeper=keeper,  # type: ignore[arg-type]
            oneway=oneway,
            reachable=reachable,
            key=str(i),
        )
        for i, (a, b, kind, keeper, oneway, reachable) in enumerate(rows)
    ]


@settings(deadline=None)
@given(pieces, st.floats(0.5, 40))
def test_each_plannable_segment_is_in_exactly_one_tur(
    rows: list[tuple[int, int, str, str, bool, bool]], minutes: float
) -> None:
    """Municipal and unknown reachable segments once each, no other, in turer of one class within the limit."""
    segments = town(rows)
    turer = cut(segments, minutes, KMH)  # type: ignore[arg-type]
    members = [i for tur in turer for i in tur.segments]
    plannable = [i for i, s in enumerate(segments) if s.keeper in {"municipal", "unknown"} and s.reachable]
    assert sorted(members) == plannable
    assert len({tur.id for tur in turer}) == len(turer)
    for tur in turer:
        assert {(segments[i].network, segments[i].route_class) for i in tur.segments} == {
            (tur.network, tur.route_class)
        }
        work = sum(service_minutes(segments[i], KMH[tur.network]) for i in tur.segments)
        assert work <= minutes + 1e-9 or len(tur.segments) == 1


def test_weather_and_thresholds_do_not_move_the_borders() -> None:
    """The same tur holds the same segments in a storm, and with other limits."""
    calm = make_plan(snow_snapshot(readings=(depth(11.0),)))
    storm = make_plan(snow_snapshot(readings=(depth(30.0),), forecasts=(ahead(-6.0, [5.0] * 6),)))
    strict = make_plan(
        snow_snapshot(readings=(depth(11.0),), thresholds=limits_with(threshold("snow.start_dry_cm", "P1", 1.0)))
    )
    held = [
        {item.target: {part.id for part in item.segments} for item in plan.interventions}
        for plan in (calm, storm, strict)
    ]  # type: ignore[union-attr]
    assert held[0] == held[1] == held[2]
    assert len(held[0]) >= 3


@pytest.mark.parametrize(
    ("network", "oneway", "lanes", "expected"),
    [
        ("cycle", False, None, 1),
        ("street", False, 4, 2),
        ("street", True, None, 1),
        ("street", True, 2, 2),
        ("street", True, 6, 3),
    ],
)
def test_passes(network: str, oneway: bool, lanes: int | None, expected: int) -> None:
    """A cycle way once, a street both ways, a one-way street once a lane and at most three times."""
    segment = replace(street(0, 1, network=network, oneway=oneway), lanes=lanes)  # type: ignore[arg-type]
    assert passes(segment) == expected


def test_work_minutes_count_every_pass() -> None:
    """100 m both ways at 15 km/h is 0.8 minutes."""
    assert service_minutes(street(0, 1), 15.0) == pytest.approx(0.8)
