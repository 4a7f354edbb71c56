"""Drivers' reports over a bad network, from real pages in Chromium: requests that never arrive, answers that are lost,
tabs that are killed, phones whose clocks are wrong by minutes, and a page that is updated in between.

``DAGSPLAN_BENCH_DRIVERS`` says how many drivers (200), each with fifty reports.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route
from playwright.sync_api import Error as PlaywrightError

import dashboards.pages.drive as shell
from tests.benchmarks.cab import Served, served_town
from tests.benchmarks.measure import Row

DRIVERS = int(os.environ.get("DAGSPLAN_BENCH_DRIVERS", "200"))
EACH, AT_ONCE, ROUNDS = 50, 20, 5
UNSENT, UNHEARD = 0.12, 0.12
"""How often a request never arrives, and how often its answer is lost."""
STREETS = [f"c/{n}" for n in range(4)]
PATIENCE_S = 120
TAP = """async ([n, streets]) => {
  const { report } = await import(`${document.body.dataset.base}/static/kor/outbox.js`);
  for (let k = 0; k < n; k++) {
    const segment = streets[Math.floor(Math.random() * streets.length)];
    await report({ kind: "obstacle", segment, detail: "car", note: String(trueNow()) });
    await new Promise((done) => setTimeout(done, 3));
  }
}"""
KEPT = "async () => (await import(`${document.body.dataset.base}/static/kor/store.js`)).reports()"


def run() -> list[Row]:
    """One row: what was tapped, what is stored, and in which order."""
    with served_town(DRIVERS) as served:
        tapped: list[dict[str, Any]] = []
        tries: Counter[str] = Counter()
        for first in range(0, DRIVERS, AT_ONCE):
            tapped += _night(served, range(first, min(DRIVERS, first + AT_ONCE)), random.Random(first), tries)
        served.database.rollback()
        rows = served.database.execute(
            "SELECT report_id::text, vehicle_id, segment_id, observed_at, n, content->>'note' FROM driver_report"
        ).fetchall()
    stored = Counter(row[0] for row in rows)
    wanted = {row["id"] for row in tapped}
    return [
        {
            "what": f"{DRIVERS} drivers, {len(wanted)} reports",
            **tries,
            "lost": len(wanted - set(stored)),
            "doubled": sum(n > 1 for n in stored.values()),
            "not tapped": len(set(stored) - wanted),
            "out of order on a phone": _disorder(rows, 1, lambda row: row[4]),
            "out of order on a street, over 2 s": _disorder(rows, 2, lambda row: float(row[5]) / 1000.0, least=2.0),
        }
    ]


def _disorder(rows: list[Any], by: int, truth: Any, least: float = 0.0) -> int:
    """How many neighbours stand in another order than they were tapped in, of those by phone or street."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row[3], row[4])):
        groups[row[by]].append(truth(row))
    return sum(b < a - least for group in groups.values() for a, b in pairwise(group))


def _night(served: Served, drivers: range, dice: random.Random, tries: Counter[str]) -> list[dict[str, Any]]:
    """Some drivers side by side: each taps ten times a round; in between tabs are killed and the page is updated."""
    phones = [served.phone(f"V{n:03d}", wrong_ms=dice.randint(-9, 9) * 60_000) for n in drivers]
    for context in phones:
        _spoil(context, dice, tries)
    open_pages = [_open(served, context) for context in phones]
    for turn in range(ROUNDS):
        shell.version = lambda turn=turn: f"update-{turn}"  # type: ignore[assignment, misc]
        for place, page in enumerate(open_pages):
            page.context.set_offline(dice.random() < 0.4)
            page.evaluate(TAP, [EACH // ROUNDS, STREETS])
            if dice.random() < 0.3:
                page.close()
                open_pages[place] = _open(served, phones[place])
                tries["tabs killed"] += 1
    tapped: list[dict[str, Any]] = []
    for context in phones:
        context.set_offline(False)
    for page in open_pages:
        tapped += _drained(page)
    for context in phones:
        context.close()
    return tapped


def _spoil(context: BrowserContext, dice: random.Random, tries: Counter[str]) -> None:
    def bad(route: Route) -> None:
        fate = dice.random()
        tries["requests"] += 1
        if fate < UNSENT:
            tries["never arrived"] += 1
            route.abort()
            return
        try:
            answer = route.fetch()
        except PlaywrightError:  # a connection that the server had just let go of
            tries["connections lost"] += 1
            route.abort()
            return
        if fate < UNSENT + UNHEARD:
            tries["answers lost"] += 1
            route.abort()
        else:
            route.fulfill(response=answer)

    context.route("**/api/v1/reports/*", bad)


def _open(served: Served, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{served.address}/kor", wait_until="domcontentloaded")
    page.locator(".queue").wait_for()
    page.evaluate("navigator.serviceWorker?.getRegistration().then((one) => one?.update().catch(() => null))")
    return page


def _drained(page: Page) -> list[dict[str, Any]]:
    """What the phone has once all of it is sent, or its patience is at its end."""
    for _ in range(PATIENCE_S):
        kept: list[dict[str, Any]] = page.evaluate(KEPT)
        if all(row["state"] != "waits" for row in kept):
            break
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(1000)
    return kept
