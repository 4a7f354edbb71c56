"""The map of 20,000 segments in Chromium without a graphics card: first render, other colours, another place.

The streets are the demonstration's 1,338 laid beside each other fifteen times, with their plan and their outlook; no
town looks like that, but it has as many lines, names and turer as a city.
"""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil

from city.clock import FixedClock
from city.entities import Depot, Segment, Vehicle
from city.plan import Intervention, Plan, intervention_key
from dashboards.app import create_app
from deploy.demonstration import EXTRACT
from ingest.roads import import_roads
from planner.thresholds.seed import seed
from store import facts, outlook, plans, roads, weather
from store.connect import Connection, connect, pool
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.benchmarks.measure import Row
from tests.by_hand import plan_now
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving

CHROMIUM = "/usr/bin/chromium"
COPIES = 15
RUNS = 5


def run() -> list[Row]:
    """The figures of ``/karta`` and of what it fetches."""
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is not there: benchmark left out")
        return []
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as dsn:
        clock = FixedClock(town.AT, simulated=False)
        with connect(dsn, "bench") as connection:
            migrate(connection, town.AT)
            n = fill(connection, clock)
        with pool(dsn, "bench", size=3) as connections, serving(create_app(town.settings(), connections, clock)) as at:
            print(f"{n} segments")
            return _looks(at)


def fill(connection: Connection, clock: FixedClock) -> int:
    """The demonstration's streets with a plan that needs all of them, then both laid out again and again."""
    import_roads(connection, EXTRACT, [], town.AT)
    connection.commit()
    streets = roads.load_segments(connection)
    lon, lat = streets[0].geometry[0]
    fleet = [Vehicle(f"P{n:02d}", "snow", "d", network="cycle" if n % 4 == 0 else "street") for n in range(12)]
    with connection.transaction():
        for limit in seed():
            plans.add_threshold(connection, limit)
        facts.save_fleet(connection, [Depot("d", "Depå", lon, lat)], [], fleet)
        storm = town.snowfall(town.AT - timedelta(hours=1), 2.0)
        weather.save_forecast(connection, dataclasses.replace(storm, lon=lon, lat=lat), town.AT - timedelta(hours=1))
    plan = plan_now(connection, town.settings(), "snow", clock)
    connection.commit()
    tile(connection, streets, plan, clock)
    return COPIES * len(streets)


def tile(connection: Connection, streets: tuple[Segment, ...], plan: Plan, clock: FixedClock) -> None:
    """Lays streets, plan and outlook out again and again; the new plan is published a minute later."""
    frame = outlook.outlook_frame(connection)
    rows = [row for street in streets if (row := outlook.street(connection, street.id))]
    lons, lats = zip(*(point for street in streets for point in street.geometry), strict=True)
    wide, high = 1.01 * (max(lons) - min(lons)), 1.01 * (max(lats) - min(lats))
    many = [_moved(street, k, wide, high) for k in range(COPIES) for street in streets]
    roads.replace_segments(connection, "OpenStreetMap", sorted(many, key=lambda street: street.id))
    clock.advance(minutes=1)
    items = tuple(_again(item, plan, k) for k in range(COPIES) for item in plan.interventions)
    plans.add_plan(
        connection,
        msgspec.structs.replace(
            plan, id=plan.id[:-4] + "0001", version=plan.version + 1, created_at=clock.now(), interventions=items
        ),
    )
    if frame is not None:
        copies = [dataclasses.replace(row, segment=f"{row.segment}~{k}") for k in range(COPIES) for row in rows]
        outlook.replace_outlook(connection, dataclasses.replace(frame, at=clock.now()), copies, clock.now())
    connection.commit()


