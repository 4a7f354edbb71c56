"""The demonstration: central Helsinki on a simulated winter night. The streets are real, all else says that it is not.

Messages go the whole way: simulator, broker, daemon, database, planner, pages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from city.catalogue.message import Message, brief, message, verbatim
from city.catalogue.words import words
from city.clock import Clock, SimulatedClock, SystemClock, stopwatch
from city.errors import ImportRefused, StoreUnavailable
from city.plan import Plan
from city.settings import Municipality, Settings
from deploy.installation import Installation, prepare_schema
from deploy.testgateway import served_gateway
from ingest.payloads.topics import decode
from ingest.publisher import Publication, publish_all
from ingest.roads import import_roads
from ingest.session import Address, address
from ingest.simulator.forecasts import forecast_server
from ingest.simulator.publisher import publish_live
from ingest.simulator.signals import World
from ingest.simulator.storm import Storm
from ingest.simulator.town import SimulatedTown, populate, town_of
from planner.schedule import Scheduler
from planner.words.terminal import readable
from store import readings, weather
from store.clock import set_simulated_clock
from store.connect import Connection, connect
from store.embedded import discard

EXTRACT = Path(__file__).parent / "demo" / "helsinki.osm.pbf"
ZONE = ZoneInfo("Europe/Helsinki")
OPENS_AT = datetime(2027, 1, 12, 3, 2, tzinfo=ZONE).astimezone(UTC)
STORM = Storm(begins=datetime(2027, 1, 11, 20, 0, tzinfo=ZONE).astimezone(UTC))
HISTORY = timedelta(days=6, hours=20)
TOWN = Municipality("Helsingfors centrum", "Europe/Helsinki", "FI", longitude=24.942, latitude=60.168)
SEED = 7


Tell = Callable[[Message], None]
"""Hears what is going on."""


def demonstration(settings: Settings, *, once: bool, speed: float, stop: threading.Event, tell: Tell) -> int:
    """Sets the demonstration up from nothing; prints three plans (``once``) or serves them until ``stop``."""
    settings = demo_settings(settings)
    fresh(settings)
    started = stopwatch()
    with Installation(settings, tell) as installation, connect(installation.dsn, "demo") as connection:
        prepare_schema(connection, SystemClock().now())
        clock = _begin(connection, 1.0 if once else speed)
        with forecast_server(STORM, clock) as forecasts, served_gateway(settings, clock=clock) as gateway:
            town = set_up(connection, clock, tell)
            installation.start_services(("ingest",), environment(settings, forecasts, gateway.url))
            where = address(installation.broker_url)
            now = clock.now()
            publish_history(connection, list(_world(town).messages(now - HISTORY, now)), where, stop, tell)
            await_forecast(connection, clock, stop, tell)
            if once:
                _print_plans(connection, settings, clock, tell)
                return 0
            installation.start_services(("scheduler", "web"))
            tell(message("cli.up.gateway", url=gateway.url))
            tell(message("cli.demo.ready", seconds=stopwatch() - started, speed=brief(speed)))
            live = threading.Thread(target=_live, args=(town, clock, where, stop), name="simulator", daemon=True)
            live.start()
            return installation.watch(stop)


def simulate_live(
    settings: Settings, connection: Connection, clock: Clock, where: Address, speed: float | None, stop: threading.Event
) -> int:
    """Publishes the demonstration town's readings from now on; gives how many."""
    if speed is not None:
        now = clock.now()
        wall = SystemClock().now()
        set_simulated_clock(connection, now, wall, speed)
        clock = SimulatedClock(now, wall, speed)
    return _live(town_of(connection), clock, where, stop)


def demo_settings(settings: Settings) -> Settings:
    """The settings with the town of the demonstration, a state folder of its own, and embedded parts only."""
    replace = msgspec.structs.replace
    return replace(
        settings,
        municipality=replace(TOWN, language=settings.municipality.language),
        state_dir=str(settings.state / "demo"),
        database=replace(settings.database, dsn=None),
        mqtt=replace(settings.mqtt, url=None, embedded_host="127.0.0.1", embedded_port=0),
        planner=replace(settings.planner, tur_minutes=45.0),
    )


