"""Rejected messages published again, once what was wrong with them is mended."""

from __future__ import annotations

from datetime import datetime

from ingest.publisher import Publication, publish_all
from ingest.session import Address
from store import readings
from store.connect import Connection


def replay(connection: Connection, where: Address, now: datetime, reason: str | None = None) -> int:
    """Publishes what was not replayed yet, of one reason or of all; gives how many messages.

    They are marked only after the broker has acknowledged them all. What is still wrong is rejected anew.
    """
    letters = readings.letters_to_replay(connection, reason)
    count = publish_all(where, [Publication(now, topic, payload) for _, topic, payload in letters])
    readings.mark_replayed(connection, [number for number, _, _ in letters], now)
    return count
