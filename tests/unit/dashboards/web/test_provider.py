"""Signing in at an identity provider: who comes in by which group, and every answer that proves nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc.jwk import OctKey

from city.clock import FixedClock
from city.errors import BadValue, ConfigError
from city.identity import Oidc, check_oidc
from dashboards.app import create_app
from dashboards.web.proof import is_password
from store import accounts
from store.connect import Connection, pool
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving
from tests.unit.dashboards.web.doors import Browser, account, book, settings
from tests.unit.dashboards.web.providers import CLIENT, SECRET, STRANGE_KEY, Provider, provider_app

ROLES = ("jour=dispatcher", "drift=engineer", "alla=viewer")


@dataclass
class Person:
    """A person with a browser, who is led to the provider and back."""

    browser: Browser
    here: str
    way: str = ""

    def leave(self, to: str = "") -> str:
        """Where the provider leads back to, as a path of this host."""
        out = self.browser.get(f"/logga-in/extern?next={to}")
        assert out.status_code == 303, out.text
        self.way = out.headers["set-cookie"].split(";")[0]
        back = httpx.get(out.headers["location"]).headers["location"]
        assert back.startswith(f"{self.here}/logga-in/klar?")
        return back.removeprefix(self.here)

    def come(self, path: str) -> httpx.Response:
        return self.browser.get(path, Cookie=f"{self.way}; lang=en")


@pytest.fixture
def provider(clock: FixedClock) -> Iterator[Provider]:
    made = Provider(clock)
    with serving(provider_app(made)) as made.issuer:
        yield made


@pytest.fixture
def person(dsn: str, filled: Connection, clock: FixedClock, provider: Provider) -> Iterator[Person]:
    here = "http://plan.example"
    oidc = Oidc(provider.issuer, CLIENT, SECRET, roles=ROLES)
    chosen = msgspec.structs.replace(settings(public_url=here), oidc=oidc)
    with (
        pool(dsn, "test", size=3) as connections,
        serving(create_app(chosen, connections, clock)) as address,
        httpx.Client(base_url=address, timeout=30.0) as client,
    ):
        yield Person(Browser(client), here)


def test_who_is_in_a_group_comes_in_with_its_role(person: Person, filled: Connection) -> None:
    assert 'href="/logga-in/extern?next=/karta"' in person.browser.get("/logga-in?next=/karta").text
    back = person.come(person.leave("/karta"))
    assert (back.status_code, back.headers["location"]) == (303, "/karta")
    page = person.browser.get("/tillganglighet")
    assert "oidc:anna · dispatcher" in page.text
    assert book(filled) == [("oidc:anna", "signed_in", "as dispatcher", "127.0.0.1")]
    kept = accounts.proof_of(filled, "oidc:anna")
    assert not is_password("", kept.password_hash)
    assert Browser(person.browser.client).sign_in("oidc:anna", "").status_code == 403


def test_what_the_provider_is_asked(person: Person, provider: Provider) -> None:
    person.leave()
    asked = next(iter(provider.codes.values()))
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert asked["redirect_uri"] == "http://plan.example/logga-in/klar"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert asked["state"] not in person.way


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["alla", "drift"], "engineer"),
        ("alla", "viewer"),
        (["jour", 7, None], "dispatcher"),
        (["jour", "drift"], "engineer"),
    ],
)
def test_of_several_groups_the_one_that_may_most_counts(person, provider, filled, groups, role):
    provider.claims["roles"] = groups
    assert person.come(person.leave()).status_code == 303
    assert accounts.proof_of(filled, "oidc:anna").role == role


@pytest.mark.parametrize("groups", [[], ["admin"], "admin", ["JOUR"], None])
def test_who_is_in_no_group_stays_out(person, provider, filled, groups):
    """A word that is a role here is none by itself."""
    provider.claims["roles"] = groups
    refused = person.come(person.leave())
    assert refused.status_code == 403
    assert "oidc:anna has no role" in refused.text
    assert "set-cookie" not in refused.headers
    assert accounts.accounts(filled) == ()
    assert [row[:3] for row in book(filled)] == [("oidc:anna", "wrong", "no role")]


def test_another_role_ends_the_sessions_of_before_and_an_end_here_holds(person, provider, filled):
    person.come(person.leave())
    before = Browser(person.browser.client, person.browser.cookie)
    assert before.get("/tillganglighet").text.count("oidc:anna") == 1
    provider.claims["roles"] = ["alla"]
    person.come(person.leave())
    assert before.get("/idag").status_code == 303
    assert accounts.end_account(filled, "oidc:anna", town.AT)
    assert person.come(person.leave()).status_code == 403
    assert accounts.proof_of(filled, "oidc:anna") is None


def test_an_account_with_a_password_is_nobody_elses(person, filled):
    """A name at the provider is no name here."""
    account(filled, "anna", "admin")
    person.come(person.leave())
    assert "oidc:anna · dispatcher" in person.browser.get("/tillganglighet").text
    assert accounts.proof_of(filled, "anna").role == "admin"


NOW = int(town.AT.timestamp())


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"}, {"aud": None}, {"iss": "http://elsewhere.example"}, {"iss": None}, {"exp": NOW - 61},
        {"exp": None}, {"nonce": "of another sign-in"}, {"nonce": None}, {"iat": NOW + 600}, {"nbf": NOW + 600},
        {"sub": None}, {"azp": "another"}, {"preferred_username": "a b"}, {"roles": {"jour": True}},
    ],
    ids=lambda wrong: str(*wrong.items()),
)  # fmt: skip
def test_a_token_that_is_not_for_this_sign_in_proves_nobody(person, provider, filled, wrong):
    provider.wrong = wrong
    refused = person.come(person.leave())
    assert refused.status_code == 403
    assert "could not be confirmed" in refused.text
    assert accounts.accounts(filled) == ()


@pytest.mark.parametrize(
    ("key", "algorithm"), [(STRANGE_KEY, "RS256"), (OctKey.import_key(SECRET), "HS256"), (STRANGE_KEY, "none")]
)
def test_a_token_that_another_signed_proves_nobody(person, provider, filled, key, algorithm):
    """By another key, by the secret that the client has too, or by nobody."""
    provider.key, provider.algorithm = key, algorithm
    assert person.come(person.leave()).status_code == 403
    assert accounts.accounts(filled) == ()


def test_only_the_browser_that_set_out_comes_back(person, provider, filled):
    """The address of one does nothing in another, which has set out itself or has not."""
    back = person.leave()
    other = Person(Browser(person.browser.client), person.here)
    assert other.browser.get(back).headers["location"] == "/logga-in"
    other.leave()
    assert other.come(back).status_code == 403
    assert accounts.accounts(filled) == ()
    assert person.come(back).status_code == 303
    assert person.come(back).status_code == 503, "a code is taken once"
    assert len(provider.refused) == 1


def test_a_state_that_is_changed_proves_nobody(person):
    asked = parse_qs(urlsplit(person.leave()).query)
    assert person.come(f"/logga-in/klar?code={asked['code'][0]}&state=x").status_code == 403
    assert person.come(f"/logga-in/klar?state={asked['state'][0]}").status_code == 403
    assert person.come(f"/logga-in/klar?error=access_denied&state={asked['state'][0]}").status_code == 403


@pytest.mark.parametrize(
    "described",
    [{"issuer": "http://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/t"}, {"jwks_uri": 7},
     {"authorization_endpoint": "http://elsewhere.example/a"}],
)  # fmt: skip
def test_a_provider_that_is_another_or_is_asked_in_the_clear_is_not_asked(person, provider, described):
    provider.described = described
    refused = person.browser.get("/logga-in/extern")
    assert refused.status_code == 503
    assert "does not answer" in refused.text


def test_a_provider_that_is_away_leaves_the_password(person, provider, filled):
    account(filled, "bo", "viewer")
    started = time.monotonic()
    provider.described = {"token_endpoint": "http://127.0.0.1:9/t"}
    assert person.come(person.leave()).status_code == 503
    assert time.monotonic() - started < 10
    assert person.browser.sign_in("bo").status_code == 303


def test_nobody_is_led_to_another_site_by_way_of_the_provider(person):
    assert person.come(person.leave("//elsewhere.example")).headers["location"] == "/idag"


def test_without_a_provider_there_is_no_way_to_one(dsn, filled, clock):
    with pool(dsn, "test", size=3) as connections, serving(create_app(settings(), connections, clock)) as address:
        for path in ("extern", "klar?code=x&state=y"):
            assert httpx.get(f"{address}/logga-in/{path}").headers["location"] == "/logga-in"
        assert "extern" not in httpx.get(f"{address}/logga-in").text


@pytest.mark.parametrize(
    ("oidc", "said"),
    [
        (Oidc("https://a", "x", roles=()), "oidc.roles"),
        (Oidc("https://a", "", roles=ROLES), "oidc.client_id"),
        (Oidc("https://a", "x", roles=("jour=driver",)), "jour=driver"),
        (Oidc("https://a", "x", roles=("=viewer",)), "=viewer"),
        (Oidc("http://a.example", "x", roles=ROLES), "https://"),
    ],
)
def test_settings_that_cannot_be_are_refused(oidc, said):
    check_oidc(Oidc("https://a", "x", roles=ROLES), "https://b", accounts=True)
    check_oidc(Oidc(), "", accounts=False)
    with pytest.raises(ConfigError, match=said):
        check_oidc(oidc, "https://b", accounts=True)
    with pytest.raises(ConfigError, match=r"web\.accounts"):
        check_oidc(Oidc("https://a", "x", roles=ROLES), "https://b", accounts=False)
    assert "s3cret" not in repr(Oidc(client_secret="s3cret"))
    assert issubclass(BadValue, ValueError)
