"""The doctor says in plain words how the storage is, and what to do where it is not well; in any language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from city.catalogue.words import words
from city.clock import SystemClock
from city.settings import Settings, Store
from deploy.doctor import Finding, examine
from store.clock import set_simulated_clock
from store.connect import Connection
from store.housekeeping import keep_house
from store.rollups import refresh

AT = datetime(2027, 1, 12, 5, 0, tzinfo=UTC)


def findings(connection: Connection, dsn: str, at: datetime = AT) -> dict[str, Finding]:
    """What the doctor finds at a simulated time."""
    set_simulated_clock(connection, at, SystemClock().now(), 1e-6)
    return {finding.part: finding for finding in examine(Settings(), dsn)}


def said(finding: Finding, language: str = "en") -> str:
    return words(language).say(finding.text)


def test_a_new_installation_is_well(database: Connection, dsn: str) -> None:
    """Nothing stored, nothing done: the words say so and nothing is wrong with the storage."""
    found = findings(database, dsn)
    assert "storage tier plain" in said(found["database"])
    assert found["storage"].ok
    assert "none yet; 0 weeks ahead" in said(found["storage"])
    assert (found["hours"].ok, said(found["hours"])) == (True, "all computed")
    assert found["housekeeping"].ok
    assert "not done yet" in said(found["housekeeping"])


def test_what_stands_still_is_said_with_the_way_out(database: Connection, dsn: str) -> None:
    """Hours and housekeeping that nobody does are faults that name the scheduler; after it did them they are well."""
    limits, zone = Store(), Settings().municipality.zone
    keep_house(database, limits, zone, AT - timedelta(days=2))
    database.execute("INSERT INTO device (device_id, name, kind) VALUES ('d', 'd', 'test')")
    database.execute("INSERT INTO series (device_id, quantity, unit) VALUES ('d', 'q', '')")
    hour = AT - timedelta(hours=5)
    database.execute("INSERT INTO reading SELECT series_id, %s, 1, %s FROM series", (hour, hour))
    database.execute("INSERT INTO rollup_due (hour, series_ids) SELECT %s, array_agg(series_id) FROM series", (hour,))
    found = findings(database, dsn)
    assert not found["hours"].ok
    assert said(found["hours"]) == f"1 to compute, of 2027-01-12 01:00; {SCHEDULER}"
    assert (
        said(found["hours"], "sv")
        == "1 att räkna, från 2027-01-12 01.00; starta 'dagsplan scheduler', eller se dess logg"
    )
    assert not found["housekeeping"].ok
    assert said(found["housekeeping"]) == f"last done 2027-01-10 06:00; {SCHEDULER}"
    refresh(database)
    keep_house(database, limits, zone, AT)
    found = findings(database, dsn)
    assert found["hours"].ok
    assert found["housekeeping"].ok
    assert "the oldest of 2027-01-12; 4 weeks ahead" in said(found["storage"])


SCHEDULER = "start 'dagsplan scheduler', or see its log"


def test_a_server_that_keeps_no_commit_is_a_fault(database: Connection, dsn: str) -> None:
    """What is off, and that it can cost what was acknowledged."""
    assert findings(database, dsn)["database"].ok
    database.execute(f'ALTER DATABASE "{database.info.dbname}" SET synchronous_commit = off')
    found = findings(database, dsn)["database"]
    assert not found.ok
    assert said(found).startswith("synchronous_commit off: a power cut")
