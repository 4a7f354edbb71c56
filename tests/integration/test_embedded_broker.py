"""The embedded broker beside other programs: a port that a setting names, found by commands, and messages of 2 MB."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from city.clock import SystemClock
from city.settings import Mqtt, Settings
from dagsplan import main
from deploy.installation import Installation
from ingest.broker import WHERE, embedded_broker, free_port, running_broker
from ingest.publisher import Publication, publish_all
from ingest.session import Session, address
from tests.integration.test_daemon import AT, await_that


def test_it_has_the_port_of_the_settings_and_tells_where_it_is(tmp_path: Path, dsn: str) -> None:
    """While it runs, and not after."""
    port = free_port()
    settings = Settings(state_dir=str(tmp_path), mqtt=Mqtt(embedded_port=port))
    settings = Settings(state_dir=str(tmp_path), mqtt=settings.mqtt, database=type(settings.database)(dsn=dsn))
    with Installation(settings, lambda _: None) as installation:
        assert installation.broker_url == f"mqtt://127.0.0.1:{port}" == running_broker(tmp_path)
    assert running_broker(tmp_path) is None
    assert not (tmp_path / WHERE).exists()


def test_a_note_of_one_that_was_killed_is_not_believed(tmp_path: Path, broker: str) -> None:
    """Another program may have its port by now."""
    (tmp_path / WHERE).write_text(f"{broker}\n{2**22 - 1}\n", encoding="utf-8")
    assert running_broker(tmp_path) is None


def test_replay_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With no address set: what it publishes arrives at who is subscribed."""
    file = tmp_path / "day.jsonl"
    rows = [{"time": AT.isoformat(), "topic": "dagsplan/g-1/reading", "payload": {"n": n}} for n in range(3)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    monkeypatch.setenv("DAGSPLAN_STATE_DIR", str(tmp_path))
    assert main(["replay", str(file)]) == 1
    assert "dagsplan up" in capsys.readouterr().err
    with embedded_broker(folder=tmp_path) as url:
        session = Session(Mqtt(), address(url), SystemClock())
        session.open()
        assert main(["replay", str(file)]) == 0
        await_that(lambda: len(session.arrived) == 3, "three messages")
        session.close()


def test_it_takes_messages_of_two_megabytes(broker: str) -> None:
    """As large as a camera's image may be."""
    session = Session(
        Mqtt(topics=("dagsplan/+/image",)),
        address(broker),
        SystemClock(),
    )
    session.open(stop=threading.Event())
    assert publish_all(address(broker), [Publication(AT, "dagsplan/c-1/image", bytes(2_000_000))]) == 1
    await_that(lambda: len(session.arrived) == 1, "the image")
    assert len(session.arrived.take(1)[0].message.payload) == 2_000_000
    session.close()
