"""A driver of the town: a phone that is paired, and what it sends."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from city.plan import Intervention, Plan
from planner.orders import decide
from store.connect import Connection
from tests.unit.dashboards import town

WALL = datetime(2026, 11, 24, 2, 6, tzinfo=UTC)
"""What the phone's clock shows; nobody says that it is right."""


class DriversPhone:
    """A phone with its own clock and its own count of reports."""

    def __init__(self, client: httpx.Client, wrong_by: timedelta = timedelta()) -> None:
        self.client, self.now = client, WALL + wrong_by
        self._n = count(1)
        self.cookie, self.vehicle = "", ""

    def pair(self, code: str) -> httpx.Response:
        """Lets the phone in."""
        answer = self.client.post("/api/v1/phones/pair", json={"code": code})
        self.cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        self.client.cookies.clear()
        return answer

    def tap(self, kind: str, **said: Any) -> dict[str, Any]:
        """A report as the phone keeps it."""
        body = {"kind": kind, "at": self.now.isoformat(), "n": next(self._n), **said}
        return {"id": str(uuid.uuid4()), "body": body}

    def send(self, report: dict[str, Any]) -> httpx.Response:
        """Sends a report now."""
        return self.client.put(f"/api/v1/reports/{report['id']}", json=report["body"], headers=self.heads())

    def heads(self) -> dict[str, str]:
        """What goes with everything that the phone sends."""
        made_for = {"Dagsplan-Vehicle": self.vehicle} if self.vehicle else {}
        return {"Dagsplan-Sent-At": self.now.isoformat(), "Cookie": self.cookie} | made_for

    def get(self, path: str) -> httpx.Response:
        """Asks with the phone's cookie."""
        return self.client.get(path, headers=self.heads())


def paired(client: httpx.Client, vehicle: str, wrong_by: timedelta = timedelta()) -> DriversPhone:
    """A phone that stands for a vehicle."""
    code = client.post("/api/v1/phones", json={"vehicle": vehicle}).json()["code"]
    phone = DriversPhone(client, wrong_by)
    assert phone.pair(code).status_code == 201
    return phone


def ordered(connection: Connection, plan: Plan, n: int = 0) -> tuple[str, Intervention]:
    """An order of an intervention of the plan that a vehicle has: its id and what it is made of."""
    item = [item for item in plan.interventions if item.vehicle][n]
    (order,) = decide(connection, plan.id, [item.key], "dispatcher", town.AT)
    connection.commit()
    return order, item
