"""What a plan reads by the hour gives the same judgement as the readings themselves, late ones included."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from city.entities import Device, Reading
from city.heatpoint import HeatPoint
from city.settings import Ingest
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from models.fill.chance import ClassInflow, FillState, fill_state
from models.fill.past import past_of
from models.heat import warm_up
from planner.heating.snapshot import HeatingSnapshot
from planner.inputs import RAW, read_snapshot
from planner.services import make_plan
from planner.waste.snapshot import WasteSnapshot
from store import facts, readings, registers
from store.connect import Connection
from store.facts import save_device
from store.rollups import hour_of
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT, HOUR

RULE = ClockRule(timedelta(days=40), timedelta(seconds=300))


ZONE = ZoneInfo("Europe/Stockholm")


def send(connection: Connection, device: str, quantity: str, rows: dict[int, float]) -> None:
    """Values by minutes before AT, through the writer."""
    save_device(connection, Device(device, device, "test"), [])
    messages = [
        MqttMessage(
            f"dagsplan/{device}/reading",
            f'{{"time": "{(AT - timedelta(minutes=ago)).isoformat()}", "values": {{"{quantity}": {value}}}}}'.encode(),
            AT,
        )
        for ago, value in rows.items()
    ]
    Writer(connection, Ingest(), RULE).write(messages)


def of(rows: tuple[Reading, ...], device: str) -> list[Reading]:
    return [row for row in rows if row.device == device]


def level(ago: int) -> float:
    """A vessel that fills 1 % in 2 h and is emptied each 100 h [%], ``ago`` minutes before AT."""
    return round((6000 - ago % 6000) / 120, 3)


def _phase(ago: int) -> float:
    """The hour of the local day so many minutes ago."""
    return (AT - timedelta(minutes=ago)).astimezone(ZONE).hour + (AT - timedelta(minutes=ago)).minute / 60.0


def _indoor(ago: int) -> float:
    """Warms from five to eight, is held, and cools from four in the afternoon."""
    hour = _phase(ago)
    if 5.0 <= hour < 8.0:
        return round(17.2 + 3.6 * (hour - 5.0) / 3.0, 2)
    if 8.0 <= hour < 16.0:
        return 20.8
    return round(17.2 + 3.6 * math.exp(-((hour - 16.0) % 24.0) / 5.0), 2)


SCHOOL: dict[str, Callable[[int], float]] = {
    "indoor_temperature": _indoor,
    "set_point": lambda ago: 21.0 if 5.0 <= _phase(ago) < 16.0 else 16.0,
    "heat_power": lambda ago: 90.0 if 5.0 <= _phase(ago) < 8.0 else 35.0 if 8.0 <= _phase(ago) < 16.0 else 0.0,
}
"""A building's day in clockwork, by quantity and minutes ago."""


def test_fill_levels_by_the_hour_give_the_same_state(database: Connection) -> None:
    """Level, time, rate, spread and last emptying are those of the raw readings, from under half of the rows."""
    fill(database)
    send(database, "kärl", "fill_level", {ago: level(ago) for ago in range(3, 27 * 1440, 20)})
    raw = of(readings.readings(database, WasteSnapshot.wants.quantities, AT - timedelta(days=28), AT), "kärl")
    read = of(read_snapshot(database, settings(), WasteSnapshot, AT, slot="x").readings, "kärl")
    assert len(read) < len(raw) / 2
    assert set(read) < set(raw)
    assert [row for row in read if row.time >= AT - RAW] == [row for row in raw if row.time >= AT - RAW]
    by_hour, of_all = state(read), state(raw)
    assert by_hour.measured_at == of_all.measured_at
    assert by_hour.level_pct == pytest.approx(of_all.level_pct, abs=1.0)
    assert by_hour.rate_pct_day == pytest.approx(of_all.rate_pct_day, rel=0.02)
    assert by_hour.emptied_at is not None
    assert of_all.emptied_at is not None
    assert abs(by_hour.emptied_at - of_all.emptied_at) < 3600.0


def state(rows: list[Reading]) -> FillState:
    """What levels tell of a vessel."""
    seconds = np.array([row.time.timestamp() for row in rows])
    return fill_state(past_of(seconds, np.array([row.value for row in rows])), ClassInflow())


