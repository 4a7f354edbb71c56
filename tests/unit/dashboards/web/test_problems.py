"""What went wrong is said in the language that the request asks for: to programs and to people."""

from __future__ import annotations

import pytest
from fastapi import Request

from dashboards.web.render import accepted_language

NONE_YET = {
    "sv": "det finns ingen plan för snö och halka än; gör en med 'dagsplan plan snow'",
    "en": "there is no snow plan yet; make one with 'dagsplan plan snow'",
}
TITLE = {"sv": "Finns inte", "en": "Not found"}


@pytest.mark.parametrize(
    ("query", "cookie", "header", "language"),
    [
        ("", "", "", "sv"),
        ("", "", "de, fr;q=0.9", "sv"),
        ("", "", "en-GB,en;q=0.9,sv;q=0.8", "en"),
        ("", "", "de, sv;q=0.4, en;q=0.7", "en"),
        ("", "en", "sv", "en"),
        ("?lang=sv", "en", "en", "sv"),
        ("?lang=tlh", "", "en", "en"),
    ],
)
def test_a_program_hears_it_in_its_language(client, query, cookie, header, language):
    """The address goes before the cookie, the cookie before the header, and all before the municipality's language."""
    headers = {"Accept-Language": header} | ({"Cookie": f"lang={cookie}"} if cookie else {})
    problem = client.get(f"/api/v1/plans/snow/latest{query}", headers=headers).json()
    assert (problem["title"], problem["detail"]) == (TITLE[language], NONE_YET[language])


def test_a_person_reads_it_in_the_language_of_the_pages(client):
    """What a browser would rather hear does not change the page, and the detail is said on it in Swedish too."""
    page = client.get("/idag?day=9999-01-01", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.status_code == 422
    assert "day ligger utanför all räkning; skriv ett datum som 2026-11-24" in page.text
    page = client.get("/idag?day=9999-01-01&lang=en", headers={"Accept": "text/html"})
    assert "day is out of all reckoning" in page.text


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/api/v1/nothing", "Finns inte"),
        ("DELETE", "/api/v1/thresholds", "Otillåten metod"),
        ("GET", "/api/v1/plans/ice/latest", "path.domain: välj bland 'snow', 'waste' eller 'heating'"),
        ("GET", "/api/v1/readings?limit=0", "query.limit: ska vara minst 1"),
        ("GET", "/api/v1/readings?limit=two", "query.limit: ett heltal väntades"),
        ("GET", "/api/v1/readings?from=now", "query.from: en tid väntades, som 2026-11-24T04:30:00+01:00"),
        ("GET", "/idag?day=today", "query.day: ett datum väntades, som 2026-11-24"),
        ("POST", "/api/v1/orders", "skicka application/json eller application/x-www-form-urlencoded"),
        ("GET", "/api/v1/orders/7/progress", "det finns ingen order '7'"),
    ],
)
def test_what_other_parts_say_is_swedish_too(client, method, path, said):
    problem = client.request(method, path, headers={"Accept-Language": "sv"}).json()
    assert problem["detail"] == said


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", None),
        ("*", None),
        ("en;q=0", None),
        ("en;q=x, sv;q=0.1", "sv"),
        ("EN-us", "en"),
        ("sv;q=0.5, en;q=0.5", "sv"),
    ],
)
def test_which_language_is_accepted(header, code):
    request = Request({"type": "http", "headers": [(b"accept-language", header.encode())]})
    assert accepted_language(request) == code
