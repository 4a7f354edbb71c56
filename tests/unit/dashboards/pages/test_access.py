"""The statement of accessibility names the municipality, where to report, and whoever supervises in its country."""

from __future__ import annotations

import msgspec
import pytest

from city.clock import FixedClock
from dashboards.app import create_app
from store.connect import pool
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import asking


@pytest.mark.parametrize(
    ("contact", "country", "said"),
    [
        ("natt@stad.example", "SE", ['href="mailto:natt@stad.example"', "Digg"]),
        ("https://stad.example/fel", "FI", ['href="https://stad.example/fel"', "Traficom"]),
        ("0470-1", "IS", ["0470-1"]),
        ("", "NO", ["den som sköter dagsplan i Exempelstad", "Tilsynet"]),
        ('"><script>@', "DK", ["&#34;&gt;&lt;script&gt;@"]),
    ],
)
def test_it_says_whom_to_tell(dsn, database, contact, country, said):
    settings = town.settings()
    place = msgspec.structs.replace(settings.municipality, country=country)
    web = msgspec.structs.replace(settings.web, contact=contact)
    settings = msgspec.structs.replace(settings, municipality=place, web=web)
    with (
        pool(dsn, "test", size=2) as connections,
        asking(create_app(settings, connections, FixedClock(town.AT))) as one,
    ):
        answer = one.get("/tillganglighet?lang=sv", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    for words in said:
        assert words in answer.text


def test_the_day_page_answers_to_head(client, snow):
    assert client.head("/idag").status_code == 200
