"""The storm night as a dispatcher walks it in a browser: from the evening to the hand-over, with every tap counted.

The demonstration is served as ``dagsplan demo --night`` serves it, with time running fast; whoever walks calls out what
is proposed, takes each draft that changes a tur, notes what was seen once, rings where nobody is left, and hands over.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError, sync_playwright

from tests.benchmarks.measure import Row

CHROMIUM = "/usr/bin/chromium"
SPEED = float(os.environ.get("DAGSPLAN_BENCH_SPEED", "120"))
PORT = 8197
SEEN_AT, ENDS_AT = "19.00", "07.05"


@dataclass
class Taps:
    """What was tapped or typed, and for what."""

    of: Counter[str] = field(default_factory=Counter)
    looked_at: set[str] = field(default_factory=set)

    def tap(self, place: Locator, why: str) -> None:
        """Taps, and counts it; what is gone meanwhile is left."""
        try:
            place.click(timeout=5_000)
        except TimeoutError:
            return
        self.of[why] += 1


def run() -> list[Row]:
    """How many taps the night took, and for what."""
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is not there: benchmark left out")
        return []
    with served() as address, sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        taps, contradictions = walked(page, address)
        browser.close()
    told = ", ".join(f"{why} {n}" for why, n in taps.of.most_common())
    return [{"taps": taps.of.total(), "of which": told, "headline and button that contradict": contradictions}]


@contextmanager
def served() -> Iterator[str]:
    """The storm night, served until the walk is over."""
    with tempfile.TemporaryDirectory() as state:
        known = os.environ | {"DAGSPLAN_STATE_DIR": state, "DAGSPLAN_WEB__PORT": str(PORT)}
        command = [sys.executable, "-m", "dagsplan", "demo", "--night", "--speed", f"{SPEED:g}"]
        served_by = subprocess.Popen(command, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{PORT}"
        finally:
            served_by.terminate()
            served_by.wait(30)


def walked(page: Page, address: str) -> tuple[Taps, int]:
    """Acts as a dispatcher until the morning; gives the taps, and how often headline and button contradicted."""
    taps, seen, wrong = Taps(), False, 0
    opened(page, address)
    while (clock := clock_of(page)) is not None and not ENDS_AT <= clock < "12.00":
        wrong += contradicts(page)
        if not seen and "18.30" < clock < "23.59" and clock >= SEEN_AT:
            note(page, taps)
            seen = True
        act(page, taps)
        page.wait_for_timeout(1500)
    taps.tap(page.locator("nav a[href*='overlamning']").first, "hand over")
    return taps, wrong


def opened(page: Page, address: str, *, patience_s: float = 240.0) -> None:
    """Waits until the page answers with the evening's plan."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            page.goto(f"{address}/idag?lang=sv", wait_until="load")
            if page.locator("tr[data-key]").count():
                return
        except Exception:
            pass
        time.sleep(2.0)
    raise RuntimeError("the storm night did not come up")


def clock_of(page: Page) -> str | None:
    """The time of the installation, as the page would say it where contact is lost."""
    found = re.search(r"\d\d\.\d\d", page.locator("#live").get_attribute("data-offline") or "")
    return found.group(0) if found else None


def act(page: Page, taps: Taps) -> None:
    """What waits for the dispatcher: the draft first, then the call-out, then who did not answer."""
    draft = page.locator("#draft").get_attribute("data-draft") if page.locator("#draft").count() else None
    if draft is not None and draft not in taps.looked_at:
        taps.looked_at.add(draft)
        taps.tap(page.locator("#watch-row [data-open]"), "draft opened")
        accept = page.locator("#draft button[value=accept]")
        if page.locator("#draft .ch").count() and accept.count() and accept.is_visible():
            taps.tap(accept, "draft taken")
    button = page.locator("[data-count]")
    if button.count() and button.is_enabled():
        taps.tap(button, "call out")
        taps.tap(page.locator("dialog #sheet .is-main"), "call out")
    rang = page.locator(".call-table tr:has(.status.is-stop) button:has-text('Ringde, kvitterad'):visible")
    if rang.count():
        taps.tap(rang.first, "ring")


def note(page: Page, taps: Taps) -> None:
    """Nine centimetres were seen on a street."""
    page.locator("#observation-street").fill("Mannerheimintie")
    page.locator("#observation-value").fill("9")
    taps.of["see"] += 2
    taps.tap(page.locator(".observation-form button").first, "see")


def contradicts(page: Page) -> int:
    """Whether the button calls out while the page says that nothing waits, or none is there while it says so."""
    text, button = page.locator("#answer").inner_text(), page.locator("[data-count]").count()
    return int("Ingenting väntar på dig" in text and button > 0)
