"""Simulated drivers: who answers, in which order they drive, and where they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from city.plan import Intervention, SegmentAction
from ingest.payloads.position import decode
from ingest.simulator.crew import CrewCall, SimulatedCrew

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
STREETS = tuple(SegmentAction(id=f"s{n}", action="plough") for n in range(8))
ITEM = Intervention(
    id="i",
    key="k",
    kind="tur",
    target="P1-1",
    title="P1-1",
    priority=1,
    score=1.0,
    reasons=(),
    flip="",
    flip_en="",
    starts_at=AT,
    minutes=40.0,
    geometry={"type": "LineString", "coordinates": [(24.0, 60.0), (24.0, 60.01), (24.0, 60.0)]},
    segments=STREETS,
)


def called(state: str, *, vehicle: str = "P01", order: str = "o", since: datetime = AT, starts: int = 0) -> CrewCall:
    item = msgspec.structs.replace(ITEM, starts_at=AT + starts * MINUTE)
    return CrewCall(order, vehicle, state, since, item)


def kinds(crew: SimulatedCrew, rolls: list[CrewCall], before: datetime, now: datetime) -> list[tuple[str, str]]:
    return [(said.order_id, said.kind) for said in crew.says(rolls, before, now)]


def test_a_driver_answers_after_a_while_and_one_never() -> None:
    rolls = [called("sent"), called("sent", vehicle="P02", order="o2")]
    assert kinds(SimulatedCrew(), rolls, AT, AT + MINUTE) == []
    assert kinds(SimulatedCrew(), rolls, AT, AT + 60 * MINUTE) == [("o", "acknowledged")]


def test_a_vehicle_drives_one_tur_at_a_time_and_none_before_its_time() -> None:
    rolls = [called("acknowledged"), called("acknowledged", order="o2", starts=30)]
    assert kinds(SimulatedCrew(), rolls, AT - 2 * MINUTE, AT - MINUTE) == []
    assert kinds(SimulatedCrew(), rolls, AT, AT + 31 * MINUTE) == [("o", "started")]
    busy = [called("started"), called("acknowledged", order="o2", starts=30)]
    assert ("o2", "started") not in kinds(SimulatedCrew(), busy, AT + 31 * MINUTE, AT + 33 * MINUTE)


def test_nobody_acts_on_what_was_not_sent() -> None:
    assert kinds(SimulatedCrew(), [called("decided"), called("unanswered")], AT, AT + 60 * MINUTE) == []


def test_streets_are_said_once_and_the_end_last() -> None:
    """Over the whole tur in steps of any length the same is said."""
    whole = [said.segment for said in SimulatedCrew().says([called("started")], AT, AT + 40 * MINUTE)]
    assert whole == ["s2", "s4", None]
    steps = [
        said.segment
        for n in range(20)
        for said in SimulatedCrew().says([called("started")], AT + 2 * n * MINUTE, AT + 2 * (n + 1) * MINUTE)
    ]
    assert steps == whole


def test_positions_follow_the_plan_at_its_pace() -> None:
    """Half-way through the time the vehicle is half-way along; two steps send what one would; none after the end."""
    crew, out = SimulatedCrew(), [called("started")]
    whole = crew.positions(out, AT - MINUTE, AT + 90 * MINUTE)
    halves = [*crew.positions(out, AT - MINUTE, AT + 7 * MINUTE), *crew.positions(out, AT + 7 * MINUTE, AT + HOUR)]
    assert halves == whole
    assert len(whole) == 121
    places = {(place.time - AT) / MINUTE: place for sent in whole for place in decode(sent.topic, sent.payload)}
    assert places[0].vehicle == "P01"
    assert places[10].lat == pytest.approx(60.005)
    assert places[20].lat == pytest.approx(60.01)
    assert places[40].lat == pytest.approx(60.0)