def _moved(street: Segment, k: int, wide: float, high: float) -> Segment:
    """A street of copy ``k``; five copies stand in a row, each ``wide`` and ``high`` [°]."""
    east, north = wide * (k % 5), high * (k // 5)
    line = tuple((lon + east, lat + north) for lon, lat in street.geometry)
    return dataclasses.replace(street, id=f"{street.id}~{k}", geometry=line)


def _again(item: Intervention, plan: Plan, k: int) -> Intervention:
    kind, _, n = item.target.rpartition("-")
    target = f"{kind}-{int(n) + 20 * k}"
    run_ = int(item.key.rsplit(":", 1)[-1])
    parts = item.segments if isinstance(item.segments, tuple) else ()
    return msgspec.structs.replace(
        item,
        id=f"{item.id}-{k}",
        key=intervention_key("snow", target, plan.service_day, run_),
        target=target,
        title=item.title.replace(item.target, target),
        segments=tuple(msgspec.structs.replace(part, id=f"{part.id}~{k}") for part in parts),
    )


def _looks(address: str) -> list[Row]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/karta", wait_until="networkidle")  # the server's own first answers are made here
        rows = [_row("first render", lambda: _first(page, address))]
        for name in ("road", "depth", "status"):
            _change(page, name)  # what is fetched once is at hand
        for name in ("depth", "status"):
            rows.append(_row(f"other colours: {name}", lambda name=name: _change(page, name), _back(page)))
        rows.append(_row("zoom in", lambda: _zoomed(page), lambda: _whole(page)))
        browser.close()
    return rows


def _row(what: str, measure: Callable[[], float], between: Callable[[], object] = lambda: None) -> Row:
    """Wall seconds, and CPU seconds of the browser, which other programs lengthen little."""
    wall, cpu = [], []
    for _ in range(RUNS):
        between()
        before = _cpu()
        wall.append(measure())
        cpu.append(_cpu() - before)
    figures = {"wall s": statistics.median(wall), "least": min(wall), "CPU s": statistics.median(cpu)}
    return {"what": what} | {name: round(value, 2) for name, value in figures.items()} | {"runs": RUNS}


def _cpu() -> float:
    """What all processes of the browser have used of the processor [s]."""
    ours = [one for one in psutil.Process().children(recursive=True) if "chrom" in one.name()]
    return sum(sum(one.cpu_times()[:2]) for one in ours)


def _first(page: Any, address: str) -> float:
    """From asking for the page until its streets stand in their colours."""
    page.evaluate("sessionStorage.clear()")
    page.goto(f"{address}/karta", wait_until="commit")
    page.locator("canvas[data-ready]").wait_for(timeout=60_000)
    return float(page.evaluate(PAINTED)) / 1000


PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
"""Milliseconds since the page was asked for, after what is waiting to be painted was."""
CHANGE = """(name) => new Promise((done) => {
  const canvas = document.querySelector("canvas");
  const begin = performance.now();
  const look = () => canvas.dataset.colour === name
    ? requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin))))
    : setTimeout(look, 2);
  document.querySelector(`#colour input[value="${name}"]`).click();
  look();
})"""


def _change(page: Any, name: str) -> float:
    return float(page.evaluate(CHANGE, name)) / 1000


def _back(page: Any) -> Callable[[], float]:
    return lambda: _change(page, "road")


ZOOM = """() => new Promise((done) => {
  const begin = performance.now();
  document.querySelector("[data-zoom=in]").click();
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin))));
})"""


def _zoomed(page: Any) -> float:
    return float(page.evaluate(ZOOM)) / 1000


def _whole(page: Any) -> None:
    page.evaluate("document.querySelector('[data-zoom=whole]').click()")
    page.wait_for_timeout(600)


@contextmanager
def served() -> Iterator[str]:
    """The tiled town, for looking at by hand."""
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as dsn:
        clock = FixedClock(town.AT, simulated=False)
        with connect(dsn, "bench") as connection:
            migrate(connection, town.AT)
            fill(connection, clock)
        with pool(dsn, "bench", size=3) as connections, serving(create_app(town.settings(), connections, clock)) as at:
            yield at
