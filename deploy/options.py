"""The command line: which commands there are, and what each takes. ``options.name`` says which was asked for."""

from __future__ import annotations

import math
import os
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from city.account import ACCOUNT_ROLES, KEY_ROLES
from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.catalogue.words import LANGUAGES, Words
from city.clock import aware
from city.errors import BadValue
from city.firstsettings import degrees
from city.version import code_version
from city.vocabulary import DOMAINS
from city.whereabouts import PROVIDERS
from deploy.brokerprofile import PLUGIN
from deploy.parser import SpokenParser, kind
from deploy.rabbitprofile import BROKERS, PROGRAM

DAY_KINDS = ("school", "fritids", "evening", "closed")
LISTS = ("rooms", "buildings", "points", "fleet", "calendar", "devices", "readings")
USER_ACTS = ("add", "list", "role", "password", "second-factor", "end")
KEY_ACTS = ("add", "list", "end")
FORGETTABLE = (
    "room", "vessel", "building", "point", "depot", "contractor", "vehicle", "calendar", "device", "readings", "roads",
    "forecast", "route", "keeper",
)  # fmt: skip


def parser(t: Words) -> SpokenParser:
    """The parser of the whole command line, in a language."""
    root = SpokenParser(t, prog="dagsplan", description=t("cli.dagsplan"))
    root.add_argument("--version", action="version", version=code_version(), help=t("cli.option.version"))
    root.add_argument("--config", type=Path, help=t("cli.option.config"))
    commands = root.add_commands("command", t("cli.metavar.command"))
    for part in (
        _services,
        _upkeep,
        _init,
        _imports,
        _devices,
        _forgets,
        _plans,
        _forecasts,
        _routes,
        _messages,
        _thresholds,
        _accounts,
        _benchmarks,
    ):
        part(commands, t)
    return root


def _add(commands: Any, t: Words, name: str, *, of: str = "") -> SpokenParser:  # noqa: ANN401 - untyped there
    full = f"{of} {name}".strip()
    said = t(f"cli.command.{full.replace(' ', '_').replace('-', '_')}")
    added: SpokenParser = commands.add_parser(name, help=said, description=said)
    added.set_defaults(name=full)
    return added


def _group(commands: Any, t: Words, name: str) -> Any:  # noqa: ANN401
    """The kinds of a command that has several."""
    group: SpokenParser = commands.add_parser(name, help=t(f"cli.command.{name}"))
    return group.add_commands("what", t("cli.metavar.what"))


def _json(command: SpokenParser, t: Words) -> None:
    command.add_argument("--json", action="store_true", help=t("cli.option.json"))


def _file(command: SpokenParser, t: Words, said: str | None = None) -> None:
    command.add_argument("file", type=Path, metavar=t("cli.metavar.file"), help=said)


def _services(commands: Any, t: Words) -> None:  # noqa: ANN401
    _add(commands, t, "up")
    demo = _add(commands, t, "demo")
    demo.add_argument("--once", action="store_true", help=t("cli.option.once"))
    demo.add_argument("--night", action="store_true", help=t("cli.option.night"))
    demo.add_argument("--speed", type=kind(t, number), help=t("cli.option.demo_speed"))
    for name in ("ingest", "scheduler", "web"):
        _add(commands, t, name)
    gateway = _add(commands, t, "gateway")
    gateway.add_argument("--port", type=kind(t, count), default=8090, help=t("cli.option.gateway_port"))


def _upkeep(commands: Any, t: Words) -> None:  # noqa: ANN401
    migrate, doctor = _add(commands, t, "migrate"), _add(commands, t, "doctor")
    _add(commands, t, "warm")
    config = _add(commands, t, "config")
    config.add_argument("action", choices=["show"])
    broker = _add(commands, t, "broker-config")
    broker.add_argument("profile", choices=BROKERS, help=t("cli.option.profile"))
    broker.add_argument("--rate", type=kind(t, above_zero), required=True, help=t("cli.option.broker_rate"))
    broker.add_argument("--outage-h", type=kind(t, above_zero), help=t("cli.option.outage_h"))
    broker.add_argument("--memory-mb", type=kind(t, number), default=2048.0, help=t("cli.option.memory_mb"))
    broker.add_argument("--output", "-o", type=Path, metavar=t("cli.metavar.file"), help=t("cli.option.broker_output"))
    _persistence(broker, t)
    for answering in (migrate, doctor, config):
        _json(answering, t)
    _setup(commands, t)


