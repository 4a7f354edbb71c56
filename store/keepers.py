"""Who keeps which street: what the sources say, and the rules of the municipality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from city.upkeep import KeeperRule, SegmentOrigin
from city.vocabulary import Keeper
from store.connect import Connection
from store.rows import columns, select
from store.sql import query


def origins(connection: Connection) -> dict[str, SegmentOrigin]:
    """What the sources say, by segment; one that was stored without an origin is not among them."""
    return {row.segment: row for row in select(connection, query("keepers", "origins"), {}, SegmentOrigin)}


def save_origins(connection: Connection, rows: Iterable[SegmentOrigin]) -> None:
    """Takes in what a source says of segments, which must be there."""
    rows = list(rows)
    said = {
        "segments": [row.segment for row in rows],
        "numbers": [row.number for row in rows],
        "keepers": [row.keeper for row in rows],
    }
    connection.execute(query("keepers", "put_origins"), said)


def keeper_rules(connection: Connection) -> tuple[KeeperRule, ...]:
    """Every rule, in the order in which they are tried."""
    return select(connection, query("keepers", "rules"), {}, KeeperRule)


def replace_rules(connection: Connection, rules: Sequence[KeeperRule], source: str, at: datetime) -> None:
    """Makes these the rules, in their order."""
    with connection.transaction():
        connection.execute(query("keepers", "forget_rules"), {"all": True, "ids": []})
        origin = {"source": source, "imported_at": at}
        rows = [columns(rule) | origin | {"place": place} for place, rule in enumerate(rules)]
        with connection.cursor() as cursor:
            cursor.executemany(query("keepers", "save_rule"), rows)


def forget_rule(connection: Connection, rule: str) -> bool:
    """Takes one rule away; False where there is none. Its streets keep their keeper until the rules are applied."""
    return connection.execute(query("keepers", "forget_rules"), {"all": False, "ids": [rule]}).rowcount > 0


def set_keepers(connection: Connection, keepers: Mapping[str, Keeper]) -> int:
    """Writes who keeps some segments; gives how many changed."""
    said = {"segments": list(keepers), "keepers": list(keepers.values())}
    return connection.execute(query("keepers", "set_keepers"), said).rowcount
