"""The city's things: what was saved is read again, and the clock of an installation is one for all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from city.clock import SimulatedClock, SystemClock
from city.entities import Building, Dataset, Depot, Device, Room, Vehicle, Vessel
from city.errors import StoreUnavailable
from city.manning import RosterTurn
from store import facts
from store.clock import installation_clock, set_simulated_clock
from store.connect import Connection, connect
from store.roads import save_buildings, save_dataset, save_rooms
from store.rows import only_row

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_an_emptying_is_only_moved_forward(database: Connection) -> None:
    """An older file does not undo a newer emptying."""
    save_dataset(database, Dataset("own", "own", "own data", "the municipality"), AT)
    save_rooms(database, "own", [Room("r", "r", 14.8, 56.9)])
    facts.save_vessels(database, [Vessel("v", "r", "residual", 660, last_emptied=AT)])
    facts.mark_emptied(database, ["v"], AT + HOUR)
    facts.mark_emptied(database, ["v"], AT - HOUR)
    facts.save_vessels(database, [Vessel("v", "r", "residual", 660, last_emptied=AT)])
    assert facts.vessels(database)[0].last_emptied == AT + HOUR


def test_a_device_is_corrected_and_its_history_stays(database: Connection) -> None:
    """Saving a known device again changes its name and place; when it was heard stays."""
    facts.save_device(database, Device("d", "old", "snow"), [("snow_depth", "cm")])
    database.execute("UPDATE device SET last_time = %s, last_received = %s", (AT, AT))
    facts.save_device(database, Device("d", "new", "snow", 14.8, 56.9, 900.0), [("snow_depth", "cm")])
    assert facts.devices(database) == (Device("d", "new", "snow", 14.8, 56.9, 900.0, last_time=AT),)


def test_a_stranger_is_no_device_until_it_is_adopted(database: Connection) -> None:
    """A parked device is not listed; adopting it lists it."""
    database.execute("INSERT INTO device (device_id, name, kind, adopted) VALUES ('s', 's', 'unknown', false)")
    assert facts.devices(database) == ()
    facts.save_device(database, Device("s", "Ny", "snow"), [])
    assert [device.id for device in facts.devices(database)] == ["s"]


def test_a_building_keeps_its_sensor_when_streets_are_imported_again(database: Connection) -> None:
    """The extract brings name and place up to date and leaves what the city has set."""
    save_dataset(database, Dataset("osm", "osm", "ODbL", "OpenStreetMap contributors"), AT)
    save_buildings(database, "osm", [Building("b", "Skola", 14.8, 56.9)])
    facts.set_building_device(database, "b", "ind-1", simulated=False)
    save_buildings(database, "osm", [Building("b", "Nya skolan", 14.81, 56.9)])
    (building,) = facts.buildings(database)
    assert (building.name, building.device) == ("Nya skolan", "ind-1")


def test_simulated_time_is_the_same_for_all_connections(dsn: str) -> None:
    """The clock of an installation is the wall's until it is made simulated, then one for all; it can be set anew."""
    with connect(dsn, "one") as one, connect(dsn, "two") as two:
        assert isinstance(installation_clock(one), SystemClock)
        wall = datetime(2026, 11, 1, tzinfo=UTC)
        set_simulated_clock(one, AT, wall, 60.0)
        assert installation_clock(two) == SimulatedClock(AT, wall, 60.0)
        set_simulated_clock(two, AT + HOUR, wall, 1.0)
        assert installation_clock(one) == SimulatedClock(AT + HOUR, wall, 1.0)


def test_roster_turns_that_touch_a_period_are_found(database: Connection) -> None:
    """A turn that ends at the begin, or begins at the end, does not touch; one inside or across does."""
    begins, ends = datetime(2027, 1, 12, 17, tzinfo=UTC), datetime(2027, 1, 13, 2, tzinfo=UTC)
    facts.save_fleet(database, [Depot("d-1", "Norra", 14.8, 56.9)], [], [Vehicle("P01", "snow", "d-1")])
    facts.save_roster(database, [RosterTurn("P01", begins, ends)])
    assert facts.roster(database, ends, ends + HOUR) == ()
    assert facts.roster(database, begins - HOUR, begins) == ()
    assert len(facts.roster(database, begins + HOUR, begins + 2 * HOUR)) == 1
    assert len(facts.roster(database, begins - HOUR, begins + HOUR)) == 1


def test_a_row_that_must_be_there_and_is_not_is_said(database: Connection) -> None:
    """Whoever asks for the one row of a query gets it, or an error that is no fault of the type checker."""
    assert only_row(database.execute("SELECT 1, 'a'")) == (1, "a")
    with pytest.raises(StoreUnavailable, match="no row"):
        only_row(database.execute("SELECT 1 WHERE false"))