def _setup(commands: Any, t: Words) -> None:  # noqa: ANN401
    setup = _add(commands, t, "setup")
    setup.add_argument("--name", dest="town", metavar=t("cli.metavar.name"), help=t("cli.option.town_name"))
    for axis in ("latitude", "longitude"):
        setup.add_argument(f"--{axis}", type=kind(t, degrees), metavar="DEG", help=t(f"cli.option.{axis}"))
    setup.add_argument("--time-zone", metavar=t("cli.metavar.zone"), help=t("cli.option.time_zone"))
    setup.add_argument("--country", metavar=t("cli.metavar.country"), help=t("cli.option.country"))
    setup.add_argument("--language", choices=LANGUAGES, help=t("cli.option.language"))
    setup.add_argument(
        "--provider", dest="providers", action="append", choices=(*PROVIDERS, "none"), help=t("cli.option.provider")
    )
    setup.add_argument("--contact", metavar=t("cli.metavar.address"), help=t("cli.option.contact"))
    setup.add_argument("--output", type=Path, metavar=t("cli.metavar.file"), help=t("cli.option.settings_output"))
    setup.add_argument("--dry-run", action="store_true", help=t("cli.option.settings_dry_run"))
    setup.add_argument("--yes", action="store_true", help=t("cli.option.settings_yes"))
    _json(setup, t)


def _init(commands: Any, t: Words) -> None:  # noqa: ANN401
    init = _add(commands, t, "init")
    init.add_argument("--place", required=True, metavar=t("cli.metavar.place"), help=t("cli.option.init_place"))
    init.add_argument("--country", metavar=t("cli.metavar.country"), help=t("cli.option.init_country"))
    init.add_argument("--pick", type=kind(t, count), metavar="N", help=t("cli.option.pick"))
    init.add_argument("--contact", metavar=t("cli.metavar.address"), help=t("cli.option.init_contact"))
    init.add_argument("--refetch", action="store_true", help=t("cli.option.refetch"))
    init.add_argument("--dry-run", action="store_true", help=t("cli.option.init_look"))
    init.add_argument("--yes", action="store_true", help=t("cli.option.yes"))
    _json(init, t)


def _persistence(command: SpokenParser, t: Words) -> None:
    """How a durable broker writes its messages down."""
    saving = command.add_mutually_exclusive_group()
    saving.add_argument("--plugin", type=PurePosixPath, default=PLUGIN, help=t("cli.option.plugin"))
    without = t("cli.option.without_sqlite")
    saving.add_argument("--without-sqlite", dest="plugin", action="store_const", const=None, help=without)


def _takes_in(command: SpokenParser, t: Words, *, places: bool = False) -> None:
    """What every import has: its answer as JSON, a look before it is done, what the file no longer holds, and a yes."""
    _json(command, t)
    command.add_argument("--dry-run", action="store_true", help=t("cli.option.look_only"))
    command.add_argument("--remove", action="store_true", help=t("cli.option.remove"))
    command.add_argument("--yes", action="store_true", help=t("cli.option.yes"))
    if places:
        command.add_argument("--crs", metavar="EPSG:N", help=t("cli.option.crs"))


