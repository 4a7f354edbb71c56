"""Which function takes in which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.registers.asked import Asked
from ingest.registers.buildings import import_buildings
from ingest.registers.calendar import import_calendar
from ingest.registers.devices import import_devices
from ingest.registers.difference import ListReport
from ingest.registers.fleet import import_fleet
from ingest.registers.points import import_points
from ingest.registers.readings import ReadingsReport, import_readings
from ingest.registers.rooms import import_rooms
from store.connect import Connection

Importer = Callable[[Connection, Path, Asked], ListReport | ReadingsReport]
"""Says what was taken in."""
IMPORTERS: Mapping[str, Importer] = {
    "fleet": import_fleet,
    "rooms": import_rooms,
    "buildings": import_buildings,
    "points": import_points,
    "calendar": import_calendar,
    "devices": import_devices,
    "readings": import_readings,
}
