"""Signing in: what is right, what is wrong and how long it waits, second factors, and when a session is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Thread

import httpx
import pyotp
import pytest
from fastapi import Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from city.account import account_name, check_password, waits_until
from city.clock import FixedClock
from city.errors import BadValue, ConfigError
from city.settings import Web
from dashboards.pages.signin import local
from dashboards.serve import PROXIES, check_admin, check_exposure
from dashboards.web.callers import COOKIE, place_of
from dashboards.web.turns import SignInTurns
from store import accounts
from store.connect import Connection
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving
from tests.unit.dashboards.web.doors import PASSWORD, Browser, account, book, coming, open_app, session

WRONG = "inte rätt alls den här"


@pytest.fixture
def client(dsn: str, filled: Connection, clock: FixedClock) -> Iterator[httpx.Client]:
    with coming(dsn, clock) as client:
        yield client


@pytest.fixture
def anna(filled: Connection) -> None:
    account(filled, "anna", "dispatcher")


# ---- the password ------------------------------------------------------------------------------------------------


def test_a_right_password_opens_the_page_that_was_asked_for(client, anna, filled):
    browser = Browser(client)
    response = browser.sign_in(" Anna ", next="/karta?domain=snow")
    assert (response.status_code, response.headers["location"]) == (303, "/karta?domain=snow")
    page = browser.get("/idag")
    assert page.status_code == 200
    assert "anna · dispatcher" in page.text
    assert 'action="/logga-ut"' in page.text
    assert book(filled) == [("anna", "signed_in", "", "127.0.0.1")]


def test_the_cookie_is_for_the_server_alone(client, anna):
    def attributes(**headers: str) -> set[str]:
        response = Browser(client).post("/logga-in", {"name": "anna", "password": PASSWORD}, **headers)
        return {part.strip().lower() for part in response.headers["set-cookie"].split(";")[1:]}

    assert {"httponly", "samesite=lax", "path=/"} <= attributes()
    assert "secure" not in attributes()
    assert "secure" in attributes(**{"X-Forwarded-Proto": "https"})


def test_only_a_proxy_on_this_host_says_where_one_comes_from():
    """What anybody else says of it would let wrong tries come from where they like."""

    def seen(peer: str) -> tuple[str, str]:
        found: list[tuple[str, str]] = []

        async def app(scope, receive, send) -> None:
            found.append((scope["scheme"], scope["client"][0]))

        scope = {"type": "http", "scheme": "http", "client": (peer, 5), "headers": FORWARDED}
        asyncio.run(ProxyHeadersMiddleware(app, trusted_hosts=PROXIES)(scope, None, None))
        return found[0]

    assert seen("127.0.0.1") == ("https", "203.0.113.9")
    assert seen("::1") == ("https", "203.0.113.9")
    assert seen("10.0.0.7") == ("http", "10.0.0.7")


FORWARDED = [(b"x-forwarded-proto", b"https"), (b"x-forwarded-for", b"203.0.113.9")]


@pytest.mark.parametrize(
    ("peer", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix", "unix"),
    ],
)
def test_an_address_of_ipv6_is_its_network(peer, place):
    assert place_of(Request({"type": "http", "client": (peer, 1), "headers": []})) == place


def test_a_base_path_stands_before_all(dsn, filled, clock, anna):
    with coming(dsn, clock, base_path="/dagsplan") as client:
        browser = Browser(client)
        for asked in ("/dagsplan/karta", "/karta"):
            assert browser.get(asked).headers["location"] == "/dagsplan/logga-in?next=%2Fdagsplan%2Fkarta"
        response = browser.sign_in("anna")
        assert response.headers["location"] == "/dagsplan/idag"
        assert "Path=/dagsplan;" in response.headers["set-cookie"]
        assert browser.get("/dagsplan/idag").status_code == 200


@pytest.mark.parametrize(
    ("path", "fine"),
    [
        ("/idag?domain=snow#x", True), ("/", True), ("", False), ("idag", False), ("//elsewhere.example", False),
        ("/\\elsewhere.example", False), ("/\t/elsewhere.example", False), ("https://elsewhere.example", False),
        ("/a\\b", False), ("javascript:alert(1)", False), ("/idag\r\nSet-Cookie: x=y", False), ("///x", False),
    ],
)  # fmt: skip
def test_nobody_is_led_to_another_site(path, fine):
    assert local(path) == fine


def test_another_site_as_the_next_page_is_passed_over(client, anna):
    assert Browser(client).sign_in("anna", next="//elsewhere.example/").headers["location"] == "/idag"
    assert Browser(client).sign_in("anna", next="https://elsewhere.example/").headers["location"] == "/idag"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client, anna):
    pages = []
    for name in ("anna", "nobody"):
        response = Browser(client).sign_in(name, WRONG)
        assert response.status_code == 403
        assert "set-cookie" not in response.headers
        pages.append(response.text)
    assert pages[0] == pages[1]
    assert "Name and password do not go together" in pages[0]


def test_an_unknown_name_costs_a_hash_as_well(client, anna, monkeypatch):
    """So that the time of an answer tells nothing of who has an account."""
    from dashboards.web import proof

    seen = []
    verify = proof.PasswordHasher.verify
    monkeypatch.setattr(proof.PasswordHasher, "verify", lambda self, *both: seen.append(1) or verify(self, *both))
    for name in ("anna", "nobody", "no name at all", "anna"):
        Browser(client).sign_in(name, WRONG)
    assert len(seen) == 4


def test_no_password_stands_in_a_log_or_in_the_book(client, anna, filled, caplog):
    """Not where it was right, nor wrong, nor typed as the name; nor does a token stand anywhere."""
    caplog.set_level(logging.DEBUG)
    browser = Browser(client)
    browser.sign_in("anna", WRONG)
    browser.sign_in(WRONG.replace(" ", ""), PASSWORD)
    browser.sign_in(WRONG, WRONG)
    browser.sign_in("anna")
    assert len(browser.cookie) > 40
    kept = "".join(
        str(filled.execute(f"SELECT * FROM {table}").fetchall())
        for table in ("door_event", "account", "web_session", "api_key")
    )
    logged = " ".join(one.getMessage() for one in caplog.records if not one.name.startswith("http"))  # not the client's
    assert "'wrong'" in kept
    for secret in (PASSWORD, WRONG, WRONG.replace(" ", ""), browser.cookie):
        assert secret not in logged
        assert secret not in kept
    assert [who for who, *_ in book(filled)] == ["anna", "?", "?", "anna"]


@pytest.mark.parametrize("body", [{}, {"name": "anna"}, {"password": PASSWORD}, {"name": "", "password": "x" * 5000}])
def test_what_lacks_something_is_wrong_too(client, anna, body):
    assert Browser(client).post("/logga-in", body).status_code in {403, 422}


# ---- wrong tries -------------------------------------------------------------------------------------------------


def test_after_five_wrong_tries_a_name_waits_longer_and_longer(client, anna, filled, clock):
    browser = Browser(client, place="203.0.113.9")
    for _ in range(5):
        assert browser.sign_in("anna", WRONG).status_code == 403
        clock.advance(seconds=10)
    for minutes in (1, 2, 4, 8, 15, 15):
        refused = browser.sign_in("anna")
        assert refused.status_code == 429, "not even the right one"
        assert int(refused.headers["retry-after"]) == minutes * 60 - 10
        assert "too many times" in refused.text
        clock.advance(minutes=minutes, seconds=-11)
        assert browser.sign_in("anna").status_code == 429
        clock.advance(seconds=1)
        assert browser.sign_in("anna", WRONG).status_code == 403
        clock.advance(seconds=10)
    assert len(book(filled)) == 11, "what waited is no try"
    clock.advance(minutes=15)
    assert browser.sign_in("anna").status_code == 303


def test_nobody_else_waits_for_it(client, anna, filled):
    """Another name from there, and the same name from elsewhere: a depot is not shut out."""
    account(filled, "bo", "viewer")
    for _ in range(6):
        Browser(client, place="203.0.113.9").sign_in("anna", WRONG)
    assert Browser(client, place="203.0.113.9").sign_in("anna").status_code == 429
    assert Browser(client, place="203.0.113.9").sign_in("bo").status_code == 303
    assert Browser(client, place="198.51.100.4").sign_in("anna").status_code == 303


def test_a_name_that_nobody_has_waits_as_well(client, anna):
    """Else the wait would tell which names there are."""
    for _ in range(5):
        Browser(client, place="203.0.113.9").sign_in("nobody", WRONG)
    assert Browser(client, place="203.0.113.9").sign_in("nobody", WRONG).status_code == 429
    assert Browser(client, place="203.0.113.9").sign_in("anna").status_code == 303


def test_a_right_one_ends_the_count(client, anna, clock):
    browser = Browser(client)
    for _ in range(3):
        for _ in range(4):
            assert browser.sign_in("anna", WRONG).status_code == 403
        assert browser.sign_in("anna").status_code == 303


def test_an_address_that_tries_many_names_waits(client, anna, filled, clock):
    """Thirty in ten minutes; another address does not, and who is signed in goes on."""
    inside = Browser(client, place="203.0.113.9")
    inside.sign_in("anna")
    for n in range(30):
        assert Browser(client, place="203.0.113.9").sign_in(f"n{n}", WRONG).status_code == 403
        clock.advance(seconds=2)
    assert Browser(client, place="203.0.113.9").sign_in("anna").status_code == 429
    assert Browser(client, place="198.51.100.4").sign_in("anna").status_code == 303
    assert inside.get("/idag").status_code == 200
    clock.advance(minutes=9)
    assert Browser(client, place="203.0.113.9").sign_in("anna").status_code == 303


def test_tries_that_come_together_are_counted_one_by_one(client, anna, filled):
    with ThreadPoolExecutor(12) as crowd:
        found = list(crowd.map(lambda _: Browser(client, place="203.0.113.9").sign_in("anna", WRONG), range(24)))
    assert sum(one.status_code == 403 for one in found) <= 5
    assert len(book(filled)) <= 5


def test_turns_are_taken_one_after_the_other():
    """Those of other addresses too: what one found wrong is counted before the next is looked at."""
    turns, entered = SignInTurns(), []

    def enter() -> None:
        with turns.turn("b") as free:
            entered.append(free)

    waiting = Thread(target=enter)
    with turns.turn("a"):
        waiting.start()
        waiting.join(0.5)
        assert entered == []
    waiting.join(10)
    assert entered == [True]


def test_of_one_address_few_wait_for_their_turn():
    turns = SignInTurns(most=1)
    with turns.turn("a") as first, turns.turn("a") as second:
        assert (first, second) == (True, False)
    with turns.turn("a") as again:
        assert again
    full = SignInTurns(in_all=1)
    with full.turn("a") as first, full.turn("b") as second:
        assert (first, second) == (True, False)


def test_five_tries_over_a_day_are_none_too_many():
    at = [town.AT - timedelta(minutes=11 * n) for n in range(9)]
    assert waits_until(at) is None
    assert waits_until([]) is None


# ---- the second factor -------------------------------------------------------------------------------------------


def code(secret: str, clock: FixedClock, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def set_up(browser: Browser, filled: Connection, clock: FixedClock, name: str) -> str:
    """Signs in for the first time and connects an app; gives its secret."""
    response = browser.sign_in(name, next="/data")
    assert response.headers["location"] == "/logga-in?next=%2Fdata"
    page = browser.get(response.headers["location"])
    assert '<svg class="secret-code"' in page.text
    assert page.headers["cache-control"] == "no-store"
    secret = filled.execute("SELECT secret FROM web_session WHERE stage = 'set_up'").fetchone()[0]
    assert secret in page.text.replace(" ", "")
    done = browser.post("/logga-in", {"code": code(secret, clock), "next": "/data"})
    assert (done.status_code, done.headers["location"]) == (303, "/data")
    return secret


def test_an_engineer_connects_an_app_and_shows_its_code_from_then_on(client, filled, clock):
    account(filled, "eva", "engineer")
    browser = Browser(client)
    secret = set_up(browser, filled, clock, "eva")
    assert browser.get("/data").status_code == 200
    clock.advance(minutes=1)
    again = Browser(client)
    assert again.sign_in("eva").headers["location"] == "/logga-in"
    page = again.get("/logga-in")
    assert "Six-digit code" in page.text
    assert secret not in page.text.replace(" ", "")
    assert (
        again.post("/logga-in", {"code": f" {code(secret, clock)[:3]} {code(secret, clock)[3:]} "}).status_code == 303
    )
    assert again.get("/idag").status_code == 200
    assert [(kind, about) for _, kind, about, _ in book(filled)] == [
        ("account", "second factor set up"), ("signed_in", "second factor"), ("signed_in", "second factor")
    ]  # fmt: skip


def test_the_password_alone_opens_nothing(client, filled, clock):
    """Neither the session on its way nor one that was made before a second factor was wanted."""
    account(filled, "eva", "admin")
    browser = Browser(client)
    browser.sign_in("eva")
    assert browser.cookie
    assert browser.get("/idag").status_code == 303
    assert Browser(client, session(filled, "eva", second=False)).get("/idag").status_code == 303
    account(filled, "anna", "dispatcher")
    accounts.set_second_factor(filled, "anna", "JBSWY3DPEHPK3PXP")
    once_engineer = Browser(client)
    assert once_engineer.sign_in("anna").headers["location"] == "/logga-in"
    assert once_engineer.get("/idag").status_code == 303


def test_a_code_is_not_taken_twice(client, filled, clock):
    """Nor one of before it; the next one is."""
    account(filled, "eva", "admin")
    secret = set_up(Browser(client), filled, clock, "eva")
    for steps, status, said in (
        (0, 403, "used already"),
        (-1, 403, "used already"),
        (5, 403, "not right"),
        (1, 303, ""),
    ):
        browser = Browser(client)
        browser.sign_in("eva")
        response = browser.post("/logga-in", {"code": code(secret, clock, steps)})
        assert response.status_code == status
        assert said in response.text


def test_wrong_codes_wait_as_wrong_passwords_do(client, filled, clock):
    """And a right password in between does not begin the count anew."""
    account(filled, "eva", "admin")
    secret = set_up(Browser(client), filled, clock, "eva")
    clock.advance(minutes=2)
    for n in range(5):
        browser = Browser(client)
        browser.sign_in("eva")
        assert browser.post("/logga-in", {"code": code(secret, clock, 50 + n)}).status_code == 403
    assert browser.post("/logga-in", {"code": code(secret, clock)}).status_code == 429
    assert Browser(client).sign_in("eva").status_code == 429


def test_a_second_factor_is_connected_once(client, filled, clock):
    """Who began to connect another meanwhile begins anew, and then shows the code of the first."""
    account(filled, "eva", "admin")
    late = Browser(client)
    late.sign_in("eva")
    late_secret = filled.execute("SELECT secret FROM web_session").fetchone()[0]
    filled.execute("UPDATE account SET second_factor = 'JBSWY3DPEHPK3PXP' WHERE name = 'eva'")
    response = late.post("/logga-in", {"code": code(late_secret, clock)})
    assert response.status_code == 403
    assert "took too long" in response.text
    assert late.get("/idag").status_code == 303


def test_a_password_waits_ten_minutes_for_its_code(client, filled, clock):
    account(filled, "eva", "admin")
    browser = Browser(client)
    browser.sign_in("eva")
    clock.advance(minutes=11)
    assert "Six-digit code" not in browser.get("/logga-in").text


def test_where_no_second_factor_is_wanted_a_password_does(dsn, filled, clock):
    account(filled, "eva", "admin")
    with coming(dsn, clock, second_factor=False) as client:
        browser = Browser(client)
        browser.sign_in("eva")
        assert browser.get("/data").status_code == 200


# ---- sessions ----------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_on_the_server(client, anna, filled):
    """A copy of the cookie opens nothing."""
    browser = Browser(client)
    browser.sign_in("anna")
    copy = Browser(client, browser.cookie)
    assert copy.get("/idag").status_code == 200
    response = browser.post("/logga-ut")
    assert response.headers["location"] == "/logga-in"
    assert browser.cookie == ""
    assert response.headers["clear-site-data"] == '"cache"'
    assert copy.get("/idag").status_code == 303
    assert [kind for _, kind, *_ in book(filled)] == ["signed_in", "signed_out", "change"]


def test_a_session_is_over_after_twelve_hours_idle_and_seven_days(client, anna, clock):
    browser = Browser(client)
    browser.sign_in("anna")
    clock.advance(hours=11, minutes=59)
    assert browser.get("/idag").status_code == 200, "and this is a use"
    clock.advance(hours=12, minutes=1)
    assert browser.get("/idag").status_code == 303
    browser.sign_in("anna")
    for _ in range(15):
        clock.advance(hours=11)
        assert browser.get("/api/v1/orders").status_code == 200
    clock.advance(hours=4)
    assert browser.get("/api/v1/orders", Accept="application/json").status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        lambda db: accounts.set_role(db, "anna", "viewer", town.AT),
        lambda db: accounts.set_password(db, "anna", "another", town.AT),
        lambda db: accounts.reset_second_factor(db, "anna", town.AT),
        lambda db: accounts.end_account(db, "anna", town.AT),
    ],
)
def test_what_changes_an_account_ends_its_sessions(client, anna, filled, change):
    browser, other = Browser(client), Browser(client)
    account(filled, "bo", "viewer")
    browser.sign_in("anna")
    other.sign_in("bo")
    assert change(filled)
    assert browser.get("/idag").status_code == 303
    assert other.get("/idag").status_code == 200


def test_an_account_that_has_ended_opens_nothing_and_may_begin_anew(client, anna, filled):
    accounts.set_second_factor(filled, "anna", "JBSWY3DPEHPK3PXP")
    assert accounts.end_account(filled, "anna", town.AT)
    assert Browser(client).sign_in("anna").status_code == 403
    account(filled, "anna", "viewer")
    assert accounts.proof_of(filled, "anna").second_factor is None
    assert Browser(client).sign_in("anna").status_code == 303


def test_who_signs_in_anew_leaves_no_session_behind(client, anna, filled):
    browser = Browser(client)
    browser.sign_in("anna")
    before = Browser(client, browser.cookie)
    browser.sign_in("anna", WRONG)
    assert before.get("/idag").status_code == 200
    browser.sign_in("anna")
    assert before.get("/idag").status_code == 303
    assert browser.get("/idag").status_code == 200


def test_a_stream_of_events_ends_with_its_session_and_is_no_use_of_it(dsn, filled, clock, anna):
    """A page that is left open keeps nobody signed in."""
    with open_app(dsn, clock) as app, serving(app) as address:
        browser = Browser(httpx.Client(base_url=address, timeout=30.0))
        browser.sign_in("anna")
        with browser.client.stream("GET", "/api/v1/events", headers={"Cookie": f"{COOKIE}={browser.cookie}"}) as stream:
            lines = stream.iter_lines()
            assert next(line for line in lines if line.startswith("data:"))
            clock.advance(hours=11)
            app.state.context.hub.wake()
            assert next(line for line in lines if line.startswith("data:"))
            clock.advance(hours=2)
            app.state.context.hub.wake()
            rest = [
                line for line in lines if line.startswith("data:")
            ]  # it ends: else this waits until its patience is out
            assert len(rest) <= 1, "what was under way when the session ended, and no more"
        browser.client.close()


# ---- before it starts --------------------------------------------------------------------------------------------


def test_it_does_not_start_where_nobody_may_do_all(filled, anna):
    with pytest.raises(ConfigError, match="dagsplan user add NAME --role admin"):
        check_admin(Web(accounts=True), filled)
    check_admin(Web(), filled)
    account(filled, "eva", "admin")
    check_admin(Web(accounts=True), filled)


def test_other_addresses_are_served_where_people_sign_in():
    check_exposure(Web(host="0.0.0.0", accounts=True))
    with pytest.raises(ConfigError, match=r"web\.accounts = true"):
        check_exposure(Web(host="0.0.0.0"))


def test_what_an_account_and_a_password_may_be():
    assert account_name(" Anna.Åberg@example.se ") == "anna.åberg@example.se"
    for name in ("", "a b", "x" * 61, "a/b", "?"):
        with pytest.raises(BadValue, match="cannot be a name"):
            account_name(name)
    for password in ("short", "x" * 201, "anna.andersson"):
        with pytest.raises(BadValue, match="password"):
            check_password("anna.andersson", password)
    check_password("anna", PASSWORD)
