"""docs/api.md names every address that the web service answers, and no other; what it says of bodies is what the code
takes and gives."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from psycopg_pool import ConnectionPool

from city.clock import SystemClock
from city.settings import Settings
from dashboards.app import create_app
from tests.unit.docs.reading import DOCS, PAGES, prose, ticks

PAGE = DOCS / "api.md"
ADDRESS = re.compile(r"(?:(GET|POST|PUT) )?(/[^\s?]*)(?:\?\S*)?")
BODY = re.compile(r"`(?:POST|PUT) (/\S+)` `(\{.*?\})` \|")
ANSWER = re.compile(r"^\| `(GET|POST|PUT) (/[^\s?`]*)[^`]*`(?: `\{.*?\}`)? \|(?: 20\d)? `(\{.*?\})`", re.MULTILINE)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The whole application; its pool is never opened."""
    return create_app(Settings(), ConnectionPool("dbname=none", open=False), SystemClock())


def endpoints(app: FastAPI) -> dict[tuple[str, str], APIRoute]:
    """What answers which method and address."""
    routes = [route for room in app.routes for route in getattr(getattr(room, "original_router", None), "routes", [])]
    return {(method, plain(route.path)): route for route in routes for method in route.methods - {"HEAD"}}


def others(app: FastAPI) -> set[tuple[str, str]]:
    """Addresses that no function of ours answers: the description of the interface and the files of the pages."""
    return {("GET", path) for room in app.routes if (path := getattr(room, "path", None))}


def plain(path: str) -> str:
    """An address with ``{}`` for each of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def documented() -> set[tuple[str, str]]:
    """Addresses with a method before them, and those that a table or list begins with."""
    begins = re.findall(r"^(?:\| |\* )((?:`[^`]+`(?:, | \|)?)+)", prose(PAGE), re.MULTILINE)
    firsts = [tick for cell in begins for tick in re.findall(r"`([^`]+)`", cell)]
    named = [ADDRESS.fullmatch(tick) for tick in [*firsts, *ticks(PAGE)]]
    loose = {(found[1] or "GET", plain(found[2])) for found in named if found and (found[1] or found[0] in firsts)}
    return loose | {("GET", found[2]) for found in named if found and found[2] in SAID_IN_PASSING}


SAID_IN_PASSING = {"/favicon.ico", "/static", "/api/v1/openapi.json"}
"""What the page names in a sentence alone."""


def test_every_address_is_on_the_page_and_every_one_on_the_page_is_answered(app: FastAPI) -> None:
    """Method and path; parameters by their place."""
    wanted = set(endpoints(app)) | others(app)
    assert len(wanted) > 25
    assert documented() == wanted


def test_an_address_with_its_method_on_any_page_is_answered(app: FastAPI) -> None:
    for page in PAGES:
        for tick in ticks(page):
            if (found := ADDRESS.match(tick)) and found[1]:
                assert (found[1], plain(found[2])) in endpoints(app), f"{page.name}: {tick}"


def bodies() -> list[tuple[str, str]]:
    return BODY.findall(prose(PAGE))


@pytest.mark.parametrize(("path", "body"), bodies())
def test_a_body_names_what_the_interface_takes(app: FastAPI, path: str, body: str) -> None:
    """And all that must be there."""
    schema = schema_of(app, path)
    keys = set(re.findall(r'"(\w+)":', body))
    assert keys <= set(schema["properties"])
    assert set(schema["required"]) <= keys
    for key, word in re.findall(r'"(\w+)": "(\w+)"', body):
        assert word in schema["properties"][key].get("enum", [word])


def schema_of(app: FastAPI, path: str) -> dict[str, Any]:
    """The body that an address takes, of the interface's own description."""
    paths = [ways for name, ways in app.openapi()["paths"].items() if plain(name) == plain(path)]
    described = next(ways[method] for ways in paths for method in ("post", "put") if method in ways)
    schema: dict[str, Any] = described["requestBody"]["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize(("method", "path", "answer"), ANSWER.findall(prose(PAGE)))
def test_an_answer_begins_with_what_the_code_gives(app: FastAPI, method: str, path: str, answer: str) -> None:
    """Each key of its outermost level stands in the function that answers."""
    code = inspect.getsource(endpoints(app)[method, plain(path)].endpoint)
    outer = re.sub(r"(?<=.)\{[^{}]*\}", "", answer)
    for key in re.findall(r'"(\w+)":', outer):
        assert f'"{key}":' in code


def test_bodies_and_answers_are_found() -> None:
    """Otherwise the tests above would hold nothing."""
    assert len(bodies()) >= 5
    assert len(ANSWER.findall(prose(PAGE))) >= 10