def _imports(commands: Any, t: Words) -> None:  # noqa: ANN401
    kinds = _group(commands, t, "import")
    roads = _add(kinds, t, "roads", of="import")
    _file(roads, t, t("cli.option.extract"))
    terrain = t("cli.option.terrain")
    roads.add_argument(
        "--terrain", type=Path, nargs="+", action="extend", default=[], metavar=t("cli.metavar.file"), help=terrain
    )
    keepers = _add(kinds, t, "keepers", of="import")
    _file(keepers, t, t("cli.option.keeper_file"))
    weather = _add(kinds, t, "weather", of="import")
    _file(weather, t)
    weather.add_argument("--simulated", action="store_true", help=t("cli.option.simulated"))
    routes = _add(kinds, t, "routes", of="import")
    _file(routes, t, t("cli.option.route_file"))
    routes.add_argument("--name", dest="route", metavar=t("cli.metavar.name"), help=t("cli.option.route_name"))
    _takes_in(weather, t)
    for command in (roads, keepers, routes):
        _takes_in(command, t, places=True)
    for what in LISTS:
        one = _add(kinds, t, what, of="import")
        _file(one, t)
        _takes_in(one, t, places=what not in {"points", "calendar", "readings"})
        if what == "calendar":
            one.add_argument("--calendar", metavar=t("cli.metavar.name"), help=t("cli.option.calendar"))
            one.add_argument("--kind", choices=DAY_KINDS, help=t("cli.option.day_kind"))


def _devices(commands: Any, t: Words) -> None:  # noqa: ANN401
    kinds, name = _group(commands, t, "devices"), t("cli.metavar.device")
    listing = _add(kinds, t, "list", of="devices")
    listing.add_argument("--waiting", action="store_true", help=t("cli.option.waiting"))
    adopt = _add(kinds, t, "adopt", of="devices")
    adopt.add_argument("device", nargs="+", metavar=name, help=t("cli.option.which_device"))
    for option in ("name", "quantity", "stands-for", "eui", "model"):
        said = t(f"cli.option.device_{option.replace('-', '_')}")
        dest = "called" if option == "name" else option.replace("-", "_")
        adopt.add_argument(f"--{option}", dest=dest, metavar=t("cli.metavar.name"), help=said)
    for option in ("lon", "lat", "mounting"):
        adopt.add_argument(f"--{option}", type=kind(t, number), metavar="N", help=t(f"cli.option.device_{option}"))
    replace = _add(kinds, t, "replace", of="devices")
    replace.add_argument("old", metavar=name, help=t("cli.option.old_device"))
    replace.add_argument("new", metavar=name, help=t("cli.option.new_device"))
    retire = _add(kinds, t, "retire", of="devices")
    retire.add_argument("device", metavar=name, help=t("cli.option.which_device"))
    for command in (listing, adopt, replace, retire):
        _json(command, t)


def _forgets(commands: Any, t: Words) -> None:  # noqa: ANN401
    export = _add(commands, t, "export")
    export.add_argument("kind", choices=LISTS, help=t("cli.option.export_kind"))
    export.add_argument("--output", "-o", type=Path, metavar=t("cli.metavar.file"), help=t("cli.option.export_output"))
    forget = _add(commands, t, "forget")
    forget.add_argument("kind", choices=FORGETTABLE, help=t("cli.option.forget_kind"))
    forget.add_argument("thing", metavar=t("cli.metavar.name"), help=t("cli.option.forget_thing"))
    forget.add_argument("--dry-run", action="store_true", help=t("cli.option.look_only"))
    forget.add_argument("--yes", action="store_true", help=t("cli.option.forget_yes"))
    forget.set_defaults(remove=False)
    erase = _add(commands, t, "erase")
    erase.add_argument("vehicle", metavar=t("cli.metavar.name"), help=t("cli.option.erase_vehicle"))
    at = t("cli.metavar.time")
    erase.add_argument("--before", type=kind(t, instant), metavar=at, help=t("cli.option.erase_before"))
    erase.add_argument("--dry-run", action="store_true", help=t("cli.option.look_only"))
    erase.add_argument("--yes", action="store_true", help=t("cli.option.erase_yes"))
    for command in (forget, erase):
        _json(command, t)


