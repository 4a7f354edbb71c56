"""Call-outs over a gateway that hangs, fails before and after it has taken a message, is busy, answers late and in no
known form, while senders are killed: what is said of each call, beside the gateway's own book.

``DAGSPLAN_BENCH_CALLS`` says how many (1,000).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from city.clock import SystemClock
from city.settings import Settings
from deploy.testgateway import GatewayBook, Manner, ServedGateway, served_gateway
from planner.calls.channels.lines import lines_of
from planner.calls.receipts import ask_receipts
from store.connect import Connection, connect
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.benchmarks.callsender import impatient
from tests.benchmarks.measure import Row
from tests.calls import made_call

CALLS = int(os.environ.get("DAGSPLAN_BENCH_CALLS", "1000"))
SENDERS = 3
HANG_S = 1.2
ODDS: dict[Manner, float] = {
    "busy": 0.12, "fail": 0.08, "hang": 0.06, "lose": 0.06, "late": 0.06, "garble": 0.05, "no": 0.03, "lost": 0.03,
}  # fmt: skip
"""How often a request is met so; all others are met well."""
UNSAID = ("made", "tried", "waits")
STILL_S = 1500.0


def run() -> list[Row]:
    """Two rows: when nothing is due any more, and after receipts were asked for."""
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as dsn:
        with connect(dsn, "bench") as connection:
            migrate(connection, SystemClock().now())
        return [
            {name.replace("_", " "): figure for name, figure in vars(verdict).items()}
            for verdict in bad_night(dsn, CALLS, over_s=0.03 * CALLS)
        ]


@dataclass(frozen=True)
class CallsVerdict:
    """How many calls are of which class, held against the gateway's book. The last two are lies."""

    when: str
    calls: int
    kills: int
    requests: int
    sent_once: int
    surely_not_sent: int
    unsure: int
    of_them_sent: int
    sent_twice: int
    said_sent_and_was_not: int
    said_not_sent_and_was: int


def bad_night(dsn: str, calls: int, over_s: float) -> list[CallsVerdict]:
    """Makes the calls, which leave over a time, lets senders send and be killed until nothing is due any more, and then
    asks for receipts."""
    chance = random.Random(1)
    with served_gateway(Settings(), manners=odds, hang_s=HANG_S) as gateway, connect(dsn, "bench") as connection:
        now = SystemClock().now()
        for n in range(calls):
            made_call(connection, f"number {n}", leaves_at=now + timedelta(seconds=over_s * n / calls))
        kills = _sent(dsn, gateway, connection, chance)
        time.sleep(2 * HANG_S)  # what hangs in the gateway ends
        found = [_verdict("sending has ended", connection, gateway.book, kills)]
        settings = impatient(gateway.url)
        time.sleep(settings.calls.lease_s)
        for _ in range(2):
            ask_receipts(lambda: connect(dsn, "receipts"), settings, SystemClock(), lines_of(settings))
        return [*found, _verdict("receipts were asked for", connection, gateway.book, kills)]


def odds(call: str, _: str, n: int) -> Manner:
    """The manner of a request by chance, the same whenever it is asked for."""
    dice = random.Random(f"{call} {n}").random()
    for manner, share in ODDS.items():
        dice -= share
        if dice < 0 and (manner != "lost" or n == 1):
            return manner
    return "well"


def _sent(dsn: str, gateway: ServedGateway, connection: Connection, chance: random.Random) -> int:
    """Kills one sender after the other, and starts another in its place, until every call has an end; gives how many
    were killed."""
    kills, until = 0, time.monotonic() + STILL_S
    senders = [_sender(dsn, gateway.url) for _ in range(SENDERS)]
    try:
        while _open(connection):
            if time.monotonic() > until:
                raise SystemExit(f"{_open(connection)} calls have no end after {STILL_S:g} s")
            time.sleep(chance.uniform(1.0, 9.0))
            _killed(senders.pop(0))
            kills += 1
            senders.append(_sender(dsn, gateway.url))
    finally:
        for sender in senders:
            _killed(sender)
    return kills


def _sender(dsn: str, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.benchmarks.callsender", dsn, url])


def _killed(sender: subprocess.Popen[bytes]) -> None:
    sender.kill()
    sender.wait()


def _open(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM crew_call_now WHERE state = ANY(%s)", (list(UNSAID),)).fetchone()
    return 0 if row is None else int(row[0])


def _verdict(when: str, connection: Connection, book: GatewayBook, kills: int) -> CallsVerdict:
    said = {row[0]: row[1] for row in connection.execute("SELECT call_id::text, state FROM crew_call_now")}
    gone = {call for call, kept in book.messages.items()}
    # a failure after it was taken is the gateway's own word: it is in the book, and did not arrive
    failed = {call for call, kept in book.messages.items() if kept.state == "failed"}
    by_number = Counter(kept.wanted.to for kept in book.messages.values())
    of = {state: {call for call, now in said.items() if now == state} for state in set(said.values())}
    sent = of.get("sent", set()) | of.get("delivered", set())
    never, unsure = of.get("failed", set()), of.get("unsure", set())
    if set(said) != sent | never | unsure:
        raise SystemExit(f"calls of no class: {Counter(said.values())}")
    return CallsVerdict(
        when=when,
        calls=len(said),
        kills=kills,
        requests=sum(book.requests.values()),
        sent_once=len(sent & gone),
        surely_not_sent=len(never - (gone - failed)),
        unsure=len(unsure),
        of_them_sent=len(unsure & gone),
        sent_twice=sum(1 for n in by_number.values() if n > 1),
        said_sent_and_was_not=len(sent - gone),
        said_not_sent_and_was=len(never & (gone - failed)),
    )
