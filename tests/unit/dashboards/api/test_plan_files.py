"""Plans as files of other programs: GPX read by its schema's rules, iCalendar parsed back, PDF, and one language."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from datetime import datetime
from xml.etree import ElementTree

import msgspec
import pytest
from icalendar import Calendar

from city.settings import Web
from dashboards.app import create_app
from dashboards.pages.paper.code import code_of
from store import plans
from store.connect import pool
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import asking

GPX = "{http://www.topografix.com/GPX/1/1}"
POINT = ("ele", "time", "name", "cmt", "desc", "sym", "type")
TRACK = ("name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg")


def in_order(names: list[str], order: tuple[str, ...]) -> bool:
    """Whether children stand in the order of the schema's sequence."""
    places = [order.index(name) for name in names]
    return places == sorted(places)


def children(node: ElementTree.Element) -> list[str]:
    return [child.tag.removeprefix(GPX) for child in node]


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_gpx_is_what_its_schema_asks_for(client, publish, domain):
    """Root, version, creator; metadata before waypoints before tracks; latitudes and longitudes on every point."""
    plan = publish(domain)
    answer = client.get(f"/api/v1/plans/{domain}/latest.gpx")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/gpx+xml"
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.attrib["version"], root.attrib["creator"]) == (f"{GPX}gpx", "1.1", "dagsplan")
    assert in_order(children(root), ("metadata", "wpt", "rte", "trk", "extensions"))
    assert in_order(children(root[0]), ("name", "desc", "author", "copyright", "link", "time"))
    assert datetime.fromisoformat(root[0].findtext(f"{GPX}time")).utcoffset() is not None
    points = [*root.iter(f"{GPX}wpt"), *root.iter(f"{GPX}trkpt")]
    assert points
    for point in points:
        assert 56 < float(point.attrib["lat"]) < 57
        assert 14 < float(point.attrib["lon"]) < 15
        assert in_order(children(point), POINT)
    tracks = root.findall(f"{GPX}trk")
    assert all(in_order(children(track), TRACK) for track in tracks)
    drawn = [item for item in plan.interventions if item.geometry and item.geometry["type"] == "LineString"]
    assert len(tracks) == len(drawn)
    stops = sum(len(item.stops) for item in plan.interventions if isinstance(item.stops, tuple))
    assert len(root.findall(f"{GPX}wpt")) >= stops


