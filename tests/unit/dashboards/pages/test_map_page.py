"""The map's list, its panel and its streets, on the town's night."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import msgspec
import pytest

from city.catalogue.words import words
from city.entities import Position, Threshold
from dashboards.pages.maplist import map_list
from dashboards.pages.mapnow import MapNow, limits_by_class, not_cared
from dashboards.pages.turpanel import nearest_name
from dashboards.web.locale import Locale
from dashboards.web.townstreets import town_streets
from planner.night.streets import STATES, streets_now
from planner.orders import add_event
from planner.thresholds.limits import limits
from store import plans, positions, roads
from store.positions import SeenVehicle
from tests.unit.dashboards import night, town


@pytest.fixture
def lived(filled, snow, clock):
    """The orders of the night's first half hour by what became of them, and the plan's interventions."""
    made = night.walk(filled, snow, clock)
    filled.commit()
    return made, {key: item for key, item in zip(made, (*snow.interventions[:3],), strict=False)}


def shown(client, language="sv"):
    """How each street stands, by id, and what its line says."""
    body = client.get(f"/api/v1/map/snow.json?segments=0&lang={language}").json()
    ids = client.get("/api/v1/segments.json").json()
    streets = body["streets"]
    assert streets["stamp"] == ids["stamp"]
    assert streets["states"] == list(STATES)
    rows = zip(ids["id"], streets["state"], streets["text"], streets["item"], strict=True)
    return body, {name: (STATES[state], streets["texts"][text], item) for name, state, text, item in rows}


def test_a_running_tur_is_done_where_it_was_driven(client, lived):
    _, items = lived
    driving = [part.id for part in items["driving"].segments]
    body, streets = shown(client)
    assert [streets[name][0] for name in driving[:2]] == ["doing_done"] * 2
    assert set(streets[name][0] for name in driving[2:]) == {"doing_left"}
    assert body["items"][streets[driving[0]][2]]["group"] == "doing"
    assert re.match(r"Klart 03\.\d\d\.", streets[driving[0]][1])


def test_what_was_done_stays_done_after_a_new_plan(client, lived, filled, snow, clock):
    """The newest plan asks for nothing: the streets say when they were done, and the tur stands under Gjort."""
    made, _ = lived
    clock.advance(minutes=40)
    empty = {"interventions": (), "supersedes": snow.id, "slot": "02:00"}
    newest = msgspec.structs.replace(snow, id=str(uuid.uuid4()), version=2, created_at=clock.now(), **empty)
    plans.add_plan(filled, newest)
    filled.commit()
    key = filled.execute("SELECT key FROM plan_order WHERE order_id = %s", (made["done"],)).fetchone()[0]
    item = next(item for item in snow.interventions if item.key == key)
    body, streets = shown(client)
    assert body["plan"]["id"] == newest.id
    assert {streets[part.id][:2] for part in item.segments} == {("done", "Klart 03.13.")}
    told = next(one for one in body["items"] if one["key"] == key)
    assert (told["group"], told["asked"]) == ("done", False)
    assert f'data-pick="{key}"' in client.get("/karta/turer").text


def test_a_street_that_is_not_reached_is_named_and_never_not_needed(client, publish, filled):
    filled.execute("UPDATE road_segment SET reachable = false WHERE name = 'Åvägen'")
    filled.commit()
    publish("snow")
    _, streets = shown(client)
    ours = [streets[street.id] for street in roads.load_segments(filled) if street.name == "Åvägen"]
    assert {state for state, _, _ in ours} == {"unreachable"}
    assert all(text.startswith("Ingen väg i nätet leder") and "gräns 7,5" in text for _, text, _ in ours)
    page = client.get("/karta/turer").text
    assert "Åvägen. Ingen väg i nätet leder" in page


@pytest.mark.parametrize(("language", "word"), [("sv", "Kvar"), ("en", "Left")])
def test_the_list_counts_turer_as_turer_and_streets_in_km(client, snow, language, word):
    page = client.get(f"/karta?lang={language}").text
    n = len({item.target for item in snow.interventions})
    heading = re.search(r'id="g-left">.*?</h3>', page, re.DOTALL).group()
    assert word in heading
    assert re.search(rf"\b{n} (turer|routes), \d", heading)


def test_the_panel_tells_a_tur_in_full(client, lived):
    _, items = lived
    page = client.get("/karta/tur", params={"key": items["driving"].key}).text
    assert "sedd 03.10, 4" in page
    assert "gjort 0,4" in page
    assert items["driving"].vehicle in page
    assert f"open={items['driving'].key.replace(':', '%3A')}" in page
    assert "finns inte" in client.get("/karta/tur", params={"key": "snow:X:1"}).text


def test_a_vehicle_is_shown_between_start_and_end_alone(client, lived, filled, clock):
    made, items = lived
    body, _ = shown(client)
    assert [one["name"] for one in body["vehicles"]] == [items["driving"].vehicle]
    assert body["items"][body["vehicles"][0]["item"]]["key"] == items["driving"].key
    add_event(filled, made["driving"], "done", "dispatcher", clock.now())
    later = clock.now() + timedelta(seconds=30)
    positions.add(filled, [(Position(items["driving"].vehicle, later, town.WEST, town.SOUTH), later)])
    filled.commit()
    clock.advance(minutes=1)
    assert shown(client)[0]["vehicles"] == []


class Said(msgspec.Struct):
    """What a plan says that it does not care for, as far as the map reads it."""

    kind: str
    segments: tuple[str, ...]
    target: str = ""
    title: str = ""
    why: str = ""
    why_en: str = ""
    languages: msgspec.UnsetType = msgspec.UNSET


def test_what_has_no_vehicle_stands_first_with_the_plans_own_words():
    """A tur of its own row; what hangs together with nothing is told by name."""
    streets, locale = town.streets()[:3], Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
    tur = Said("no_vehicle", (streets[0].id,), "P1-9", "P1-9 Hamnplan", "alla plogar är ute till 05.10")
    apart = Said("unreachable", (streets[1].id,), why="gågata med pollare")
    alone = not_cared(SimpleNamespace(not_cared=(tur, apart)), locale)
    known = town_streets(streets, "")
    now = tuple(streets_now(known.given, (), alone, {}, town.AT))
    shown = MapNow(town.AT, None, (), known, now, alone, ())
    groups = {group.kind: group for group in map_list(shown, "snow", locale)}
    assert list(groups) == ["no_vehicle", "unreachable", "not_needed"]
    assert groups["no_vehicle"].count.startswith("1 tur, 0,2")
    row = groups["no_vehicle"].rows[0]
    assert (row.key, row.code, row.name, row.second) == ("-P1-9", "P1-9", "Hamnplan", "alla plogar är ute till 05.10")
    assert groups["unreachable"].text.endswith("Gågata med pollare.")
    assert streets[1].name in groups["unreachable"].text


def test_the_other_services_have_their_list_too(client, publish):
    publish("waste")
    publish("heating")
    assert "1 rond" in client.get("/karta?domain=waste").text or "ronder" in client.get("/karta?domain=waste").text
    assert "2 byggnader" in client.get("/karta?domain=heating").text


def test_without_a_plan_the_list_says_so(client, filled):
    assert "Det finns ingen plan än." in client.get("/karta").text
    assert "streets" not in client.get("/api/v1/map/snow.json").json()


def test_a_vehicle_stands_on_the_nearest_street_or_on_none():
    streets = town.streets()
    street = streets[0]
    lon, lat = (sum(point[k] for point in street.geometry) / len(street.geometry) for k in (0, 1))
    seen = SeenVehicle("P01", "o", town.AT, lon, lat + 0.0001, None, None)
    assert nearest_name(streets, seen) == street.name
    far = SeenVehicle("P01", "o", town.AT, town.WEST - 0.1, town.SOUTH, None, None)
    assert nearest_name(streets, far) == ""


def test_a_start_that_is_over_is_said_as_such_in_the_list(client, snow, clock):
    """03.36 is not when a tur starts once it is 03.41."""
    assert "start 03.36" in client.get("/karta/turer").text
    clock.advance(minutes=35)
    page = client.get("/karta/turer").text
    assert "skulle ha börjat 03.36" in page
    assert "start 03.36" not in page


def test_the_map_has_the_limit_that_the_plan_decides_by(client, filled, snow):
    plans.add_threshold(filled, Threshold("snow.margin_pct", "P1", 10.0, "%", 0, town.AT, "test", "test"))
    filled.commit()
    assert limits_by_class(plans.thresholds(filled, town.AT))["P1"] == pytest.approx(
        0.9 * limits(plans.thresholds(filled, town.AT)).value("snow.start_dry_cm", "P1")
    )
