"""Migrations: plain SQL files, applied in order under an advisory lock, each once and in its own transaction.

An applied file that was edited afterwards, or one that this code does not know, is refused before anything runs.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import LiteralString, cast

import psycopg

from city.catalogue.message import message
from city.errors import SchemaMismatch
from store.connect import Connection
from store.sql import query
from store.tiers import Tier, detect_tier, prepare_tier

LOCK = 7_246_001
OLDEST_POSTGRES = 16
"""The oldest major version that is said to do; what the tests run on is newer."""
_FILE = re.compile(r"^\d{4}_[a-z0-9_]+\.sql$")


@dataclass(frozen=True)
class Migration:
    """One file: its name and what its text hashes to."""

    name: str
    text: LiteralString

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def known() -> list[Migration]:
    """The migrations of this version of the code, in order. Raises SchemaMismatch on an ill-named file."""
    found = []
    for entry in sorted((files("store") / "migrations").iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".sql"):
            continue
        if not _FILE.match(entry.name):
            raise SchemaMismatch(message("error.store.migration_name", name=entry.name))
        found.append(Migration(entry.name, cast(LiteralString, entry.read_text(encoding="utf-8"))))
    return found


def migrate(connection: Connection, at: datetime, migrations: list[Migration] | None = None) -> list[str]:
    """Brings the schema up to this version and prepares the storage tier; gives the names that it applied.

    Raises SchemaMismatch where the server or what was applied is not of this version, before anything runs.
    """
    _check_server(connection)
    migrations = known() if migrations is None else migrations
    try:
        connection.execute(query("migrate", "hold"), {"lock": LOCK})
        connection.execute(query("migrate", "make_table"))
        todo = _pending(connection, migrations)
        for migration in todo:
            with connection.transaction():
                connection.execute(migration.text)
                noted = {"name": migration.name, "digest": migration.digest, "at": at}
                connection.execute(query("migrate", "note"), noted)
        prepare_tier(connection)
        return [migration.name for migration in todo]
    finally:
        if not connection.closed:
            connection.execute(query("migrate", "let_go"), {"lock": LOCK})


def check_schema(connection: Connection) -> Tier:
    """The storage tier of a database of this version. Raises SchemaMismatch with what to do otherwise."""
    _check_server(connection)
    try:
        pending = _pending(connection, known())
    except psycopg.errors.UndefinedTable as error:
        raise SchemaMismatch(message("error.store.no_schema")) from error
    if pending:
        raise SchemaMismatch(message("error.store.lacks", name=pending[0].name))
    return detect_tier(connection)


def _check_server(connection: Connection) -> None:
    found = connection.info.server_version // 10_000
    if found < OLDEST_POSTGRES:
        raise SchemaMismatch(message("error.store.old_postgres", found=found, oldest=OLDEST_POSTGRES))


def _pending(connection: Connection, migrations: list[Migration]) -> list[Migration]:
    rows = connection.execute(query("migrate", "applied")).fetchall()
    applied: dict[str, str] = dict(rows)
    by_name = {migration.name: migration for migration in migrations}
    for name, digest in applied.items():
        if name not in by_name:
            raise SchemaMismatch(message("error.store.newer", name=name))
        if by_name[name].digest != digest:
            raise SchemaMismatch(message("error.store.edited", name=name))
    return [migration for migration in migrations if migration.name not in applied]
