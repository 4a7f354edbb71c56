"""The small town of the planner's tests in a database: streets, a snow depth through a forecast, rooms and schools."""

from __future__ import annotations

from datetime import datetime

from city.entities import Building, Dataset, Room
from city.settings import Municipality, Planner, Settings
from planner.thresholds.seed import seed
from store import facts, plans, roads, weather
from store.connect import Connection
from tests.unit.planner.snapshots import AT, HOUR, forecast, heating_snapshot, snow_snapshot, streets, waste_snapshot


def settings(**planner: object) -> Settings:
    """Settings of the town; ``planner`` replaces fields of its section."""
    own: dict[str, object] = {"tur_minutes": 30.0, "round_iterations": 40, "tur_iterations": 10}
    return Settings(municipality=Municipality(longitude=14.8, latitude=56.87), planner=Planner(**{**own, **planner}))  # type: ignore[arg-type]


def fill(connection: Connection, at: datetime = AT, *, mm_h: float = 1.0) -> None:
    """Puts the town into an empty database, with a day of snow behind ``at`` and a night of it before."""
    snow, waste, heating = snow_snapshot(), waste_snapshot(), heating_snapshot()
    with connection.transaction():
        for name, kind in (("streets", "streets"), ("rooms", "rooms"), ("schools", "schools")):
            roads.save_dataset(connection, Dataset(name, kind, "CC0 1.0", "by hand"), at)
        for limit in seed():
            plans.add_threshold(connection, limit)
        roads.replace_segments(connection, "streets", streets())
        roads.save_rooms(connection, "rooms", [Room(r.id, r.name, r.lon, r.lat) for r in waste.rooms])
        facts.save_vessels(connection, waste.vessels)
        roads.save_buildings(connection, "schools", [Building(b.id, b.name, b.lon, b.lat) for b in heating.buildings])
        facts.save_calendar(connection, heating.calendar)
        facts.save_fleet(connection, waste.depots, snow.contractors, (*snow.vehicles, *waste.vehicles))
        weather.save_forecast(connection, forecast(-4.0, mm_h, issued=at - HOUR), at - HOUR)
