"""The front door: one command line. Each sub-command is a few lines that call a package.

Exit status: 0 done, 1 failed with a one-line reason on stderr, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from city.catalogue.message import message
from city.catalogue.words import words
from city.errors import DagsplanError
from deploy.accounts import RUN_ACCOUNTS
from deploy.devices import run_devices_adopt, run_devices_list, run_devices_replace, run_devices_retire
from deploy.erasing import run_erase
from deploy.exporting import run_export
from deploy.forgetting import run_forget
from deploy.founding import run_init
from deploy.importing import (
    run_import_keepers,
    run_import_list,
    run_import_roads,
    run_import_routes,
    run_import_weather,
)
from deploy.letters import run_deadletters
from deploy.opening import (
    awaited_store,
    broker_address,
    broker_in_reach,
    connected,
    database_dsn,
    end_of_saying,
    ends_within,
    kept,
    migrated,
    note,
    opened_store,
    say,
    session_made,
    stop_signals,
    telling,
    words_of,
)
from deploy.options import LISTS, parser
from deploy.parser import named_file
from deploy.setup import run_setup, settings_to_mend
from deploy.trying import (
    run_backtest,
    run_bench_carp,
    run_bench_ingest,
    run_forecast,
    run_gateway,
    run_routes,
)

if TYPE_CHECKING:
    from city.catalogue.message import Message
    from city.clock import Clock
    from city.plan import Plan
    from city.settings import Settings
    from planner.snapshot import Snapshot
    from store.connect import Connection

Handler = Callable[[argparse.Namespace, "Settings"], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line and the settings, runs one command, and turns an error into one line."""
    from city import logs, settings

    given = sys.argv[1:] if arguments is None else arguments
    spoken = words(settings.first_language(file=named_file(given)))
    try:
        options = parser(spoken).parse_args(given)
        effective = (settings_to_mend if options.name == "setup" else settings.load)(options.config)
        spoken = words_of(effective)
        logs.configure(effective.log.format, effective.log.level)
        return COMMANDS[options.name](options, effective)
    except DagsplanError as error:
        note(f"dagsplan: {error.said(spoken)}")
        return 1
    except KeyboardInterrupt:
        note(f"dagsplan: {spoken.say(message('error.interrupted'))}")
        return 1
    except BrokenPipeError:
        return 1
    finally:
        end_of_saying()


# ---- services ----------------------------------------------------------------------------------------------------


def run_ingest(_: argparse.Namespace, settings: Settings) -> int:
    """The daemon and the weather poller, until a signal comes."""
    from ingest.daemon import Daemon
    from ingest.weather.client import WeatherClient, WeatherPoller

    stop, where = stop_signals(), broker_address(settings)
    with awaited_store(settings, "ingest", stop, lambda: session_made(settings, where, stop)) as opened:
        if opened is None:
            return 0
        connection, clock = opened
        dsn = settings.database.dsn or connection.info.dsn
        daemon = Daemon(settings, where, clock, lambda: connected(settings, dsn, "ingest"))
        daemon.stop = stop
        if settings.weather.providers:
            WeatherPoller(WeatherClient(settings, clock), lambda: connected(settings, dsn, "weather"), stop).start()
        with ends_within(4.5, stop), daemon.metrics():
            daemon.run()
    return 0


def run_scheduler(_: argparse.Namespace, settings: Settings) -> int:
    """Rings at an interval and makes the plans that are due, until a signal comes."""
    from planner.schedule import keep_plans_due

    stop = stop_signals()
    with opened_store(settings, "scheduler") as (connection, clock):
        dsn = settings.database.dsn or connection.info.dsn
        keep_plans_due(lambda: connected(settings, dsn, "scheduler"), settings, clock, stop)
    return 0


def run_web(_: argparse.Namespace, settings: Settings) -> int:
    """The pages and the API, until a signal comes."""
    from dashboards.serve import serve

    with database_dsn(settings) as dsn:
        serve(settings, dsn)
    return 0


def run_up(_: argparse.Namespace, settings: Settings) -> int:
    """All in one process tree: embedded parts where no DSN or broker is configured."""
    from deploy.installation import Installation

    stop = stop_signals()
    with Installation(settings, telling(settings)) as installation:
        with connected(settings, installation.dsn, "up") as connection:
            migrated(connection)
        installation.start_services()
        return installation.watch(stop)


