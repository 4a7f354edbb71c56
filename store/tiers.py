"""The three storage tiers: community TimescaleDB, Apache-edition TimescaleDB, plain PostgreSQL.

The tier is found out at start-up; each has one SQL file that may be run again and again, followed by the named
queries that differ from tier to tier. The views on top (``reading_by_hour``, ``reading_by_day``) have the same columns
in all of them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal, LiteralString, cast

import psycopg

from city.catalogue.message import message
from city.errors import SchemaMismatch
from store.connect import Connection, patience
from store.partitions import divide, gather, in_the_way
from store.sql import NAME, named, query

Tier = Literal["timescale", "apache", "plain"]
OLDEST_TIMESCALE = (2, 19)
"""ON CONFLICT DO NOTHING into compressed chunks lost rows before (timescale/timescaledb#7672)."""

NOT_FOR_US = frozenset({"42501", "F0000", "58000"})
"""No right to make the extension, or its library is not preloaded: plain PostgreSQL it is."""


def detect_tier(connection: Connection) -> Tier:
    """Which tier this database offers: the library must be loaded and the extension made in this database."""
    row = connection.execute(query("tiers", "extension_version")).fetchone()
    if row is None:
        return "plain"
    version = tuple(int(part) for part in re.findall(r"\d+", row[0])[:2])
    if version < OLDEST_TIMESCALE:
        raise SchemaMismatch(message("error.store.timescale", version=row[0]))
    licence = connection.execute(query("tiers", "licence")).fetchone()
    return "timescale" if licence is not None and licence[0] == "timescale" else "apache"


def prepare_tier(connection: Connection) -> Tier:
    """Makes the extension where it can be had, and runs the file of the tier. Expects autocommit.

    Raises SchemaMismatch where a view that somebody made stands on what is made anew.
    """
    if connection.execute(query("tiers", "is_offered")).fetchone() == (True,):
        try:
            connection.execute(query("tiers", "make_extension"))
        except psycopg.Error as error:
            if error.sqlstate not in NOT_FOR_US:
                raise
    tier = detect_tier(connection)
    (divide if tier == "plain" else gather)(connection)
    try:
        with patience(connection, statement_s=0):
            for statement in statements(NAME.split(_file(tier))[0]):
                connection.execute(statement)
    except psycopg.errors.DependentObjectsStillExist as error:
        raise in_the_way(error) from error
    return tier


def tier_query(tier: Tier, name: str) -> LiteralString:
    """A query whose text differs from tier to tier."""
    return _tier_queries(tier)[name]


@cache
def _tier_queries(tier: Tier) -> dict[str, LiteralString]:
    return named(_file(tier))


def _file(tier: Tier) -> str:
    return (files("store") / "tiers" / f"{tier}.sql").read_text(encoding="utf-8")


def statements(text: str) -> list[LiteralString]:
    """The statements of a tier file one by one, as continuous aggregates refuse to run in a transaction."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [cast(LiteralString, part.strip()) for part in "\n".join(lines).split(";") if part.strip()]
