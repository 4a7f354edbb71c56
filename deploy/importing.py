"""The import commands: each opens the store, calls its importer and says what was taken in."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING

from city.catalogue.message import message
from deploy.opening import note, opened_store, say, telling, words_of

if TYPE_CHECKING:
    from city.settings import Settings


def run_import_roads(options: argparse.Namespace, settings: Settings) -> int:
    """Streets, cycle ways, terrain, waste places and schools from an OpenStreetMap extract."""
    from ingest.roads import import_roads

    with opened_store(settings, "import") as (connection, clock):
        report = import_roads(
            connection,
            options.file,
            options.terrain,
            clock.now(),
            rules=settings.streets,
            spoken=words_of(settings),
            progress=telling(settings, note),
        )
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


def run_import_table(options: argparse.Namespace, settings: Settings) -> int:
    """Rooms, buildings, a fleet or a calendar from a file."""
    from ingest.tables import IMPORTERS

    with opened_store(settings, "import") as (connection, clock):
        telling(settings)(IMPORTERS[options.what](connection, options.file, clock.now()))
    return 0


def run_import_routes(options: argparse.Namespace, settings: Settings) -> int:
    """Today's routes from GeoJSON or GPX, matched to the streets."""
    from ingest.routes import import_routes

    with opened_store(settings, "import") as (connection, clock):
        report = import_routes(connection, options.file, clock.now(), options.route)
    words = words_of(settings)
    say(json.dumps(report.as_dict(words), ensure_ascii=False) if options.json else report.text(words))
    return 0
