"""What the kills have in common: a counting publisher, child processes, and one checker at the end.

Counted is only what is published after the daemon's session exists at the broker, and what the broker acknowledged.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import psutil
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from city.clock import SystemClock, stopwatch
from city.entities import Device
from city.settings import Mqtt
from deploy.scratch import ScratchBroker
from ingest.session import address, provision
from store.connect import connect
from store.embedded import embedded_postgres
from store.facts import save_device
from store.migrate import migrate

DEVICE = "crash-1"
TOPIC = f"dagsplan/{DEVICE}/reading"
WINDOW = 200
TICK_S = 0.01


class Publisher(threading.Thread):
    """Publishes numbered readings at a rate until it is stopped; knows which the broker acknowledged."""

    def __init__(self, broker: ScratchBroker, per_second: float) -> None:
        super().__init__(name="publisher", daemon=True)
        self.acknowledged: set[int] = set()
        self.sent = 0
        self.stopped = threading.Event()
        self._room = threading.BoundedSemaphore(WINDOW)
        self._a_tick = per_second * TICK_S
        self._base = datetime.now(UTC).replace(microsecond=0)
        self._numbers: dict[int, int] = {}
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, "crash-publisher", clean_session=False, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._on_publish
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def run(self) -> None:
        owed = 0.0
        while not self.stopped.wait(TICK_S):
            owed = min(owed + self._a_tick, 10 * self._a_tick)
            while owed >= 1.0 and self._room.acquire(timeout=0.5):
                self._publish()
                owed -= 1.0

    def _publish(self) -> None:
        at = self._base - timedelta(milliseconds=self.sent)
        body = f'{{"time": "{at.isoformat()}", "values": {{"q": {self.sent}}}}}'
        info = self._client.publish(TOPIC, body, qos=1)
        self._numbers[info.mid] = self.sent
        self.sent += 1

    def finish(self, at_least: int) -> None:
        """Stops after so many, and waits until the broker has acknowledged all that was sent."""
        await_that(lambda: self.sent >= at_least, f"{at_least} messages sent", 120)
        self.stopped.set()
        self.join(10)
        await_that(lambda: len(self.acknowledged) == self.sent, "all acknowledged by the broker", 60)
        self._client.disconnect()
        self._client.loop_stop()

    def _on_publish(self, _client: object, _data: object, mid: int, *_: object) -> None:
        while mid not in self._numbers:
            time.sleep(0.001)
        self.acknowledged.add(self._numbers.pop(mid))
        self._room.release()


def await_that(condition: object, what: str, timeout_s: float = 60.0) -> None:
    """Waits until something is so. Fails, naming it, after the time."""
    until = stopwatch() + timeout_s
    while not condition():  # type: ignore[operator]
        assert stopwatch() < until, f"not in {timeout_s} s: {what}"
        time.sleep(0.05)


class DaemonProcess:
    """``python -m dagsplan ingest`` as a child that can be killed and started again."""

    def __init__(self, broker: ScratchBroker, dsn: str, log: Path) -> None:
        self.log = log
        self.environment = {**os.environ, "DAGSPLAN_DATABASE__DSN": dsn, "DAGSPLAN_MQTT__URL": broker.url}
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            command = [sys.executable, "-m", "dagsplan", "ingest"]
            self.child = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out)

    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.wait()

    def stop(self) -> int:
        assert self.child is not None
        self.child.terminate()
        return self.child.wait(10)


class Server:
    """The database server of the test, with what is needed to kill it whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dsn = ""
        self.kills = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        with embedded_postgres(self.folder) as self.dsn:
            try:
                yield
            finally:
                self.start()
        pid = self.folder / "postmaster.pid"
        if pid.exists():  # started by us, so that nobody else stops it
            postmaster = psutil.Process(int(pid.read_text().splitlines()[0]))
            postmaster.send_signal(signal.SIGINT)
            postmaster.wait(20)

    def kill_tree(self) -> None:
        """SIGKILL of the postmaster and all its children at once."""
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text().splitlines()[0]))
        tree = [postmaster, *postmaster.children(recursive=True)]
        for process in tree:
            with_all_gone(process)
        psutil.wait_procs(tree, timeout=20)
        self.kills += 1

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """All its processes stand still: they hold their connections and answer nothing."""
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text().splitlines()[0]))
        tree = [postmaster, *postmaster.children(recursive=True)]
        for process in tree:
            process.suspend()
        try:
            yield
        finally:
            for process in tree:
                process.resume()

    def stop_immediately(self) -> None:
        """Stops without a checkpoint and without waiting for anybody."""
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text().splitlines()[0]))
        postmaster.send_signal(signal.SIGQUIT)  # what pg_ctl -m immediate sends
        postmaster.wait(20)

    def start(self) -> None:
        """Starts it on its folder again, as the user who owns it; does nothing where it runs."""
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        owner = self.folder.stat()
        as_owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        control = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(self.folder)]
        status = subprocess.run([*control, "status"], capture_output=True, text=True, check=False, **as_owner)
        if status.returncode == 0:
            return
        log, options = self.folder / "log", f'-h "" -k "{self.folder}"'
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **as_owner}
        start = [*control, "-w", "-o", options, "-l", str(log), "start"]
        if subprocess.run(start, check=False, **quiet).returncode != 0:  # type: ignore[call-overload]
            said = log.read_text()[-2000:] if log.exists() else "no log"
            raise RuntimeError(f"the server does not start: {status.stdout}{status.stderr}\n{said}")


