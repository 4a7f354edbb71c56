"""The doctor says in plain words how the storage is, and what to do where it is not well; in any language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from psycopg.sql import SQL, Identifier

from city.catalogue.words import words
from city.clock import SystemClock
from city.entities import Depot, Device, Vehicle
from city.manning import CallOut
from city.settings import Ingest, Settings, Store
from deploy.doctor import Finding, examine
from deploy.testgateway import served_gateway
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from store.calls import replace_lists
from store.clock import set_simulated_clock
from store.connect import Connection
from store.facts import save_device, save_fleet
from store.housekeeping import keep_house
from store.rollups import refresh
from tests.calls import calling
from tests.integration.plan_town import fill, settings

AT = datetime(2027, 1, 12, 5, 0, tzinfo=UTC)


def findings(
    connection: Connection, dsn: str, at: datetime = AT, settings: Settings | None = None
) -> dict[str, Finding]:
    """What the doctor finds at a simulated time."""
    set_simulated_clock(connection, at, SystemClock().now(), 1e-6)
    connection.commit()
    return {finding.part: finding for finding in examine(settings or Settings(), dsn)}


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


def test_each_channel_of_the_lists_is_known_to_have_a_line_or_none(database: Connection, dsn: str) -> None:
    """What sends and answers is well, what does not is a fault, and what is rung by hand is noted where that could be
    otherwise."""
    save_fleet(database, [Depot("dep", "Dep", 14.8, 56.9)], [], [Vehicle("P1", "snow", "dep")])
    rows = [CallOut("street", n, "P1", f"Jour {n}", c, "0") for n, c in enumerate(("sms", "sms", "email", "radio"), 1)]
    replace_lists(database, rows)
    set_simulated_clock(database, AT, SystemClock().now(), 1e-6)

    def told(settings: Settings) -> dict[str, tuple[str, str]]:
        found = [finding for finding in examine(settings, dsn) if finding.part == "calls"]
        return {finding.of: (finding.state, said(finding)) for finding in found}

    by_hand = told(Settings())
    assert {channel: state for channel, (state, _) in by_hand.items()} == {
        "sms": "note",
        "email": "note",
        "radio": "ok",
    }
    assert by_hand["sms"][1].startswith("2 places of lists are rung by hand")
    with served_gateway(Settings()) as gateway:
        reached = told(calling(gateway.url))
    assert reached["sms"] == ("ok", "2 places of lists, and what sends to them answers")
    gone = told(calling(gateway.url))
    assert gone["sms"][0] == "bad"
    assert gone["sms"][1].startswith("nothing can be sent (no connection: ")


def bad(found: dict[str, Finding]) -> set[str]:
    return {part for part, finding in found.items() if not finding.ok}


def test_an_empty_town_is_not_well(database: Connection, dsn: str) -> None:
    """There is nothing to plan with: each part that every town needs says so, with the command."""
    found = findings(database, dsn)
    assert bad(found) == {"settings", "streets", "fleet", "forecast"}
    assert said(found["streets"]) == (
        "none imported; without them neither snow clearance nor collection is planned; run 'dagsplan import roads FILE'"
    )
    assert {part for part, finding in found.items() if finding.state == "note"} == {
        "terrain", "manning", "rooms", "buildings", "devices",
    }  # fmt: skip
    assert "the town is called Exempelstad" in said(found["settings"])
    assert found["manning"].as_dict(words("sv")) == {
        "part": "manning", "name": "bemanning", "ok": True, "state": "note",
        "text": "ingen inlagd; utan den räknas alla fordon som körbara när som helst; kör 'dagsplan import fleet FIL'",
    }  # fmt: skip


def test_a_town_that_clears_snow_alone_is_well(database: Connection, dsn: str) -> None:
    """Rooms, buildings and devices are noted where they are not there, and no fault; lengths and counts are true."""
    fill(database, AT)
    for table in ("vessel", "room", "building"):
        database.execute(SQL("DELETE FROM {}").format(Identifier(table)))
    database.execute("DELETE FROM vehicle WHERE domain = 'waste'")
    found = findings(database, dsn, settings=settings())
    assert bad(found) == set()
    km = database.execute("SELECT sum(length_m) / 1000 FROM road_segment WHERE network = 'street'").fetchone()
    assert km is not None
    assert f"{km[0]:.1f} km of streets" in said(found["streets"])
    assert said(found["rooms"]).startswith("none; without them no collection is planned; run 'dagsplan import rooms ")
    assert "for snow" in said(found["fleet"])


def test_vehicles_without_what_they_work_on_are_a_fault(database: Connection, dsn: str) -> None:
    """Also in a town that can be planned otherwise."""
    fill(database, AT)
    database.execute("DELETE FROM vessel")
    database.execute("DELETE FROM room")
    assert bad(findings(database, dsn, settings=settings())) == {"rooms"}


def test_manning_that_has_run_out_is_said_in_local_time(database: Connection, dsn: str) -> None:
    fill(database, AT)
    turn = "INSERT INTO roster_turn SELECT vehicle_id, %s, %s FROM vehicle LIMIT 1"
    database.execute(turn, (AT - timedelta(hours=9), AT - timedelta(hours=1)))
    found = findings(database, dsn, settings=settings())["manning"]
    assert (found.state, said(found).split(";")[0]) == ("note", "the last turn ended 2027-01-12 05:00")
    database.execute(turn, (AT, AT + timedelta(hours=8)))
    found = findings(database, dsn, settings=settings())["manning"]
    assert (found.state, said(found)) == ("ok", "1 turn ahead, until 2027-01-12 14:00")


def rejected(connection: Connection, n: int, reason: str = "unknown_device", day: datetime = AT) -> None:
    connection.execute("INSERT INTO dead_letter_count VALUES (%s, 'd-new', %s, %s)", (day.date(), reason, n))


def stored(connection: Connection, n: int) -> None:
    """So many readings of the last hours."""
    connection.execute("INSERT INTO device (device_id, name, kind) VALUES ('d', 'd', 'test')")
    connection.execute("INSERT INTO series (device_id, quantity, unit) VALUES ('d', 'q', '')")
    for k in range(n):
        at = AT - timedelta(minutes=10 * (k + 1))
        connection.execute("INSERT INTO reading SELECT series_id, %s, 1, %s FROM series", (at, at))


@pytest.mark.parametrize(
    ("n", "kept", "ok", "says"),
    [
        (40, 0, False, "all 40 messages since 2027-01-11 01:00 were rejected"),
        (4, 3, False, "most of what came since 2027-01-11 01:00 was rejected: 4 messages, beside 3 stored readings"),
        (3, 4, True, "stale 3; see 'dagsplan deadletters list'"),
    ],
)
def test_what_is_mostly_rejected_is_a_fault(
    database: Connection, dsn: str, n: int, kept: int, ok: bool, says: str
) -> None:
    """By what came in the last day; few rejects among many readings are not."""
    stored(database, kept)
    rejected(database, n, "stale")
    found = findings(database, dsn)["rejects"]
    assert found.ok == ok
    assert said(found).startswith(says)
    if not ok:
        assert said(found).endswith("'dagsplan deadletters list' says why")


def test_old_rejects_are_no_fault(database: Connection, dsn: str) -> None:
    rejected(database, 4000, day=AT - timedelta(days=3))
    assert findings(database, dsn)["rejects"].ok


def test_a_device_that_waits_is_a_fault_with_the_way_out(database: Connection, dsn: str) -> None:
    """Whatever else is well: its readings are lost to every plan until somebody takes it in."""
    stored(database, 6)
    database.execute(
        "INSERT INTO device (device_id, name, kind, adopted, first_seen, last_received) "
        "VALUES ('d-new', 'd-new', 'unknown', false, %s, %s)", (AT, AT)
    )  # fmt: skip
    rejected(database, 2)
    found = findings(database, dsn)
    assert {"rejects", "devices"} <= bad(found)
    assert said(found["devices"]) == (
        "1 taken in, 0 heard; 1 sensor is heard and waits to be taken in; their readings are set aside until then; "
        "run 'dagsplan devices adopt'"
    )
    assert said(found["rejects"], "sv") == (
        "1 givare hörs och väntar på att tas upp; "
        "'dagsplan devices list' visar dem, 'dagsplan devices adopt' tar upp dem"
    )
    database.execute("UPDATE device SET adopted = true")
    assert {"rejects", "devices"} & bad(findings(database, dsn)) == set()


def message(minute: int) -> MqttMessage:
    """A reading of a device that nobody has taken in, as it comes from the broker."""
    at = AT - timedelta(minutes=minute)
    payload = f'{{"time": "{at.isoformat()}", "values": {{"snow_depth": 3.5}}}}'
    return MqttMessage("dagsplan/new-1/reading", payload.encode(), AT)


def test_a_first_sensor_that_nobody_adopted_is_seen(database: Connection, dsn: str) -> None:
    """As the daemon writes it: all is rejected until it is adopted, then all is well with it."""
    rule = ClockRule(timedelta(days=7), timedelta(minutes=5))
    Writer(database, Ingest(), rule).write([message(minute) for minute in range(3)])
    found = findings(database, dsn)
    assert {"devices", "rejects"} <= bad(found)
    assert "'dagsplan devices adopt' takes them in" in said(found["rejects"])
    save_device(database, Device("new-1", "Ny mätare", "snow"), [("snow_depth", "cm")])
    Writer(database, Ingest(), rule).write([message(minute) for minute in range(10, 20)])
    assert {"devices", "rejects"} & bad(findings(database, dsn)) == set()


SCHEDULER = "start 'dagsplan scheduler', or see its log"


def test_a_server_that_keeps_no_commit_is_a_fault(database: Connection, dsn: str) -> None:
    """What is off, and that it can cost what was acknowledged."""
    assert findings(database, dsn)["database"].ok
    database.execute(f'ALTER DATABASE "{database.info.dbname}" SET synchronous_commit = off')
    found = findings(database, dsn)["database"]
    assert not found.ok
    assert said(found).startswith("synchronous_commit off: a power cut")


def test_an_assumed_fleet_is_called_assumed(database: Connection, dsn: str) -> None:
    """Until somebody tells of a vehicle of their own."""
    assumed = Vehicle("assumed-P1", "snow", "dep")
    save_fleet(database, [Depot("dep", "Antagen", 14.8, 56.9)], [], [assumed])
    fleet = findings(database, dsn)["fleet"]
    assert (fleet.state, said(fleet)) == (
        "note",
        "1 for snow, in 1 depot; all of it assumed; kilometres, hours and costs are those of vehicles that "
        "nobody has told of; run 'dagsplan import fleet FILE'",
    )
    save_fleet(database, [], [], [Vehicle("P1", "snow", "dep")])
    assert "assumed" not in said(findings(database, dsn)["fleet"])
