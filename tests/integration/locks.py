"""Waiting for another connection to stand at a lock, so that a test can say in which order two meet."""

from __future__ import annotations

import threading

from store.connect import Connection

WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock')"


def until_it_waits(connection: Connection, application: str, thread: threading.Thread) -> None:
    """Returns when ``thread``, which connects as ``application``, waits for a lock, or has ended without waiting.

    ``connection`` must be in autocommit and in no transaction: within one the server shows the same moment again.
    """
    while thread.is_alive() and connection.execute(WAITS, (f"dagsplan-{application}",)).fetchone() != (True,):
        thread.join(0.01)
