"""What is assumed stands in until somebody tells: in the plan's words, and out of the way of what is told."""

from __future__ import annotations

from dataclasses import replace

from city.clock import FixedClock
from city.entities import Depot, Vehicle, Vessel
from planner.schedule import plan_by_hand, snapshot_by_hand
from store import facts
from store.connect import Connection
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT, waste_snapshot

HOME, TRUCK = Depot("assumed-depot", "Antagen", 14.8, 56.87), Vehicle("assumed-A1", "waste", "assumed-depot")


def weak(connection: Connection, domain: str) -> str:
    """What a plan does not know, in English."""
    clock = FixedClock(AT)
    plan = plan_by_hand(connection, snapshot_by_hand(connection, settings(), domain, clock), clock, dry_run=True)
    return "\n".join(str(one.effect_en) for one in plan.degradations)


def assumed(connection: Connection) -> None:
    """The town with a fleet and vessels that nobody told."""
    fill(connection)
    connection.execute("DELETE FROM vehicle")
    connection.execute("DELETE FROM vessel")
    connection.execute("DELETE FROM depot")
    facts.save_fleet(connection, [HOME], [], [TRUCK, Vehicle("assumed-P1", "snow", HOME.id)])
    told = waste_snapshot().vessels
    facts.save_vessels(connection, [replace(told[0], id=f"assumed-{vessel.id}", room=vessel.room) for vessel in told])


def test_plans_name_what_is_assumed(database: Connection) -> None:
    assumed(database)
    assert "The fleet is assumed: 1 vehicle" in weak(database, "snow")
    said = weak(database, "waste")
    assert "The fleet is assumed: 1 vehicle" in said
    assert "The vessels are assumed" in said


def test_what_is_told_takes_its_place_kind_by_kind(database: Connection) -> None:
    """A truck of our own ends the assumed trucks and depots, not the assumed plough; a vessel those of its room."""
    assumed(database)
    room = waste_snapshot().vessels[0].room
    facts.save_fleet(database, [Depot("home", "Home", 14.8, 56.87)], [], [Vehicle("A1", "waste", "home")])
    facts.save_vessels(database, [Vessel("own", room, "residual", 660.0)])
    snapshot = snapshot_by_hand(database, settings(), "waste", FixedClock(AT))
    assert [vehicle.id for vehicle in snapshot.vehicles] == ["A1"]
    assert [depot.id for depot in snapshot.depots] == ["home"]
    assert [vessel.id for vessel in snapshot.vessels if vessel.room == room] == ["own"]
    assert all(vessel.id.startswith("assumed-") for vessel in snapshot.vessels if vessel.room != room)
    assert "The fleet is assumed" in weak(database, "snow")
    snow = snapshot_by_hand(database, settings(), "snow", FixedClock(AT))
    assert {vehicle.depot for vehicle in snow.vehicles} <= {depot.id for depot in snow.depots}
