"""Positions through the writer: kept only while an order of the vehicle is under way, once, and not for ever."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from city.clock import FixedClock
from city.plan import Plan
from city.settings import Ingest, Store
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from planner.night.follow import follow
from planner.orders import add_event, decide
from store import passages, positions
from store.connect import Connection
from store.housekeeping import keep_house
from store.readings import dead_letter_counts, dead_letters
from tests.by_hand import plan_now
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT, HOUR

MINUTE = timedelta(minutes=1)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))


@pytest.fixture
def plan(database: Connection) -> Plan:
    fill(database)
    return plan_now(database, settings(), "snow", FixedClock(AT))


@pytest.fixture
def writer(database: Connection) -> Writer:
    return Writer(database, Ingest(), RULE)


def called_out(connection: Connection, plan: Plan, *steps: tuple[str, datetime]) -> tuple[str, str]:
    """Id and vehicle of an order of the plan's first tur, after some steps."""
    item = plan.interventions[0]
    (order,) = decide(connection, plan.id, [item.key], "dispatcher", AT)
    for kind, at in steps:
        add_event(connection, order, kind, "dispatcher", at)  # type: ignore[arg-type]
    assert item.vehicle is not None
    return order, item.vehicle


def position(vehicle: str, at: datetime, lon: float = 14.801, lat: float = 56.87, more: str = "") -> MqttMessage:
    text = f'{{"time": "{at.isoformat()}", "lon": {lon}, "lat": {lat}{more}}}'
    return MqttMessage(f"dagsplan/{vehicle}/position", text.encode(), at + MINUTE)


def kept(connection: Connection) -> list[datetime]:
    return [row[0] for row in connection.execute("SELECT time FROM position ORDER BY 1").fetchall()]


def test_only_what_was_sent_between_acknowledgement_and_end_is_kept(
    database: Connection, plan: Plan, writer: Writer
) -> None:
    """Decided and sent are not under way; the time of the position counts, also where it comes late."""
    steps = [("sent", AT), ("acknowledged", AT + 5 * MINUTE), ("started", AT + 9 * MINUTE), ("done", AT + HOUR)]
    order, vehicle = called_out(database, plan, *steps)
    times = [AT + n * MINUTE for n in (1, 4, 5, 30, 60, 61)]
    writer.write([position(vehicle, at) for at in times] + [position("P99", AT + 30 * MINUTE)])
    assert kept(database) == [AT + 5 * MINUTE, AT + 30 * MINUTE, AT + HOUR]
    assert (writer.tally.positions, writer.tally.positions_dropped) == (3, 4)
    assert dead_letter_counts(database) == {}
    own = positions.of_order(database, order, AT, AT + 2 * HOUR)
    assert [found.time for found in own] == [AT + 30 * MINUTE, AT + HOUR], "what was before its start is not its work"
    assert [found.time for found in positions.of_order(database, order, AT + 30 * MINUTE, AT + HOUR)] == [AT + HOUR / 2]
    follow(database, AT + 2 * HOUR)
    assert passages.tracks(database, [order])[order].newest == AT + HOUR


def test_a_vehicle_that_another_took_over_from_is_out_no_more(database: Connection, plan: Plan, writer: Writer) -> None:
    """From the hand-over on the other one's positions are kept, and the order is its."""
    order, vehicle = called_out(database, plan, ("started", AT))
    database.execute(
        "INSERT INTO order_event VALUES (%s, 9, 'overridden', %s, 'dispatcher', '', NULL, 'X1')", (order, AT + HOUR)
    )
    writer.write([position(name, AT + n * HOUR / 2) for name in (vehicle, "X1") for n in (1, 3)])
    found = database.execute("SELECT vehicle_id, time FROM position ORDER BY 2").fetchall()
    assert found == [(vehicle, AT + HOUR / 2), ("X1", AT + 1.5 * HOUR)]
    assert database.execute("SELECT vehicle_id FROM order_now").fetchall() == [("X1",)]


def test_two_orders_of_a_night_each_have_their_own_positions(database: Connection, plan: Plan, writer: Writer) -> None:
    """The vehicle drives one tur until half past and another from three quarters on: neither counts the other's."""
    first, vehicle = called_out(database, plan, ("started", AT), ("done", AT + 30 * MINUTE))
    (second,) = decide(database, plan.id, [plan.interventions[1].key], "dispatcher", AT)
    database.execute(
        "INSERT INTO order_event VALUES (%s, 2, 'overridden', %s, 'dispatcher', '', NULL, %s)", (second, AT, vehicle)
    )
    add_event(database, second, "started", "dispatcher", AT + 45 * MINUTE)
    own = {first: [AT + n * MINUTE for n in (1, 29, 30)], second: [AT + n * MINUTE for n in (45, 50, 70, 90)]}
    writer.write([position(vehicle, at) for times in own.values() for at in times])
    passages.hear(database, AT - HOUR)
    counted = database.execute("SELECT order_id::text, sum(positions)::int, max(newest) FROM trace GROUP BY 1")
    assert {row[0]: row[1:] for row in counted} == {order: (len(times), times[-1]) for order, times in own.items()}
    night = AT - HOUR, AT + 5 * HOUR
    assert {order: [row.time for row in positions.of_order(database, order, *night)] for order in own} == own


def test_an_order_that_nothing_was_heard_of_has_no_position(database: Connection, plan: Plan) -> None:
    order, _ = called_out(database, plan, ("started", AT))
    assert passages.hear(database, AT - HOUR) == 0
    assert passages.tracks(database, [order]) == {}


