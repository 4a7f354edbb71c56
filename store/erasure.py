"""Taking away, by a person's decision, all that could tell somebody who drove a vehicle where and when."""

from __future__ import annotations

from datetime import datetime

from store.connect import Connection
from store.sql import query

ERASED = ("positions", "passages", "traces", "reports", "phones", "pairings", "calls")
"""What is taken away. Plans, orders with their steps, and what was treated stay: they name a vehicle alone."""


def erase(connection: Connection, vehicle: str, before: datetime) -> dict[str, int]:
    """Takes away what is known of a vehicle from before a time, within the caller's transaction; gives how many rows of
    each kind."""
    parameters = {"vehicle": vehicle, "before": before}
    return {name: connection.execute(query("erasure", name), parameters).rowcount for name in ERASED}
