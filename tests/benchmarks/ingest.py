"""Broker to committed row: the daemon beside a bare subscriber and other bridges, on one broker and one database.

Four ``mosquitto_pub`` processes publish as fast as the broker takes it while the bridge runs; the clock stops when
the last row is committed. The broker runs the *fast* profile. Peers run where their programs are named:
``DAGSPLAN_BENCH_DSN`` (a server over TCP), ``DAGSPLAN_BENCH_MQBRIDGE`` (a Python with mq-bridge) and
``DAGSPLAN_BENCH_NODERED`` (a folder with node-red and pg, and with a newer node where the system's is too old). The
bridges take turns, three times round, so that a busy machine is busy for all. Then latency at a rate and the
*durable* profile, by ``dagsplan bench ingest``, and what a killed *fast* broker had not saved.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from city.clock import SystemClock
from city.entities import Device
from deploy.ingestbench import BenchBroker, bench_ingest
from deploy.rabbitprofile import RABBITMQ
from deploy.rabbitscratch import installed
from deploy.scratch import Mosquitto
from store import facts
from store.connect import Connection, connect
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.benchmarks.measure import Row
from tests.brokers import profiled, rabbit_program

MESSAGES = int(os.environ.get("DAGSPLAN_BENCH_MESSAGES", "60000"))
PUBLISHERS = 4
RUNS = 3
PEERS = Path(__file__).parent / "peers"


@dataclass
class Bench:
    """One broker and one database that all take turns on."""

    broker: Mosquitto
    dsn: str
    folder: Path
    connection: Connection


def run() -> list[Row]:
    """A row for each bridge; medians of three."""
    if shutil.which("mosquitto") is None or shutil.which("mosquitto_pub") is None:
        print("mosquitto and mosquitto_pub are not installed: benchmark left out")
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        broker_folder = folder / "broker"
        broker_folder.mkdir()
        broker = profiled(broker_folder, "fast")
        assert broker is not None
        broker.start()
        try:
            with _database(folder) as (dsn, connection):
                rows = _rounds(Bench(broker, dsn, folder, connection))
        finally:
            broker.stop()
    return [*rows, *_rates()]


def _rounds(bench: Bench) -> list[Row]:
    """Each bridge in turn, three times round."""
    bridges: dict[str, Callable[[Bench], tuple[float, float]]] = {
        "dagsplan": daemon,
        "bare paho, acknowledged by hand": bare,
    }
    if os.environ.get("DAGSPLAN_BENCH_MQBRIDGE"):
        bridges["mq-bridge"] = mq_bridge
    if os.environ.get("DAGSPLAN_BENCH_NODERED"):
        bridges["Node-RED 5, pg function node"] = node_red
    seen: dict[str, list[tuple[float, float]]] = {what: [] for what in bridges}
    for _ in range(RUNS):
        for what, bridge in bridges.items():
            seen[what].append(bridge(bench))
    return _with_ratios([_row(what, times) for what, times in seen.items()])


def _rates() -> list[Row]:
    """Latency at 1,000 messages a second, saving on every change, and the other profiles where they can be had."""
    saved = BenchBroker("durable", plugin=None)
    wanted = [(20_000, 1000.0, BenchBroker()), (5_000, 0.0, saved)]
    program, plugin = os.environ.get("DAGSPLAN_MOSQUITTO_SQLITE"), os.environ.get("DAGSPLAN_MOSQUITTO_PLUGIN")
    if program and plugin:
        durable = BenchBroker("durable", program, PurePosixPath(plugin))
        wanted += [(20_000, 1000.0, durable), (MESSAGES, 0.0, durable)]
    if installed(rabbit_program()):
        queued = BenchBroker(RABBITMQ, rabbitmq=rabbit_program())
        wanted += [(20_000, 1000.0, queued), (MESSAGES, 0.0, queued)]
    return [_measured(*one) for one in wanted]


def _measured(messages: int, rate: float, broker: BenchBroker) -> Row:
    runs = [bench_ingest(messages, rate=rate, broker=broker) for _ in range(RUNS)]
    return {
        "what": "dagsplan bench ingest" + (f" --rate {rate:g}" if rate else ""),
        "broker": str(broker),
        "messages/s": round(statistics.median(run.messages_per_s for run in runs)),
        "messages per CPU s": round(1e6 / statistics.median(run.cpu_us_per_message for run in runs)),
        "messages": messages,
        "runs": RUNS,
        "p50 s": statistics.median(run.latency_p50_s for run in runs),
        "p95 s": statistics.median(run.latency_p95_s for run in runs),
        "lost or doubled": sum(run.lost + run.duplicated for run in runs),
    }


def daemon(bench: Bench) -> tuple[float, float]:
    """Wall and CPU seconds of our daemon for all messages."""
    bench.connection.execute("TRUNCATE reading")
    env = {**os.environ, "DAGSPLAN_DATABASE__DSN": bench.dsn, "DAGSPLAN_MQTT__URL": bench.broker.url}
    child = subprocess.Popen([sys.executable, "-m", "dagsplan", "ingest"], env=env, stderr=subprocess.DEVNULL)
    return _timed(bench, child, lambda: _count(bench, "reading"))


def bare(bench: Bench) -> tuple[float, float]:
    """Wall and CPU seconds of a subscriber that does nothing but acknowledge."""
    marker = bench.folder / "bare.count"
    marker.write_text("0")
    child = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.bare", str(bench.broker.port), str(marker)])
    return _timed(bench, child, lambda: int(marker.read_text() or 0))


def mq_bridge(bench: Bench) -> tuple[float, float]:
    """Wall and CPU seconds of mq-bridge into a flat table."""
    _flat(bench)
    parts = conninfo_to_dict(bench.dsn)
    url = f"postgres://postgres@{parts['host']}:{parts.get('port', 5432)}/{parts['dbname']}"
    python = os.environ["DAGSPLAN_BENCH_MQBRIDGE"]
    command = [python, str(PEERS / "mq_bridge_runner.py"), str(bench.broker.port), url]
    return _timed(bench, subprocess.Popen(command, stdout=subprocess.DEVNULL), lambda: _count(bench, "flat"))


def node_red(bench: Bench) -> tuple[float, float]:
    """Wall and CPU seconds of Node-RED into a flat table."""
    _flat(bench)
    folder = Path(os.environ["DAGSPLAN_BENCH_NODERED"])
    parts = conninfo_to_dict(bench.dsn)
    place = (parts["host"], parts.get("port", 5432), parts["dbname"])
    arguments = [str(part) for part in (folder, bench.broker.port, *place)]
    subprocess.run([sys.executable, str(PEERS / "node_red_flow.py"), *arguments], check=True)
    newer = folder / "node_modules" / ".bin" / "node"
    node, red = (str(newer) if newer.exists() else "node"), folder / "node_modules" / "node-red" / "red.js"
    command = [node, str(red), "-u", str(folder), "-s", str(folder / "settings.js")]
    return _timed(bench, subprocess.Popen(command, stdout=subprocess.DEVNULL), lambda: _count(bench, "flat"), 12.0)


def _row(what: str, seen: Sequence[tuple[float, float]]) -> Row:
    wall, cpu = (statistics.median(part) for part in zip(*seen, strict=True))
    return {
        "what": what,
        "profile": "fast",
        "messages/s": round(MESSAGES / wall),
        "messages per CPU s": round(MESSAGES / cpu),
        "messages": MESSAGES,
        "runs": RUNS,
    }


def _with_ratios(rows: list[Row]) -> list[Row]:
    """Each row beside the first: how many times as fast the daemon is, by the clock and by its CPU time."""
    own, own_cpu = rows[0]["messages/s"], rows[0]["messages per CPU s"]
    for row in rows:
        row["daemon is"] = f"{own / row['messages/s']:.2f} times"
        row["by CPU"] = f"{own_cpu / row['messages per CPU s']:.2f} times"
    return rows


def _timed(
    bench: Bench, child: subprocess.Popen[bytes], done: Callable[[], int], warm_s: float = 4.0
) -> tuple[float, float]:
    """From the first publication to the last row; CPU of the child over the same time."""
    try:
        time.sleep(warm_s)
        begin_cpu, begin = _cpu(child.pid), time.perf_counter()
        publishers = [_publish(bench, number) for number in range(PUBLISHERS)]
        while done() < MESSAGES:
            if time.perf_counter() - begin > 180:
                raise SystemExit(f"only {done()} of {MESSAGES} messages arrived in three minutes")
            time.sleep(0.02)
        wall, cpu = time.perf_counter() - begin, _cpu(child.pid) - begin_cpu
        for publisher in publishers:
            publisher.wait()
        return wall, cpu
    finally:
        child.terminate()
        child.wait()
        for client_id in ("dagsplan-ingest", "bare", "peer"):
            _forget_session(bench, client_id)


def _forget_session(bench: Bench, client_id: str) -> None:
    """A session that stays would be fed by the broker during the next turn."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, True, protocol=MQTTProtocolVersion.MQTTv311)
    client.connect("127.0.0.1", bench.broker.port)
    client.loop_start()
    until = time.perf_counter() + 5
    while not client.is_connected() and time.perf_counter() < until:
        time.sleep(0.05)
    client.disconnect()
    client.loop_stop()