def _plans(commands: Any, t: Words) -> None:  # noqa: ANN401
    plan, folder = _add(commands, t, "plan"), t("cli.metavar.folder")
    plan.add_argument("domain", choices=DOMAINS)
    plan.add_argument("--date", type=kind(t, day), metavar=t("cli.metavar.day"), help=t("cli.option.date"))
    plan.add_argument("--at", type=kind(t, instant), metavar=t("cli.metavar.time"), help=t("cli.option.at"))
    plan.add_argument("--dry-run", action="store_true", help=t("cli.option.dry_run"))
    plan.add_argument("--save-inputs", type=Path, metavar=folder, help=t("cli.option.save_inputs"))
    plan.add_argument("--files", type=Path, metavar=folder, help=t("cli.option.plan_files"))
    _json(plan, t)


def _forecasts(commands: Any, t: Words) -> None:  # noqa: ANN401
    group, files = _add(commands, t, "forecast"), t("cli.option.forecast_files")
    group.add_argument("model", choices=["road", "fill", "heat"])
    group.add_argument("--files", type=Path, metavar=t("cli.metavar.folder"), help=files)
    group.add_argument("--every", type=kind(t, count), metavar="H", help=t("cli.option.forecast_every"))
    on = t("cli.metavar.day")
    group.add_argument("--from", dest="since", type=kind(t, day), metavar=on, help=t("cli.option.first_day"))
    group.add_argument("--to", dest="until", type=kind(t, day), metavar=on, help=t("cli.option.last_day"))
    _json(group, t)
    _backtest(commands, t)


def _backtest(commands: Any, t: Words) -> None:  # noqa: ANN401
    group, on = _add(commands, t, "backtest"), t("cli.metavar.day")
    group.add_argument("domain", choices=DOMAINS)
    group.add_argument("--files", type=Path, metavar=t("cli.metavar.folder"), help=t("cli.option.backtest_files"))
    group.add_argument("--winters", type=kind(t, count), metavar="N", help=t("cli.option.winters"))
    group.add_argument("--from", dest="since", type=kind(t, day), metavar=on, help=t("cli.option.first_day"))
    group.add_argument("--to", dest="until", type=kind(t, day), metavar=on, help=t("cli.option.last_day"))
    change = t("cli.metavar.change")
    group.add_argument("--set", action="append", default=[], metavar=change, help=t("cli.option.tried"))
    _json(group, t)


def _routes(commands: Any, t: Words) -> None:  # noqa: ANN401
    routes = _add(commands, t, "routes")
    routes.add_argument("--iterations", type=kind(t, count), default=20_000, help=t("cli.option.route_iterations"))
    routes.add_argument("--seed", type=int, default=0, help=t("cli.option.seed"))
    _json(routes, t)


def _messages(commands: Any, t: Words) -> None:  # noqa: ANN401
    simulate = _add(commands, t, "simulate")
    simulate.add_argument("--speed", type=kind(t, number), help=t("cli.option.simulate_speed"))
    replay = _add(commands, t, "replay")
    _file(replay, t)
    replay.add_argument("--speed", type=kind(t, number), default=1.0, help=t("cli.option.replay_speed"))
    letters = _add(commands, t, "deadletters")
    letters.add_argument("action", choices=["list", "replay"])
    letters.add_argument("--reason", metavar=t("cli.metavar.reason"), help=t("cli.option.reason"))
    letters.add_argument("--device", metavar=t("cli.metavar.device"), help=t("cli.option.letters_device"))
    letters.add_argument("--limit", type=kind(t, count), default=50, metavar="N", help=t("cli.option.letters_limit"))
    _json(letters, t)


def _thresholds(commands: Any, t: Words) -> None:  # noqa: ANN401
    actions = _add(commands, t, "threshold").add_commands("action", t("cli.metavar.action"))
    _json(actions.add_parser("list", help=t("cli.command.threshold_list")), t)
    setting: SpokenParser = actions.add_parser("set", help=t("cli.command.threshold_set"))
    setting.add_argument("key", metavar=t("cli.metavar.key"), help=t("cli.option.key"))
    setting.add_argument("--scope", default="*", help=t("cli.option.scope"))
    said = setting.add_mutually_exclusive_group(required=True)
    said.add_argument("--value", type=kind(t, number), help=t("cli.option.value"))
    said.add_argument("--text", help=t("cli.option.text"))
    since = t("cli.option.valid_from")
    setting.add_argument("--from", dest="valid_from", type=kind(t, instant), metavar=t("cli.metavar.time"), help=since)
    setting.add_argument("--by", default=os.environ.get("USER") or t("cli.by"), help=t("cli.option.by"))
    setting.add_argument("--why", required=True, help=t("cli.option.why"))


