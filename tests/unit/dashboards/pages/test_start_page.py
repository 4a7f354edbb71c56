"""``/start``: what a town has and lacks, and its first settings as a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import httpx
import pytest

from city.clock import FixedClock
from city.settings import Settings
from dashboards.app import create_app
from store.connect import Connection, pool
from tests.unit.dashboards import town
from tests.unit.dashboards.pages.test_statements import MOST, sent  # noqa: F401 - a fixture
from tests.unit.dashboards.serving import asking

LUND = {"name": "Lund", "latitude": "55,7", "longitude": "13.19", "country": "se", "time_zone": "", "contact": "",
        "language": "sv", "providers": "smhi"}  # fmt: skip


def parts(page: str, title: str) -> list[str]:
    """The names of the parts in one of the page's panels."""
    panel = next((found for found in page.split("<section")[1:] if f">{title} (" in found), "")
    return re.findall(r"<h3>(.*?)</h3>|<li><svg.*?</svg><span><strong>(.*?)</strong>", panel)


def names(page: str, title: str) -> set[str]:
    return {one or other for one, other in parts(page, title)}


@pytest.fixture
def unnamed(dsn: str) -> Iterator[httpx.Client]:
    """A town that nobody has set up."""
    with (
        pool(dsn, "test", size=2) as connections,
        asking(create_app(Settings(), connections, FixedClock(town.AT, simulated=False))) as client,
    ):
        yield client


def test_an_empty_town_is_led_to_what_is_missing(unnamed: httpx.Client) -> None:
    page = unnamed.get("/")
    assert page.url.path == "/start"
    assert "Det finns inget att planera med än." in page.text
    assert "Nästa: Orten." in page.text
    assert "<code>dagsplan import roads FIL</code>" in page.text
    assert names(page.text, "Saknas") == {"Orten", "Vägnät", "Fordon", "Prognos"}
    assert names(page.text, "Kan bli bättre") == {"Höjder", "Bemanning", "Soprum", "Byggnader", "Givare"}
    assert names(page.text, "Klart") == set()


def test_a_town_with_streets_and_vehicles_says_what_it_has(client: httpx.Client, filled: Connection) -> None:
    """Counted from the database, and each service by whether it can be planned."""
    assert client.get("/", follow_redirects=False).headers["location"] == "/idag"
    page = client.get("/start").text
    assert names(page, "Saknas") == set()
    assert {"Vägnät", "Fordon", "Prognos"} <= names(page, "Klart")
    row = filled.execute("SELECT count(*) FROM road_segment WHERE network = 'street'").fetchone()
    assert row is not None
    assert f"i {row[0]} sträckor" in page
    assert page.count("kan planeras<span") == 3
    english = client.get("/start?lang=en").text
    assert "Can be planned: snow" in english
    assert names(english, "Done") >= {"Streets", "Fleet", "Forecast"}


def test_the_page_takes_few_statements(client: httpx.Client, sent: list[str], filled: Connection) -> None:  # noqa: F811
    town.publish(filled, "snow")
    sent.clear()
    assert client.get("/start").status_code == 200
    assert 2 <= len(sent) <= MOST, sent


def test_the_form_makes_the_file(unnamed: httpx.Client) -> None:
    """On the page to copy, and as a file to keep: the same text, of which no line is written anywhere."""
    page = unnamed.post("/start", data=LUND)
    assert page.status_code == 200
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", page.text, re.DOTALL)
    assert shown is not None
    assert 'href="/start?lang=en"' in page.text
    kept = unnamed.post("/start", data=LUND | {"as": "file"})
    assert kept.headers["content-disposition"] == 'attachment; filename="dagsplan.toml"'
    tree = tomllib.loads(kept.text)
    assert tree["municipality"] == {
        "name": "Lund", "latitude": 55.7, "longitude": 13.19, "time_zone": "Europe/Stockholm", "country": "SE",
        "language": "sv",
    }  # fmt: skip
    assert tree["weather"] == {"providers": ["smhi"]}
    assert shown[1].replace("&#34;", '"').replace("&#39;", "'") == kept.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"latitude": "155.7"}, "municipality.latitude: 155.7 är ingen latitud"),
        ({"latitude": ""}, "punkten saknas: skriv latitud och longitud"),
        ({"longitude": "öst"}, "öst"),
        ({"time_zone": "Lund"}, "municipality.time_zone: ingen tidszon heter"),
        ({"country": "XX"}, "municipality.country: &#39;XX&#39;"),
        ({"country": "US"}, "tidszonen saknas: US har flera"),
        ({"providers": "metno"}, "weather.contact: inte satt"),
        ({"providers": "yr"}, "weather.providers: &#39;yr&#39;"),
        ({"language": "tlh"}, "municipality.language: &#39;tlh&#39;"),
        ({"name": " "}, "municipality.name: är tomt"),
    ],
)
def test_what_cannot_be_is_said_above_the_form(unnamed: httpx.Client, change: dict[str, str], says: str) -> None:
    """What was typed stays in it."""
    page = unnamed.post("/start", data=LUND | {"contact": ""} | change)
    assert page.status_code == 422
    assert says in page.text
    assert "<pre" not in page.text
    for field, typed in change.items():
        if field not in {"providers", "language"}:
            assert f'name="{field}" value="{typed.strip()}"' in page.text


def test_what_is_typed_is_text(unnamed: httpx.Client) -> None:
    page = unnamed.post("/start", data=LUND | {"name": "<b>Ö</b>\n[web]\nport = 1"})
    assert "<b>Ö" not in page.text
    kept = unnamed.post("/start", data=LUND | {"name": "<b>Ö</b>\n[web]\nport = 1", "as": "file"})
    assert "web" not in tomllib.loads(kept.text)
