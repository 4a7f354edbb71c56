"""The import commands: each opens the store, calls its importer and says what was taken in."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import TYPE_CHECKING

from city.catalogue.message import Message, message
from deploy.opening import note, opened_store, say, telling, words_of

if TYPE_CHECKING:
    from city.settings import Settings
    from ingest.registers.asked import Asked
    from ingest.registers.difference import ListReport
    from ingest.registers.readings import ReadingsReport


def run_import_roads(options: argparse.Namespace, settings: Settings) -> int:
    """Streets and cycle ways with terrain, from an OpenStreetMap extract or from NVDB; places of an extract too."""
    from ingest.roads import import_roads

    with opened_store(settings, "import") as (connection, clock):
        report = import_roads(
            connection,
            options.file,
            options.terrain,
            clock.now(),
            rules=settings.streets,
            spoken=words_of(settings),
            crs=options.crs,
            dry_run=options.dry_run,
            remove=options.remove,
            yes=options.yes,
            progress=telling(settings, note),
        )
    words = words_of(settings)
    plain = report.as_dict(words)
    say(json.dumps(plain, ensure_ascii=False, default=str) if options.json else report.text(words))
    return 0


def run_import_keepers(options: argparse.Namespace, settings: Settings) -> int:
    """Rules of who keeps which street."""
    from ingest.roads.keepers import import_keepers

    with opened_store(settings, "import") as (connection, clock):
        wanted = {"crs": options.crs, "dry_run": options.dry_run, "remove": options.remove}
        report = import_keepers(connection, options.file, clock.now(), **wanted)
    words = words_of(settings)
    if options.json:
        say(json.dumps(report.as_dict(words), ensure_ascii=False))
    else:
        for line in report.lines():
            say(words.say(line))
    return 0


def run_import_weather(options: argparse.Namespace, settings: Settings) -> int:
    """A stored answer of SMHI or MET Norway."""
    from ingest.weather.stored import import_file

    place = settings.municipality
    town = None if place.longitude is None or place.latitude is None else (place.longitude, place.latitude)
    wishes = {"simulated": options.simulated, "dry_run": options.dry_run, "yes": options.yes}
    with opened_store(settings, "import") as (connection, clock):
        found = import_file(connection, options.file, clock.now(), town=town, **wishes)
    if options.json:
        say(json.dumps(found.as_dict(), ensure_ascii=False))
        return 0
    forecast, tell = found.forecast, telling(settings)
    issued = forecast.issued_at.astimezone(place.zone)
    tell(message("cli.import.weather", n=len(forecast.steps), provider=forecast.provider, issued=issued))
    if not found.new:
        tell(message("cli.import.weather_known", id=str(found.id)))
    elif found.id is not None:
        tell(message("cli.import.weather_kept", id=str(found.id)))
    if found.far_km is not None and found.far_km > 50.0:
        tell(message("cli.import.weather_far", km=found.far_km))
    if found.looked:
        tell(message("cli.import.looked"))
    return 0


def run_import_list(options: argparse.Namespace, settings: Settings) -> int:
    """Rooms, buildings, a fleet, a calendar, sensors or history from a file."""
    from ingest.deadletters import take_in_waiting
    from ingest.registers.calendar import import_calendar
    from ingest.registers.importers import IMPORTERS

    with opened_store(settings, "import") as (connection, clock):
        asked = asked_of(options, settings, clock.now())
        if options.what == "calendar":
            named = {"calendar": options.calendar, "kind": options.kind}
            report: ListReport | ReadingsReport = import_calendar(connection, options.file, asked, **named)
        else:
            report = IMPORTERS[options.what](connection, options.file, asked)
        waited = None if asked.dry_run else take_in_waiting(connection, settings, report.adopted, asked.at)
    answer(options, settings, report, waited)
    return 0


def asked_of(options: argparse.Namespace, settings: Settings, at: datetime) -> Asked:
    """How a person asked for it, on the command line."""
    from ingest.registers.asked import Asked

    town = settings.municipality
    near = None if town.longitude is None or town.latitude is None else (town.longitude, town.latitude)
    crs = getattr(options, "crs", None)
    return Asked(at, town.zone, options.remove, options.yes, options.dry_run, crs, near)


def answer(
    options: argparse.Namespace, settings: Settings, report: ListReport | ReadingsReport, waited: Message | None
) -> None:
    """Says what an import did, and what waited for it."""
    spoken, tell = words_of(settings), telling(settings)
    if options.json:
        more = {} if waited is None else {"taken_in": spoken.say(waited)}
        say(json.dumps(report.as_dict(spoken) | more, ensure_ascii=False))
        return
    for line in report.said():
        tell(line)
    if waited is not None:
        tell(waited)


def run_import_routes(options: argparse.Namespace, settings: Settings) -> int:
    """Today's routes from GeoJSON or GPX, matched to the streets."""
    from ingest.routes import import_routes

    with opened_store(settings, "import") as (connection, clock):
        wishes = {"dry_run": options.dry_run, "remove": options.remove, "yes": options.yes}
        report = import_routes(connection, options.file, clock.now(), options.route, crs=options.crs, **wishes)
    words = words_of(settings)
    say(json.dumps(report.as_dict(words), ensure_ascii=False) if options.json else report.text(words))
    return 0
