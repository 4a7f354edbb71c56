"""The application on a real database, with a client that stands for a program or for a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from city.clock import FixedClock
from city.plan import Plan
from dashboards.app import create_app
from store.connect import Connection, pool
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import asking


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(town.AT, simulated=False)


@pytest.fixture
def client(dsn: str, clock: FixedClock) -> Iterator[httpx.Client]:
    with pool(dsn, "test", size=3) as connections:
        app = create_app(town.settings(), connections, clock)
        with asking(app) as client:
            yield client


@pytest.fixture
def filled(database: Connection) -> Connection:
    """The town without plans."""
    town.fill(database)
    return database


@pytest.fixture
def publish(filled: Connection, clock: FixedClock) -> Callable[[str], Plan]:
    """Publishes the town's plan of a domain at the clock's time."""
    return lambda domain: town.publish(filled, domain, clock)


@pytest.fixture
def snow(publish: Callable[[str], Plan]) -> Plan:
    return publish("snow")