def with_all_gone(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        pass


@dataclass
class Town:
    """A broker, a database server and a daemon of their own."""

    broker: ScratchBroker
    server: Server
    daemon: DaemonProcess

    def publisher(self, per_second: float) -> Publisher:
        publisher = Publisher(self.broker, per_second)
        publisher.start()
        return publisher


@contextmanager
def running_town(folder: Path, broker: ScratchBroker) -> Iterator[Town]:
    """All running, the daemon connected; everything is stopped at the end. The server runs as a user of its own."""
    folder.chmod(0o755)
    server = Server(folder / "server")
    broker.start()
    try:
        with server.running():
            prepare(server, broker)
            daemon = DaemonProcess(broker, server.dsn, folder / "daemon.log")
            daemon.start()
            await_that(lambda: "connected" in daemon.log.read_text(), "the daemon's connection")
            try:
                yield Town(broker, server, daemon)
            finally:
                if daemon.running():
                    daemon.kill()
    finally:
        broker.stop()


def prepare(server: Server, broker: ScratchBroker) -> None:
    """Schema, the device, and the session at the broker: nothing published from now on may be lost."""
    with connect(server.dsn, "test") as connection:
        migrate(connection, datetime.now(UTC))
        save_device(connection, Device(DEVICE, DEVICE, "test"), [])
    provision(Mqtt(url=broker.url), address(broker.url), SystemClock())


def stored(dsn: str) -> list[int]:
    """The numbers in the table, doubles included."""
    with psycopg.connect(dsn, connect_timeout=5) as connection:
        return [row[0] for row in connection.execute("SELECT value::int FROM reading ORDER BY 1")]


def count(dsn: str) -> int:
    """How many rows are in the table; none while the database is away."""
    try:
        with psycopg.connect(dsn, connect_timeout=2) as connection:
            row = connection.execute("SELECT count(*) FROM reading").fetchone()
            return int(row[0]) if row else 0
    except psycopg.OperationalError:
        return 0


def check(server: Server, publisher: Publisher, at_least: int) -> None:
    """The verdict: everything that the broker acknowledged is in the table exactly once, and nothing was rejected."""
    publisher.finish(at_least)
    wanted = len(publisher.acknowledged)
    await_that(lambda: count(server.dsn) >= wanted, f"{wanted} rows")
    await_that(lambda: publisher.acknowledged <= set(stored(server.dsn)), "all acknowledged messages are rows")
    numbers = stored(server.dsn)
    assert len(numbers) == len(set(numbers))
    with connect(server.dsn, "test") as connection:
        assert connection.execute("SELECT count(*) FROM dead_letter").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM reading_conflict").fetchone() == (0,)
