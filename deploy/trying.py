"""Commands that try and measure: limits on the past, a model or the engine alone, today's routes beside ours."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from city.catalogue.message import brief, message
from city.errors import ConfigError
from deploy.opening import note, opened_store, say, stop_signals, telling

if TYPE_CHECKING:
    from city.catalogue.words import Words
    from city.settings import Settings


def run_backtest(options: argparse.Namespace, settings: Settings) -> int:
    """What plans would have been, and how they would have done, on a past: from the archive or from a folder.

    Raises ConfigError for a service whose past cannot be tried.
    """
    from planner.services import SERVICES

    if not SERVICES[options.domain].backtested:
        raise ConfigError(message("error.usage.not_backtested", domain=message(f"domain.{options.domain}")))
    return TRIALS[options.domain](options, settings)


def _try_snow(options: argparse.Namespace, settings: Settings) -> int:
    """Call-outs under other thresholds, from kept runs or from a folder of snapshots."""
    from city.catalogue.words import words
    from planner.snow.backtest import command

    spoken = words(settings.municipality.language)
    if options.files:
        found = command.from_files(options.files, options.set, options.since, options.until)
        say(command.said(*found, spoken, as_json=options.json))
        return 0
    from planner.inputs import read_kept_runs, read_rules

    with opened_store(settings, "backtest") as (connection, clock):
        if options.winters:
            from deploy.winters import try_winters

            say(try_winters(connection, clock.now(), options.winters, options.set, spoken, as_json=options.json))
            return 0
        runs = read_kept_runs(connection, options.since, options.until)
        costs = command.Costs(settings.planner.full_call_out_cost_per_h, settings.planner.currency)
        both = command.from_runs(runs, lambda changes: read_rules(connection, changes), options.set, costs)
    say(command.said(*both, settings.municipality.zone, spoken, as_json=options.json))
    return 0


def _try_waste(options: argparse.Namespace, settings: Settings) -> int:
    """A past of vessels with every policy, from the archive or from a folder of a city's own export."""
    from city.catalogue.words import words
    from planner.waste.backtest import archive, command, files
    from planner.waste.backtest.words import as_json, in_words

    if options.files:
        past = files.load_past(options.files)
    else:
        from planner.inputs import read_snapshot

        with opened_store(settings, "backtest") as (connection, clock):
            kept = read_snapshot(connection, settings, archive.WasteArchive, clock.now(), slot="backtest")
        past = archive.past_of_archive(kept)
    spoken, tell = words(settings.municipality.language), telling(settings, note)
    found = command.try_waste(
        past,
        options.set,
        options.since,
        options.until,
        lambda fraction, done, of: tell(message("cli.backtest.progress", fraction=fraction, done=done, of=of)),
    )
    say((as_json if options.json else in_words)(found, spoken))
    return 0


TRIALS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {"snow": _try_snow, "waste": _try_waste}
"""How the past of each service is tried."""


def run_gateway(options: argparse.Namespace, settings: Settings) -> int:
    """A gateway for text messages and voice that sends nothing, until a signal comes."""
    from deploy.testgateway import served_gateway

    stop, tell = stop_signals(), telling(settings)
    with served_gateway(settings, options.port) as gateway:
        tell(message("cli.up.gateway", url=gateway.url))
        stop.wait()
    return 0


def run_forecast(options: argparse.Namespace, settings: Settings) -> int:
    """A model alone, from a folder of files at one time or at many, or at the city's own stations."""
    from city.catalogue.words import words

    spoken = words(settings.municipality.language)
    if options.model != "road":
        return _forecast_files(options, spoken)
    from planner.road.forecast import load
    from planner.road.record import score_record
    from planner.road.words import answer, record_answer

    asked = options.every is not None or options.since is not None or options.until is not None
    if options.files and not asked:
        say(answer(options.files, spoken, as_json=options.json))
        return 0
    every = timedelta(hours=options.every or 6)
    since, until = (_midnight(day, settings) for day in (options.since, options.until))
    if options.files:
        found = score_record(
            load(options.files, record=True), every, since, None if until is None else until + timedelta(days=1)
        )
    else:
        from deploy.stations import own_stations

        found = own_stations(settings, every, since, until)
    say(record_answer(found, spoken, as_json=options.json))
    return 0


def _forecast_files(options: argparse.Namespace, spoken: Words) -> int:
    """The fill of vessels or the heat of buildings, from a folder of files."""
    from planner.heating.heatwords import heat_answer
    from planner.waste.fillwords import fill_answer

    if not options.files:
        raise ConfigError(message("error.usage.forecast_files", model=options.model))
    if (options.every, options.since, options.until) != (None, None, None):
        raise ConfigError(message("error.usage.forecast_starts", model=options.model))
    answer = {"fill": fill_answer, "heat": heat_answer}[options.model]
    say(answer(options.files, spoken, as_json=options.json))
    return 0


def _midnight(day: date | None, settings: Settings) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), settings.municipality.zone)


def run_routes(options: argparse.Namespace, settings: Settings) -> int:
    """Today's routes with their scores, and beside each our own over the same work."""
    from city.catalogue.words import words
    from planner.inputs import read_routes
    from planner.routes.compare import existing
    from planner.routes.compare import words as existing_words

    with opened_store(settings, "routes") as (connection, _):
        today = read_routes(connection)
    compared = existing.compare(today, options.iterations, options.seed)
    spoken = words(settings.municipality.language)
    say(existing_words.as_json(compared) if options.json else existing_words.in_words(compared, spoken))
    return 0


def run_bench_carp(options: argparse.Namespace, settings: Settings) -> int:
    """The arc-routing engine on benchmark files, checked."""
    from city.catalogue.words import words
    from planner.routes.carp import bench

    spoken = words(settings.municipality.language)
    for answer in bench.answers(bench.asked_of(options), spoken):
        say(json.dumps(answer, ensure_ascii=False) if options.json else bench.in_words(answer, spoken))
    return 0


def run_bench_ingest(options: argparse.Namespace, settings: Settings) -> int:
    """Broker to committed row: throughput, latency, and whether anything was lost or doubled."""
    from deploy.ingestbench import BenchBroker, bench_ingest

    broker = BenchBroker(options.profile, options.mosquitto, options.plugin, options.rabbitmq)
    figures = dataclasses.asdict(bench_ingest(options.messages, rate=options.rate, broker=broker))
    if options.json:
        say(json.dumps(figures))
        return 0
    tell = telling(settings)
    for name, value in figures.items():
        said = (
            message("cli.figure.embedded") if value == "embedded" else value if isinstance(value, str) else brief(value)
        )
        tell(message("cli.done.figure", name=message(f"cli.figure.{name}"), value=said))
    return 0
