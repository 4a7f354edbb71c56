"""A dispatcher at a running service in a real browser: what each test of the pages begins with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from city.clock import FixedClock
from dashboards.app import create_app
from store.connect import Connection, pool
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@dataclass
class Desk:
    """A dispatcher at a running service: opens pages, and notes what went wrong in them."""

    address: str
    browser: Browser
    database: Connection
    clock: FixedClock
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, *, width: int = 1280, theme: str = "light", script: bool = True, **how: Any) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            java_script_enabled=script,
            **how,
        )
        page = context.new_page()
        page.on("console", lambda said: self._note(said.type, said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(self.address) else self._note("left", asked.url))
        page.goto(self.address + path, wait_until="load")
        return page

    def _note(self, kind: str, text: str) -> None:
        self.complaints.append(f"{kind}: {text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if "chromium" in os.environ.get("DAGSPLAN_REQUIRE", "").split(","):
            pytest.fail("chromium is required: /usr/bin/chromium is not there")
        pytest.skip("chromium is not installed")
    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def desk(dsn: str, database: Connection, browser: Browser) -> Iterator[Desk]:
    """The town with its three plans, served; afterwards nothing may have gone wrong in any page."""
    clock = FixedClock(town.AT, simulated=False)
    town.fill(database)
    for domain in ("snow", "waste", "heating"):
        town.publish(database, domain, clock)
    with pool(dsn, "test", size=4) as connections, serving(create_app(town.settings(), connections, clock)) as address:
        found = Desk(address, browser, database, clock)
        yield found
        for context in browser.contexts:
            context.close()
    assert found.complaints == []


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
