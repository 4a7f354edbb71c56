"""Who may what: the table has every address, and each role gets in where it says so and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from city.account import ROLES
from city.clock import FixedClock
from dashboards.web import door
from dashboards.web.callers import COOKIE
from dashboards.web.door import DRIVERS, NOBODY, OPEN, RIGHTS, answering, may
from dashboards.web.phones import COOKIE as PHONE
from store import accounts
from store.connect import Connection
from tests.unit.dashboards import town
from tests.unit.dashboards.web.doors import Browser, account, book, coming, key, open_app, phone, session

FILLED = {
    "domain": "snow",
    "name": "latest",
    "act": "rang",
    "day": "2026-11-24",
    "secret": "of-no-call",
    "source": "traccar",
}
IDS = ("phone_id", "report_id", "order_id", "call_id", "draft_id", "observation_id", "change_id", "request_id")
LAST = {"/logga-ut", "/api/v1/phones/mine/end"}
"""What ends what is shown at the door."""
ANY_ID = "0b0e7a52-5d0c-4a44-9d0a-3a3d3c1f5b11"


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of all that the application answers; what is mounted answers any, of which we give GET."""
    return {(method, one.template) for one in answering(app.routes) for method in one.methods or {"GET"}}


def test_the_table_has_every_address_and_no_other(dsn: str) -> None:
    with open_app(dsn, FixedClock(town.AT)) as app:
        found = routes(app)
    assert len(found) > 60
    assert set(RIGHTS) == found


def test_only_these_are_open_to_who_is_not_signed_in() -> None:
    """What a phone keeps of its page holds nothing of the town, and a code is asked for by the route."""
    opened = {path for (method, path), roles in RIGHTS.items() if NOBODY in roles and method == "GET"}
    signing_in = {"/logga-in", "/logga-in/extern", "/logga-in/klar"}
    phone = {"/kor", "/kor/worker.js", "/kor/app.webmanifest", "/svar/{secret}"}
    told = {"/tillganglighet", "/integritet", "/static", "/favicon.ico", "/livez", "/readyz", "/healthz"}
    assert opened == signing_in | phone | told
    changes = {path for (method, path), roles in RIGHTS.items() if method != "GET" and NOBODY in roles}
    assert changes == {"/logga-in", "/api/v1/phones/pair", "/svar/{secret}"}
    assert {role for roles in RIGHTS.values() for role in roles} <= OPEN


def test_what_each_role_may_change() -> None:
    changes = {role: {path for (how, path) in RIGHTS if how != "GET" and may(role, how, path)} for role in ROLES}
    anybody = {"/logga-in", "/api/v1/phones/pair", "/svar/{secret}"}
    own = anybody | {"/logga-ut"}
    phone = {
        "/api/v1/drive/positions",
        "/api/v1/reports/{report_id}",
        "/api/v1/reports/{report_id}/photo",
        "/api/v1/phones/mine/end",
    }
    assert changes["viewer"] == own
    assert changes["engineer"] == own | {"/data", "/start"}
    assert changes["machine"] == anybody | {"/api/v1/positions/{source}"}
    assert changes["driver"] == anybody | phone
    assert changes["dispatcher"] == changes["admin"] - {"/data", "/start"}
    assert changes["admin"] == {path for (how, path) in RIGHTS if how != "GET"} - phone
    assert not may("machine", "GET", "/api/v1/manning")
    assert not may("machine", "GET", "/api/v1/calls/sheet")
    assert not may("admin", "DELETE", "/idag")


@pytest.fixture
def client(dsn: str, filled: Connection, clock: FixedClock) -> Iterator[httpx.Client]:
    with coming(dsn, clock) as client:
        yield client


