"""The three storage tiers: community TimescaleDB, Apache-edition TimescaleDB, plain PostgreSQL.

The tier is found out at start-up; each has one SQL file that may be run again and again. The views on top
(``reading_hour``) have the same columns in all of them.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Literal, LiteralString, cast

import psycopg

from city.errors import SchemaMismatch
from store.connect import Connection

Tier = Literal["timescale", "apache", "plain"]
OLDEST_TIMESCALE = (2, 19)
"""ON CONFLICT DO NOTHING into compressed chunks lost rows before (timescale/timescaledb#7672)."""

NOT_FOR_US = frozenset({"42501", "F0000", "58000"})
"""No right to make the extension, or its library is not preloaded: plain PostgreSQL it is."""


def detect_tier(connection: Connection) -> Tier:
    """Which tier this database offers: the library must be loaded and the extension made in this database."""
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'").fetchone()
    if row is None:
        return "plain"
    version = tuple(int(part) for part in re.findall(r"\d+", row[0])[:2])
    if version < OLDEST_TIMESCALE:
        raise SchemaMismatch(f"TimescaleDB {row[0]} can lose rows in compressed chunks; upgrade to 2.19 or newer")
    licence = connection.execute("SHOW timescaledb.license").fetchone()
    return "timescale" if licence is not None and licence[0] == "timescale" else "apache"


def prepare_tier(connection: Connection) -> Tier:
    """Makes the extension where it can be had, and runs the file of the tier. Expects autocommit."""
    offered = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'").fetchone()
    if offered is not None:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        except psycopg.Error as error:
            if error.sqlstate not in NOT_FOR_US:
                raise
    tier = detect_tier(connection)
    text = (files("store") / "tiers" / f"{tier}.sql").read_text(encoding="utf-8")
    for statement in statements(text):
        connection.execute(statement)
    return tier


def statements(text: str) -> list[LiteralString]:
    """The statements of a tier file one by one, as continuous aggregates refuse to run in a transaction."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [cast(LiteralString, part.strip()) for part in "\n".join(lines).split(";") if part.strip()]
