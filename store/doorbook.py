"""The book of the door: who came in, who was wrong, and who changed what. It is only added to."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from city.account import LOOK_BACK
from store.connect import Connection
from store.sql import query

DoorKind = Literal["signed_in", "wrong", "signed_out", "account", "key", "change"]
COMMAND = "command"
"""Where something comes from that was asked at the command line."""


def note(
    connection: Connection,
    at: datetime,
    who: str,
    kind: DoorKind,
    about: str = "",
    place: str = COMMAND,
    pair: bytes | None = None,
) -> None:
    """A line in the book; ``pair`` tells the name that was typed at a sign-in from others."""
    parts = {"at": at, "who": who[:100], "kind": kind, "about": about[:300], "place": place[:100], "pair": pair}
    connection.execute(query("accounts", "add_event"), parts)


def wrong_of_pair(connection: Connection, place: str, pair: bytes, at: datetime) -> list[datetime]:
    """When a name was wrong from an address since it was right there, the newest first, as far as it counts."""
    parts = {"place": place, "pair": pair, "since": at - LOOK_BACK}
    return [row[0] for row in connection.execute(query("accounts", "wrong_of_pair"), parts)]


def wrong_of_place(connection: Connection, place: str, at: datetime) -> list[datetime]:
    """When anything was wrong from an address within an hour, the newest first."""
    parts = {"place": place, "since": at - LOOK_BACK}
    return [row[0] for row in connection.execute(query("accounts", "wrong_of_place"), parts)]
