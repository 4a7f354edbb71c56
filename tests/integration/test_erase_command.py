"""``dagsplan erase``: what could tell where a driver was is gone, other vehicles' and what was done stay."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest

from city.clock import SystemClock
from city.entities import Position
from city.report import Became, DriverReport, Phone
from store import phones, positions, reports
from store.connect import Connection
from tests.integration.test_cli import said

NOW = SystemClock().now().replace(microsecond=0)


@pytest.fixture
def command(dsn: str, database: Connection, english: None, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    for vehicle in ("P05", "P06"):
        for days in (1, 9):
            at = NOW - timedelta(days=days)
            positions.add(database, [(Position(vehicle, at, 14.8, 56.9), at)])
            phone = Phone(str(uuid.uuid4()), vehicle, "code", at, at + timedelta(hours=12))
            phones.add_phone(database, phone, f"{vehicle}{days}")
            report = DriverReport(str(uuid.uuid4()), vehicle, phone.id, 1, "message", at, at, at, {"note": "x"})
            reports.add(database, report, Became("kept"))
    database.commit()
    return lambda *arguments: said(capsys, *arguments)


def left(connection: Connection) -> dict[str, int]:
    connection.rollback()
    rows = connection.execute("SELECT vehicle_id, count(*) FROM position GROUP BY 1").fetchall()
    also = connection.execute("SELECT vehicle_id, count(*) FROM driver_report GROUP BY 1").fetchall()
    assert dict(rows) == dict(also)
    return dict(rows)


def test_nothing_goes_without_a_yes(command, database: Connection) -> None:
    status, _, problem = command("erase", "P05")
    assert (status, "--yes" in problem) == (1, True)
    status, out, _ = command("erase", "P05", "--dry-run", "--json")
    assert status == 0
    assert json.loads(out)["erased"]["positions"] == 2
    assert left(database) == {"P05": 2, "P06": 2}


def test_what_is_from_before_a_time_goes_and_other_vehicles_stay(command, database: Connection) -> None:
    before = (NOW - timedelta(days=5)).isoformat()
    assert command("erase", "P05", "--before", before, "--yes")[0] == 0
    assert left(database) == {"P05": 1, "P06": 2}
    status, out, _ = command("erase", "P05", "--yes")
    assert (status, "1 positions" in out) == (0, True)
    assert left(database) == {"P06": 2}
    assert phones.by_token(database, "P061", NOW - timedelta(days=1)) is not None
    assert phones.by_token(database, "P051", NOW - timedelta(days=1)) is None
