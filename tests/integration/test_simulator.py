"""The simulator: a seed gives one town and one day, and the real decoders and rules take every message of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from city.clock import FixedClock, SimulatedClock
from city.entities import Building, Device, Vessel
from city.errors import ImportRefused
from city.settings import Ingest
from ingest.message import MqttMessage
from ingest.payloads.topics import decode
from ingest.publisher import Publication, publish_all
from ingest.session import address
from ingest.simulator.forecasts import forecast_server
from ingest.simulator.publisher import publish_live, recorded
from ingest.simulator.signals import World
from ingest.simulator.storm import Storm
from ingest.simulator.town import SimulatedTown
from ingest.validate import ClockRule, validate
from ingest.weather import smhi
from ingest.writer import Writer
from store.connect import Connection, connect
from store.facts import save_device
from store.readings import count_readings, dead_letter_counts
from tests.integration.test_daemon import adopt, readings, running, stored

START = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))


def world(seed: int = 1) -> World:
    """A small town with each kind of device."""
    snow = tuple(Device(f"snow-{n}", f"Snö {n}", "snow", 24.9, 60.2, 900.0, simulated=True) for n in range(3))
    emptied = START - timedelta(days=2)
    vessels = tuple(
        Vessel(f"v-{n}", "r-1", "residual", 660, f"a8404100000{n:05d}", last_emptied=emptied) for n in range(4)
    )
    buildings = (Building("b-1", "Skolan", 24.9, 60.2, device="indoor-1", simulated=True),)
    air = Device("air-1", "Luft", "air", 24.9, 60.2, 900.0, simulated=True)
    town = SimulatedTown(snow, air, vessels, buildings, (24.94, 60.17))
    return World(town, Storm(START + timedelta(hours=8), seed=seed), ZoneInfo("Europe/Helsinki"), seed, START + DAY / 2)


def devices_of(town: SimulatedTown) -> list[str]:
    rest = [vessel.device for vessel in town.vessels] + [building.device for building in town.buildings]
    return [device.id for device in town.snow] + [town.air.id] + [name for name in rest if name]


def test_the_same_seed_gives_the_same_messages() -> None:
    """A day is the same twice, byte by byte, and another seed gives another day."""
    once = list(world().messages(START, START + DAY))
    assert once == list(world().messages(START, START + DAY))
    assert once != list(world(seed=2).messages(START, START + DAY))
    assert len(once) > 400


def test_two_halves_are_the_whole() -> None:
    """A simulator that is stopped and started at noon sends what an uninterrupted one would: none twice, none less."""
    noon = START + DAY / 2
    halves = [*world().messages(START, noon), *world().messages(noon, START + DAY)]
    whole = list(world().messages(START, START + DAY))
    assert [(sent.time, sent.topic) for sent in halves] == [(sent.time, sent.topic) for sent in whole]


def test_messages_come_in_order_and_name_their_own_time() -> None:
    """The times do not go back, lie in the period, and are those that the payload names."""
    sent = list(world().messages(START, START + DAY))
    times = [message.time for message in sent]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] < START + DAY
    for message in sent:
        (measured,) = decode(message.topic, message.payload)
        assert measured.time == message.time


def test_every_message_is_taken_by_the_real_decoders_and_rules() -> None:
    """No simulated value is rejected: not by format, not by range, not by clock."""
    for message in world().messages(START, START + DAY):
        rows, faults = validate(decode(message.topic, message.payload), message.time, RULE)
        assert rows
        assert faults == []


def test_a_simulated_day_is_stored_without_a_reject(database: Connection) -> None:
    """Through the real writer every value of the day becomes a row."""
    made = world()
    for name in devices_of(made.town):
        save_device(database, Device(name, name, "test", simulated=True), [])
    sent = list(made.messages(START, START + DAY))
    writer = Writer(database, Ingest(), RULE)
    writer.write([MqttMessage(message.topic, message.payload, message.time) for message in sent])
    values = sum(len(decode(message.topic, message.payload)[0].values) for message in sent)
    assert count_readings(database) == values
    assert dead_letter_counts(database) == {}


def test_one_snow_sensor_falls_silent() -> None:
    """The last one sends until its hour and nothing after it; the others go on."""
    made = world()
    heard: dict[str, datetime] = {}
    for message in made.messages(START, START + DAY):
        heard[message.topic.split("/")[1]] = message.time
    assert heard["snow-2"] < made.silent_from
    assert heard["snow-0"] > made.silent_from + timedelta(hours=11)


def test_the_made_forecast_is_read_by_the_real_parser() -> None:
    """The local server answers in the provider's shape; its sum is near the storm's, and a known issue gives 304."""
    storm = Storm(START + timedelta(hours=8))
    with forecast_server(storm, FixedClock(START)) as url:
        address_of_point = f"{url}/geotype/point/lon/24.94/lat/60.17/data.json"
        answer = httpx.get(address_of_point)
        forecast = smhi.parse(answer.content, url, simulated=True)
        again = httpx.get(address_of_point, headers={"If-Modified-Since": answer.headers["Last-Modified"]})
        assert again.status_code == 304
        assert httpx.get(f"{url}/other").status_code == 404
    total = sum((s.precip_mm_h or 0.0) * (s.valid_to - s.valid_from) / timedelta(hours=1) for s in forecast.steps)
    assert total == pytest.approx(storm.total_mm, rel=0.4)
    assert all(step.snow_fraction == 1.0 for step in forecast.steps if step.precip_mm_h)
    assert forecast.issued_at == START - timedelta(hours=1)


def said_mm(storm: Storm, issued_at: datetime) -> float:
    forecast = smhi.parse(storm.forecast_answer(issued_at, 24.94, 60.17), "answer", simulated=True)
    return sum((s.precip_mm_h or 0.0) * (s.valid_to - s.valid_from) / timedelta(hours=1) for s in forecast.steps)


def test_a_storm_may_bust_its_forecast() -> None:
    """Before the hour a share is spoken of, from it on all; what falls is the same, and a cleared street has less."""
    begins = START + timedelta(hours=8)
    honest, bust = Storm(begins), Storm(begins, known_from=begins, foretold=0.4)
    early = begins - timedelta(hours=1)
    assert said_mm(bust, early) == pytest.approx(0.4 * said_mm(honest, early), rel=0.1)
    assert said_mm(bust, begins) == said_mm(honest, begins)
    morning, night = begins + timedelta(hours=11), begins + timedelta(hours=6)
    assert bust.depth_cm(morning) == honest.depth_cm(morning)
    assert 0.0 < bust.depth_cm(morning, since=night) < bust.depth_cm(morning) - 3.0


# ---- a recorded day ----------------------------------------------------------------------------------------------


def record(file: Path, messages: list[Publication]) -> Path:
    lines = [
        json.dumps({"time": m.time.isoformat(), "topic": m.topic, "payload": m.payload.decode()}) for m in messages
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_recorded_day_comes_back_as_it_was(tmp_path: Path) -> None:
    """Time, topic and bytes are the recorded ones; with a start all are moved by the same span."""
    sent = list(world().messages(START, START + timedelta(hours=2)))
    file = record(tmp_path / "day.jsonl", sent)
    assert list(recorded(file)) == sent
    moved = list(recorded(file, START + 7 * DAY))
    shift = START + 7 * DAY - sent[0].time
    assert [(m.time - shift, m.topic, m.payload) for m in moved] == [(m.time, m.topic, m.payload) for m in sent]


def test_a_payload_may_be_written_as_json(tmp_path: Path) -> None:
    """A hand-written line may hold the payload as JSON instead of as text."""
    file = tmp_path / "day.jsonl"
    file.write_text(
        '{"time": "2027-01-12T02:00:00Z", "topic": "dagsplan/g/reading", "payload": {"values": {"a": 1}}}\n'
    )
    (message,) = recorded(file)
    assert json.loads(message.payload) == {"values": {"a": 1}}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        "null",
        '{"topic": "t", "payload": ""}',
        '{"time": "2027-01-12T02:00:00Z", "payload": ""}',
        '{"time": "2027-01-12T02:00:00Z", "topic": "t"}',
        '{"time": "yesterday", "topic": "t", "payload": ""}',
        '{"time": "2027-01-12T02:00:00", "topic": "t", "payload": ""}',
        '{"time": 3, "topic": "t", "payload": ""}',
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    """A line that is no message is refused with the number that an editor shows, blank lines counted."""
    file = tmp_path / "day.jsonl"
    file.write_text(f'{{"time": "2027-01-12T02:00:00Z", "topic": "t", "payload": ""}}\n\n{line}\n')
    with pytest.raises(ImportRefused, match=r"day\.jsonl: line 3: "):
        list(recorded(file, START))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes and a wrong path are one line."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("bytes", "gone"):
        with pytest.raises(ImportRefused, match=name):
            list(recorded(tmp_path / name))


def test_a_recorded_day_through_broker_and_daemon(broker: str, dsn: str, tmp_path: Path) -> None:
    """Replayed at its own pace on a fast clock, every message becomes a row."""
    import threading

    adopt(dsn)
    at = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
    messages = sorted(readings(0, 60))
    spread = [Publication(at + n * timedelta(minutes=1), m.topic, m.payload) for n, m in enumerate(messages)]
    file = record(tmp_path / "day.jsonl", spread)
    clock = SimulatedClock(at, datetime.now(UTC), 3600.0)
    with running(broker, dsn) as daemon:
        daemon.connected()
        assert publish_live(address(broker), recorded(file, at), clock, threading.Event()) == 60
        daemon.wait_for(messages=60)
    assert stored(dsn) == 60
    assert clock.now() >= at + timedelta(minutes=59)


def test_a_stopped_replay_sends_no_more(broker: str) -> None:
    """Once told to stop, the rest of the day is not published."""
    import threading

    stop = threading.Event()
    stop.set()
    later = [Publication(START + timedelta(hours=1), "t", b"")]
    assert publish_live(address(broker), later, FixedClock(START), stop) == 0
    assert publish_all(address(broker), []) == 0


def test_the_database_is_not_needed_to_simulate(dsn: str) -> None:
    """The messages are a function of values: nothing was written to the database."""
    with connect(dsn, "test") as connection:
        list(world().messages(START, START + timedelta(hours=1)))
        assert count_readings(connection) == 0
