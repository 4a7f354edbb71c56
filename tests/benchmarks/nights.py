"""Three hundred generated nights: two numbers on screens or interface that contradict each other are counted."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from city.clock import FixedClock
from dashboards.app import create_app
from store.connect import connect, pool
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.benchmarks.measure import Row
from tests.nights import played, played_out
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import asking

NIGHTS = int(os.environ.get("DAGSPLAN_BENCH_NIGHTS", "300"))
ACTS = 24


def run() -> list[Row]:
    """How many nights were played and looks taken, and what contradicted."""
    told: Counter[str] = Counter()
    bad = 0
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as server:
        with connect(server, "bench") as connection:
            migrate(connection, town.AT)
        for seed in range(NIGHTS):
            found = _night(server, seed)
            bad += bool(found)
            told.update(line.split(":")[0] for line in found)
            for line in found[:3]:
                print(f"night {seed}: {line}")
    return [{"nights": NIGHTS, "acts": ACTS, "nights with a contradiction": bad, "of which": dict(told) or "none"}]


def _night(server: str, seed: int) -> list[str]:
    """One night in a database of its own."""
    name = f"night_{seed}"
    base = psycopg.conninfo.conninfo_to_dict(server)["dbname"]
    with psycopg.connect(make_conninfo(server, dbname="template1"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(str(base))))
    dsn, clock = make_conninfo(server, dbname=name), FixedClock(town.AT, simulated=False)
    with (
        connect(dsn, "bench") as connection,
        pool(dsn, "bench", size=3) as connections,
        asking(create_app(town.settings(), connections, clock)) as client,
    ):
        found = played_out(played(connection, client, clock, seed), ACTS)
    with psycopg.connect(make_conninfo(server, dbname="template1"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    return found
