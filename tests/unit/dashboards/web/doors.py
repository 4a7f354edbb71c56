"""The application with accounts, and people, programs and a phone who come to its door."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import msgspec
from fastapi import FastAPI

from city.account import Role
from city.clock import Clock
from city.report import Phone
from city.settings import Settings
from dashboards.app import create_app
from dashboards.web.callers import COOKIE
from dashboards.web.proof import digest, hash_of
from store import accounts, phones
from store.connect import Connection, pool
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving

PASSWORD = "snö över hela stan"
HASH = hash_of(PASSWORD)
"""Made once: it takes a while, which is its point."""


def settings(**web: object) -> Settings:
    """Those of the town, with accounts."""
    before = town.settings()
    return msgspec.structs.replace(before, web=msgspec.structs.replace(before.web, **{"accounts": True, **web}))


def account(database: Connection, name: str, role: Role) -> None:
    assert accounts.add_account(database, name, role, HASH, town.AT)


def session(database: Connection, name: str, *, second: bool = True) -> str:
    """The cookie of a browser that signed in."""
    token = f"token-of-{name}"
    accounts.add_session(database, digest(token), name, town.AT, by_second_factor=second)
    return token


def key(database: Connection, name: str, role: Role = "machine") -> str:
    token = f"dgp_{name}"
    assert accounts.add_key(database, name, digest(token), role, town.AT)
    return token


def phone(database: Connection, vehicle: str) -> str:
    """The cookie of a phone that was paired with a vehicle."""
    token = f"phone-of-{vehicle}"
    one = Phone(str(uuid.uuid4()), vehicle, "code", town.AT, town.AT + timedelta(hours=12))
    phones.add_phone(database, one, token)
    return token


@contextmanager
def open_app(dsn: str, clock: Clock, **web: object) -> Iterator[FastAPI]:
    with pool(dsn, "test", size=3) as connections:
        yield create_app(settings(**web), connections, clock)


@contextmanager
def coming(dsn: str, clock: Clock, **web: object) -> Iterator[httpx.Client]:
    """A client that follows no redirection and would rather hear of problems in English."""
    with (
        open_app(dsn, clock, **web) as app,
        serving(app) as address,
        httpx.Client(base_url=address, headers={"Accept-Language": "en"}, timeout=30.0) as client,
    ):
        yield client


@dataclasses.dataclass
class Browser:
    """One person's browser: it keeps its cookie and asks for pages."""

    client: httpx.Client
    cookie: str = ""
    place: str = ""

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        known = {"Accept": "text/html", "Cookie": f"{COOKIE}={self.cookie}; lang=en"}
        return known | ({"X-Forwarded-For": self.place} if self.place else {}) | more

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._kept(self.client.get(path, headers=self._headers(headers)))

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        return self._kept(self.client.post(path, data=fields or {"x": ""}, headers=self._headers(headers)))

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        return self.post("/logga-in", {"name": name, "password": password, **fields})

    def _kept(self, response: httpx.Response) -> httpx.Response:
        for one in response.headers.get_list("set-cookie"):
            if one.startswith(f"{COOKIE}="):
                self.cookie = one.split(";")[0].removeprefix(f"{COOKIE}=").strip('"')
        self.client.cookies.clear()
        return response


def book(database: Connection) -> list[tuple[str, str, str, str]]:
    """What stands in the book of the door: who, kind, about, place."""
    rows = database.execute("SELECT who, kind, about, place FROM door_event ORDER BY event_id").fetchall()
    return [(who, kind, about, place) for who, kind, about, place in rows]