def _publish(bench: Bench, number: int) -> subprocess.Popen[bytes]:
    """One fast publisher: its lines are written once to a file and fed to mosquitto_pub."""
    file = bench.folder / f"lines-{number}.txt"
    if not file.exists():
        start = datetime.now(UTC) - timedelta(days=1)
        times = ((start + timedelta(seconds=i)).isoformat() for i in range(MESSAGES // PUBLISHERS))
        file.write_text("".join(_line(f"bench-{number}", at, i % 60) + "\n" for i, at in enumerate(times)))
    topic = f"dagsplan/bench-{number}/reading"
    command = ["mosquitto_pub", "-p", str(bench.broker.port), "-q", "1", "-t", topic, "-l"]
    with file.open("rb") as lines:
        return subprocess.Popen(command, stdin=lines)


def _line(device: str, at: str, value: int) -> str:
    """A payload that every bridge can read: ours takes time and values, the others device, time and value."""
    return json.dumps({"device": device, "time": at, "value": value, "values": {"snow_depth": value}})


def _cpu(pid: int) -> float:
    """CPU seconds of a process and its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _count(bench: Bench, table: str) -> int:
    query = "SELECT count(*) FROM reading" if table == "reading" else "SELECT count(*) FROM flat"
    row = bench.connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _flat(bench: Bench) -> None:
    bench.connection.execute("DROP TABLE IF EXISTS flat")
    bench.connection.execute(
        "CREATE TABLE flat (device text, time timestamptz, value float8, PRIMARY KEY (device, time))"
    )


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A server that can be reached over TCP where one is named, as the peers want it; else the embedded one."""
    named = os.environ.get("DAGSPLAN_BENCH_DSN", "")
    if named:
        with psycopg.connect(named, autocommit=True) as admin:
            admin.execute("DROP DATABASE IF EXISTS dagsplan_bench")
            admin.execute("CREATE DATABASE dagsplan_bench")
        yield make_conninfo(named, dbname="dagsplan_bench")
        return
    with embedded_postgres(folder / "postgres") as dsn:
        yield dsn


@contextmanager
def _database(folder: Path) -> Iterator[tuple[str, Connection]]:
    with _server(folder) as dsn, connect(dsn, "bench") as connection:
        migrate(connection, SystemClock().now())
        connection.execute("TRUNCATE reading, dead_letter, dead_letter_count")
        for number in range(PUBLISHERS):
            name = f"bench-{number}"
            facts.save_device(connection, Device(name, name, "snow"), [("snow_depth", "cm")])
        yield dsn, connection