def run_demo(options: argparse.Namespace, settings: Settings) -> int:
    """The demonstration town: simulated storm, sensors and fleet on the real streets of central Helsinki."""
    from deploy.demonstration import demonstration

    tell = telling(settings)
    if options.night:
        from deploy.storm_night import storm_night

        return storm_night(settings, once=options.once, speed=options.speed, stop=stop_signals(), tell=tell)
    return demonstration(settings, once=options.once, speed=options.speed or 10.0, stop=stop_signals(), tell=tell)


# ---- schema and settings -----------------------------------------------------------------------------------------


def run_migrate(options: argparse.Namespace, settings: Settings) -> int:
    """Brings the schema up to this version."""
    with database_dsn(settings) as dsn, connected(settings, dsn, "migrate") as connection:
        done = migrated(connection)
    said = "\n".join(done) or words_of(settings)("cli.done.migrated")
    say(json.dumps({"applied": done}) if options.json else said)
    return 0


def run_doctor(options: argparse.Namespace, settings: Settings) -> int:
    """The health of every part in plain words; exit status 1 where something needs a hand."""
    from deploy.doctor import examine

    spoken = words_of(settings)
    with database_dsn(settings) as dsn:
        findings = examine(settings, dsn)
    if options.json:
        say(json.dumps([finding.as_dict(spoken) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            say(finding.line(spoken))
    return 0 if all(finding.ok for finding in findings) else 1


def run_warm(options: argparse.Namespace, settings: Settings) -> int:
    """Compiles what plans need; nothing of the installation is touched."""
    from deploy.warm import warm

    warm(telling(settings, note))
    return 0


def run_config(options: argparse.Namespace, settings: Settings) -> int:
    """The effective settings as TOML that can be used, or as JSON; every secret hidden."""
    from city.hidden import shown
    from city.tomltext import settings_text

    say(json.dumps(shown(settings), ensure_ascii=False) if options.json else settings_text(settings))
    return 0


def run_broker_config(options: argparse.Namespace, settings: Settings) -> int:
    """A configuration of mosquitto or RabbitMQ for the city's rate, printed or kept in a file."""
    from deploy.brokerprofile import profile_text
    from deploy.rabbitprofile import RABBITMQ, rabbit_text

    wanted = {"outage_h": options.outage_h, "memory_mb": options.memory_mb}
    if options.profile == RABBITMQ:
        text = rabbit_text(options.rate, **wanted)
    else:
        text = profile_text(options.profile, options.rate, plugin=options.plugin, **wanted)
    if options.output is None:
        say(text.rstrip())
        return 0
    kept(options.output, text)
    telling(settings)(message("cli.done.kept", file=str(options.output)))
    return 0


# ---- plans -------------------------------------------------------------------------------------------------------


def run_plan(options: argparse.Namespace, settings: Settings) -> int:
    """One plan now, from the database or from a folder."""
    from city.catalogue.words import words
    from city.plan import to_json
    from planner.words.terminal import readable

    snapshot, plan = _plan_from_files(options) if options.files else _plan_fromopened_store(options, settings)
    if options.json:
        say(to_json(plan, indent=2).decode())
    else:
        say(readable(plan, snapshot.zone, words(settings.municipality.language), currency=snapshot.params.currency))
    return 0


def _plan_from_files(options: argparse.Namespace) -> tuple[Snapshot, Plan]:
    from planner.bundle import load, save
    from planner.publish import check_schema
    from planner.services import SNAPSHOTS, make_plan

    snapshot = load(options.files, {options.domain: SNAPSHOTS[options.domain]})
    if options.save_inputs:
        save(snapshot, options.save_inputs)
    plan = make_plan(snapshot)
    check_schema(plan)
    return snapshot, plan


def _plan_fromopened_store(options: argparse.Namespace, settings: Settings) -> tuple[Snapshot, Plan]:
    from planner.bundle import save
    from planner.schedule import plan_by_hand, snapshot_by_hand

    with opened_store(settings, "plan") as (connection, clock):
        wanted = {"at": options.at, "day": options.date, "dry_run": options.dry_run}
        snapshot = snapshot_by_hand(connection, settings, options.domain, clock, **wanted)
        if options.save_inputs:
            save(snapshot, options.save_inputs)
        return snapshot, plan_by_hand(connection, snapshot, clock, dry_run=options.dry_run)


# ---- simulator and thresholds ---------------------------------------------------------------------------------------


def run_simulate(options: argparse.Namespace, settings: Settings) -> int:
    """Publishes the simulated town's readings to the broker, at the pace of the installation's clock."""
    from deploy.demonstration import simulate_live

    with opened_store(settings, "simulate") as (connection, clock):
        count = simulate_live(settings, connection, clock, broker_in_reach(settings), options.speed, stop_signals())
    telling(settings)(message("cli.done.published", n=count))
    return 0


def run_replay(options: argparse.Namespace, settings: Settings) -> int:
    """Publishes a recorded day to the broker, beginning now."""
    from city.clock import SimulatedClock, SystemClock
    from ingest.simulator.publisher import publish_live, recorded

    start = SystemClock().now()
    clock = SimulatedClock(start, start, options.speed)
    count = publish_live(broker_in_reach(settings), recorded(options.file, start), clock, stop_signals())
    telling(settings)(message("cli.done.published", n=count))
    return 0


def run_threshold(options: argparse.Namespace, settings: Settings) -> int:
    """Lists the thresholds that hold, or adds the next version of one."""
    from city.catalogue.words import words
    from planner.words.thresholds import as_values, listed
    from store import plans

    with opened_store(settings, "threshold") as (connection, clock):
        if options.action == "set":
            telling(settings)(_set_threshold(options, settings, connection, clock))
            return 0
        held, spoken = plans.thresholds(connection, clock.now()), words(settings.municipality.language)
    if options.json:
        say(json.dumps(as_values(held, spoken), ensure_ascii=False, default=str))
    elif held:
        say(listed(held, spoken))
    return 0


def _set_threshold(options: argparse.Namespace, settings: Settings, connection: Connection, clock: Clock) -> Message:
    """Adds a version where it fits the threshold; gives what to say of it."""
    from city.entities import Threshold
    from planner.thresholds.limits import check_scope, unit_of
    from planner.words.thresholds import value_of
    from store import facts, plans

    unit = unit_of(options.key, options.text, options.value)
    check_scope(options.key, options.scope, {vessel.fraction for vessel in facts.vessels(connection)})
    since = options.valid_from or clock.now()
    row = Threshold(options.key, options.scope, options.value, unit, 0, since, options.by, options.why, options.text)
    said = {
        "key": row.key,
        "value": value_of(row, words_of(settings)),
        "at": since.astimezone(settings.municipality.zone),
        "version": str(plans.add_threshold(connection, row)),
    }
    if row.scope == "*":
        return message("cli.done.threshold_all", **said)
    return message("cli.done.threshold", scope=row.scope, **said)


COMMANDS: dict[str, Handler] = {
    "up": run_up,
    "demo": run_demo,
    "ingest": run_ingest,
    "scheduler": run_scheduler,
    "web": run_web,
    "gateway": run_gateway,
    "setup": run_setup,
    "migrate": run_migrate,
    "doctor": run_doctor,
    "warm": run_warm,
    "config": run_config,
    "broker-config": run_broker_config,
    "init": run_init,
    "import roads": run_import_roads,
    "import keepers": run_import_keepers,
    "import weather": run_import_weather,
    "import routes": run_import_routes,
    **{f"import {what}": run_import_list for what in LISTS},
    "devices list": run_devices_list,
    "devices adopt": run_devices_adopt,
    "devices replace": run_devices_replace,
    "devices retire": run_devices_retire,
    "forget": run_forget,
    "erase": run_erase,
    "export": run_export,
    "plan": run_plan,
    "backtest": run_backtest,
    "forecast": run_forecast,
    "routes": run_routes,
    "simulate": run_simulate,
    "replay": run_replay,
    "deadletters": run_deadletters,
    "threshold": run_threshold,
    **RUN_ACCOUNTS,
    "bench ingest": run_bench_ingest,
    "bench carp": run_bench_carp,
}


if __name__ == "__main__":
    raise SystemExit(main())
