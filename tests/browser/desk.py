"""A dispatcher at a running service in a real browser: what each test of the pages begins with."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from city.clock import FixedClock
from city.draft import Change, Difference
from city.plan import Plan
from dashboards.app import create_app
from store import drafts, pages, plans
from store.connect import Connection, pool
from store.drafts import Draft
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]

PATIENCE_MS = 30_000
"""How long a page may take until it says what a test awaits: a slow machine does not reach it."""


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
        expect.set_options(timeout=PATIENCE_MS)
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


def live_plan(desk: Desk) -> Plan:
    plan = plans.latest(desk.database, "snow", "assist")
    assert plan is not None
    return plan


def propose(desk: Desk, added: int = 0, dropped: int = 0, minutes: int = 5, why: str = "skäl") -> Draft:
    """A draft of the watch that adds and drops turer of the live plan."""
    plan = live_plan(desk)
    desk.clock.advance(minutes=minutes)
    names = [(item.key, item.target, item.title, item.vehicle) for item in plan.interventions]
    changes = [
        Change(
            key=key,
            target=target,
            title=title,
            vehicle=vehicle,
            starts_at=desk.clock.now(),
            why=why,
            gone=why,
            why_en="why",
        )
        for key, target, title, vehicle in names
    ]
    told = Difference(added=tuple(changes[:added]), dropped=tuple(changes[-dropped:] if dropped else ()), cost=900.0)
    draft = Draft(str(uuid.uuid4()), plan.id, desk.clock.now(), "test", told)
    drafts.add_draft(desk.database, draft, msgspec.structs.replace(plan, inputs_hash=draft.id), b"")
    pages.tell(desk.database, "draft")
    desk.database.commit()
    return draft


def listening(page: Page) -> Page:
    """The page once it hears what the server tells."""
    page.locator("#live[data-heard]").wait_for(state="attached")
    return page
