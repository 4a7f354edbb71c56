"""The command line: which commands there are, and what each takes. ``options.name`` says which was asked for."""

from __future__ import annotations

import argparse
import math
import os
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from city.clock import aware
from city.version import code_version
from city.vocabulary import DOMAINS
from deploy.brokerprofile import PLUGIN, PROFILES


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    root = argparse.ArgumentParser(prog="dagsplan", description="The day's work of a municipality, with reasons.")
    root.add_argument("--version", action="version", version=code_version())
    root.add_argument("--config", type=Path, help="settings file (default dagsplan.toml, then /etc/dagsplan/)")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _services(commands)
    _upkeep(commands)
    _imports(commands)
    _plans(commands)
    _forecasts(commands)
    _routes(commands)
    _messages(commands)
    _thresholds(commands)
    _benchmarks(commands)
    return root


def _add(commands: Any, name: str, words: str, *, of: str = "") -> argparse.ArgumentParser:  # noqa: ANN401 - untyped there
    added: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    added.set_defaults(name=f"{of} {name}".strip())
    return added


def _services(commands: Any) -> None:  # noqa: ANN401
    _add(commands, "up", "Runs all in one process tree, embedded where no DSN or broker is configured.")
    demo = _add(commands, "demo", "Runs the demonstration town: real streets, a simulated winter night.")
    demo.add_argument("--once", action="store_true", help="one simulated winter day, printed; then stop")
    demo.add_argument("--night", action="store_true", help="a storm night from 18.05 on, with simulated drivers")
    demo.add_argument("--speed", type=float, help="simulated seconds a second (default 10, with --night 60)")
    _add(commands, "ingest", "Runs the MQTT daemon and the weather poller.")
    _add(commands, "scheduler", "Makes the plans that are due, for as long as it runs.")
    _add(commands, "web", "Serves the pages and the API.")


def _upkeep(commands: Any) -> None:  # noqa: ANN401
    migrate = _add(commands, "migrate", "Brings the schema of the database up to this version.")
    doctor = _add(commands, "doctor", "Tells the health of every part in plain words.")
    _add(commands, "warm", "Compiles what plans need, once after an installation, so that the first plan is quick.")
    config = _add(commands, "config", "Shows the effective settings, secrets hidden.")
    config.add_argument("action", choices=["show"])
    broker = _add(commands, "broker-config", "Prints a mosquitto configuration for the city's rate.")
    broker.add_argument("profile", choices=PROFILES, help="fast saves at intervals, durable at once")
    broker.add_argument("--rate", type=float, required=True, help="messages a second, at the most")
    broker.add_argument("--outage-h", type=float, default=24.0, help="hours that the daemon may be away (default 24)")
    broker.add_argument("--memory-mb", type=float, default=2048.0, help="what the broker's queue may take")
    _persistence(broker)
    for answering in (migrate, doctor, config):
        answering.add_argument("--json", action="store_true")


def _persistence(command: argparse.ArgumentParser) -> None:
    """How a durable broker writes its messages down."""
    saving = command.add_mutually_exclusive_group()
    saving.add_argument("--plugin", type=PurePosixPath, default=PLUGIN, help="durable: mosquitto's SQLite persistence")
    saving.add_argument(
        "--without-sqlite", dest="plugin", action="store_const", const=None, help="durable, mosquitto before 2.1"
    )


def _imports(commands: Any) -> None:  # noqa: ANN401
    group = commands.add_parser(
        "import", help="Takes in files: streets, weather, rooms, buildings, fleet, calendar, routes."
    )
    kinds = group.add_subparsers(dest="what", required=True, metavar="WHAT")
    roads = _add(kinds, "roads", "Streets, cycle ways, waste places and schools from OpenStreetMap.", of="import")
    roads.add_argument("file", type=Path, help="extract: .osm.pbf, .osm.gz, .osm.bz2")
    roads.add_argument(
        "--terrain", type=Path, nargs="+", action="extend", default=[], help="HGT (zipped too), GeoTIFF, ASCII grid"
    )
    roads.add_argument("--json", action="store_true")
    weather = _add(kinds, "weather", "A stored answer of SMHI or MET Norway.", of="import")
    weather.add_argument("file", type=Path)
    weather.add_argument("--simulated", action="store_true", help="the weather is made up; every plan from it says so")
    routes = _add(kinds, "routes", "Today's routes, to be scored beside ours (dagsplan routes).", of="import")
    routes.add_argument("file", type=Path, help=".geojson or .gpx, see docs/imports.md")
    routes.add_argument("--name", dest="route", help="one route of this name from all that the file holds")
    routes.add_argument("--json", action="store_true")
    for what, form in (("rooms", "CSV"), ("buildings", "CSV"), ("fleet", "TOML"), ("calendar", "CSV")):
        table = _add(kinds, what, f"{what.capitalize()} from a {form} file, see docs/imports.md.", of="import")
        table.add_argument("file", type=Path)


def _plans(commands: Any) -> None:  # noqa: ANN401
    plan = _add(commands, "plan", "Makes one plan now and publishes it.")
    plan.add_argument("domain", choices=DOMAINS)
    plan.add_argument("--date", type=date.fromisoformat, help="service day (default: that of the time)")
    plan.add_argument("--at", type=_instant, help="as if it were this time, RFC 3339 with offset")
    plan.add_argument("--dry-run", action="store_true", help="make it, publish nothing")
    plan.add_argument("--save-inputs", type=Path, metavar="DIR", help="write the snapshot to a folder")
    plan.add_argument("--files", type=Path, metavar="DIR", help="plan from such a folder, without a database")
    plan.add_argument("--json", action="store_true")


