"""Fixtures for all tests: real databases, real brokers, the real data where it is at hand.

A tool that is absent skips the tests that need it, with the reason; ``DAGSPLAN_REQUIRE`` (comma separated:
mosquitto, chromium, timescale-apache, rabbitmq) turns these skips into failures.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ingest.broker import embedded_broker
from store.connect import Connection, connect
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.brokers import mosquitto

NOW = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
TEMPLATE = "dagsplan_template"


def absent(tool: str, reason: str) -> NoReturn:
    """Skips, or fails where this tool is required."""
    if tool in os.environ.get("DAGSPLAN_REQUIRE", "").split(","):
        pytest.fail(f"{tool} is required: {reason}")
    pytest.skip(reason)


LONGEST = ("test_own_town.py", "test_storm_night.py", "test_demo.py", "test_real_towns.py")
"""Files that take long: they begin first, so that no worker waits for the last of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first; the order of all others stays."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests leaks in."""
    kept = {"DAGSPLAN_DATA", "DAGSPLAN_REQUIRE", "DAGSPLAN_APACHE_DSN", "DAGSPLAN_TEST_DSN"}
    kept |= {"DAGSPLAN_MOSQUITTO_SQLITE", "DAGSPLAN_MOSQUITTO_PLUGIN"}
    kept |= {"DAGSPLAN_RABBITMQ", "DAGSPLAN_RABBITMQ_FOLDERS"}
    for name in [name for name in os.environ if name.startswith("DAGSPLAN_") and name not in kept]:
        monkeypatch.delenv(name)


@pytest.fixture
def english(_own_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line speaks English, as where a municipality's settings say so."""
    monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", "en")


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """The folder of the embedded server: one for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    folder = Path(tempfile.gettempdir()) / f"dagsplan-test-{hashlib.sha256(str(shared).encode()).hexdigest()[:10]}"
    folder.mkdir(exist_ok=True)
    yield folder
    if not (folder / "postgres" / "postmaster.pid").exists():  # else another worker still uses it
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(server_folder: Path) -> Iterator[str]:
    """DSN of the embedded server of this test run; the last worker to end stops it."""
    with one_at_a_time(server_folder):
        opened = ExitStack()
        dsn = opened.enter_context(embedded_postgres(server_folder / "postgres"))
    yield dsn
    with one_at_a_time(server_folder):
        opened.close()


@pytest.fixture(scope="session")
def template(server: str, server_folder: Path) -> str:
    """A migrated database that each test gets a copy of, made once a run."""
    with one_at_a_time(server_folder):
        with psycopg.connect(server, autocommit=True) as admin:
            there = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone()
        return TEMPLATE if there else make_template(server)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Workers of a run wait for each other here."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_template(server_dsn: str) -> str:
    """Makes the migrated template on a server and gives its name."""
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(TEMPLATE)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    with connect(make_conninfo(server_dsn, dbname=TEMPLATE), "test") as connection:
        migrate(connection, NOW)
    return TEMPLATE


def fresh_database(server_dsn: str, template_name: str | None) -> Iterator[str]:
    """A database of its own, a copy of the template or empty; removed afterwards."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        if template_name is None:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        else:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template_name))
            )
        yield make_conninfo(server_dsn, dbname=name)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def empty_dsn(server: str) -> Iterator[str]:
    """DSN of an empty database."""
    yield from fresh_database(server, None)


@pytest.fixture
def dsn(server: str, template: str) -> Iterator[str]:
    """DSN of a fresh, migrated database (plain tier)."""
    yield from fresh_database(server, template)


@pytest.fixture
def database(dsn: str) -> Iterator[Connection]:
    """A connection to a fresh, migrated database."""
    with connect(dsn, "test") as connection:
        yield connection


def _apache_server() -> str:
    dsn = os.environ.get("DAGSPLAN_APACHE_DSN", "")
    if not dsn:
        absent("timescale-apache", "DAGSPLAN_APACHE_DSN is not set: no Apache-edition TimescaleDB")
    return dsn


@pytest.fixture(scope="session")
def apache_server() -> str:
    """DSN of a server with the Apache edition of TimescaleDB."""
    return _apache_server()


@pytest.fixture(scope="session")
def community_server() -> str:
    """DSN of a server with the community edition of TimescaleDB."""
    dsn = os.environ.get("DAGSPLAN_TEST_DSN", "")
    if not dsn:
        pytest.skip("DAGSPLAN_TEST_DSN names no community-edition TimescaleDB")
    return dsn


@pytest.fixture(params=["plain", "apache", "timescale"])
def tier_dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    """DSN of a fresh, migrated database on each storage tier that can be had."""
    name = {"plain": "server", "apache": "apache_server", "timescale": "community_server"}[request.param]
    for dsn in fresh_database(request.getfixturevalue(name), None):
        with connect(dsn, "test") as connection:
            migrate(connection, NOW)
        yield dsn


@pytest.fixture
def broker() -> Iterator[str]:
    """URL of an embedded broker of its own."""
    with embedded_broker() as url:
        yield url


@pytest.fixture
def mosquitto_broker(tmp_path: Path) -> Iterator[str]:
    """URL of a real mosquitto of its own."""
    if shutil.which("mosquitto") is None:
        absent("mosquitto", "mosquitto is not installed")
    with mosquitto(tmp_path) as running:
        yield running.url


@pytest.fixture(params=["embedded", "mosquitto"])
def any_broker(request: pytest.FixtureRequest) -> str:
    """URL of each kind of broker."""
    name = "broker" if request.param == "embedded" else "mosquitto_broker"
    return str(request.getfixturevalue(name))


@pytest.fixture
def data_folder() -> Path:
    """The folder of real data."""
    folder = os.environ.get("DAGSPLAN_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("DAGSPLAN_DATA names no folder with the real data")
    return Path(folder)


@pytest.fixture
def helsinki() -> Path:
    """The extract of the demonstration town."""
    return Path(__file__).parent.parent / "deploy" / "demo" / "helsinki.osm.pbf"