def _accounts(commands: Any, t: Words) -> None:  # noqa: ANN401
    users, keys, name = _group(commands, t, "user"), _group(commands, t, "key"), t("cli.metavar.name")
    for of, kinds, whats in (("user", users, USER_ACTS), ("key", keys, KEY_ACTS)):
        for what in whats:
            command = _add(kinds, t, what, of=of)
            _json(command, t)
            if what == "list":
                continue
            command.add_argument("account", metavar=name, help=t(f"cli.option.{of}_name"))
            if of == "key" and what == "add":
                command.add_argument("--role", choices=KEY_ROLES, default=KEY_ROLES[0], help=t("cli.option.key_role"))
            elif what in {"add", "role"}:
                command.add_argument("--role", choices=ACCOUNT_ROLES, required=True, help=t("cli.option.role"))
            if of == "user" and what in {"add", "password"}:
                said = t("cli.option.password_file")
                command.add_argument("--password-file", type=Path, metavar=t("cli.metavar.file"), help=said)
            elif what == "second-factor":
                command.add_argument("--reset", action="store_true", required=True, help=t("cli.option.reset"))


def _benchmarks(commands: Any, t: Words) -> None:  # noqa: ANN401
    kinds = _group(commands, t, "bench")
    ingest = _add(kinds, t, "ingest", of="bench")
    ingest.add_argument("--messages", type=kind(t, count), required=True, help=t("cli.option.messages"))
    ingest.add_argument("--rate", type=kind(t, above_zero), default=0.0, help=t("cli.option.bench_rate"))
    ingest.add_argument("--profile", choices=BROKERS, default="fast", help=t("cli.option.bench_profile"))
    ingest.add_argument("--mosquitto", default="mosquitto", help=t("cli.option.mosquitto"))
    ingest.add_argument("--rabbitmq", type=Path, default=PROGRAM, help=t("cli.option.rabbitmq"))
    _persistence(ingest, t)
    _json(ingest, t)
    carp = _add(kinds, t, "carp", of="bench")
    carp.add_argument("files", type=Path, nargs="+", metavar=t("cli.metavar.file"))
    stop = carp.add_mutually_exclusive_group()
    stop.add_argument("--seconds", type=kind(t, above_zero), help=t("cli.option.seconds"))
    stop.add_argument("--iterations", type=kind(t, count), help=t("cli.option.iterations"))
    carp.add_argument("--seed", type=int, default=0, help=t("cli.option.seed"))
    home = t("cli.metavar.home")
    carp.add_argument("--add-vehicle", action="append", default=[], metavar=home, help=t("cli.option.add_vehicle"))
    carp.add_argument("--jobs", type=kind(t, count), default=1, help=t("cli.option.jobs"))
    carp.add_argument("--solution", type=Path, metavar=t("cli.metavar.file"), help=t("cli.option.solution"))
    _json(carp, t)


def above_zero(text: str) -> float:
    """A number above zero. Raises BadValue."""
    if (value := number(text)) > 0:
        return value
    raise BadValue(message("error.usage.not_above_zero", text=text))


def count(text: str) -> int:
    """A whole number above zero. Raises BadValue."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise BadValue(message("error.usage.no_count", text=text))


def number(text: str) -> float:
    """A finite number. Raises BadValue."""
    try:
        if math.isfinite(value := float(text)):
            return value
    except ValueError:
        pass
    raise BadValue(message("error.usage.no_number", text=text))


def day(text: str) -> date:
    """A calendar day. Raises BadValue."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadValue(message("error.usage.no_day", text=text)) from error


def instant(text: str) -> datetime:
    """A time with its offset, in UTC. Raises BadValue."""
    try:
        return aware(datetime.fromisoformat(text))
    except ValueError as error:
        raise BadValue(in_our_words(error)) from error