def environment(settings: Settings, forecasts: str, gateway: str) -> dict[str, str]:
    """What the services must know beyond database and broker: where forecasts come from, and where calls go."""
    town = settings.municipality
    return {
        "DAGSPLAN_STATE_DIR": settings.state_dir,
        "DAGSPLAN_MUNICIPALITY__NAME": town.name,
        "DAGSPLAN_MUNICIPALITY__TIME_ZONE": town.time_zone,
        "DAGSPLAN_MUNICIPALITY__COUNTRY": town.country,
        "DAGSPLAN_MUNICIPALITY__LANGUAGE": town.language,
        "DAGSPLAN_MUNICIPALITY__LONGITUDE": str(town.longitude),
        "DAGSPLAN_MUNICIPALITY__LATITUDE": str(town.latitude),
        "DAGSPLAN_WEATHER__PROVIDERS": "smhi",
        "DAGSPLAN_WEATHER__SMHI_URL": forecasts,
        "DAGSPLAN_CALLS__GATEWAY_URL": gateway,
        "DAGSPLAN_PLANNER__TUR_MINUTES": str(settings.planner.tur_minutes),
        "DAGSPLAN_WEB__PUBLIC_URL": settings.web.public_url or f"http://{settings.web.host}:{settings.web.port}",
    }


def fresh(settings: Settings) -> None:
    """Every demonstration begins from nothing."""
    if not EXTRACT.is_file():
        raise ImportRefused(EXTRACT, message("error.demo.no_extract"), message("error.demo.clone"))
    discard(settings.state / "postgres")


def _begin(connection: Connection, speed: float) -> SimulatedClock:
    """Sets the clock of the installation, once, to the hour at which a dispatcher opens the page."""
    wall = SystemClock().now()
    set_simulated_clock(connection, OPENS_AT, wall, speed)
    return SimulatedClock(OPENS_AT, wall, speed)


def set_up(connection: Connection, clock: Clock, tell: Tell) -> SimulatedTown:
    """The streets of the town, and a simulated depot, fleet, vessels and sensors for them."""
    tell(message("cli.demo.streets"))
    for line in import_roads(connection, EXTRACT, [], clock.now()).lines():
        tell(line)
    tell(message("cli.demo.town"))
    return populate(connection, clock.now(), SEED)


def publish_history(
    connection: Connection,
    messages: Sequence[Publication],
    where: Address,
    stop: threading.Event,
    tell: Tell,
) -> None:
    """Simulated readings of the days before through the broker; waits until the daemon has committed them all."""
    values = sum(len(part.values) for sent in messages for part in decode(sent.topic, sent.payload))
    tell(message("cli.demo.history", n=len(messages), values=values))
    publish_all(where, messages)
    _await(lambda: readings.count_readings(connection) >= values, stop, 120.0, "error.demo.readings")
    tell(message("cli.demo.stored", n=readings.count_readings(connection)))


def await_forecast(connection: Connection, clock: Clock, stop: threading.Event, tell: Tell) -> None:
    """Waits until the daemon has fetched one."""
    _await(lambda: weather.newest_issue(connection, clock.now()) is not None, stop, 60.0, "error.demo.forecast")
    issue = weather.newest_issue(connection, clock.now())
    if issue is None:
        raise StoreUnavailable(message("error.store.forecast_gone"))
    tell(message("cli.demo.forecast", at=issue.issued_at.astimezone(ZONE)))


def _await(ready: Callable[[], bool], stop: threading.Event, timeout_s: float, problem: str) -> None:
    """Waits until it is ready. Raises StoreUnavailable with the sentence of the key ``problem`` after the time."""
    until = stopwatch() + timeout_s
    while not ready():
        if stopwatch() > until:
            raise StoreUnavailable(message(problem, seconds=timeout_s))
        if stop.wait(0.1):
            raise KeyboardInterrupt


def _print_plans(connection: Connection, settings: Settings, clock: Clock, tell: Tell) -> None:
    """Makes what is due and prints the newest plan of each domain."""
    newest, spoken = dict[str, Plan](), words(settings.municipality.language)
    for plan in Scheduler(connection, settings, clock).ensure_due(clock.now()):
        newest[plan.domain] = plan
    for plan in newest.values():
        tell(verbatim("\n" + readable(plan, ZONE, spoken, currency=settings.planner.currency)))


def _live(town: SimulatedTown, clock: Clock, where: Address, stop: threading.Event) -> int:
    now = clock.now()
    return publish_live(where, _world(town).messages(now, now + timedelta(days=2)), clock, stop)


def _world(town: SimulatedTown) -> World:
    return World(town, STORM, ZONE, SEED, silent_from=OPENS_AT - timedelta(minutes=52))
