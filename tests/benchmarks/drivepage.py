"""How fast the driver's page is and how much it asks for: first open on a thin line, later without network, from a tap
to *Sparat*, from a report to the depot's page, and what a drive costs in requests."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page

from tests.benchmarks.cab import PHONE, Served, order_first, served_town
from tests.benchmarks.hearers import back_after_restart
from tests.benchmarks.measure import Row
from tests.unit.dashboards import town

KBIT_S, TAPS, SEEN, DRIVE_S, HEARERS = 400, 60, 15, 95, 200
TAPPED = """async () => {
  const begin = performance.now();
  document.querySelector("[data-name=obstacle]").click();
  await new Promise((done) => {
    const look = () => (document.querySelector("[data-name=undo]") ? done() : requestAnimationFrame(look));
    look();
  });
  const took = performance.now() - begin;
  document.querySelector("[data-name=undo]").click();
  while (document.querySelector("[data-name=undo]")) await new Promise((done) => setTimeout(done, 20));
  await new Promise((done) => setTimeout(done, 200));
  return took;
}"""


def run() -> list[Row]:
    """One row a figure, with its goal."""
    with served_town() as served:
        thin = _first_open(served)
        _, vehicle = order_first(served)
        phone = served.phone(vehicle)
        rows = [*thin, _without_network(served, phone)]
        page = served.start(phone)
        rows += [_taps(page), _to_the_depot(served, page), _drive(page)]
    return [*rows, back_after_restart(HEARERS)]


def _row(what: str, figure: str, goal: str) -> Row:
    return {"what": what, "measured": figure, "goal": goal}


def _p95(seen: Sequence[float]) -> float:
    return statistics.quantiles(seen, n=20)[-1] if len(seen) > 1 else seen[0]


def _first_open(served: Served) -> list[Row]:
    """A phone that was never here, on a line of 400 kbit/s with 100 ms each way: until the digits can be typed."""
    context = served.browser.new_context(**PHONE)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    byte_s = KBIT_S * 1000 / 8
    limits: dict[str, Any] = {
        "offline": False,
        "latency": 200,
        "downloadThroughput": byte_s,
        "uploadThroughput": byte_s,
    }
    line.send("Network.emulateNetworkConditions", limits)
    got: list[float] = []
    line.on("Network.loadingFinished", lambda told: got.append(told["encodedDataLength"]))
    begin = time.perf_counter()
    page.goto(f"{served.address}/kor", wait_until="commit")
    page.locator("#code").wait_for()
    took = time.perf_counter() - begin
    page.wait_for_timeout(3000)
    context.close()
    return [
        _row(f"first open at {KBIT_S} kbit/s", f"{took:.2f} s", "3 s"),
        _row("bytes of it, as sent", f"{sum(got) / 1000:.0f} kB in {len(got)} requests", "150 kB"),
    ]


def _without_network(served: Served, context: BrowserContext) -> Row:
    context.set_offline(True)
    seen = []
    for _ in range(5):
        page = context.new_page()
        begin = time.perf_counter()
        page.goto(f"{served.address}/kor", wait_until="commit")
        page.locator(".tur-card").first.wait_for()
        seen.append(time.perf_counter() - begin)
        page.close()
    context.set_offline(False)
    return _row("opened later without network, until the tur is there", f"{statistics.median(seen):.2f} s", "1 s")


def _taps(page: Page) -> Row:
    seen = [float(page.evaluate(TAPPED)) for _ in range(TAPS)]
    said = f"p95 {_p95(seen):.0f} ms, median {statistics.median(seen):.0f} ms of {TAPS}"
    return _row("from a tap to *Sparat*, drawn", said, "p95 50 ms")


def _to_the_depot(served: Served, page: Page) -> Row:
    """From the tap to its line on the depot's open page; each is then said to have been seen."""
    depot = served.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    depot.goto(f"{served.address}/idag")
    depot.locator("#live[data-heard]").wait_for(state="attached")
    seen = []
    for _ in range(SEEN):
        begin = time.perf_counter()
        page.locator("[data-name=damage]").click()
        depot.locator("#drivers li").first.wait_for()
        seen.append(time.perf_counter() - begin)
        for report in httpx.get(f"{served.address}/api/v1/reports").json()["reports"]:
            if report["kind"] == "damage" and report["answered_at"] is None:
                httpx.post(f"{served.address}/api/v1/reports/{report['id']}/answers", json={"text": ""})
        depot.locator("#drivers li").first.wait_for(state="detached")
    said = f"p95 {_p95(seen):.2f} s, median {statistics.median(seen):.2f} s of {SEEN}"
    return _row("from a tap to its line on the open page of the depot", said, "p95 5 s")


def _drive(page: Page) -> Row:
    """The requests of a drive in which the place changes each second."""
    asked: Counter[str] = Counter()
    page.on("request", lambda one: asked.update([one.url.partition("/api/v1/")[2].partition("?")[0] or "page"]))
    for second in range(DRIVE_S):
        spot = {"longitude": town.WEST + second * 5e-5, "latitude": town.SOUTH}
        page.context.set_geolocation(spot)  # type: ignore[arg-type]
        page.wait_for_timeout(1000)
    said = ", ".join(f"{name} {n}" for name, n in sorted(asked.items())) or "none"
    return _row(f"requests in {DRIVE_S} s of driving without a tap", said, "one batch in 30 s")