def test_indoor_temperatures_by_the_hour_give_the_same_rates(database: Connection) -> None:
    """Warming and cooling rates and the mean outdoor temperature are those of the raw readings."""
    fill(database)
    indoor = {ago: round(19 + 2 * math.sin(ago / 1440 * 2 * math.pi), 3) for ago in range(0, 14 * 1440, 10)}
    outdoor = {ago: round(-5 + 6 * math.sin(ago / 900), 3) for ago in range(0, 14 * 1440, 10)}
    send(database, "inne", "indoor_temperature", indoor)
    send(database, "ute", "air_temperature", outdoor)
    read = read_snapshot(database, settings(), HeatingSnapshot, AT, slot="x").readings
    raw = readings.readings(database, HeatingSnapshot.wants.quantities, hour_of(AT - timedelta(days=14)), AT)
    mean = [math.fsum(row.value for row in of(rows, "ute")) / len(of(rows, "ute")) for rows in (read, raw)]
    assert mean[0] == pytest.approx(mean[1], abs=0.02)
    one, other = (
        warm_up([r.time for r in rows], [r.value for r in rows], -5.0) for rows in (of(read, "inne"), of(raw, "inne"))
    )
    assert one.mornings == other.mornings > 5
    assert one.typical_k_h == pytest.approx(other.typical_k_h, rel=1e-3)
    assert one.cooling_per_h == pytest.approx(other.cooling_per_h, rel=1e-3)
    assert of(read, "inne")[-1] == of(raw, "inne")[-1]


def test_what_is_stored_of_a_building_is_learned_from(database: Connection) -> None:
    """Points, set-points and a meter of eight days, most of them read by the hour: planned by what was learned, in
    kilowatt-hours, within a tenth of a plan from the raw readings."""
    fill(database)
    building = facts.buildings(database)[0].id
    points = [HeatPoint(building, point, "inne") for point in ("zone_temperature", "set_point", "heat_meter")]
    registers.put(database, "point", points, "points.csv")
    for quantity, value_at in SCHOOL.items():
        send(database, "inne", quantity, {ago: value_at(ago) for ago in range(0, 8 * 1440, 30)})
    send(database, "ute", "air_temperature", {ago: -4.0 for ago in range(0, 8 * 1440, 30)})
    snapshot = read_snapshot(database, settings(), HeatingSnapshot, AT, slot="x")
    assert [point.device for point in snapshot.points] == ["inne"] * 3
    raw = readings.readings(database, HeatingSnapshot.wants.quantities, hour_of(AT - timedelta(days=8)), AT)
    by_hour, by_raw = (
        next(item for item in make_plan(one).interventions if item.target == building)
        for one in (snapshot, replace(snapshot, readings=tuple(raw)))
    )
    for item in (by_hour, by_raw):
        assert any("lärd av 8 dygn" in reason.text for reason in item.reasons)
    one, other = (sum(hour.kwh or 0.0 for hour in item.heat) for item in (by_hour, by_raw))  # type: ignore[union-attr]
    assert one > 0.0
    assert one == pytest.approx(other, rel=0.1)


def test_a_late_reading_is_in_the_next_plan(database: Connection) -> None:
    """A reading of five days ago that arrives after a plan was made is among the inputs of the next."""
    fill(database)
    send(database, "kärl", "fill_level", {ago: level(ago) for ago in range(0, 10 * 1440, 60)})
    before = of(read_snapshot(database, settings(), WasteSnapshot, AT, slot="x").readings, "kärl")
    send(database, "kärl", "fill_level", {5 * 1440 + 1: 77.0, 5 * 1440 - 59: 78.0})
    after = of(read_snapshot(database, settings(), WasteSnapshot, AT, slot="x").readings, "kärl")
    assert {row.value for row in set(after) - set(before)} >= {78.0}


def test_a_plan_as_of_earlier_sees_nothing_later(database: Connection) -> None:
    """``--at`` in the middle of an hour: no reading and no hour that knows of a later one."""
    fill(database)
    send(database, "ute", "air_temperature", {ago: -ago / 100 for ago in range(0, 1440, 10)})
    at = AT - 5 * HOUR - timedelta(minutes=25)
    read = of(read_snapshot(database, settings(), HeatingSnapshot, at, slot="x").readings, "ute")
    assert max(row.time for row in read) <= at
    latest = [row for row in read if row.time >= hour_of(at)]
    assert latest == [row for row in readings.readings(database, ["air_temperature"], hour_of(at), at)]
