"""A small town for the pages: a grid of streets, four vehicles, two rooms, two schools, a night of snow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from city.clock import FixedClock
from city.entities import (
    Building,
    CalendarDay,
    Contractor,
    Dataset,
    Depot,
    Device,
    Forecast,
    ForecastStep,
    Room,
    Segment,
    Vehicle,
    Vessel,
)
from city.plan import Plan
from city.settings import Municipality, Planner, Settings
from city.vocabulary import Domain, RouteClass
from planner.thresholds.seed import seed
from store import facts, plans, roads, weather
from store.connect import Connection
from tests.by_hand import plan_now

AT = datetime(2026, 11, 24, 2, 6, tzinfo=UTC)
"""03.06 in Sweden, in the night of the service day 23 November."""
WEST, SOUTH, STEP_LON, STEP_LAT = 14.80, 56.87, 0.0035, 0.0019
SIDE = 9
CLASSES: tuple[RouteClass, ...] = ("P1", "P3", "P2", "P3", "P1", "P3", "P2", "P3", "P1")
NAMES = (
    "Storgatan",
    "Kvarngatan",
    "Hamnplan",
    "Skolgränd",
    "Björkvägen",
    "Ängsgatan",
    "Lasarettet",
    "Åvägen",
    "Ringen",
)


def settings(**planner: object) -> Settings:
    """Settings of the town."""
    return Settings(
        municipality=Municipality(name="Exempelstad", longitude=WEST, latitude=SOUTH),
        planner=Planner(tur_minutes=25.0, round_iterations=60, tur_iterations=10, **planner),
    )


def fill(connection: Connection, at: datetime = AT, *, snow_mm_h: float = 1.1) -> None:
    """Puts the town into an empty database."""
    roads.save_dataset(
        connection, Dataset("OpenStreetMap", "by hand", "ODbL 1.0", "© OpenStreetMap contributors", at.date()), at
    )
    roads.replace_segments(connection, "OpenStreetMap", streets())
    connection.commit()
    with connection.transaction():
        for limit in seed():
            plans.add_threshold(connection, limit)
        _people(connection)
        _places(connection, at)
        _sensors(connection, at)
        weather.save_forecast(connection, snowfall(at - timedelta(hours=1), snow_mm_h), at - timedelta(hours=1))


def publish(
    connection: Connection, domain: Domain, clock: FixedClock | None = None, town: Settings | None = None
) -> Plan:
    """The town's plan of a domain, live."""
    plan = plan_now(connection, town or settings(), domain, clock or FixedClock(AT))
    connection.commit()
    return plan


def streets() -> list[Segment]:
    """Streets along both directions of the grid, and one cycle way across."""
    made = []
    for row in range(SIDE):
        for column in range(SIDE):
            if column + 1 < SIDE:
                made.append(_street(row, column, row, column + 1, NAMES[row], CLASSES[row]))
            if row + 1 < SIDE:
                made.append(_street(row, column, row + 1, column, f"{NAMES[column]} tvär", CLASSES[column]))
    made += [_cycle(step) for step in range(SIDE - 1)]
    return sorted(made, key=lambda segment: segment.id)


def snowfall(issued_at: datetime, mm_h: float) -> Forecast:
    """Five hours of dry snow in 30 hours of light frost."""
    first = issued_at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=12)
    hours = [first + timedelta(hours=hour) for hour in range(48)]
    return Forecast("smhi", WEST, SOUTH, issued_at, tuple(_step(hour, issued_at, mm_h) for hour in hours), 160.0)


def _step(hour: datetime, issued_at: datetime, mm_h: float) -> ForecastStep:
    falls = mm_h if timedelta(hours=-4) <= hour - issued_at < timedelta(hours=6) else 0.0
    temp = -4.0 + 0.12 * abs((hour - issued_at).total_seconds() / 3600 - 8)
    return ForecastStep(
        hour,
        hour + timedelta(hours=1),
        temp_c=temp,
        precip_mm_h=falls,
        precip_min_mm_h=0.7 * falls,
        precip_max_mm_h=1.4 * falls,
        humidity_pct=92.0,
        wind_m_s=3.0,
    )