@pytest.fixture
def shown(filled: Connection) -> dict[str, dict[str, str]]:
    """What each role shows at the door."""
    headers = {NOBODY: {}, "driver": {"Cookie": f"{PHONE}={phone(filled, 'P05')}"}}
    headers["machine"] = {"Authorization": f"Bearer {key(filled, 'meter')}"}
    for role in ("viewer", "dispatcher", "engineer", "admin"):
        account(filled, f"a-{role}", role)
        headers[role] = {"Cookie": f"{COOKIE}={session(filled, f'a-{role}')}"}
    return headers


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
def test_each_role_gets_in_where_the_table_says_so(client: httpx.Client, shown, role: str) -> None:
    """Every address with every method that it answers."""
    for (method, template), roles in sorted(RIGHTS.items(), key=lambda one: one[0][1] in LAST):
        path = template.replace("{domain}.json", "snow.json").format_map({**dict.fromkeys(IDS, ANY_ID), **FILLED})
        path = "/static/icon.svg" if template == "/static" else path
        headers = {"Accept": "application/json", **shown[role]}
        with client.stream(method, path, headers=headers) as response:
            refused = response.status_code in {401, 403}
            assert refused == (role not in roles), (method, template, response.status_code)
            if refused:
                assert response.status_code == (401 if role == NOBODY or roles == DRIVERS else 403)


def test_an_address_that_the_table_lacks_is_refused_to_everybody(
    client: httpx.Client, shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "RIGHTS", {k: v for k, v in RIGHTS.items() if k != ("GET", "/api/v1/orders")})
    response = client.get("/api/v1/orders", headers=shown["admin"])
    assert response.status_code == 403
    assert response.json()["detail"] == "No role may do this."


def test_other_methods_and_unknown_addresses_are_told_to_nobody_outside(client: httpx.Client, shown) -> None:
    for method, path, status in (("DELETE", "/idag", 405), ("GET", "/nothing", 404), ("POST", "/static/icon.svg", 403)):
        assert client.request(method, path).status_code == 401
        assert client.request(method, path, headers=shown["admin"]).status_code == status


def test_a_browser_is_led_to_the_sign_in_and_back(client: httpx.Client) -> None:
    asked = "/idag?domain=snow&open=a%26b&lang=en"
    response = Browser(client).get(asked)
    assert response.status_code == 303
    to = urlsplit(response.headers["location"])
    assert to.path == "/logga-in"
    assert parse_qs(to.query) == {"next": [asked], "lang": ["en"]}


def test_a_form_that_was_not_sent_is_said(client: httpx.Client) -> None:
    """And a script that sends one is told so, and not led to a page that looks as if it had been."""
    form = Browser(client).post("/api/v1/orders")
    assert (form.status_code, form.headers["location"]) == (303, "/logga-in?lost=1")
    assert "Nothing was sent" in Browser(client).get("/logga-in?lost=1").text
    script = Browser(client).post("/api/v1/orders", **{"Sec-Fetch-Mode": "cors"})
    assert script.status_code == 401
    assert "You are not signed in" in script.text


def test_a_program_is_told_what_it_lacks(client: httpx.Client, shown) -> None:
    nobody = client.get("/api/v1/orders")
    assert nobody.status_code == 401
    assert nobody.headers["content-type"] == "application/problem+json"
    assert nobody.headers["www-authenticate"] == "Bearer"
    machine = client.post("/api/v1/orders", headers=shown["machine"], json={})
    assert machine.status_code == 403
    assert machine.json()["detail"] == "The role program may not do this; dispatcher and admin may."
    assert client.get("/api/v1/orders", headers={"Authorization": "Bearer dgp_no"}).status_code == 401


def test_a_desk_that_is_a_phone_too_is_each_where_it_may(client: httpx.Client, shown) -> None:
    """And a desk alone is asked for a code at the driver's page, not told that its role may not."""
    both = {"Cookie": f"{shown['dispatcher']['Cookie']}; {shown['driver']['Cookie']}"}
    for headers, drive, orders in ((both, 200, 200), (shown["dispatcher"], 401, 200), (shown["driver"], 200, 403)):
        assert client.get("/api/v1/drive", headers=headers).status_code == drive
        assert client.get("/api/v1/orders", headers=headers).status_code == orders


def test_a_page_says_which_role_may(client: httpx.Client, filled: Connection) -> None:
    account(filled, "vera", "viewer")
    browser = Browser(client, session(filled, "vera"))
    assert "vera · viewer" in browser.get("/tillganglighet").text
    page = browser.post("/data")
    assert page.status_code == 403
    assert "Your role may not do that" in page.text
    assert "engineer and admin may" in page.text


