"""The pages as text: what they say in each state."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from city.catalogue.words import words
from city.plan import RunKey
from dashboards.pages.day import _price
from dashboards.web.locale import Locale
from planner.publish import publish
from store import plans


def said(answer) -> str:
    """The page's words, without marks; every space is a plain one."""
    body = re.sub(r"<(script|svg)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_the_first_page_is_the_day_page(client, filled):
    answer = client.get("/", follow_redirects=False)
    assert answer.headers["location"] == "/idag"


def test_every_answer_keeps_to_its_own_host(client, snow):
    for path in ("/idag", "/karta", "/no-such-page", "/api/v1/openapi.json", "/static/idag.js"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    text = client.get("/idag").text
    assert "style=" not in text
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', text) == []


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_without_a_plan_the_page_says_when_and_how(client, domain):
    page = said(client.get(f"/idag?domain={domain}"))
    assert "Ingen plan är räknad än" in page
    assert f"dagsplan plan {domain}" in page


def test_a_day_without_a_plan_names_those_that_have_one(client, snow):
    earlier = said(client.get("/idag?day=2026-11-02"))
    assert "Ingen plan finns för mån 2 nov" in earlier
    assert "mån 23 nov" in earlier
    assert "dagsplan plan" not in earlier
    assert "Sett på plats" not in earlier
    tomorrow = said(client.get("/idag?day=2026-11-24&lang=sv"))
    assert "Den räknas av sig själv 18.00. Till dess gäller planen för idag." in tomorrow
    assert "Sett på plats" not in tomorrow


@pytest.mark.parametrize(
    ("language", "verdict", "button"),
    [("sv", "text", "Kalla ut {} turer"), ("en", "text_en", "Call out {} routes")],
)
def test_the_answer_stands_first_in_each_language(client, snow, language, verdict, button):
    answer = client.get(f"/idag?lang={language}")
    headline = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text).group(1)
    assert html.unescape(headline) == getattr(snow.verdict.clauses[0], verdict)
    assert " ".join(getattr(clause, verdict) for clause in snow.verdict.clauses[1:]) in said(answer)
    assert f'<html lang="{language}"' in answer.text
    assert button.format(len({item.target for item in snow.interventions})) in said(answer)
    assert f"lang={language}" in answer.headers["set-cookie"]


def test_a_plan_of_before_there_were_clauses_says_all_at_once(client, snow, filled, clock):
    whole = msgspec.structs.replace(snow.verdict, clauses=())
    publish(filled, msgspec.structs.replace(snow, verdict=whole, inputs_hash="before"), clock.now())
    headline = html.unescape(re.search(r"<h1[^>]*>(.*?)</h1>", client.get("/idag").text).group(1))
    assert snow.verdict.text.startswith(headline)
    assert len(headline) > 20


def test_beside_a_figure_stands_what_it_is_of(client, snow):
    page = said(client.get("/idag"))
    for item in snow.interventions:
        first = item.reasons[0]
        assert f"{first.value:.1f} cm {first.what} ".replace(".", ",", 1) in page


def test_the_language_is_remembered(client, snow):
    client.get("/idag?lang=en")
    assert "Call out" in client.get("/idag").text


def test_the_theme_is_asked_for_and_remembered(client):
    assert 'data-theme="dark"' in client.get("/idag?theme=dark").text
    assert 'data-theme="dark"' in client.get("/karta").text
    assert "data-theme=" not in client.get("/idag?theme=auto").text.split("<head>")[0]


def test_every_row_says_why_with_figure_range_and_limit(client, snow):
    page = said(client.get("/idag"))
    for item in snow.interventions:
        first = item.reasons[0]
        assert f"{first.value:.1f} cm".replace(".", ",") in page
        assert f"gräns {first.threshold:.1f}".replace(".", ",") in page
    for weak in snow.degradations:
        assert weak.effect in page


def test_rounds_show_their_stops_in_order(client, publish):
    plan = publish("waste")
    page = said(client.get("/idag?domain=waste"))
    places = [page.index(stop.name) for stop in plan.interventions[0].stops]
    assert places == sorted(places)
    assert "kärl" in page
    assert len(plan.interventions) == 1
    assert "Avfall 1 rond " in page


def test_buildings_show_heat_and_ventilation(client, publish):
    publish("heating")
    page = said(client.get("/idag?domain=heating"))
    assert "Norra skolan" in page
    assert "17,4 °C" in page
    assert "08.00–16.00" in page
    assert "väntar på dig: godkänn" in page
    assert "kalla ut" not in page.lower()


def test_simulated_data_is_said_on_every_page(client, snow, clock):
    assert "Simulerade data" not in said(client.get("/idag"))
    clock.simulated = True
    for path in ("/idag", "/karta", "/idag?domain=heating"):
        assert "Simulerade data · klockan är tis 24 nov 03.06" in said(client.get(path))


def test_a_silent_sensor_is_counted(client, snow):
    assert "1 av 5 givare tysta" in said(client.get("/idag"))


def test_a_plan_whose_next_run_did_not_come_is_called_old(client, snow, clock):
    assert "GAMLA DATA" not in said(client.get("/idag"))
    clock.advance(hours=16)
    assert "PLANEN BYGGER PÅ GAMLA DATA" in said(client.get("/idag"))


def test_what_nobody_has_called_out_is_late_from_its_latest_start_on(client, snow, clock):
    """A start that the plan gave and that has passed is no delay as long as all can be done in time."""
    latest = min(item.latest_start for item in snow.interventions)
    clock.advance(minutes=(latest - clock.now()).total_seconds() / 60)
    assert "Försenad" not in said(client.get("/idag"))
    clock.advance(minutes=30)
    page = said(client.get("/idag"))
    assert "Försenad 30 min" in page
    clock.advance(minutes=300)
    assert re.search(r"Blir \d+ (min|h)[^.]{0,9} sen", said(client.get("/idag")))


def test_a_latest_start_that_has_passed_says_so(client, snow, clock):
    """On the page as it is, not on it as it was before."""
    latest = snow.verdict.latest_start
    before = clock.now()
    assert latest is not None
    clock.advance(minutes=(latest - before).total_seconds() / 60 + 240)
    page = said(client.get("/idag"))
    assert "passerades för 4 h sedan: allt hinns inte i tid" in page
    assert "ring senast" not in page
    assert latest > before
    then = said(client.get("/idag", params={"at": (latest - timedelta(minutes=1)).isoformat()}))
    assert "ring senast" in then


def test_a_run_that_failed_says_why_above_the_old_plan(client, snow, filled, clock):
    run = RunKey("snow", snow.service_day, "03:00", "assist")
    plans.claim_run(filled, run, "me", clock.now(), clock.now(), clock.now())
    plans.fail_run(filled, run, "me", "smhi: no answer in 20 s", clock.now())
    filled.commit()
    page = said(client.get("/idag"))
    assert "Ny plan kunde inte räknas 03.06" in page
    assert "smhi: no answer in 20 s" in page
    assert snow.verdict.text.split(":")[0] in page


def test_an_earlier_day_can_be_read_but_not_ordered_from(client, snow, publish, clock):
    clock.advance(hours=24)
    publish("snow")
    page = client.get(f"/idag?day={snow.service_day}")
    assert "Du ser planen för" in said(page)
    assert 'name="keys"' not in page.text
    assert 'name="keys"' in client.get("/idag").text


def test_names_are_escaped(client, filled, publish):
    filled.execute("UPDATE building SET name = '<script>alert(1)</script>'")
    filled.commit()
    publish("heating")
    text = client.get("/idag?domain=heating").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_page_that_is_not_there_is_a_kind_page(client):
    answer = client.get("/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.text


def test_nothing_needed_is_an_answer_too(client, database, clock):
    from tests.unit.dashboards import town

    town.fill(database, snow_mm_h=0.0)
    database.execute("DELETE FROM reading")
    database.commit()
    plan = town.publish(database, "snow", clock)
    assert plan.interventions == ()
    page = said(client.get("/idag"))
    assert "Ingen utkallning behövs" in page
    assert "Närmast" in page


def test_the_strip_is_drawn_and_comes_to_the_plans_figure(client, snow):
    text = client.get("/idag").text
    peak = f"{max(snow.interventions[0].curve.depth_cm):.1f}".replace(".", ",")
    assert f"snödjup {peak} cm" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "Planen från 03.00 räknas nu, eller har inte kunnat räknas."),
        ("en", "The plan of 03:00 is being computed"),
    ],
)
def test_a_plan_that_is_due_and_not_there_is_said_to_be_late(client, filled, language, said):
    """Not that the next one comes tomorrow."""
    assert said in client.get(f"/idag?domain=snow&lang={language}").text


def test_a_night_of_several_rounds_is_not_held_against_one_round_as_a_saving() -> None:
    """Dearer than one round of the whole network: that is said, and no saving."""
    t = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
    assert "en omgång på hela nätet" in _price(5295.0, 3882.0, 0.0, "kr", t).second
    assert "full utkallning kostar" in _price(3880.0, 3882.0, 2.0, "kr", t).second
