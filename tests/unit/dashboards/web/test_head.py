"""HEAD is answered as GET is, without the body, on every path that GET has."""

from __future__ import annotations

import re

import httpx
import pytest

PARTS = {
    "domain": "snow",
    "day": "2026-11-24",
    "which": "latest",
    "form": "json",
}


def paths(client: httpx.Client) -> list[str]:
    """Every path that GET answers, of the interface and of the pages; what stands in braces filled in."""
    named = [path for path, ways in client.get("/api/v1/openapi.json").json()["paths"].items() if "get" in ways]
    named += ["/", "/idag", "/karta", "/overlamning", "/data", "/start", "/static/tokens.css", "/nowhere"]
    return [re.sub(r"\{(\w+)\}", lambda part: PARTS.get(part[1], "x"), path) for path in named]


@pytest.mark.usefixtures("snow")
def test_head_says_what_get_says_of_every_path(client: httpx.Client) -> None:
    asked = paths(client)
    assert len(asked) > 20
    for path in asked:
        with client.stream("GET", path, follow_redirects=False) as wanted:
            got = client.head(path, follow_redirects=False)
            assert (got.status_code, got.headers.get("content-type")) == (
                wanted.status_code,
                wanted.headers.get("content-type"),
            ), path
        assert got.content == b""


def test_head_of_a_page_is_as_long_as_the_page(client: httpx.Client) -> None:
    """Also where it is sent compressed."""
    got, wanted = client.head("/static/tokens.css"), client.get("/static/tokens.css")
    assert got.headers["content-length"] == wanted.headers["content-length"]


def test_head_of_what_only_takes_posts_is_refused_as_get_is(client: httpx.Client) -> None:
    path = "/api/v1/drafts/x"
    assert client.head(path).status_code == client.get(path).status_code == 405
