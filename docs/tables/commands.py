"""The commands of the command line with their options, from its parser: ``docs/commands.md``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

from city.catalogue.words import words
from deploy.options import parser

GROUPS = {
    "Running it": ("up", "demo", "ingest", "scheduler", "web", "gateway"),
    "A municipality from open data": ("init",),
    "Upkeep": ("setup", "migrate", "doctor", "warm", "config", "broker-config"),
    "Files to take in": (
        "import roads", "import fleet", "import rooms", "import buildings", "import points", "import calendar",
        "import weather", "import routes", "import keepers", "import devices", "import readings", "export", "forget",
        "erase",
    ),
    "Sensors": ("devices list", "devices adopt", "devices replace", "devices retire"),
    "Plans, models, the past": ("plan", "forecast", "backtest", "routes"),
    "Thresholds": ("threshold list", "threshold set"),
    "The door": (
        "user add", "user list", "user role", "user password", "user second-factor", "user end", "key add", "key list",
        "key end",
    ),
    "Messages": ("simulate", "replay", "deadletters"),
    "Measuring": ("bench ingest", "bench carp"),
}  # fmt: skip
"""Which commands stand in which table, in the order of the page."""

EXAMPLES = {
    "up": "dagsplan up",
    "demo": "dagsplan demo --night --once",
    "ingest": "dagsplan --config /etc/dagsplan/dagsplan.toml ingest",
    "scheduler": "dagsplan scheduler",
    "web": "dagsplan web",
    "gateway": "dagsplan gateway",
    "init": "dagsplan init --place Växjö --contact gatukontoret@example.se",
    "setup": "dagsplan setup --name Lund --latitude 55.70 --longitude 13.19 --country SE --provider smhi",
    "migrate": "dagsplan migrate --json",
    "doctor": "dagsplan doctor",
    "warm": "dagsplan warm",
    "config": "dagsplan config show",
    "broker-config": "dagsplan broker-config durable --rate 5 --output mosquitto.conf",
    "import roads": "dagsplan import roads town.osm.pbf --terrain north.tif south.tif",
    "import fleet": "dagsplan import fleet fleet.toml",
    "import rooms": "dagsplan import rooms rooms.csv",
    "import buildings": "dagsplan import buildings buildings.csv",
    "import points": "dagsplan import points points.csv",
    "import calendar": "dagsplan import calendar calendar.csv",
    "import weather": "dagsplan import weather answer.json --simulated",
    "import routes": "dagsplan import routes today.gpx --name 'Norr 3'",
    "import devices": "dagsplan import devices devices.csv --dry-run",
    "import readings": "dagsplan import readings history.csv",
    "export": "dagsplan export rooms --output rooms.csv",
    "forget": "dagsplan forget vehicle P08",
    "erase": "dagsplan erase P08 --before 2027-03-01T00:00:00+01:00 --dry-run",
    "devices list": "dagsplan devices list --waiting",
    "devices adopt": "dagsplan devices adopt snow-1 --lon 14.81 --lat 56.91 --quantity snow_depth",
    "devices replace": "dagsplan devices replace lev-1 lev-2",
    "devices retire": "dagsplan devices retire lev-2",
    "import keepers": "dagsplan import keepers keepers.toml --dry-run",
    "plan": "dagsplan plan snow --at 2027-01-12T03:00:00+01:00 --dry-run",
    "forecast": "dagsplan forecast road --files night/",
    "backtest": "dagsplan backtest snow --from 2026-11-01 --set snow.start_dry_cm/C1=5",
    "routes": "dagsplan routes --iterations 50000",
    "threshold list": "dagsplan threshold list",
    "threshold set": "dagsplan threshold set snow.start_dry_cm --scope C1 --value 4 --why 'council of 12 March'",
    "user add": "dagsplan user add anna --role dispatcher",
    "user list": "dagsplan user list",
    "user role": "dagsplan user role anna --role engineer",
    "user password": "dagsplan user password anna --password-file new.txt",
    "user second-factor": "dagsplan user second-factor anna --reset",
    "user end": "dagsplan user end anna",
    "key add": "dagsplan key add prometheus",
    "key list": "dagsplan key list --json",
    "key end": "dagsplan key end prometheus",
    "simulate": "dagsplan simulate --speed 60",
    "replay": "dagsplan replay day.jsonl --speed 10",
    "deadletters": "dagsplan deadletters replay --reason unknown_device",
    "bench ingest": "dagsplan bench ingest --messages 20000 --rate 1000",
    "bench carp": "dagsplan bench carp egl-e1-A.dat --seconds 10",
}
"""One command line of each."""

UNSAID = {
    "--json": "the answer as JSON",
    "--version": "the version, and no more",
    "--seed": "of the search: the same seed gives the same answer",
    "--speed": "seconds of the record in a second",
    "--messages": "how many are sent",
    "--value": "for thresholds that are numbers; one of this and `--text`",
    "--by": "who changes it: a role",
    "--why": "the reason, for those who ask later",
    "file": "what is read",
    "files": "what is read",
    "action": "what to do",
    "domain": "which service",
    "model": "which model",
}
"""What an option is where the command line itself says nothing of it."""

OF_THE_USER = {"--by": "`$USER`"}
"""Defaults that are not the same for everybody."""
DEFAULT = re.compile(r"\s*\(default:? ([^)]*)\)")


@dataclass(frozen=True)
class Command:
    """A command that can be run: its words, what it does, and its parser."""

    name: str
    does: str
    parser: argparse.ArgumentParser


def tables() -> str:
    """A table a group: each command with an example, and its options with their defaults."""
    root = command_line()
    found = {command.name: command for command in commands(root)}
    parts = [_table(title, [row for name in names for row in _rows(found[name])]) for title, names in GROUPS.items()]
    return "\n\n".join([_table("For every command", _option_rows(root)), *parts])


def command_line() -> argparse.ArgumentParser:
    """The parser, in English."""
    return parser(words("en"))


def commands(root: argparse.ArgumentParser, before: str = "") -> Iterator[Command]:
    """Each command that can be run."""
    for group in root._actions:
        if isinstance(group, argparse._SubParsersAction):
            for listed in group._choices_actions:
                name, below = f"{before}{listed.dest}", group.choices[listed.dest]
                inner = list(commands(below, f"{name} "))
                yield from inner or [Command(name, below.description or _sentence(listed.help or ""), below)]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def options(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """What a command takes, but for help."""
    aside = (argparse._HelpAction, argparse._SubParsersAction)
    return [action for action in command._actions if not isinstance(action, aside)]


def _table(title: str, rows: list[str]) -> str:
    return "\n".join([f"## {title}", "", "| command | takes | what it does | default |", "|---|---|---|---|", *rows])


def _rows(command: Command) -> list[str]:
    example = f"For example `{EXAMPLES[command.name]}`"
    return [f"| `dagsplan {command.name}` | | {command.does} {example} | |", *_option_rows(command.parser)]


def _option_rows(command: argparse.ArgumentParser) -> list[str]:
    return [f"| | `{written(one)}` | {means(one)} | {default(one)} |" for one in options(command)]


def written(action: argparse.Action) -> str:
    """An option as it is written, with what follows it."""
    words = [*action.option_strings[-1:], *([] if action.nargs == 0 else [_value(action)])]
    return " ".join(words).replace("|", "\\|")


def _value(action: argparse.Action) -> str:
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    word = "|".join(map(str, action.choices)) if action.choices else name
    return f"{word} …" if action.nargs == "+" else word


def means(action: argparse.Action) -> str:
    """What an option is. Raises KeyError where neither the command line nor ``UNSAID`` says it."""
    name = action.option_strings[-1] if action.option_strings else action.dest
    said = "" if name == "--version" else DEFAULT.sub("", action.help or "")
    return said or UNSAID[name]


def default(action: argparse.Action) -> str:
    """What holds where an option is left out."""
    if action.required:
        return "must be given"
    if said := DEFAULT.search(action.help or ""):
        return said[1]
    if action.nargs == 0 or action.default in (None, [], argparse.SUPPRESS):
        return "–"
    return OF_THE_USER.get(action.option_strings[-1], f"`{action.default}`")
