"""Oslo east, 9,400 street segments: import, a snow plan of the whole network, and the first look at the pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from ingest.broker import free_port
from ingest.simulator.storm import Storm
from store.embedded import embedded_postgres
from tests.benchmarks.measure import Row, call, command

AT = "2027-01-12T02:00:00+00:00"
CHROMIUM = "/usr/bin/chromium"


def run() -> list[Row]:
    """The table of the README's promise: how long import, plan and page take for Oslo."""
    data = os.environ.get("DAGSPLAN_DATA", "")
    extract = Path(data) / "roads" / "oslo-east-filtered.osm.pbf"
    if not data or not extract.is_file():
        print("DAGSPLAN_DATA names no folder with roads/oslo-east-filtered.osm.pbf: benchmark left out")
        return []
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as dsn:
        folder = Path(name)
        env = {"DAGSPLAN_DATABASE__DSN": dsn, "DAGSPLAN_PLANNER__TUR_MINUTES": "90"}
        command("", ["migrate"], env, 1)
        rows = [command("import roads", ["import", "roads", str(extract)], env)]
        feed(folder, env)
        asked = ["plan", "snow", "--at", AT, "--dry-run", "--json"]
        rows.append(command("plan snow, whole network", asked, env, note=_size(asked, env)))
        inputs = folder / "inputs"
        command("", ["plan", "snow", "--at", AT, "--save-inputs", str(inputs)], env, 1)
        rows.append(command("plan snow from files", ["plan", "snow", "--files", str(inputs), "--json"], env))
        with _web(env) as base:
            rows += _pages(base)
        return rows


def _size(arguments: list[str], env: dict[str, str]) -> str:
    """What the plan holds: turer, segments, and the share of its metres that is deadheading."""
    own = {**os.environ, **env}
    done = subprocess.run([sys.executable, "-m", "dagsplan", *arguments], env=own, capture_output=True, check=True)
    totals = json.loads(done.stdout)["totals"]
    share = round(100 * totals["deadhead_m"] / totals["distance_m"])
    return f"{totals['turer_needed']} turer, {totals['segments_needed']} segments, {share} % deadheading"


def feed(folder: Path, env: dict[str, str]) -> None:
    """A fleet of forty and a storm that covers everything; both made up."""
    fleet = ['[[depot]]\nid = "d"\nname = "Depå"\nlon = 10.79\nlat = 59.91\n']
    for number in range(40):
        kind, work = ("cycle", 10.0) if number % 5 == 0 else ("street", 16.0)
        fleet.append(
            f'[[vehicle]]\nid = "V{number:02d}"\ndomain = "snow"\ndepot = "d"\nnetwork = "{kind}"\nwork_kmh = {work}\n'
        )
    (folder / "fleet.toml").write_text("\n".join(fleet))
    storm = Storm(datetime(2027, 1, 11, 20, 0, tzinfo=UTC), total_mm=20.0)
    (folder / "storm.json").write_bytes(storm.forecast_answer(datetime(2027, 1, 12, 1, 0, tzinfo=UTC), 10.79, 59.91))
    command("", ["import", "fleet", str(folder / "fleet.toml")], env, 1)
    command("", ["import", "weather", str(folder / "storm.json")], env, 1)


@contextmanager
def _web(env: dict[str, str]) -> Iterator[str]:
    port = free_port()
    service = subprocess.Popen(
        [sys.executable, "-m", "dagsplan", "web"], env={**os.environ, **env, "DAGSPLAN_WEB__PORT": str(port)}
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{base}/livez", timeout=1).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield base
    finally:
        service.terminate()
        service.wait()


def _pages(base: str) -> list[Row]:
    def fetch(path: str) -> httpx.Response:
        return httpx.get(f"{base}{path}", timeout=60, headers={"Accept-Encoding": "gzip"}).raise_for_status()

    rows = []
    for path, what in (("/idag", "page /idag, server"), ("/api/v1/segments.json", "streets of /karta, server")):
        fetch(path)
        size = len(fetch(path).content) // 1024
        rows.append(call(what, lambda path=path: fetch(path), note=f"{size} kB before compression"))  # type: ignore[misc]
    return rows + (_looks(base) if Path(CHROMIUM).exists() else [])


def _looks(base: str) -> list[Row]:
    """From the address to a page that is there to be read, in Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        rows = [
            call("first look at /idag, Chromium", lambda: page.goto(f"{base}/idag", wait_until="load")),
            call("first look at /karta, Chromium", lambda: _map(page, base)),
        ]
        browser.close()
    return rows


def _map(page: object, base: str) -> None:
    page.goto(f"{base}/karta", wait_until="networkidle")  # type: ignore[attr-defined]
