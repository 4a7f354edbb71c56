"""The weather client against a local server that replays answers: polite, patient, and every issue is kept."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from city.clock import FixedClock
from city.errors import ConfigError, DagsplanError, ImportRefused, SourceUnavailable
from city.settings import Municipality, Settings, WeatherSettings
from ingest.weather.client import WeatherClient, WeatherPoller
from ingest.weather.stored import import_file
from store.connect import Connection, connect
from store.weather import forecasts, newest_issue

AT = datetime(2027, 1, 11, 22, 0, tzinfo=UTC)
SMALL = Path(__file__).parents[1] / "data" / "weather"
SMHI, METNO = (SMALL / "smhi_small.json").read_bytes(), (SMALL / "metno_small.json").read_bytes()


@dataclass
class Replay:
    """What the server answers, and what it was asked."""

    body: bytes = SMHI
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def replay() -> Iterator[Replay]:
    """A server on loopback that answers what the test tells it."""
    said = Replay()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.asked.append((self.path, dict(self.headers)))
            same = said.headers.get("Last-Modified", "-") == self.headers.get("If-Modified-Since")
            status = 304 if same else said.status
            self.send_response(status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            body = b"" if status == 304 else said.body
            self.send_header("Content-Length", str(len(body) + said.cut))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    said.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield said
    server.shutdown()
    server.server_close()
    thread.join()


def settings_for(url: str, timeout_s: float = 5.0, **weather: object) -> Settings:
    town = Municipality(longitude=14.80912345, latitude=56.87774321)
    return Settings(
        municipality=town,
        weather=WeatherSettings(
            smhi_url=url, metno_url=f"{url}/compact", timeout_s=timeout_s, contact="vinter@example.se", **weather
        ),  # type: ignore[arg-type]
    )


@contextmanager
def client_of(url: str, clock: FixedClock | None = None, timeout_s: float = 5.0) -> Iterator[WeatherClient]:
    client = WeatherClient(settings_for(url, timeout_s), clock or FixedClock(AT, simulated=False))
    try:
        yield client
    finally:
        client.close()


def issues(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM forecast").fetchone()
    assert row is not None
    return int(row[0])


def http(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


@pytest.mark.parametrize(("provider", "body", "steps"), [("smhi", SMHI, 6), ("metno", METNO, 4)])
def test_a_forecast_is_fetched_and_kept_with_its_bytes(
    replay: Replay, database: Connection, provider: str, body: bytes, steps: int
) -> None:
    """The answer becomes a forecast with its issue time, its steps and the bytes as they came."""
    replay.body = body
    with client_of(replay.url) as client:
        fetched = client.fetch(database, provider)
    assert fetched is not None
    (kept,) = forecasts(database, AT)
    assert kept == fetched
    assert len(kept.steps) == steps
    assert not kept.simulated
    assert database.execute("SELECT raw, received_at FROM forecast").fetchone() == (body, AT)


def test_the_client_says_who_it_is_and_asks_with_four_decimals(replay: Replay, database: Connection) -> None:
    """User-Agent with contact; longitude first at SMHI; no more than four decimals."""
    with client_of(replay.url) as client:
        client.fetch(database, "smhi")
        replay.body = METNO
        client.fetch(database, "metno")
    (smhi_path, headers), (metno_path, _) = replay.asked
    assert smhi_path == "/geotype/point/lon/14.8091/lat/56.8777/data.json"
    assert metno_path == "/compact?lat=56.8777&lon=14.8091"
    assert headers["User-Agent"].startswith("dagsplan/")
    assert "vinter@example.se" in headers["User-Agent"]


def test_expires_is_obeyed(replay: Replay, database: Connection) -> None:
    """Before the answer's Expires nothing is asked; from then on it is."""
    clock = FixedClock(AT)
    replay.headers = {"Expires": http(AT + timedelta(minutes=30))}
    with client_of(replay.url, clock) as client:
        client.fetch(database, "smhi")
        clock.advance(minutes=29, seconds=59)
        assert client.fetch(database, "smhi") is None
        assert len(replay.asked) == 1
        clock.advance(seconds=1)
        client.fetch(database, "smhi")
    assert len(replay.asked) == 2