def test_the_same_position_twice_is_one(database: Connection, plan: Plan, writer: Writer) -> None:
    """Redelivery within a batch and in a later one adds nothing; an array is as good as single ones."""
    _, vehicle = called_out(database, plan, ("started", AT))
    single = position(vehicle, AT + MINUTE, more=', "heading": 90, "speed_kmh": 15.5, "accuracy_m": 4')
    array = MqttMessage(
        single.topic, b"[" + single.payload + b"," + position(vehicle, AT + 2 * MINUTE).payload + b"]", AT
    )
    writer.write([single, array])
    writer.write([array])
    assert kept(database) == [AT + MINUTE, AT + 2 * MINUTE]
    assert (writer.tally.positions, writer.tally.duplicates) == (2, 3)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"hello", "not_json"),
        (b'{"time": "2026-11-24T02:10:00Z", "lon": 14.8}', "shape"),
        (b'{"time": "2026-11-24T02:10:00", "lon": 14.8, "lat": 56.8}', "shape"),
        (b'{"time": "2026-11-24T02:10:00Z", "lon": 1480, "lat": 56.8}', "out_of_range"),
        (b'{"time": "2026-11-24T02:10:00Z", "lon": 14.8, "lat": 56.8, "heading": 999}', "out_of_range"),
        (b'{"time": "2026-11-24T02:10:00Z", "lon": 0, "lat": 0.0}', "no_fix"),
        (b'{"time": "2026-11-25T02:10:00Z", "lon": 14.8, "lat": 56.8}', "future"),
        (b'{"time": "2026-10-25T02:10:00Z", "lon": 14.8, "lat": 56.8}', "too_old"),
        (b"[" * 16_000, "shape"),
    ],
)
def test_a_bad_position_is_kept_with_its_reason_and_its_neighbours_are_stored(
    database: Connection, plan: Plan, writer: Writer, payload: bytes, reason: str
) -> None:
    """One dead letter of that reason, and the good position beside it in the same batch."""
    _, vehicle = called_out(database, plan, ("started", AT))
    bad = MqttMessage(f"dagsplan/{vehicle}/position", payload, AT + 10 * MINUTE)
    writer.write([position(vehicle, AT + MINUTE), bad, position(vehicle, AT + 2 * MINUTE)])
    assert kept(database) == [AT + MINUTE, AT + 2 * MINUTE]
    assert [(letter["reason"], bool(letter["detail"])) for letter in dead_letters(database)] == [(reason, True)]


def test_one_line_says_that_a_vehicle_is_left_out(
    database: Connection, plan: Plan, writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    """Not one a message: once when it begins, and again after it was out in between."""
    with caplog.at_level(logging.INFO, "dagsplan.ingest"):
        for n in range(3):
            writer.write([position("P01", AT + n * MINUTE)])
    assert [record.message for record in caplog.records] == ["positions dropped: no order of the vehicle is under way"]


def test_no_position_is_older_than_the_city_keeps(database: Connection, plan: Plan, writer: Writer) -> None:
    """After 31 simulated days nothing says where a vehicle was, neither the rejects nor the streets that were passed;
    younger ones stay."""
    order, vehicle = called_out(database, plan, ("started", AT))
    writer.write([position(vehicle, AT + MINUTE), position(vehicle, AT + HOUR, lon=999)])
    follow(database, AT + HOUR)
    keep_house(database, Store(), ZoneInfo("Europe/Stockholm"), AT + timedelta(days=29))
    assert (len(kept(database)), len(dead_letters(database)), len(passages.tracks(database, [order]))) == (1, 1, 1)
    keep_house(database, Store(), ZoneInfo("Europe/Stockholm"), AT + timedelta(days=31))
    assert (len(kept(database)), len(dead_letters(database)), len(passages.tracks(database, [order]))) == (0, 0, 0)


def test_owntracks_and_traccar_speak_for_a_vehicle_that_is_out(
    database: Connection, plan: Plan, writer: Writer
) -> None:
    """Their own words and units; what is no place says nothing, what is none that can be is a dead letter."""
    order, vehicle = called_out(database, plan, ("sent", AT), ("started", AT))
    at, other = AT + 10 * MINUTE, AT + 11 * MINUTE

    def heard(topic: str, text: str) -> MqttMessage:
        return MqttMessage(topic, text.encode(), AT + 12 * MINUTE)

    where = '"lat":56.87,"lon":14.801,"acc":9,"vel":23,"cog":270,"batt":80'
    fix = f'{{"_type":"location",{where},"tst":{at.timestamp():.0f}}}'
    seen = '"valid":true,"latitude":56.87,"longitude":14.802,"speed":10.0,"course":90.0'
    place = f'{{"fixTime":"{other.isoformat()}",{seen}}}'
    lost = place.replace("true", "false")
    device = f'"device":{{"id":4,"uniqueId":"{vehicle}","name":"plog"}}'
    writer.write(
        [
            heard(f"owntracks/jour/{vehicle}", fix),
            heard(f"owntracks/jour/{vehicle}", '{"_type":"lwt","tst":1}'),
            heard("owntracks/jour/P99", fix),
            heard("traccar/position", f'{{"position":{place},{device}}}'),
            heard("traccar/position", f'{{"position":{lost},{device}}}'),
            heard("traccar/position", f'{{"position":{{"latitude":1}},{device}}}'),
        ]
    )
    found = positions.of_order(database, order, AT, AT + HOUR)
    assert [(one.time, one.lon, one.heading, one.accuracy_m) for one in found] == [
        (at, 14.801, 270.0, 9.0),
        (other, 14.802, 90.0, None),
    ]
    assert [round(one.speed_kmh or 0.0, 2) for one in found] == [23.0, 18.52]
    (letter,) = dead_letters(database)
    assert letter["topic"] == "traccar/position"