def test_a_key_that_has_ended_opens_nothing(client: httpx.Client, filled: Connection) -> None:
    headers = {"Authorization": f"Bearer {key(filled, 'meter')}"}
    assert client.get("/api/v1/orders", headers=headers).status_code == 200
    assert accounts.end_key(filled, "meter", town.AT)
    assert client.get("/api/v1/orders", headers=headers).status_code == 401


def test_every_change_is_in_the_book_and_no_reading(client: httpx.Client, filled: Connection, shown) -> None:
    """Also one that was refused, or that went wrong; not what nobody could be asked for, nor what a phone sends."""
    client.get("/api/v1/orders", headers=shown["dispatcher"])
    client.post("/api/v1/requests", headers=shown["dispatcher"], json={"kind": "no"})
    client.post("/api/v1/requests", headers=shown["viewer"], json={})
    client.post("/api/v1/requests", headers=shown["driver"], json={})
    client.post("/api/v1/drive/positions", headers=shown["driver"], json={})
    client.post("/api/v1/requests", headers=shown["machine"], json={})
    client.post("/api/v1/requests", json={})
    assert book(filled) == [
        ("a-dispatcher", "change", "POST /api/v1/requests 422", "127.0.0.1"),
        ("a-viewer", "change", "POST /api/v1/requests 403", "127.0.0.1"),
        ("key:meter", "change", "POST /api/v1/requests 403", "127.0.0.1"),
    ]


def test_the_book_is_only_added_to(client: httpx.Client, filled: Connection, shown) -> None:
    client.post("/api/v1/requests", headers=shown["viewer"], json={})
    for change in ("UPDATE door_event SET who = ''", "DELETE FROM door_event", "TRUNCATE door_event"):
        with pytest.raises(Exception, match="door_event"):
            filled.execute(change)


def test_a_change_that_another_site_asks_for_stops_before_the_door(client: httpx.Client, filled, shown) -> None:
    """By the guard: with a right cookie too, and at the sign-in."""
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        for path in ("/api/v1/requests", "/logga-in", "/logga-ut"):
            response = client.post(path, headers={**shown["admin"], **headers}, json={})
            assert (response.status_code, "another site" in response.text) == (403, True), path
    assert book(filled) == []


def test_health_is_told_while_the_database_is_away(clock: FixedClock) -> None:
    with coming("host=127.0.0.1 port=1 dbname=none connect_timeout=1", clock) as client:
        assert client.get("/livez").status_code == 200
        assert Browser(client).get("/livez").status_code == 200
        refused = client.get("/api/v1/orders", headers={"Authorization": "Bearer dgp_x"})
        assert refused.status_code == 503


def test_without_accounts_everybody_on_the_host_may_do_all_and_a_demonstration_says_so(
    dsn: str, filled: Connection
) -> None:
    for simulated in (True, False):
        with coming_without(dsn, FixedClock(town.AT, simulated=simulated)) as client:
            page = client.get("/tillganglighet?lang=en", headers={"Accept": "text/html"})
            assert ("signed in by itself" in page.text) == simulated
            assert client.get("/api/v1/orders").status_code == 200
            assert client.get("/logga-in").headers["location"] == "/idag"
    assert book(filled) == []


def coming_without(dsn: str, clock: FixedClock):
    return coming(dsn, clock, accounts=False)


def test_a_sheet_lets_a_phone_in_only_for_who_may_let_one_in(dsn: str, clock: FixedClock, filled: Connection) -> None:
    """Who may only look prints a sheet whose code leads to its own page."""
    plan = town.publish(filled, "snow", clock)
    item = next(item for item in plan.interventions if item.vehicle)
    for name, role in (("vera", "viewer"), ("disa", "dispatcher")):
        account(filled, name, role)  # type: ignore[arg-type]
    filled.commit()
    with coming(dsn, clock, public_url="https://plan.exempelstad.se") as client:
        pages = {}
        for name in ("vera", "disa"):
            browser = Browser(client, session(filled, name))
            filled.commit()
            pages[name] = browser.get(f"/idag/tur?key={item.key}").text
    assert "/kor#s=" not in pages["vera"]
    assert "/idag/tur?key=" in pages["vera"]
    assert "/kor#s=" in pages["disa"]