def test_validators_are_sent_and_304_is_nothing_new(replay: Replay, database: Connection) -> None:
    """The exact Last-Modified and ETag go back with the next question; 304 adds no issue."""
    replay.headers = {"Last-Modified": "Mon, 11 Jan 2027 21:31:33 GMT", "ETag": '"abc"'}
    with client_of(replay.url) as client:
        assert client.fetch(database, "smhi") is not None
        assert client.fetch(database, "smhi") is None
    asked = replay.asked[1][1]
    assert (asked["If-Modified-Since"], asked["If-None-Match"]) == ("Mon, 11 Jan 2027 21:31:33 GMT", '"abc"')
    assert issues(database) == 1


def test_the_expires_of_a_304_is_obeyed_too(replay: Replay, database: Connection) -> None:
    """A 304 moves Expires on: until then nothing is asked, and the validators are still known."""
    clock = FixedClock(AT)
    replay.headers = {"Last-Modified": http(AT), "Expires": http(AT)}
    with client_of(replay.url, clock) as client:
        client.fetch(database, "smhi")
        replay.headers["Expires"] = http(AT + timedelta(minutes=30))
        assert client.fetch(database, "smhi") is None
        clock.advance(minutes=20)
        assert client.fetch(database, "smhi") is None
        assert len(replay.asked) == 2
        clock.advance(minutes=20)
        client.fetch(database, "smhi")
    assert replay.asked[2][1]["If-Modified-Since"] == http(AT)