def _forecasts(commands: Any) -> None:  # noqa: ANN401
    group = _add(commands, "forecast", "Runs a model alone, from a folder of files, with its range and scores.")
    group.add_argument("model", choices=["road"])
    group.add_argument("--files", type=Path, metavar="DIR", required=True, help="see docs/bundles.md")
    group.add_argument("--json", action="store_true")

    _backtest(commands)


def _backtest(commands: Any) -> None:  # noqa: ANN401
    group = _add(commands, "backtest", "Tries thresholds on the past: which plans would have been.")
    group.add_argument("domain", choices=["snow"])
    group.add_argument("--files", type=Path, metavar="DIR", help="folders of snapshots, instead of the database")
    group.add_argument("--winters", type=_count, metavar="N", help="N winters of a town, both made up, instead")
    group.add_argument("--from", dest="since", type=date.fromisoformat, metavar="DAY", help="first service day")
    group.add_argument("--to", dest="until", type=date.fromisoformat, metavar="DAY", help="last service day")
    group.add_argument(
        "--set", action="append", default=[], metavar="KEY[/CLASS]=VALUE", help="a threshold to try; may be repeated"
    )
    group.add_argument("--json", action="store_true")


def _routes(commands: Any) -> None:  # noqa: ANN401
    routes = _add(commands, "routes", "Scores today's routes, and beside each our own over the same work.")
    routes.add_argument("--iterations", type=_count, default=20_000, help="of the search, a route (default 20000)")
    routes.add_argument("--seed", type=int, default=0)
    routes.add_argument("--json", action="store_true")


def _messages(commands: Any) -> None:  # noqa: ANN401
    simulate = _add(commands, "simulate", "Publishes the simulated town's readings to the broker, as devices would.")
    simulate.add_argument("--speed", type=float, help="simulated seconds a second (default: the installation's)")
    replay = _add(commands, "replay", "Publishes a recorded day (JSON lines) to the broker, beginning now.")
    replay.add_argument("file", type=Path)
    replay.add_argument("--speed", type=float, default=1.0)
    letters = _add(commands, "deadletters", "Lists what was rejected, or publishes it again.")
    letters.add_argument("action", choices=["list", "replay"])
    letters.add_argument("--reason", help="only those of this reason")
    letters.add_argument("--json", action="store_true")


def _thresholds(commands: Any) -> None:  # noqa: ANN401
    threshold = _add(commands, "threshold", "Lists the thresholds that hold, or adds the next version of one.")
    actions = threshold.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="those that hold now").add_argument("--json", action="store_true")
    setting = actions.add_parser("set", help="adds a version")
    setting.add_argument("key", help="for instance snow.start_dry_cm")
    setting.add_argument("--scope", default="*", help="route class, fraction or *")
    said = setting.add_mutually_exclusive_group(required=True)
    said.add_argument("--value", type=_number)
    said.add_argument("--text", help="for thresholds that are words, such as a clock")
    setting.add_argument("--from", dest="valid_from", type=_instant, help="since when it holds (default: now)")
    setting.add_argument("--by", default=os.environ.get("USER", "command line"))
    setting.add_argument("--why", required=True)


def _benchmarks(commands: Any) -> None:  # noqa: ANN401
    group = commands.add_parser("bench", help="Measures a part of the product on this machine.")
    kinds = group.add_subparsers(dest="what", required=True, metavar="WHAT")
    ingest = _add(kinds, "ingest", "Broker to committed row, on a scratch broker and database.", of="bench")
    ingest.add_argument("--messages", type=_count, required=True)
    ingest.add_argument("--rate", type=_above_zero, default=0.0, help="messages a second (default: as fast as it goes)")
    ingest.add_argument("--profile", choices=PROFILES, default="fast", help="of the broker")
    ingest.add_argument("--mosquitto", default="mosquitto", help="program; durable needs 2.1 or newer")
    _persistence(ingest)
    ingest.add_argument("--json", action="store_true")
    carp = _add(kinds, "carp", "The arc-routing engine on CARPLIB .dat or salting .json files.", of="bench")
    carp.add_argument("files", type=Path, nargs="+", metavar="FILE")
    stop = carp.add_mutually_exclusive_group()
    stop.add_argument("--seconds", type=_above_zero, help="CPU seconds of each process (default 30)")
    stop.add_argument("--iterations", type=_count, help="iterations instead, for a result that can be repeated")
    carp.add_argument("--seed", type=int, default=0)
    carp.add_argument("--add-vehicle", action="append", default=[], metavar="HOME", help="one more, at this node")
    carp.add_argument("--jobs", type=_count, default=1, help="seeds solved side by side (default 1)")
    carp.add_argument("--solution", type=Path, help="write the whole drive here (a folder for several files)")
    carp.add_argument("--json", action="store_true")


def _above_zero(text: str) -> float:
    if (value := _number(text)) > 0:
        return value
    raise argparse.ArgumentTypeError(f"'{text}' is not above zero")


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is no whole number above zero")


def _number(text: str) -> float:
    try:
        if math.isfinite(value := float(text)):
            return value
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"'{text}' is no number")


def _instant(text: str) -> datetime:
    try:
        return aware(datetime.fromisoformat(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
