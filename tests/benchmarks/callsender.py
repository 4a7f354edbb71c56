"""One sender as a process of its own, to be killed: ``python -m tests.benchmarks.callsender DSN URL``. It sends what is
due until nobody lets it live."""

from __future__ import annotations

import sys
import threading

from city.calling import Calls
from city.clock import SystemClock
from city.settings import Settings
from planner.calls.channels.lines import lines_of
from planner.calls.leave import CallsLeave
from planner.calls.send import Office
from store.connect import connect


def impatient(url: str) -> Settings:
    """Settings under which a thousand calls over a bad gateway end within a minute."""
    calls = Calls(gateway_url=url, timeout_s=0.5, back_off_s=0.3, lease_s=3.0)
    return Settings(calls=calls)


def main(dsn: str, url: str) -> None:
    settings = impatient(url)
    office = Office(lambda: connect(dsn, "sender"), settings, SystemClock(), lines_of(settings))
    CallsLeave(office).run(threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