@pytest.mark.parametrize("expires", ["0", "-1", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_an_expires_that_is_no_date_means_ask_again(replay: Replay, database: Connection, expires: str) -> None:
    """Servers write 0 or nonsense: then the next round asks again."""
    replay.headers = {"Expires": expires}
    with client_of(replay.url) as client:
        client.fetch(database, "smhi")
        client.fetch(database, "smhi")
    assert len(replay.asked) == 2


@pytest.mark.parametrize("status", [301, 403, 404, 429, 500, 503])
def test_an_error_status_is_said(replay: Replay, database: Connection, status: int) -> None:
    """Any status but 200, 203 and 304 is a SourceUnavailable with provider, address and status; nothing is kept."""
    replay.status = status
    with client_of(replay.url) as client, pytest.raises(SourceUnavailable, match=rf"smhi: {replay.url}.*{status}"):
        client.fetch(database, "smhi")
    assert issues(database) == 0


def test_203_is_taken_and_said_to_be_deprecated(
    replay: Replay, database: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """A deprecated service still gives its forecast, with one warning."""
    replay.status, replay.body = 203, METNO
    with client_of(replay.url) as client, caplog.at_level(logging.WARNING, "dagsplan.weather"):
        assert client.fetch(database, "metno") is not None
    assert "deprecated" in caplog.text


def test_a_deaf_server_costs_the_time_out_and_no_more(database: Connection) -> None:
    """A server that takes the connection and says nothing is a SourceUnavailable."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with client_of(url, timeout_s=0.3) as client, pytest.raises(SourceUnavailable, match="does not answer"):
            client.fetch(database, "smhi")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[bad", "ftp://x", "nonsense"])
def test_an_address_that_nobody_answers_at_is_said(database: Connection, url: str) -> None:
    """A closed port and an address that is none are a SourceUnavailable that names it."""
    with client_of(url) as client, pytest.raises(SourceUnavailable, match="smhi"):
        client.fetch(database, "smhi")


@pytest.mark.parametrize("body", [SMHI[:700], b"", b"<html></html>", METNO])
def test_a_body_that_is_no_answer_changes_nothing(replay: Replay, database: Connection, body: bytes) -> None:
    """Truncated, empty or foreign JSON is refused; what was known stays; the next round asks again."""
    with client_of(replay.url) as client:
        client.fetch(database, "smhi")
        replay.body, replay.headers = body, {"Expires": http(AT + timedelta(hours=1))}
        with pytest.raises(DagsplanError):
            client.fetch(database, "smhi")
        replay.body = later_issue(1)
        assert client.fetch(database, "smhi") is not None
    assert issues(database) == 2


def test_a_connection_that_ends_in_the_middle_is_said(replay: Replay, database: Connection) -> None:
    """Fewer bytes than announced are no answer."""
    replay.cut = 10
    with client_of(replay.url) as client, pytest.raises(SourceUnavailable):
        client.fetch(database, "smhi")
    assert issues(database) == 0


def later_issue(hours: int) -> bytes:
    answer = json.loads(SMHI)
    answer["referenceTime"] = (datetime(2027, 1, 11, 21, tzinfo=UTC) + timedelta(hours=hours)).isoformat()
    return json.dumps(answer).encode()


def test_every_issue_is_kept_and_none_twice(replay: Replay, database: Connection) -> None:
    """Three issues and one of them again are three; a time in the past sees only what was known then."""
    clock = FixedClock(AT)
    with client_of(replay.url, clock) as client:
        new = []
        for hours in (0, 1, 1, 2):
            replay.body = later_issue(hours)
            new.append(client.fetch(database, "smhi") is not None)
            clock.advance(hours=1)
    assert new == [True, True, False, True]
    assert issues(database) == 3
    assert [forecast.issued_at.hour for forecast in forecasts(database, AT + timedelta(hours=1, minutes=30))] == [
        22,
        21,
    ]
    newest = newest_issue(database, clock.now())
    assert newest is not None
    assert newest.issued_at.hour == 23


def test_without_the_place_of_the_town_nothing_is_asked(database: Connection) -> None:
    """A town without longitude and latitude is told which settings are missing."""
    client = WeatherClient(Settings(), FixedClock(AT))
    with pytest.raises(ConfigError, match=r"municipality\.longitude"):
        client.fetch(database, "smhi")
    client.close()


@pytest.mark.parametrize("providers", [(), ("smhi",)])
def test_nothing_is_asked_unless_a_provider_is_named(replay: Replay, dsn: str, providers: tuple[str, ...]) -> None:
    """The poller asks the named providers and nobody else; by default that is nobody."""
    rounds = threading.Event()

    class OneRound(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            rounds.set()
            return super().wait(timeout)

    stop = OneRound()
    settings = settings_for(replay.url, providers=providers, interval_s=600.0)
    poller = WeatherPoller(WeatherClient(settings, FixedClock(AT)), lambda: connect(dsn, "weather"), stop)
    poller.start()
    assert rounds.wait(20)
    stop.set()
    poller.join(5)
    assert not poller.is_alive()
    assert len(replay.asked) == len(providers)


def test_the_poller_outlives_a_source_and_a_database_that_are_away(
    replay: Replay, dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One line each time, and the next round works."""
    stop = threading.Event()
    clock = FixedClock(AT)
    broken = iter(["postgresql://nobody@127.0.0.1:1/gone"])
    replay.status = 503
    settings = settings_for(replay.url, providers=("smhi",), interval_s=0.0)
    poller = WeatherPoller(WeatherClient(settings, clock), lambda: connect(next(broken, dsn), "weather"), stop)
    with caplog.at_level(logging.INFO, "dagsplan.weather"), connect(dsn, "test") as connection:
        poller.start()
        while not replay.asked:
            assert poller.is_alive()
        replay.status = 200
        while issues(connection) == 0:
            assert poller.is_alive()
        stop.set()
        poller.join(5)
    said = [record.getMessage() for record in caplog.records if record.name == "dagsplan.weather"]
    assert "no connection to the database gone at 127.0.0.1:1" in said[0]
    assert "503" in said[1]
    assert all("\n" not in line for line in said)


@pytest.mark.parametrize(
    "name", ["metno_locationforecast2_oslo_snow_2026-02-06.json", "smhi_snow1g_winter_stockholm_2026-02-06.json"]
)
def test_a_stored_answer_is_imported_as_known_since_its_issue(
    data_folder: Path, database: Connection, name: str
) -> None:
    """A real stored answer is kept with all its steps, as received when it was issued."""
    forecast = import_file(database, data_folder / "weather" / name, AT).forecast
    again = forecasts(database, forecast.issued_at)
    assert again == (forecast,)
    assert database.execute("SELECT received_at FROM forecast").fetchone() == (forecast.issued_at,)


def test_a_stored_answer_that_is_not_there_or_none_is_refused(tmp_path: Path, database: Connection) -> None:
    """A wrong path and a foreign file are one line with the file."""
    with pytest.raises(ImportRefused, match=r"gone\.json.*check the path"):
        import_file(database, tmp_path / "gone.json", AT)
    (tmp_path / "no.json").write_bytes(b"{}")
    with pytest.raises(ImportRefused, match=r"no\.json"):
        import_file(database, tmp_path / "no.json", AT)


def test_an_answer_that_the_schema_refuses_is_one_line(tmp_path: Path, database: Connection) -> None:
    """Two steps that end at the same time cannot be kept: the file is refused, and nothing of it stays."""
    answer = json.loads(SMHI)
    answer["timeSeries"].append(answer["timeSeries"][2])
    (tmp_path / "double.json").write_text(json.dumps(answer))
    with pytest.raises(ImportRefused, match=r"double\.json"):
        import_file(database, tmp_path / "double.json", AT)
    assert issues(database) == 0
