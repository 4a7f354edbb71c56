"""Rows on the day page: what stays though the plan holds it no more, what an opened row says, how old sources are."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest

from city.observation import Observation
from planner.orders import add_event, decide
from planner.publish import publish
from store import judgements, orders, weather
from tests.unit.dashboards import town
from tests.unit.dashboards.pages.test_day_page import said


@pytest.fixture
def running(filled, snow):
    """An order of the first tur, on the road by its driver's word."""
    (order,) = decide(filled, snow.id, [snow.interventions[0].key], "dispatcher", town.AT)
    add_event(filled, order, "sent", "dagsplan", town.AT)
    add_event(filled, order, "started", snow.interventions[0].vehicle, town.AT)
    filled.commit()
    return order


def row_of(text: str, key: str) -> str:
    """One row of the table with its opened part, as marks."""
    found = re.search(
        rf'<tr role="row" id="[^"]*" data-key="{re.escape(key)}".*?</tr>.*?</div></td></tr>', text, re.DOTALL
    )
    return found.group(0) if found else ""


def test_a_tur_that_is_running_stays_though_the_plan_holds_it_no_more(client, snow, filled, clock, running):
    first, *rest = snow.interventions
    clock.advance(minutes=10)
    publish(
        filled, msgspec.structs.replace(snow, interventions=tuple(rest), inputs_hash="b", slot="event:x"), clock.now()
    )
    filled.commit()
    page = client.get("/idag").text
    row = row_of(page, first.key)
    assert "inte i planen längre" in row
    assert "klar ca" in row
    assert 'name="keys"' not in row
    assert "Utkallat tidigare" not in page
    add_event(filled, running, "done", first.vehicle, clock.now())
    filled.commit()
    page = client.get("/idag").text
    assert row_of(page, first.key) == ""
    assert "Utkallat tidigare" in page


def test_no_step_stands_in_a_row_and_each_act_asks_once_more(client, snow, running):
    text = client.get("/idag").text
    row = row_of(text, snow.interventions[0].key)
    line, opened = row.split("</tr>", 1)
    assert "<button" not in line
    forms = re.findall(r"<details class=\"act\">.*?</details>", opened, re.DOTALL)
    assert [re.search(r'name="kind" value="(\w+)"', form).group(1) for form in forms] == ["done", "aborted"]
    assert all('name="confirm" value="true"' in form for form in forms)
    assert (
        re.findall(
            r'value="(?:sent|started|done)"', re.sub(r"<details class=\"act\">.*?</details>", "", row, flags=re.DOTALL)
        )
        == []
    )


def test_a_step_of_the_desk_can_be_taken_back_and_a_drivers_cannot(client, filled, snow, running):
    key = snow.interventions[0].key
    assert "/undo" not in row_of(client.get("/idag").text, key)
    add_event(filled, running, "done", "dispatcher", town.AT)
    filled.commit()
    row = row_of(client.get("/idag").text, key)
    assert f"/api/v1/orders/{running}/undo" in row
    assert "enligt arbetsledare, inte sett" in row


def test_an_opened_row_says_what_forecasts_said_and_what_was_done_and_seen(client, filled, snow, clock):
    item = snow.interventions[0]
    weather.save_forecast(filled, town.snowfall(town.AT - timedelta(hours=7), 0.5), town.AT - timedelta(hours=7))
    orders.add_treatments(filled, [(item.segments[0].id, "plough_salt")], town.AT - timedelta(hours=30), None)
    judgements.add_observation(
        filled,
        Observation(
            "5b0f6a34-6d0a-4f0d-9a57-6d1a3ff0e0aa", (item.segments[0].id,), "snow_depth", 7.0,
            town.AT - timedelta(minutes=12), town.AT + timedelta(hours=4), item.vehicle, "",
        ),
        town.AT,
    )  # fmt: skip
    filled.commit()
    page = said(client.get(f"/idag?open={item.key}"))
    assert "Senaste prognoserna för 09.00" in page
    assert re.search(
        r"Räknad Nederbörd dit Luft då 02\.06 \d,\d mm \d,\d–\d,\d −\d,\d °C mån 23 nov 20\.06 \d,\d mm", page
    )
    assert "Senast åtgärdad sön 22 nov 21.06, plog och salt" in page
    assert f"Sett 02.54 förare {item.vehicle}: 7,0 cm" in page
    assert "Sträckor i körordning" in page
    assert page.count("Sträckor i körordning") == 1
    assert "Behövs från" in page
    assert snow.inputs_hash[:12] not in page


def test_sources_grow_older_with_the_page_and_not_with_an_earlier_one(client, snow, clock):
    def ages(**asked):
        return re.findall(r"givare </span>(\d+)", client.get("/idag", params=asked).text)

    first = ages()[0]
    clock.advance(minutes=30)
    assert ages()[0] == str(int(first) + 30)
    assert ages(at=town.AT.isoformat())[0] == first


def test_the_citys_own_crew_is_called_so_in_each_language(client, snow):
    table = client.get("/idag?lang=en").text.split('id="table"')[1]
    assert "Own crew" in table
    assert "Egen regi" not in table
    assert "Egen regi" in client.get("/idag?lang=sv").text.split('id="table"')[1]


def test_what_the_plan_took_over_has_the_ages_of_then(client, filled, snow, clock, publish, running):
    """Interventions that are under way keep the figures by which they were decided."""
    clock.advance(minutes=40)
    publish("snow")
    row = row_of(client.get("/idag").text, snow.interventions[0].key)
    assert re.search(r"givare </span>då \d+", row)
    assert "beslutad 03.06" in row
