"""One installation as a process tree: embedded database and broker where none is configured, and the services.

The services are processes of their own, as in production: a planner that computes does not hold up the pages.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from city.catalogue.message import Message, message
from city.clock import SystemClock, stopwatch
from city.settings import Settings
from ingest.broker import embedded_broker
from ingest.session import address, provision
from planner.thresholds.seed import seed
from store import plans
from store.connect import Connection
from store.embedded import embedded_postgres
from store.migrate import migrate

SERVICES = ("ingest", "scheduler", "web")
STOP_S = 8.0


def prepare_schema(connection: Connection, now: datetime) -> list[str]:
    """Brings the schema up to date and seeds the thresholds and scopes that the database lacks, in an old one as from
    now on; gives what was applied."""
    done = migrate(connection, now)
    plans.seed_thresholds(connection, seed(), now)
    return done


class Installation:
    """Runs the parts. Use it as a context manager: at its end everything is stopped, the database last. ``tell`` hears
    what it does."""

    def __init__(self, settings: Settings, tell: Callable[[Message], None]) -> None:
        self.settings = settings
        self.tell = tell
        self.environment: dict[str, str] = {}
        self._stack = ExitStack()
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Installation:
        try:
            self.dsn = self.settings.database.dsn or self._embedded_database(self.settings.state / "postgres")
            self.broker_url = self.settings.mqtt.url or self._embedded_broker()
            provision(self.settings.mqtt, address(self.broker_url, self.settings.mqtt.password), SystemClock())
        except BaseException:
            self._stack.close()
            raise
        self.environment |= {"DAGSPLAN_DATABASE__DSN": self.dsn, "DAGSPLAN_MQTT__URL": self.broker_url}
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_children()
        self._stack.close()

    def start_services(self, names: tuple[str, ...] = SERVICES, extra: Mapping[str, str] | None = None) -> None:
        """Starts services as child processes with the settings of this installation."""
        self.environment |= extra or {}
        for name in names:
            self._start(name)
        if "web" in names:
            web = self.settings.web
            self.tell(message("cli.up.address", address=f"http://{web.host}:{web.port}{web.base_path}/idag"))

    def watch(self, stop: threading.Event) -> int:
        """Waits until ``stop`` is set; a service that ends is said and started anew, at most every 2 s."""
        failures = 0
        while not stop.wait(2.0):
            for name, child in list(self._children.items()):
                if child.poll() is None:
                    continue
                failures += 1
                if failures >= 5:
                    self.tell(message("cli.up.gives_up", name=name))
                    return 1
                self.tell(message("cli.up.again", name=name, status=child.returncode))
                self._start(name)
        return 0

    def _start(self, name: str) -> None:
        self._children[name] = subprocess.Popen(
            [sys.executable, "-m", "dagsplan", name],
            env={**os.environ, **self.environment},
            start_new_session=True,
        )

    def _stop_children(self) -> None:
        """SIGTERM to all, then patience, then SIGKILL."""
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        until = stopwatch() + STOP_S
        for child in self._children.values():
            try:
                child.wait(max(0.1, until - stopwatch()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _embedded_database(self, folder: Path) -> str:
        self.tell(message("cli.up.database", folder=str(folder)))
        return self._stack.enter_context(embedded_postgres(folder))

    def _embedded_broker(self) -> str:
        mqtt, folder = self.settings.mqtt, self.settings.state
        url = self._stack.enter_context(embedded_broker(mqtt.embedded_port, mqtt.embedded_host, folder))
        self.tell(message("cli.up.broker", url=url))
        return url
