"""A seeded fleet, vessels, sensors and calendar for an imported street network. All marked simulated."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from city.catalogue.message import message
from city.entities import Building, CalendarDay, Contractor, Depot, Device, Point, Room, Segment, Vehicle, Vessel
from city.errors import NotFound
from city.geo import middle
from city.heatpoint import HeatPoint
from city.manning import CallOut
from city.vocabulary import HeatPointKind
from store import calls, facts, registers, roads
from store.connect import Connection

TELLS: tuple[HeatPointKind, ...] = ("zone_temperature", "set_point", "heat_meter")
"""What the sensor of a simulated building stands for."""
SIMULATED = "simulated"
SNOW_EVERY_S, LEVEL_EVERY_S, INDOOR_EVERY_S = 900.0, 3600.0, 1800.0


@dataclass(frozen=True)
class SimulatedTown:
    """What the simulator speaks for."""

    snow: tuple[Device, ...]
    air: Device
    vessels: tuple[Vessel, ...]
    buildings: tuple[Building, ...]
    centre: Point


def populate(connection: Connection, at: datetime, seed: int) -> SimulatedTown:
    """Adds depot, fleet, vessels, sensors and calendar to the imported streets, rooms and buildings."""
    segments = roads.load_segments(connection)
    chance = random.Random(seed)  # noqa: S311 - a made-up town
    spots = _spots(segments)
    snow = tuple(_snow_device(number, spot) for number, spot in enumerate(spots[:4], start=1))
    centre = spots[4]
    air = Device("luft-01", "Lufttemperatur 1", "snow", *centre, SNOW_EVERY_S, simulated=True)
    vessels = tuple(_vessel(room, at, chance) for room in facts.rooms(connection))
    buildings = tuple(replace(b, device=f"skola-{n:02d}") for n, b in enumerate(facts.buildings(connection), start=1))
    with connection.transaction():
        _save_fleet(connection, spots)
        facts.save_vessels(connection, vessels)
        _save_devices(connection, snow, air, vessels, buildings)
        facts.save_calendar(connection, _calendar(at.date()))
    return SimulatedTown(snow, air, vessels, buildings, centre)


def town_of(connection: Connection) -> SimulatedTown:
    """The town as ``populate`` left it in the database. Raises NotFound where there is none."""
    devices = facts.devices(connection)
    air = next((device for device in devices if device.id == "luft-01"), None)
    if air is None or air.lon is None or air.lat is None:
        raise NotFound(message("error.demo.no_town"))
    return SimulatedTown(
        tuple(device for device in devices if device.kind == "snow" and device.id != air.id),
        air,
        facts.vessels(connection),
        facts.buildings(connection),
        (air.lon, air.lat),
    )


def _spots(segments: tuple[Segment, ...]) -> list[Point]:
    """Five places on reachable streets: four towards the corners, one in the middle."""
    places = sorted(middle(s.geometry) for s in segments if s.reachable and s.network == "street")
    lons, lats = sorted(p[0] for p in places), sorted(p[1] for p in places)

    def quantile(values: list[float], share: float) -> float:
        return values[int(share * (len(values) - 1))]

    wanted = [(0.2, 0.2), (0.2, 0.8), (0.8, 0.2), (0.8, 0.8), (0.5, 0.5)]
    targets = [(quantile(lons, x), quantile(lats, y)) for x, y in wanted]
    return [min(places, key=lambda p: (p[0] - x) ** 2 / 4 + (p[1] - y) ** 2) for x, y in targets]


def _snow_device(number: int, spot: Point) -> Device:
    return Device(f"sno-{number:02d}", f"Snödjup {number}", "snow", *spot, SNOW_EVERY_S, simulated=True)


def _vessel(room: Room, at: datetime, chance: random.Random) -> Vessel:
    """One vessel a room; two of three have a sensor, the others only a known last emptying."""
    fraction, litres, age = ("litter", 120.0, 7.0) if room.kind == "basket" else ("residual", 660.0, 14.0)
    sensor = chance.random() < 0.67
    device = f"a81758fffe{chance.getrandbits(24):06x}" if sensor else None
    emptied = at - timedelta(days=chance.uniform(0.5, 4.5))
    return Vessel(f"karl/{room.id}", room.id, fraction, litres, device, age, emptied, simulated=True)


def _save_fleet(connection: Connection, spots: list[Point]) -> None:
    depots = [
        Depot("depa-1", "Depå 1", *spots[0], simulated=True),
        Depot("tipp-1", "Tippplats 1", *spots[3], kind="disposal", simulated=True),
    ]
    contractors = [
        Contractor("egen", "Egen regi", 900.0, simulated=True),
        Contractor("akeri-ett", "Åkeri Ett", 1250.0, simulated=True),
    ]
    ploughs = [
        Vehicle(f"P{n:02d}", "snow", "depa-1", "street", "egen" if n < 3 else "akeri-ett", 16.0, 40.0, simulated=True)
        for n in range(1, 5)
    ]
    small = [Vehicle(f"G{n:02d}", "snow", "depa-1", "cycle", "egen", 10.0, 25.0, simulated=True) for n in (1, 2)]
    trucks = [
        Vehicle("A01", "waste", "depa-1", "street", "egen", 15.0, 40.0, 3000.0, None, ("litter",), simulated=True),
        Vehicle("A02", "waste", "depa-1", "street", "egen", 15.0, 40.0, 9000.0, None, ("residual",), simulated=True),
    ]
    facts.save_fleet(connection, depots, contractors, [*ploughs, *small, *trucks])
    calls.replace_lists(connection, [*_on_call(ploughs), *_on_call(small)])


def _on_call(vehicles: list[Vehicle]) -> list[CallOut]:
    """Who is called in which order; nothing is at the addresses."""
    return [
        CallOut(v.network, place, v.id, f"Jour {v.id} (simulerad)", "sms", f"simulerad-{v.id}")
        for place, v in enumerate(vehicles, start=1)
    ]


def _save_devices(
    connection: Connection,
    snow: tuple[Device, ...],
    air: Device,
    vessels: tuple[Vessel, ...],
    buildings: tuple[Building, ...],
) -> None:
    for device in snow:
        facts.save_device(connection, device, [("snow_depth", "cm")])
    facts.save_device(connection, air, [("air_temperature", "°C")])
    rooms = {room.id: room for room in facts.rooms(connection)}
    for vessel in vessels:
        if vessel.device:
            room = rooms[vessel.room]
            device = Device(vessel.device, room.name, "waste", room.lon, room.lat, LEVEL_EVERY_S, simulated=True)
            facts.save_device(connection, device, [("fill_level", "%")])
    for building in buildings:
        if building.device:
            device = Device(
                building.device, building.name, "building", building.lon, building.lat, INDOOR_EVERY_S, simulated=True
            )
            told = [("indoor_temperature", "°C"), ("set_point", "°C"), ("heat_power", "kW")]
            facts.save_device(connection, device, told)
            points = (HeatPoint(building.id, point, building.device) for point in TELLS)
            registers.put(connection, "point", points, SIMULATED)
            facts.set_building_device(connection, building.id, building.device, simulated=True)


def _calendar(day: date) -> list[CalendarDay]:
    """School days on weekdays for a month around the day."""
    days = (day + timedelta(days=n) for n in range(-14, 31))
    return [CalendarDay("school", d, "school" if d.weekday() < 5 else "closed") for d in days]
