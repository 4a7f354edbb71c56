"""The storm night as a dispatcher walks it in a browser: from the evening to the hand-over, with every act counted.

The demonstration is served as ``dagsplan demo --night`` serves it, with time running fast; whoever walks calls out what
is proposed, takes each draft that changes a tur, notes what was seen once, rings where nobody is left, and hands over.
It is walked in four dresses: with a mouse in Swedish and in English, with the keyboard alone, and on a phone.
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

from playwright.sync_api import Browser, Error, sync_playwright

from city.catalogue.words import Words, words
from tests.benchmarks.measure import Row
from tests.browser import acts
from tests.browser.hands import DRESSES, Dress, Hand, hand_of, too_wide
from tests.browser.strays import strays

CHROMIUM = "/usr/bin/chromium"
SPEED = float(os.environ.get("DAGSPLAN_BENCH_SPEED", "120"))
WALKS = os.environ.get("DAGSPLAN_BENCH_WALK", "")
PORT = 8197
SEEN_AT, ENDS_AT = "19.00", "07.05"
LOOK_EVERY_S = 20.0
"""How often the page is read for words of another language, which takes a while."""


@dataclass
class Night:
    """A walk through the night, and what was seen on the way: drafts that were ``looked_at``, the ``widest`` page
    [px], ``contradictions`` of headline and button, ``foreign`` words, and whether it was ``handed_over``."""

    dress: Dress
    hand: Hand
    t: Words
    looked_at: set[str] = field(default_factory=set)
    seen: bool = False
    widest: int = 0
    contradictions: int = 0
    foreign: set[str] = field(default_factory=set)
    read_at: float = 0.0
    clock: str = ""
    handed_over: bool = False

    def row(self) -> Row:
        """What it came to."""
        hand = self.hand
        return {
            "walk": self.dress.name,
            "acts": hand.acts.total(),
            "keys": hand.keys or "",
            "of which": told(hand.acts),
            "missed": told(hand.missed),
            "focus lost": told(hand.lost) or 0,
            "too wide px": self.widest,
            "contradictions": self.contradictions,
            "words of another language": ", ".join(sorted(self.foreign)) or 0,
            "ended": "handed over" if self.handed_over else f"stopped at {self.clock}",
        }


def run() -> list[Row]:
    """What each walk took and met; those whose name is in ``DAGSPLAN_BENCH_WALK``, else all."""
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is not there: benchmark left out")
        return []
    return [walk(dress) for dress in DRESSES if not WALKS or dress.name in WALKS.split(",")]


def told(counted: Counter[str]) -> str:
    """'draft 26, see 3'."""
    return ", ".join(f"{why} {n}" for why, n in counted.most_common())


def walk(dress: Dress) -> Row:
    """The night in one dress."""
    with served() as address, sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        night = walked(browser, dress, address)
        browser.close()
    print(night.row())
    return night.row()


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


def walked(browser: Browser, dress: Dress, address: str) -> Night:
    """Acts as a dispatcher until the morning, and hands over. Where the page breaks off, the walk does too."""
    size = {"width": dress.width, "height": 844 if dress.device else 900}
    page = browser.new_context(viewport=size, **dress.device).new_page()
    night = Night(dress, hand_of(dress, page), words(dress.language))
    opened(night, address)
    try:
        while through(night):
            page.wait_for_timeout(1500)
        night.handed_over = night.clock >= ENDS_AT and acts.hand_over(night.hand, night.t)
        look(night)
    except (Error, AssertionError) as problem:
        print(f"{dress.name}: {problem}")
    return night


def through(night: Night) -> bool:
    """One look at the page with what it asks for; whether the night goes on."""
    clock = clock_of(night)
    if clock is None or ENDS_AT <= clock < "12.00":
        night.clock = clock or f"{night.clock}, without a clock"
        return False
    night.clock = clock
    night.hand.look()
    look(night)
    if not night.seen and SEEN_AT <= clock < "23.59":
        night.seen = acts.see(night.hand, "Mannerheimintie", "9")
    act(night)
    return True


def opened(night: Night, address: str, *, patience_s: float = 900.0) -> None:
    """Waits until the page answers with the evening's plan. Raises RuntimeError where it does not."""
    page, until = night.hand.page, time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            page.goto(f"{address}/idag?lang={night.dress.language}", wait_until="load")
            if page.locator("tr[data-key]").count():
                return night.hand.arrive()
        except Error:
            pass
        time.sleep(2.0)
    raise RuntimeError("the storm night did not come up")


def clock_of(night: Night) -> str | None:
    """The time of the installation, as the page would say it where contact is lost: '03.06'."""
    offline = night.hand.page.evaluate("document.querySelector('#live')?.dataset.offline ?? ''")
    found = re.search(r"(\d\d)[.:](\d\d)", offline)
    return ".".join(found.groups()) if found else None


def act(night: Night) -> None:
    """What waits for the dispatcher: the draft first, then the call-out, then who did not answer."""
    read_draft(night)
    if night.hand.page.evaluate("document.querySelector('[data-count]:enabled') !== null"):
        acts.call_out(night.hand)
    if acts.to_ring(night.hand, night.t).count():
        acts.ring(night.hand, night.t)


def read_draft(night: Night) -> None:
    """Takes a draft where the watch's row says all of it; else opens it, and takes it where it changes a tur."""
    hand, page = night.hand, night.hand.page
    if page.locator("[data-show-draft]").count():
        hand.press(page.locator("[data-show-draft]"), "draft opened")
    draft = page.evaluate("document.querySelector('#draft')?.dataset.draft ?? ''")
    if not draft or draft in night.looked_at:
        return
    night.looked_at.add(draft)
    if acts.takes_in_row(hand):
        acts.take_in_row(hand)
        return
    is_open = page.locator("#draft").is_visible() or acts.open_draft(hand)
    if is_open and page.locator("#draft .ch").count():
        acts.take_draft(hand)


def look(night: Night) -> None:
    """What a reader would stumble over: a page that is too wide, a headline and a button that contradict, words of
    another language."""
    page = night.hand.page
    night.widest = max(night.widest, too_wide(page, night.dress))
    waits = page.locator("[data-count]").count()
    if waits and night.t("answer.none_waiting") in page.locator("#answer").inner_text():
        night.contradictions += 1
    if time.monotonic() - night.read_at > LOOK_EVERY_S:
        night.read_at = time.monotonic()
        night.foreign |= strays(page, night.dress.language)
