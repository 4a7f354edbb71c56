"""A town that is served, and phones of its drivers in a real Chromium: what benchmarks of the driver's page share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from city.clock import SystemClock
from dashboards.app import create_app
from planner.orders import decide
from store import facts, plans
from store.connect import Connection, connect, pool
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.browser.desk import CHROMIUM, FLAGS
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving

PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 915}, "is_mobile": True, "has_touch": True}


@dataclass(frozen=True)
class Served:
    """The service at an address, its database, and a browser."""

    address: str
    database: Connection
    browser: Browser

    def phone(self, vehicle: str, *, wrong_ms: int = 0) -> BrowserContext:
        """A phone that is paired; its clock is wrong by so much."""
        spot = {"longitude": town.WEST, "latitude": town.SOUTH}
        context = self.browser.new_context(**PHONE, geolocation=spot, permissions=["geolocation"])
        context.add_init_script(CLOCK.replace("WRONG", str(wrong_ms)))
        code = httpx.post(f"{self.address}/api/v1/phones", json={"vehicle": vehicle}).json()["code"]
        page = context.new_page()
        page.goto(f"{self.address}/kor#s={code}")
        page.locator(".p-head h1").wait_for()
        page.evaluate(KEPT)
        page.close()
        return context

    def start(self, context: BrowserContext) -> Page:
        """Opens the page of a phone and starts its first tur."""
        page = context.new_page()
        page.goto(f"{self.address}/kor")
        page.locator(".tur-card .btn").first.click()
        page.locator(".gloves").wait_for()
        return page


KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const there = async () => (await caches.keys()).some((name) => name.startsWith("dagsplan-kor-"));
  while (!(await there())) await new Promise((done) => setTimeout(done, 50));
}"""
"""Until the worker has the page."""
CLOCK = """
window.trueNow = Date.now.bind(Date);
if (WRONG) {
  const True = Date, now = () => True.now() + WRONG;
  Date = class extends True {
    constructor(...given) { super(...(given.length ? given : [now()])); }
    static now() { return now(); }
  };
}
"""


@contextmanager
def served_town(vehicles: int = 0) -> Iterator[Served]:
    """The town of the page tests, now, with a snow plan and so many further vehicles, in a database of its own."""
    clock = SystemClock()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres(Path(folder) / "postgres") as dsn,
        connect(dsn, "bench") as database,
        sync_playwright() as started,
    ):
        migrate(database, clock.now())
        town.fill(database, clock.now())
        town.publish(database, "snow", clock)
        spare = facts.vehicles(database, "snow")[0]
        facts.save_fleet(database, [], [], [replace(spare, id=f"V{n:03d}") for n in range(vehicles)])
        database.commit()
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        with (
            pool(dsn, "bench", size=8) as connections,
            serving(create_app(town.settings(), connections, clock)) as address,
        ):
            yield Served(address, database, browser)
        browser.close()


def order_first(served: Served) -> tuple[str, str]:
    """An order of the plan's first tur that has a vehicle: its id, and the vehicle."""
    plan = plans.latest(served.database, "snow", "assist")
    if plan is None:
        raise LookupError("the town has no plan")
    item = next(item for item in plan.interventions if item.vehicle)
    (order,) = decide(served.database, plan.id, [item.key], "dispatcher", SystemClock().now())
    served.database.commit()
    return order, item.vehicle or ""