def test_a_plan_of_nothing_is_no_gpx(client, filled, snow):
    empty = msgspec.structs.replace(snow, id="0" * 8 + "-0000-4000-8000-" + "0" * 12, version=2, interventions=())
    plans.add_plan(filled, msgspec.structs.replace(empty, supersedes=snow.id, slot="event:none"))
    filled.commit()
    answer = client.get("/api/v1/plans/snow/latest.gpx")
    assert (answer.status_code, "cannot be GPX" in answer.text) == (404, True)


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_a_calendar_reads_back_what_the_plan_says(client, publish, domain):
    plan = publish(domain)
    answer = client.get(f"/api/v1/plans/{domain}/latest.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    calendar = Calendar.from_ical(answer.content)
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    timed = [item for item in plan.interventions if item.starts_at]
    assert len(events) == len(timed) > 0
    for item, event in zip(timed, events.values(), strict=True):
        assert event.decoded("dtstart") == item.starts_at.replace(microsecond=0)
        assert event.decoded("dtend") > event.decoded("dtstart")
        assert int(event["sequence"]) == plan.version


def test_a_newer_plan_changes_the_events_of_the_one_before(client, filled, snow):
    """The same intervention has the same UID and a higher SEQUENCE; another town's has another UID."""
    before = events(client)
    newer = msgspec.structs.replace(
        snow, id="0" * 8 + "-0000-4000-8000-" + "0" * 12, version=2, supersedes=snow.id, slot="event:two"
    )
    plans.add_plan(filled, newer)
    filled.commit()
    after = events(client)
    assert before.keys() == after.keys()
    assert {int(event["sequence"]) for event in before.values()} == {1}
    assert {int(event["sequence"]) for event in after.values()} == {2}


def events(client):
    found = Calendar.from_ical(client.get("/api/v1/plans/snow/latest.ics").content).walk("VEVENT")
    return {str(event["uid"]): event for event in found}


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_a_pdf_is_the_depots_sheets(client, publish, domain):
    publish(domain)
    answer = client.get(f"/api/v1/plans/{domain}/latest.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    pages = len(re.findall(rb"/Type\s*/Page[^s]", answer.content))
    papers = client.get(f"/idag/utskrift?domain={domain}").text.count('class="paper a4l"')
    assert pages == papers >= 1
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert len(b"".join(streams(answer.content))) > 2000


def streams(pdf: bytes):
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(found.group(1))
        except zlib.error:
            continue


def test_what_is_in_words_is_in_one_language(client, snow):
    swedish = client.get("/api/v1/plans/snow/latest.csv?lang=sv")
    english = client.get("/api/v1/plans/snow/latest.csv", headers={"Accept-Language": "en"})
    assert swedish.content.decode("utf-8-sig").startswith("Tjänstedygn;Planversion;Nyckel;Prio;Tur;Varför;Djup")
    assert english.content.decode("utf-8-sig").startswith("Service day;Plan version;Key;Priority;Route;Why;Depth")
    assert swedish.headers["etag"] != english.headers["etag"]
    calendar = client.get("/api/v1/plans/snow/latest.ics?lang=sv").text
    assert "Snö/halka" in calendar


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("application/gpx+xml", "application/gpx+xml"), ("text/calendar", "text/calendar"), ("application/pdf",) * 2],
)
def test_the_format_follows_the_accept_header(client, snow, accept, kind):
    answer = client.get("/api/v1/plans/snow/latest", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(kind)
    assert "Accept-Language" in answer.headers["vary"]


def test_the_web_process_draws_no_pdf_before_it_is_asked_to():
    code = "import dashboards.app, sys; print([name for name in ('fpdf', 'fontTools', 'PIL') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_sheet_carries_the_address_of_its_page_where_one_is_set(client, dsn, clock, snow):
    """Without ``web.public_url`` it says that there is none; with it there is a square code, and the number to ring."""
    key = snow.interventions[0].key
    assert "Ingen QR-kod" in client.get("/idag/utskrift").text
    web = Web(public_url="https://plan.exempelstad.se", phone="0980-319 200")
    with pool(dsn, "test", size=2) as connections:
        app = create_app(msgspec.structs.replace(town.settings(), web=web), connections, clock)
        with asking(app) as own:
            page = own.get(f"/idag/tur?key={key}").text
            assert "https://plan.exempelstad.se/kor#s=" in page
            assert 'class="qr"' in page
            assert "Ring 0980-319 200." in page
            assert (
                own.get("/api/v1/plans/snow/latest.pdf").content.count(b"/URI (https://plan.exempelstad.se/idag") == 1
            )
    found = code_of(web, "/idag/tur", key=key)
    assert found is not None
    assert found.bars[0] == (0, 0, 7), "the first finder pattern begins with seven dark modules"


def test_a_sheet_of_a_tur_that_no_plan_holds_is_not_there(client, snow):
    for key in ("snow:P9-9:2026-11-23:1", "snow", "ice:P1:2026-11-23:1", "snow:P1:yesterday:1"):
        assert client.get(f"/idag/tur?key={key}").status_code == 404
    assert client.get("/idag/utskrift?day=2020-01-01").status_code == 404


def test_streets_of_a_tur_stand_in_driving_order(client, snow):
    item = next(item for item in snow.interventions if len(item.segments) > 3)
    page = client.get(f"/idag/tur?key={item.key}").text
    numbers = [int(n) for n in re.findall(r"<tr><td>(\d+)</td><th", page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 1
