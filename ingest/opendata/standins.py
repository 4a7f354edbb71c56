"""What no open source tells of a municipality and no plan can do without: a fleet, and the vessels of its waste places.

All of it is assumed, is called so wherever it is shown (``STAND_IN``), and stands in files that a person corrects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import osmium
from holidays import country_holidays

from city.entities import CalendarDay, Depot, Point, Room, Segment, Vehicle, Vessel
from city.geo import distance_m
from city.tables import write
from city.vocabulary import PLANNED_KEEPERS, STAND_IN

ACCEPTS: dict[str, str] = {
    "glass": "glass",
    "glass_bottles": "glass",
    "paper": "paper",
    "newspaper": "paper",
    "magazines": "paper",
    "cardboard": "cardboard",
    "paper_packaging": "cardboard",
    "cartons": "cardboard",
    "beverage_cartons": "cardboard",
    "plastic": "plastic",
    "plastic_packaging": "plastic",
    "plastic_bottles": "plastic",
    "cans": "metal",
    "metal_packaging": "metal",
    "organic": "food",
    "food_waste": "food",
    "waste": "residual",
}
"""What ``recycling:…=yes`` of OpenStreetMap says of the fractions that a place takes."""
LITRES: dict[str, float] = {"recycling": 2500.0, "container": 660.0, "basket": 100.0}
FRACTION: dict[str, str] = {"recycling": "recycling", "container": "residual", "basket": "litter"}


@dataclass(frozen=True)
class StandInFleet:
    """An assumed depot with a tip beside it, and the vehicles there."""

    depots: tuple[Depot, ...]
    vehicles: tuple[Vehicle, ...]


def stand_in_fleet(
    segments: Sequence[Segment],
    stops: int,
    middle: Point,
    names: tuple[str, str],
    *,
    km_per_plough: float = 40.0,
    km_per_cycle_plough: float = 40.0,
    stops_per_truck: int = 80,
    truck_l: float = 18_000.0,
) -> StandInFleet:
    """A fleet by the length of what the municipality clears and the number of waste places.

    At the end of a street that is nearest to ``middle``; ``names`` are those of depot and tip. The figures are round
    ones, from no source.
    """
    ours = [s for s in segments if s.reachable and s.keeper in PLANNED_KEEPERS]
    km = {kind: sum(s.length_m for s in ours if s.network == kind) / 1000.0 for kind in ("street", "cycle")}
    ends = [s.geometry[0] for s in segments if s.reachable and s.network == "street"]
    lon, lat = min(ends, key=lambda end: distance_m(end, middle), default=middle)
    home, tip = f"{STAND_IN}depot", f"{STAND_IN}tip"
    depots = Depot(home, names[0], lon, lat), Depot(tip, names[1], lon, lat, "disposal")
    ploughs = [_plough("P", n, home) for n in range(_number(km["street"], km_per_plough))]
    ploughs += [_plough("C", n, home) for n in range(_number(km["cycle"], km_per_cycle_plough))]
    trucks = [
        Vehicle(f"{STAND_IN}A{n + 1}", "waste", home, capacity_l=truck_l)
        for n in range(_number(stops, stops_per_truck))
    ]
    return StandInFleet(depots, (*ploughs, *trucks))


def _number(amount: float, of_each: float) -> int:
    return min(99, ceil(amount / of_each))


def _plough(letter: str, n: int, home: str) -> Vehicle:
    name = f"{STAND_IN}{letter}{n + 1}"
    if letter == "C":
        return Vehicle(name, "snow", home, "cycle", work_kmh=10.0, drive_kmh=25.0, width_m=1.6)
    return Vehicle(name, "snow", home, width_m=3.0)


def fleet_file(fleet: StandInFleet, remarks: Iterable[str]) -> str:
    """The fleet as the file that ``dagsplan import fleet`` reads, under remarks of a line each."""
    lines = [f"# {remark}" for remark in remarks]
    for table, rows in (("depot", fleet.depots), ("vehicle", fleet.vehicles)):
        for row in rows:
            lines += ["", f"[[{table}]]", *_told(row)]
    return "\n".join(lines) + "\n"


def _told(row: Depot | Vehicle) -> Iterable[str]:
    """The fields of a row that are something."""
    for column in fields(row):
        value = getattr(row, column.name)
        if value not in (None, (), False):
            yield f"{column.name} = {json.dumps(value, ensure_ascii=False)}"


def stand_in_vessels(rooms: Sequence[Room], accepted: Mapping[str, tuple[str, ...]]) -> list[Vessel]:
    """One vessel a fraction in every waste place; ``accepted`` are the fractions that places say they take, by id."""
    return [
        Vessel(f"{STAND_IN}{room.id}-{fraction}", room.id, fraction, LITRES[room.kind])
        for room in rooms
        if room.kind in LITRES
        for fraction in accepted.get(room.id, ()) or (FRACTION[room.kind],)
    ]


def accepted_fractions(extract: Path) -> dict[str, tuple[str, ...]]:
    """The fractions that the recycling places of an extract say they take, by the id of the place."""
    found = {}
    source = osmium.FileProcessor(str(extract)).with_filter(osmium.filter.TagFilter(("amenity", "recycling")))
    kinds = {osmium.osm.Node: "node", osmium.osm.Way: "way", osmium.osm.Relation: "relation"}
    for one in source:
        yes = {tag.k.removeprefix("recycling:") for tag in one.tags if tag.v == "yes"}
        fractions = {ACCEPTS[name] for name in yes if name in ACCEPTS}
        found[f"osm/{kinds[type(one)]}/{one.id}"] = tuple(sorted(fractions))
    return found


def write_rooms(file: Path, rooms: Sequence[Room], vessels: Sequence[Vessel]) -> None:
    """Writes the vessels as the file that ``dagsplan import rooms`` reads."""
    places = {room.id: room for room in rooms}
    rows = ((places[vessel.room], vessel) for vessel in vessels)
    told = ({**_place(room), "vessel": v.id, "fraction": v.fraction, "litres": v.litres} for room, v in rows)
    write(file, ("room", "name", "lon", "lat", "vessel", "fraction", "litres", "kind"), told)


def _place(room: Room) -> dict[str, object]:
    return {"room": room.id, "name": room.name or room.id, "lon": room.lon, "lat": room.lat, "kind": room.kind}


def closed_days(country: str, first: date, *, days: int = 400, calendar: str = "school") -> list[CalendarDay] | None:
    """The public holidays of a country on weekdays, on which schools are closed; None where it is not known.

    Terms and holidays of schools are the municipality's own and in no open source.
    """
    until = first + timedelta(days=days)
    try:
        known = country_holidays(country, years=range(first.year, until.year + 1))
    except NotImplementedError:
        return None
    every = sorted(day for day in known if first <= day <= until and day.weekday() < 5)
    return [CalendarDay(calendar, day, "closed") for day in every]


def write_calendar(file: Path, days: Iterable[CalendarDay]) -> None:
    """Writes the days as the file that ``dagsplan import calendar`` reads."""
    write(file, ("calendar", "day", "kind"), (asdict(day) for day in days))
