"""The ingestion daemon: broker to committed row. It acknowledges a message after its transaction, never before."""

from __future__ import annotations

import logging
import math
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

from city.clock import Clock, stopwatch
from city.errors import DagsplanError, StoreUnavailable
from city.metrics import registry
from city.settings import Settings
from ingest.exposition import served
from ingest.session import Address, Delivery, Session
from ingest.validate import ClockRule
from ingest.writer import Tally, Writer
from store.connect import Connection
from store.health import DaemonHealth, figures, save

log = logging.getLogger("dagsplan.ingest")


class Daemon:
    """Takes messages from a session and writes them; survives a database or a broker that is away."""

    def __init__(self, settings: Settings, where: Address, clock: Clock, connect: Callable[[], Connection]) -> None:
        self.settings = settings
        self.clock = clock
        self.connect = connect
        self.session = Session(settings.mqtt, where, clock)
        self.stop = threading.Event()
        self.tally = Tally()
        self._writer: Writer | None = None
        self._held: list[Delivery] = []
        self._lag_s: float | None = None
        self._said_at = -math.inf

    def run(self) -> None:
        """Runs until ``stop`` is set; what was taken from the broker is then written or left unacknowledged."""
        self._open()
        limits, most_bytes = self.settings.ingest, self.settings.ingest.batch_mb * 1e6
        while not self.stop.is_set():
            batch = self.session.arrived.take(limits.batch, 0.2, limits.linger_s, limits.quiet_s, most_bytes)
            if batch:
                self._write(batch)
            self._tell()
        self._drain()
        self.session.close()
        log.info("stopped", extra={"messages": self.tally.messages, "rows": self.tally.rows})

    def _open(self) -> None:
        """Waits for the broker as long as it takes, saying what is missing. The pauses are short: what is published
        between the broker's start and our session is gone."""
        wait = 1.0
        while not self.stop.is_set():
            try:
                self.session.open(stop=self.stop)
                return
            except DagsplanError as error:
                log.warning(str(error), extra={"next_try_s": round(wait)})
                self.stop.wait(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, no secret
                wait = min(5.0, wait * 2)

    def _write(self, batch: list[Delivery]) -> None:
        """Keeps a batch until it is committed, however long the database is away; then acknowledges it."""
        wait, self._held = 0.5, batch
        while True:
            try:
                self._ready_writer().write([item.message for item in batch])
                break
            except (psycopg.Error, StoreUnavailable) as error:
                self._drop_writer()
                if self.stop.is_set():
                    return
                about = {"batch": len(batch), "problem": _first_line(error)}
                log.warning("the database does not take the batch; it is kept", extra=about)
                if self.stop.wait(wait * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter, no secret
                    return
                wait = min(4.0, wait * 2)
        self.session.arrived.written()
        self.session.acknowledge(batch)
        self._lag_s = (self.clock.now() - batch[0].message.received_at).total_seconds()
        self._held = []

    def health(self) -> DaemonHealth:
        """How the daemon is; any thread may ask, also while the database is away."""
        now, tally, held = self.clock.now(), self.tally, self._held
        oldest = held[0] if held else self.session.arrived.oldest
        return DaemonHealth(
            daemon=self.settings.mqtt.client_id,
            at=now,
            connected=self.session.connected.is_set(),
            queued=len(held) + len(self.session.arrived),
            oldest_s=(now - oldest.message.received_at).total_seconds() if oldest else None,
            lag_s=self._lag_s,
            messages=tally.messages,
            rows=tally.rows,
            duplicates=tally.duplicates,
            conflicts=tally.conflicts,
            positions=tally.positions,
            positions_dropped=tally.positions_dropped,
            rejected=dict(tally.rejected),
            broker_dropped=self.session.broker_dropped,
        )

    @contextmanager
    def metrics(self) -> Iterator[int | None]:
        """Serves the figures of :meth:`health` while it is open; gives the port, None where none is set."""
        port = self.settings.ingest.metrics_port
        if not port:
            yield None
            return
        with served(port, registry(lambda: figures(self.health(), self.clock.now()))) as chosen:
            yield chosen

    def _tell(self) -> None:
        """Says now and then in the database how it is; where the database is away the next batch will find out."""
        if stopwatch() - self._said_at < self.settings.ingest.tell_s:
            return
        self._said_at = stopwatch()
        try:
            save(self._ready_writer().connection, self.health())
        except (psycopg.Error, StoreUnavailable) as error:
            self._drop_writer()
            log.warning("the database does not take our report", extra={"problem": _first_line(error)})

    def _drain(self) -> None:
        """At the end: writes what lies in the queue, once; what fails stays with the broker."""
        limits = self.settings.ingest
        while batch := self.session.arrived.take(limits.batch, most_bytes=limits.batch_mb * 1e6):
            self._write(batch)
            if self._held:
                break
        self._drop_writer()

    def _ready_writer(self) -> Writer:
        if self._writer is None:
            limits = self.settings.ingest
            rule = ClockRule(timedelta(days=limits.accept_late_days), timedelta(seconds=limits.accept_ahead_s))
            self._writer = Writer(self.connect(), limits, rule, self.settings.municipality.language)
            self._writer.tally = self.tally
        return self._writer

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.connection.close()
            self._writer = None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
