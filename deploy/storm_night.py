"""A simulated storm night whose forecast busts: opened at five past six in the evening, to be walked by a person at
``/idag``, or without one (``night_walk``)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import psycopg

from city.catalogue.message import brief, message
from city.clock import Clock, FixedClock, SimulatedClock, SystemClock
from city.errors import DagsplanError
from city.settings import Settings
from deploy.demonstration import (
    HISTORY,
    ZONE,
    Tell,
    await_forecast,
    demo_settings,
    environment,
    fresh,
    publish_history,
    set_up,
)
from deploy.installation import Installation, prepare_schema
from deploy.storm_scene import OPENS_AT, STORM, Evening, world
from deploy.testgateway import served_gateway
from ingest.daemon import Daemon
from ingest.publisher import Publisher
from ingest.session import Address, address, provision
from ingest.simulator.crew import Rolls, Said, SimulatedCrew
from ingest.simulator.forecasts import forecast_server
from ingest.simulator.publisher import publish_live
from ingest.simulator.storm import Storm
from ingest.simulator.town import SimulatedTown
from store.clock import set_simulated_clock
from store.connect import connect

log = logging.getLogger("dagsplan.night")
SPEED = 60.0


def storm_night(settings: Settings, *, once: bool, speed: float | None, stop: threading.Event, tell: Tell) -> int:
    """Sets the night up from nothing; walks it without a person (``once``) or serves it until ``stop``."""
    from deploy.night_walk import walk

    settings = demo_settings(settings)
    fresh(settings)
    with Installation(settings, tell) as installation:
        history = timedelta(hours=20) if once else HISTORY
        with evening(settings, installation.dsn, installation.broker_url, history, stop, tell) as opened:
            if once:
                return 0 if walk(settings, opened, stop, tell) else 1
        return _serve(settings, installation, opened.town, speed or SPEED, stop, tell)


@contextmanager
def evening(
    settings: Settings,
    dsn: str,
    broker_url: str,
    history: timedelta,
    stop: threading.Event,
    tell: Tell,
    storm: Storm = STORM,
) -> Iterator[Evening]:
    """An empty database made into the town at ``OPENS_AT``, with what its devices sent before; time stands still."""
    clock, where = FixedClock(OPENS_AT), address(broker_url)
    provision(settings.mqtt, where, SystemClock())  # so that the broker keeps what is sent before the daemon is up
    with connect(dsn, "night") as connection, ingesting(settings, dsn, where, clock) as daemon:
        prepare_schema(connection, SystemClock().now())
        town = set_up(connection, clock, tell)
        before = list(world(town, storm).messages(OPENS_AT - history, OPENS_AT))
        publish_history(connection, before, where, stop, tell)
        yield Evening(connection, clock, town, where, daemon, storm)


@contextmanager
def ingesting(settings: Settings, dsn: str, where: Address, clock: Clock) -> Iterator[Daemon]:
    """The daemon in this process, so that it shares a clock that stands still."""
    daemon = Daemon(settings, where, clock, lambda: connect(dsn, "ingest"))
    thread = threading.Thread(target=daemon.run, name="ingest", daemon=True)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop.set()
        thread.join(10.0)


def _serve(
    settings: Settings,
    installation: Installation,
    town: SimulatedTown,
    speed: float,
    stop: threading.Event,
    tell: Tell,
) -> int:
    """Time runs from ``OPENS_AT``; sensors and drivers act, and a person decides."""
    wall = SystemClock().now()
    clock, where = SimulatedClock(OPENS_AT, wall, speed), address(installation.broker_url)
    with forecast_server(STORM, clock) as forecasts, served_gateway(settings, clock=clock) as gateway:
        with connect(installation.dsn, "night") as connection:
            set_simulated_clock(connection, clock.starts_at, wall, speed)
            installation.start_services(("ingest",), environment(settings, forecasts, gateway.url))
            await_forecast(connection, clock, stop, tell)
        installation.start_services(("scheduler", "web"))
        tell(message("cli.up.gateway", url=gateway.url))
        tell(message("cli.demo.opened", at=OPENS_AT.astimezone(ZONE), speed=brief(speed)))
        messages = world(town).messages(OPENS_AT, OPENS_AT + timedelta(days=2))
        for name, run in (
            ("sensors", lambda: publish_live(where, messages, clock, stop)),
            ("drivers", lambda: _drive(settings, installation.dsn, where, clock, stop)),
        ):
            threading.Thread(target=run, name=name, daemon=True).start()
        return installation.watch(stop)


def _drive(settings: Settings, dsn: str, where: Address, clock: Clock, stop: threading.Event) -> None:
    """The line that takes every call, and the drivers, until ``stop``: positions to the broker, steps of orders to the
    web service."""
    crew, rolls, before, web = SimulatedCrew(), Rolls(), clock.now(), settings.web
    base = f"http://{web.host}:{web.port}{web.base_path}/api/v1/orders"
    with Publisher(where, "dagsplan-simulator-crew") as publisher, httpx.Client(timeout=20.0) as http:
        while not stop.wait(max(0.2, clock.real_seconds(20.0))):
            now = clock.now()
            try:
                with connect(dsn, "drivers") as connection:
                    called = rolls.called(connection, now)
                for position in crew.positions(called, before, now):
                    publisher.send(position)
                for said in crew.says(called, before, now):
                    _tell(http, base, said)
                before = now
            except (psycopg.Error, DagsplanError, httpx.HTTPError) as error:
                log.warning("the drivers try again: %s", str(error).strip() or type(error).__name__)


def _tell(http: httpx.Client, base: str, said: Said) -> None:
    """What a driver says; where an officer was quicker, nothing."""
    body = {"kind": said.kind, "segment": said.segment or "", "by": "driver"}
    answer = http.post(f"{base}/{said.order_id}/events", json=body)
    if answer.status_code != httpx.codes.CONFLICT:
        answer.raise_for_status()
