"""The surface of the streets as the map and its panel show it."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest

from city.catalogue.words import words
from city.outlook import OutlookFrame, SegmentOutlook
from dashboards.pages.road import panel
from dashboards.web.locale import Locale
from store.outlook import replace_outlook
from store.roads import load_segments
from tests.unit.dashboards import town


def test_before_the_first_snow_plan_there_is_no_outlook(client, filled):
    answer = client.get("/api/v1/roads.json").json()
    assert (answer["at"], answer["hours"], answer["id"]) == (None, [], [])
    assert "Ingen prognos för den här sträckan" in client.get("/karta/gata?segment=x").text


def test_every_street_has_its_hours(client, publish):
    publish("snow")
    answer = client.get("/api/v1/roads.json").json()
    streets = client.get("/api/v1/segments.json").json()["id"]
    assert answer["id"] == streets
    assert {len(row) for row in answer["c"]} == {24}
    assert answer["hours"][answer["start"]].endswith("04.00")
    assert set("".join(answer["condition"])) <= set("dwis-")
    assert answer["source"] == "smhi"


def test_it_is_sent_once(client, publish):
    publish("snow")
    first = client.get("/api/v1/roads.json")
    again = client.get("/api/v1/roads.json", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    english = client.get("/api/v1/roads.json?lang=en", headers={"If-None-Match": first.headers["etag"]})
    assert english.status_code == 200


def test_one_made_again_for_the_same_time_is_sent_again(client, filled, publish):
    """A forecast was imported in between: neither the server's copy nor the browser's is the outlook any longer."""
    publish("snow")
    first = client.get("/api/v1/roads.json")
    colder = [dataclasses.replace(COLD, segment=street.id) for street in load_segments(filled)]
    frame = dataclasses.replace(FRAME, at=datetime.fromisoformat(first.json()["at"]))
    replace_outlook(filled, frame, colder, town.AT)
    again = client.get("/api/v1/roads.json", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert again.json()["c"][0] == [-30, -32, None]


@pytest.mark.parametrize(("language", "said"), [("sv", "Vägytan"), ("en", "Road surface")])
def test_a_street_is_told_in_words(client, publish, language, said):
    publish("snow")
    street = client.get("/api/v1/segments.json").json()["id"][0]
    text = client.get("/karta/gata", params={"segment": street, "hour": 2, "lang": language}).text
    assert said in text
    assert "°C" in text
    assert "<svg" in text


FRAME = OutlookFrame(town.AT, town.AT + timedelta(minutes=54), 3, "smhi", simulated=True)
NOTHING = (None, None, None)
COLD = SegmentOutlook(
    "s", (-3.0, -3.2, None), (-4.0, -4.1, None), (-2.0, -2.1, None), (0.0, 1.2, 1.2), (0.0, 0.9, 0.9), (0.0, 1.6, 1.6),
    ("ice", "snow", ""), (0.0, -0.4, None), (-1.2, 0.05, None), (0.0, 0.0, None), (0.3, 0.3, None), (),
)  # fmt: skip


def shown(hour: int, street: SegmentOutlook = COLD, language: str = "sv", layer: str = "road") -> object:
    locale = Locale(words(language), town.settings().municipality.zone)  # type: ignore[arg-type]
    return panel(FRAME, street, hour, town.AT, locale, layer)  # type: ignore[arg-type]


def test_the_land_is_named_where_it_matters():
    assert shown(0).lines[1] == "Mot en öppen, plan gata utan trafik: skugga och lutning −1,2 K, trafik +0,3 K"  # type: ignore[attr-defined]
    assert (
        shown(1, language="en").lines[1]
        == "Against an open, flat street without traffic: height −0.4 K, traffic +0.3 K"
    )  # type: ignore[attr-defined]


def test_ice_and_snow_are_said():
    assert shown(0).lines[0] == "Is eller frost"  # type: ignore[attr-defined]
    assert shown(1).lines[0] == "1,2 cm snö (0,9–1,6)"  # type: ignore[attr-defined]


def test_of_the_layer_of_depths_the_depth_is_said_first_with_its_time():
    found = shown(1, layer="depth")
    assert (found.title, found.figure, found.span) == ("Snödjup 05.00", "1,2 cm på sträckan", "0,9–1,6")  # type: ignore[attr-defined]
    assert found.lines[-1] == "Vägytan: −3,2 °C (−4,1 till −2,1)"  # type: ignore[attr-defined]
    assert shown(2, layer="depth").lines == ("Vägytan: okänd",)  # type: ignore[attr-defined]


def test_what_is_not_known_is_said_and_breaks_the_line():
    late = shown(2)
    assert (late.figure, late.span, late.lines) == ("okänd", "", ("1,2 cm snö (0,9–1,6)",))  # type: ignore[attr-defined]
    assert late.middle.count("M") == 1  # type: ignore[attr-defined]


def test_an_hour_outside_is_taken_as_the_nearest():
    assert shown(99).figure == shown(2).figure  # type: ignore[attr-defined]
    assert shown(-5).figure == shown(0).figure  # type: ignore[attr-defined]


def test_a_street_without_any_figure_has_an_empty_chart():
    blank = SegmentOutlook("s", *[NOTHING] * 6, ("", "", ""), (), (), (), (), ())  # type: ignore[arg-type]
    assert (shown(0, blank).middle, shown(0, blank).band) == ("", "")  # type: ignore[attr-defined]