def _street(row: int, column: int, to_row: int, to_column: int, name: str, route_class: RouteClass) -> Segment:
    points = (_place(row, column), _place(to_row, to_column))
    return Segment(
        id=f"s/{row}-{column}/{to_row}-{to_column}",
        name=name,
        network="street",
        route_class=route_class,
        highway="residential",
        keeper="municipal",
        oneway=False,
        lanes=2,
        width_m=7.0,
        surface="asphalt",
        bridge=False,
        tunnel=False,
        speed_kmh=40.0,
        length_m=213.0,
        from_node=100 * row + column,
        to_node=100 * to_row + to_column,
        geometry=points,
        elevation_m=160.0 + row,
    )


def _cycle(step: int) -> Segment:
    street = _street(step, step, step + 1, step + 1, "Stationsstråket", "P1")
    fields = {name: getattr(street, name) for name in Segment.__slots__}
    return Segment(**fields | {"id": f"c/{step}", "network": "cycle", "route_class": "C1", "highway": "cycleway"})


def _place(row: int, column: int) -> tuple[float, float]:
    return (round(WEST + column * STEP_LON, 6), round(SOUTH + row * STEP_LAT, 6))


def _people(connection: Connection) -> None:
    lon, lat = _place(4, 4)
    facts.save_fleet(
        connection,
        [Depot("depå 1", "Depå 1", lon, lat), Depot("tipp", "Tippen", *_place(0, 0), kind="disposal")],
        [Contractor("ett", "Åkeri Ett", 1250.0), Contractor("egen", "Egen regi", 980.0)],
        [
            Vehicle("P01", "snow", "depå 1", contractor="ett"),
            Vehicle("P02", "snow", "depå 1", contractor="egen"),
            Vehicle("P03", "snow", "depå 1", contractor="egen"),
            Vehicle("G01", "snow", "depå 1", network="cycle", contractor="egen", work_kmh=10.0),
            Vehicle("R01", "waste", "depå 1", contractor="ett", capacity_l=14_000.0),
        ],
    )


def _places(connection: Connection, at: datetime) -> None:
    rooms = [Room(f"rum-{n:02d}", f"Miljörum {100 + n}", *_place(n % SIDE, (3 * n) % SIDE)) for n in range(12)]
    schools = [
        Building("skola-1", "Norra skolan", *_place(1, 6), device="inne-1"),
        Building("skola-2", "Förskolan Rönnen", *_place(6, 2), device="inne-2", opens="06:30", closes="17:30"),
    ]
    roads.save_rooms(connection, "OpenStreetMap", rooms)
    roads.save_buildings(connection, "OpenStreetMap", schools)
    old = at - timedelta(days=13, hours=8)
    facts.save_vessels(connection, list(_vessels(rooms, old, at)))
    days = [CalendarDay("school", at.date() + timedelta(days=n), "school") for n in range(-1, 3)]
    facts.save_calendar(connection, days)


def _vessels(rooms: Sequence[Room], old: datetime, at: datetime) -> list[Vessel]:
    return [
        Vessel(f"{room.id}-{n}", room.id, "residual", 660.0, last_emptied=old if place % 2 else at - timedelta(days=2))
        for place, room in enumerate(rooms)
        for n in range(1 + place % 3)
    ]


def _sensors(connection: Connection, at: datetime) -> None:
    heard = at - timedelta(minutes=4)
    for device, quantity, unit, value, place in (
        ("snö-1", "snow_depth", "cm", 4.6, (2, 2)),
        ("snö-2", "snow_depth", "cm", 5.1, (7, 6)),
        ("inne-1", "indoor_temperature", "°C", 17.4, (1, 6)),
        ("inne-2", "indoor_temperature", "°C", 18.9, (6, 2)),
    ):
        kind = "snow" if quantity == "snow_depth" else "indoor"
        facts.save_device(
            connection, Device(device, f"mast {device}", kind, *_place(*place), 900.0), [(quantity, unit)]
        )
        _reading(connection, device, quantity, heard, value)
    facts.save_device(connection, Device("snö-3", "Sjöbron", "snow", *_place(5, 5), 900.0), [("snow_depth", "cm")])
    connection.execute(
        "UPDATE device SET last_received = %s, last_time = %s WHERE device_id = 'snö-3'",
        (at - timedelta(minutes=47),) * 2,
    )


def _reading(connection: Connection, device: str, quantity: str, time: datetime, value: float) -> None:
    connection.execute(
        "INSERT INTO reading SELECT series_id, %s, %s, %s FROM series WHERE device_id = %s AND quantity = %s",
        (time, value, time, device, quantity),
    )
    connection.execute(
        "UPDATE device SET last_received = %s, last_time = %s WHERE device_id = %s", (time, time, device)
    )
