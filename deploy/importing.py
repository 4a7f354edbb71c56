"""The import commands: each opens the store, calls its importer and says what was taken in."""

from __future__ import annotations

import argparse
import dataclasses
import json
from datetime import datetime
from typing import TYPE_CHECKING

from city.catalogue.message import Message, message
from deploy.opening import note, opened_store, say, telling, words_of

if TYPE_CHECKING:
    from city.settings import Settings
    from ingest.registers import ListReport, ReadingsReport
    from ingest.registers.asked import Asked


def run_import_roads(options: argparse.Namespace, settings: Settings) -> int:
    """Streets, cycle ways, terrain, waste places and schools from an OpenStreetMap extract."""
    from ingest.roads import import_roads

    with opened_store(settings, "import") as (connection, clock):
        progress = telling(settings, note)
        report = import_roads(connection, options.file, options.terrain, clock.now(), progress=progress)
    plain = dataclasses.asdict(report)
    say(json.dumps(plain, ensure_ascii=False, default=str) if options.json else report.text(words_of(settings)))
    return 0


def run_import_weather(options: argparse.Namespace, settings: Settings) -> int:
    """A stored answer of SMHI or MET Norway."""
    from ingest.weather.client import import_file

    with opened_store(settings, "import") as (connection, _):
        forecast = import_file(connection, options.file, simulated=options.simulated)
    issued = forecast.issued_at.astimezone(settings.municipality.zone)
    steps = len(forecast.steps)
    telling(settings)(message("cli.import.weather", n=steps, provider=forecast.provider, issued=issued))
    return 0


def run_import_list(options: argparse.Namespace, settings: Settings) -> int:
    """Rooms, buildings, a fleet, a calendar, sensors or history from a file."""
    from ingest.deadletters import take_in_waiting
    from ingest.registers import IMPORTERS, import_calendar

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
        report = import_routes(connection, options.file, clock.now(), options.route)
    words = words_of(settings)
    say(json.dumps(report.as_dict(words), ensure_ascii=False) if options.json else report.text(words))
    return 0
