"""The day page asks the database few things: statements are counted as they are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest

from city.plan import Plan
from city.vocabulary import DOMAINS, Domain
from planner.orders import add_event, decide
from store.connect import Connection
from store.sql import query
from tests.unit.dashboards import town

MOST = 16
ALIVE = query("session", "still_there")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that this process sends."""
    found: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(self: psycopg.Cursor[Any], said: Any, *rest: Any, **more: Any) -> psycopg.Cursor[Any]:
        if said != ALIVE:  # the pool asks whether a connection lives
            found.append(str(said))
        return execute(self, said, *rest, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return found


@pytest.fixture(params=DOMAINS)
def begun(request: pytest.FixtureRequest, publish: Callable[[str], Plan], filled: Connection) -> Domain:
    """A domain with a plan of which one intervention is under way."""
    domain: Domain = request.param
    plan = publish(domain)
    (order,) = decide(filled, plan.id, [plan.interventions[0].key], "dispatcher", town.AT)
    for kind in ("sent", "started"):
        add_event(filled, order, kind, "dispatcher", town.AT)  # type: ignore[arg-type]
    return domain


def test_the_day_page_takes_few_statements(client: httpx.Client, sent: list[str], begun: Domain) -> None:
    """The first look of a web process, which has no plan in memory yet."""
    sent.clear()
    assert client.get(f"/idag?domain={begun}").status_code == 200
    assert 3 <= len(sent) <= MOST, sent


def test_an_earlier_minute_takes_few_statements_too(client: httpx.Client, sent: list[str], begun: Domain) -> None:
    sent.clear()
    assert client.get(f"/idag?domain={begun}&at={quote(town.AT.isoformat())}").status_code == 200
    assert 3 <= len(sent) <= MOST, sent
