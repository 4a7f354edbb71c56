"""The pages in a real browser: what a dispatcher sees and does, in both languages and themes, on desk and phone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect

from planner.night.follow import follow
from store import plans
from tests.browser.desk import overflow
from tests.unit.dashboards import night, sensors, town


@pytest.mark.parametrize(
    ("language", "headline", "row"), [("sv", "Kör ut kl. 03.36", "gräns 2,85"), ("en", "Go out at 03:36", "limit 2.85")]
)
def test_the_page_shows_the_answer_and_its_rows(desk, language, headline, row):
    page = desk.open(f"/idag?lang={language}")
    assert page.locator("h1").inner_text().startswith(headline)
    assert page.locator("tr[data-key]").count() == 18
    assert row in page.locator("tr[data-key]").first.inner_text()


def test_ordering_from_the_page_makes_an_order_and_shows_its_status(desk):
    page = desk.open("/idag")
    for box in page.locator("input[name=keys]").all()[2:]:
        box.uncheck()
    page.get_by_role("button", name="Kalla ut 2 turer").click()
    page.locator("dialog #sheet .is-main").click()
    page.locator(".board").wait_for()
    assert page.locator(".c-stat").get_by_text("Ring själv").count() == 2
    states = desk.database.execute("SELECT state FROM order_now ORDER BY 1").fetchall()
    assert states == [("decided",), ("decided",)]


def test_ordering_works_without_script(desk):
    page = desk.open("/idag?domain=waste", script=False)
    page.locator("[data-count]").click()
    page.locator("#sheet .is-main").click()
    assert page.url.startswith(f"{desk.address}/idag?domain=waste")
    assert "Ring själv" in page.locator("#table").inner_text()


def test_a_row_opens_with_its_reasons_by_keyboard(desk):
    page = desk.open("/idag")
    opener = page.locator("[data-open]").first
    assert not page.locator("tr.detail").first.is_visible()
    opener.focus()
    page.keyboard.press("Space")
    assert page.locator("tr.detail").first.is_visible()
    assert "Vad som ändrar beslutet" in page.locator("tr.detail").first.inner_text()
    page.keyboard.press("Enter")
    assert not page.locator("tr.detail").first.is_visible()


def test_the_button_says_how_many_are_chosen(desk):
    page = desk.open("/idag")
    page.locator("[data-pick-all] input").uncheck()
    button = page.locator("[data-count]")
    assert button.inner_text() == "Välj minst en rad"
    assert button.is_disabled()
    page.locator("input[name=keys]").first.check()
    assert button.inner_text() == "Kalla ut 1 tur"


def test_an_open_page_takes_in_a_new_plan_by_itself(desk):
    page = desk.open("/idag")
    page.wait_for_function("performance.getEntriesByType('resource').some(r => r.name.includes('/static/watch.js'))")
    desk.clock.advance(minutes=12)
    town.publish(desk.database, "snow", desk.clock)
    page.get_by_text("Plan 2, räknad 03.18").wait_for(timeout=10_000)


def test_a_reader_who_is_busy_is_asked_before_the_table_changes(desk):
    page = desk.open("/idag")
    page.locator("input[name=keys]").first.focus()
    desk.clock.advance(minutes=12)
    town.publish(desk.database, "snow", desk.clock)
    page.get_by_role("button", name="Visa den").click(timeout=10_000)
    page.get_by_text("Plan 2, räknad 03.18").wait_for()


def test_somebody_elses_call_out_is_shown_where_the_row_stands(desk):
    page, other = desk.open("/idag"), desk.open("/idag")
    before = [row.get_attribute("data-key") for row in page.locator("#table tr[data-key]").all()]
    for box in other.locator("input[name=keys]").all()[1:]:
        box.uncheck()
    other.locator("[data-count]").click()
    other.locator("dialog #sheet .is-main").click()
    page.locator(".c-stat").get_by_text("Ring själv").first.wait_for(timeout=10_000)
    assert [row.get_attribute("data-key") for row in page.locator("#table tr[data-key]").all()] == before


def test_how_far_a_vehicle_is_moves_on_in_an_open_page(desk):
    live = plans.latest(desk.database, "snow", "assist")
    night.walk(desk.database, live, desk.clock)
    page, item = desk.open("/idag"), live.interventions[1]
    page.get_by_text("Kör 17 %").wait_for()
    for part in item.segments[2:4]:  # the page may begin to listen after the first of them
        until = night.to_and_fro(desk.database, item.vehicle, [part.id], at=desk.clock.now())
        desk.clock.advance(seconds=(until - desk.clock.now()).total_seconds())
        follow(desk.database, desk.clock.now())
        with suppress(TimeoutError):
            page.get_by_text("Kör 25 %").wait_for(timeout=5_000)
            return
    page.get_by_text("Kör 33 %").wait_for(timeout=10_000)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_no_column_is_cut_off_on_a_desk(desk, domain, language):
    page = desk.open(f"/idag?domain={domain}&lang={language}")
    page.locator("[data-count]").click()
    if domain != "heating":
        page.locator("dialog #sheet .is-main").click()
    page.locator(".c-stat :is(.is-late, .is-ok)").first.wait_for()
    desk.clock.advance(minutes=300)
    page.reload()
    inside = "document.querySelector('.plan-table').getBoundingClientRect().right"
    assert page.evaluate(f"{inside} <= document.querySelector('#table').getBoundingClientRect().right")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize(
    "path",
    [
        "/idag",
        "/idag?domain=waste",
        "/idag?domain=heating&lang=en",
        "/karta",
        "/overlamning",
        "/start",
        "/data",
        "/nowhere",
    ],
)
def test_nothing_scrolls_sideways(desk, path, width, theme):
    page = desk.open(path, width=width, theme=theme)
    assert overflow(page) <= 0
    for opener in page.locator("[data-open]").all()[:3]:
        opener.click()
    assert overflow(page) <= 0
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(243, 245, 244)", "dark": "rgb(14, 20, 24)"}[theme]
    if path == "/nowhere":
        desk.complaints.clear()  # the browser itself notes the 404


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_handover_of_a_night_fits_and_can_be_printed(desk, width, language):
    plan = plans.latest(desk.database, "snow", "assist")
    night.walk(desk.database, plan, desk.clock)
    page = desk.open(f"/overlamning?lang={language}", width=width)
    assert overflow(page) <= 0
    expect(page.locator("[data-print]")).to_be_visible()
    table, panel = (page.locator(name).bounding_box() for name in (".night-table", ".panel.flush:has(.night-table)"))
    assert table["x"] + table["width"] <= panel["x"] + panel["width"] + 1
    page.emulate_media(media="print")
    expect(page.locator(".sign")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_hidden()
    assert overflow(page) <= 0


def test_the_theme_switch_is_remembered(desk):
    page = desk.open("/idag")
    switch = page.locator("[data-theme-switch]")
    switch.click()
    switch.click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert "mörkt" in page.locator("[data-theme-switch]").inner_text()


def test_the_first_settings_become_a_file_without_script(desk):
    """Filled in, made to read, and downloaded; what cannot be is said, and what was typed stays."""
    page = desk.open("/start", script=False, width=390)
    page.get_by_label("Ortens namn").fill("Lund")
    page.get_by_label("Latitud").fill("155,7")
    page.get_by_label("Land").fill("SE")
    page.get_by_label("MET Norway").check()
    assert page.locator("pre").count() == 0
    page.get_by_role("button", name="Gör filen").click()
    assert "municipality.latitude" in page.get_by_role("alert").inner_text()
    desk.complaints.clear()  # the browser's own word of the refusal, 422
    page.get_by_label("Latitud").fill("55,7")
    page.get_by_label("Kontakt").fill("vinter@lund.example")
    page.get_by_role("button", name="Gör filen").click()
    assert 'contact = "vinter@lund.example"' in page.locator("pre").inner_text()
    assert overflow(page) <= 0
    with page.expect_download() as kept:
        page.get_by_role("button", name="Hämta dagsplan.toml").click()
    assert kept.value.suggested_filename == "dagsplan.toml"
    assert 'name = "Lund"' in Path(kept.value.path()).read_text("utf-8")


def test_a_sensor_that_is_heard_is_taken_in_by_hand(desk):
    """Recognised by its value, taken in with what it sent, retired and taken back; nothing typed is lost meanwhile."""
    page = desk.open("/data")
    again = "document.dispatchEvent(new Event('visibilitychange'))"  # as where the page comes into view again
    assert page.locator("details").count() == 0
    sensors.hear(desk.database)
    page.evaluate(again)
    expect(page.locator("#newer")).to_be_visible()
    page.get_by_role("link", name="Visa den").click()
    panel = page.locator('[data-key="kärl-9"]')
    expect(panel).to_contain_text("63 %")
    panel.get_by_label("Namn").fill("Kärlet vid torget")
    panel.get_by_label("Står för").fill("rum-02-1")
    late = desk.clock.now()
    sensors.writer(desk.database).write([sensors.reading("kärl-9", late, fill_level=71.0)])
    page.evaluate(again)
    expect(panel.locator(".d-vals")).to_contain_text("71 %")
    expect(panel.get_by_label("Namn")).to_have_value("Kärlet vid torget")
    panel.get_by_role("button", name="Ta upp").click()
    expect(page.locator("#done")).to_contain_text("7 mätvärden som väntade är sparade.")
    row = page.locator('tr[data-key="kärl-9"]')
    assert "Miljörum 102" in row.inner_text()
    stored = "SELECT count(*) FROM reading JOIN series USING (series_id) WHERE device_id = 'kärl-9' AND quantity = %s"
    assert desk.database.execute(stored, ("fill_level",)).fetchone() == (4,)
    row.get_by_role("link", name="Ändra").click()
    page.get_by_role("button", name="Avsluta Kärlet vid torget").click()
    expect(page.locator("#done")).to_contain_text("är avslutad")
    page.get_by_role("button", name="Ta tillbaka").click()
    expect(page.locator("#done")).to_contain_text("är upptagen")
    expect(page.locator("#done")).to_be_focused()  # the page's script ran: only then is a reload no second post
    expect(row).to_contain_text("Miljörum 102")
    page.reload()  # nothing is sent again
    expect(page.locator("#done")).to_have_count(0)
    assert overflow(page) <= 0


def test_a_sensor_is_taken_in_without_script_on_a_phone(desk):
    sensors.hear(desk.database)
    page = desk.open("/data?lang=en", script=False, width=320, theme="dark")
    panel = page.locator('[data-key="kärl-9"]')
    panel.get_by_label("Stands for").fill("nowhere at all")
    panel.get_by_role("button", name="Take in").click()
    assert "nowhere at all" in panel.get_by_role("alert").inner_text()
    panel.get_by_label("Stands for").fill("skola-1")
    panel.get_by_role("button", name="Take in").click()
    assert "kärl-9 is taken in." in page.locator("#done").inner_text()
    assert overflow(page) <= 0
    page.goto(f"{desk.address}/data?open=snö-1", wait_until="load")
    assert page.get_by_label("Name").last.input_value() == "mast snö-1"
    assert overflow(page) <= 0
    desk.complaints[:] = [said for said in desk.complaints if "422" not in said]  # the browser's word of the refusal
