"""Two hundred phones that listen while the web service is killed and started again: how long until each is current."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx

from city.clock import SystemClock
from city.report import Phone
from store import facts, phones
from store.connect import Connection, connect
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.benchmarks.measure import Row
from tests.unit.dashboards import town

RETRY_S = 3.0
"""What the stream tells a browser to wait before it asks again."""
PATIENCE_S = 60.0


def back_after_restart(n: int) -> Row:
    """One row: the slowest and the middle phone of ``n``, from when the service was started again."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as dsn:
        with connect(dsn, "bench") as database:
            migrate(database, clock.now())
            town.fill(database, clock.now())
            tokens = _phones(database, n)
        port = _free_port()
        first = _web(dsn, port)
        try:
            took = asyncio.run(_night(dsn, port, tokens, first))
        finally:
            first.kill()
    middle, slowest = sorted(took)[len(took) // 2], max(took)
    said = f"slowest {slowest:.1f} s, middle {middle:.1f} s of {len(took)}"
    return {"what": f"{n} phones that listen, web killed and started again", "measured": said, "goal": "10 s"}


def _phones(database: Connection, n: int) -> list[str]:
    """Tokens of phones, each of a vehicle of its own."""
    now = SystemClock().now()
    spare = facts.vehicles(database, "snow")[0]
    facts.save_fleet(database, [], [], [replace(spare, id=f"V{k:03d}") for k in range(n)])
    tokens = [f"token-{k}" for k in range(n)]
    for k, token in enumerate(tokens):
        phone = Phone(f"00000000-0000-4000-8000-{k:012d}", f"V{k:03d}", "code", now, now.replace(year=now.year + 1))
        phones.add_phone(database, phone, token)
    database.commit()
    return tokens


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _web(dsn: str, port: int) -> subprocess.Popen[bytes]:
    """The service as a process of its own."""
    own = {"DAGSPLAN_DATABASE__DSN": dsn, "DAGSPLAN_WEB__PORT": str(port), "DAGSPLAN_MUNICIPALITY__NAME": "Bench"}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("dagsplan")), "web"],
        env=os.environ | own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _night(dsn: str, port: int, tokens: list[str], first: subprocess.Popen[bytes]) -> list[float]:
    address, heard = f"http://127.0.0.1:{port}", [asyncio.Event() for _ in tokens]
    again: list[float] = []
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=None, limits=limits) as client:
        ears = [asyncio.create_task(_listen(client, token, one)) for token, one in zip(tokens, heard, strict=True)]
        await asyncio.wait_for(asyncio.gather(*(one.wait() for one in heard)), PATIENCE_S)
        for one in heard:
            one.clear()
        first.send_signal(signal.SIGKILL)
        first.wait()
        second, begin = _web(dsn, port), time.perf_counter()

        async def back(one: asyncio.Event) -> None:
            await one.wait()
            again.append(time.perf_counter() - begin)

        try:
            await asyncio.wait_for(asyncio.gather(*(back(one) for one in heard)), PATIENCE_S)
        finally:
            for ear in ears:
                ear.cancel()
            second.kill()
    return again


async def _listen(client: httpx.AsyncClient, token: str, heard: asyncio.Event) -> None:
    """As a browser's stream does: asks again after a while, for ever, and says when it was told the state."""
    while True:
        try:
            headers = {"Cookie": f"dagsplan_phone={token}"}
            async with client.stream("GET", "/api/v1/drive/events", headers=headers) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("event: drive"):
                        heard.set()
        except httpx.HTTPError:
            pass
        await asyncio.sleep(RETRY_S)
