"""A database behind a proxy that goes deaf, to new connections too, and hears again: how soon the first row is there,
and whether all are in the end.

``DAGSPLAN_BENCH_DEAF_S`` says for how long it is deaf [s]. A message a tenth of a second goes on being published.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.publisher import Publication, publish_all
from ingest.session import address
from store.connect import connect
from store.migrate import migrate
from tests.benchmarks.measure import Row
from tests.brokers import profiled
from tests.crash.harness import Server
from tests.deaf import DeafProxy, proxy_before
from tests.integration.test_daemon import AT, OWN, Running, adopt, await_that, own, running, stored

DEAF_S = float(os.environ.get("DAGSPLAN_BENCH_DEAF_S", "600"))
EACH_S = 0.1


def run() -> list[Row]:
    """One row: seconds from the first connection that is possible to the first row, and what was lost or doubled."""
    if shutil.which("mosquitto") is None:
        print("mosquitto is not installed: benchmark left out")
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        broker, server = profiled(folder, "fast"), Server(folder / "server")
        if broker is None:
            return []
        broker.start()
        try:
            with server.running():
                with connect(server.dsn, "bench") as connection:
                    migrate(connection, datetime.now(UTC))
                adopt(server.dsn)
                with proxy_before(server.dsn) as proxy, running(broker.url, proxy.dsn) as daemon:
                    return [deaf(broker.url, server.dsn, proxy, daemon)]
        finally:
            broker.stop()


class Sender:
    """Publishes one message after the other, each with a value of its own, and counts those that are acknowledged."""

    def __init__(self, url: str) -> None:
        self.url, self.sent, self.stop = url, 0, threading.Event()
        self.thread = threading.Thread(target=self._send, name="sender")

    def _send(self) -> None:
        while not self.stop.wait(EACH_S):
            at = (AT - timedelta(seconds=self.sent)).isoformat()
            message = Publication(AT, OWN, own(f'{{"q": {self.sent}}}', at))
            self.sent += publish_all(address(self.url), [message])


def deaf(url: str, dsn: str, proxy: DeafProxy, daemon: Running) -> Row:
    """Goes deaf for a while in the middle of the traffic."""
    daemon.connected()
    sender = Sender(url)
    sender.thread.start()
    daemon.wait_for(messages=50)
    proxy.go_deaf(to_new_ones=True)
    time.sleep(DEAF_S)
    before = stored(dsn)
    proxy.hear_new_ones()
    heard = time.monotonic()
    await_that(lambda: stored(dsn) > before, "the first row", 600)
    first_s = time.monotonic() - heard
    sender.stop.set()
    sender.thread.join(60)
    await_that(lambda: stored(dsn) >= sender.sent, "all rows", 600)
    return {
        "what": f"database deaf for {DEAF_S:g} s",
        "first row after s": round(first_s, 1),
        "acknowledged": sender.sent,
        "lost": sender.sent - stored(dsn),
        "doubled": 0,  # stored() fails on a value that is there twice
    }
