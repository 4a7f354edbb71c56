"""A proxy that stops handing on what comes over open connections, and keeps them open, stops nobody for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from city.clock import stopwatch
from planner.watch import wake
from store.connect import connect, pool
from tests.deaf import DeafProxy, proxy_before
from tests.integration.test_daemon import adopt, await_that, publish, readings, running, stored

LONG_S = 120.0
"""Far more than it takes; a test that waits for ever fails after this."""


@pytest.fixture
def proxy(dsn: str) -> Iterator[DeafProxy]:
    """A proxy before a fresh, migrated database."""
    with proxy_before(dsn) as running_proxy:
        yield running_proxy


def test_the_daemon_writes_on_over_a_new_connection(broker: str, dsn: str, proxy: DeafProxy) -> None:
    """Nothing is lost and nothing doubled; before, no row came any more."""
    adopt(dsn)
    with running(broker, proxy.dsn) as daemon:
        daemon.connected()
        publish(broker, readings(0, 100))
        daemon.wait_for(messages=100)
        proxy.go_deaf()
        publish(broker, readings(100, 100))
        daemon.wait_for(messages=200, timeout_s=LONG_S)
    assert stored(dsn) == 200


def test_the_daemon_writes_on_as_soon_as_new_connections_hear(broker: str, dsn: str, proxy: DeafProxy) -> None:
    """For a while they are as deaf as its own: it goes on asking."""
    adopt(dsn)
    with running(broker, proxy.dsn) as daemon:
        daemon.connected()
        publish(broker, readings(0, 10))
        daemon.wait_for(messages=10)
        before = proxy.made
        proxy.go_deaf(to_new_ones=True)
        publish(broker, readings(10, 10))
        await_that(lambda: proxy.made >= before + 2, "two looks that nobody answered", LONG_S)
        proxy.hear_new_ones()
        heard = stopwatch()
        daemon.wait_for(messages=20, timeout_s=LONG_S)
        print(f"first row {stopwatch() - heard:.1f} s after new connections were possible")
    assert stored(dsn) == 20


def test_what_waits_for_a_lock_is_left_in_peace(dsn: str, proxy: DeafProxy) -> None:
    """However often it is asked whether the connection is deaf: the server says that it works."""
    done: list[tuple[object, ...] | None] = []
    with connect(dsn, "holder") as holder, connect(proxy.dsn, "waits") as waiting:
        with holder.transaction():
            holder.execute("LOCK TABLE device")
            thread = threading.Thread(
                target=lambda: done.append(waiting.execute("SELECT count(*) FROM device").fetchone())
            )
            thread.start()
            await_that(lambda: proxy.made >= 3, "two looks over connections of their own", LONG_S)
            assert not done
        thread.join(LONG_S)
    assert done == [(0,)]


def test_what_a_deaf_connection_held_is_free_again(dsn: str, proxy: DeafProxy) -> None:
    """The proxy keeps the server's end open for ever: its transaction is ended by the one who gave it up."""
    with connect(proxy.dsn, "test") as held, suppress(psycopg.OperationalError):
        with held.transaction():
            held.execute("LOCK TABLE device")
            proxy.go_deaf()
            with pytest.raises(psycopg.OperationalError):
                held.execute("SELECT 1")
        assert held.closed
    with connect(dsn, "other") as other, other.transaction():
        other.execute("SET LOCAL lock_timeout = '30s'")
        other.execute("LOCK TABLE device")


def test_the_pool_of_the_pages_lends_no_deaf_connection(proxy: DeafProxy) -> None:
    """All that were open before count as cut off as soon as one is."""
    with pool(proxy.dsn, "web", timeout_s=60) as connections:
        with connections.connection() as first, connections.connection() as second:
            first.execute("SELECT 1")
            second.execute("SELECT 1")
        proxy.go_deaf()
        with connections.connection() as one, connections.connection() as other:
            assert one.execute("SELECT 1").fetchone() == other.execute("SELECT 1").fetchone() == (1,)


def test_the_scheduler_hears_again(dsn: str, proxy: DeafProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who only listens asks now and then for a sign of life."""
    monkeypatch.setattr(wake, "SIGN_OF_LIFE_S", 1.0)
    listener, woken = wake.ChangeListener(lambda: connect(proxy.dsn, "scheduler")), threading.Event()
    stop = threading.Event()
    thread = threading.Thread(target=listener.listen, args=(woken.set, stop), daemon=True)
    thread.start()
    await_that(lambda: proxy.made >= 1, "it is connected", LONG_S)
    proxy.go_deaf()
    with connect(dsn, "test") as teller:

        def told() -> bool:
            teller.execute("SELECT pg_notify('dagsplan_look', 'x')")
            return woken.wait(0.2)

        await_that(told, "woken again", LONG_S)
    stop.set()
    thread.join(20)
