"""The pages in a real browser: what a dispatcher sees and does, in both languages and themes, on desk and phone."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright

from city.clock import FixedClock
from dashboards.app import create_app
from planner.night.follow import follow
from store import outlook, plans
from store.connect import Connection, pool
from tests.unit.dashboards import night, sensors, town
from tests.unit.dashboards.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@dataclass
class Desk:
    """A dispatcher at a running service: opens pages, and notes what went wrong in them."""

    address: str
    browser: Browser
    database: Connection
    clock: FixedClock
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, *, width: int = 1280, theme: str = "light", script: bool = True) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            java_script_enabled=script,
        )
        page = context.new_page()
        page.on("console", lambda said: self._note(said.type, said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(self.address) else self._note("left", asked.url))
        page.goto(self.address + path, wait_until="load")
        return page

    def _note(self, kind: str, text: str) -> None:
        self.complaints.append(f"{kind}: {text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if "chromium" in os.environ.get("DAGSPLAN_REQUIRE", "").split(","):
            pytest.fail("chromium is required: /usr/bin/chromium is not there")
        pytest.skip("chromium is not installed")
    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def desk(dsn: str, database: Connection, browser: Browser) -> Iterator[Desk]:
    """The town with its three plans, served; afterwards nothing may have gone wrong in any page."""
    clock = FixedClock(town.AT, simulated=False)
    town.fill(database)
    for domain in ("snow", "waste", "heating"):
        town.publish(database, domain, clock)
    with pool(dsn, "test", size=4) as connections, serving(create_app(town.settings(), connections, clock)) as address:
        found = Desk(address, browser, database, clock)
        yield found
        for context in browser.contexts:
            context.close()
    assert found.complaints == []


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize(
    ("language", "headline", "row"), [("sv", "Kör ut kl. 03.06", "gräns 3"), ("en", "Go out at 03:06", "limit 3")]
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
    page.get_by_text("Beslutad 03.06").first.wait_for()
    assert page.get_by_text("Beslutad 03.06").count() >= 2
    page.get_by_role("button", name="Skicka ut").first.click()
    page.get_by_text("Utkallad 03.06").first.wait_for()
    assert page.locator("[data-count]").inner_text() == "Välj minst en rad"  # what was unticked stays so
    states = desk.database.execute("SELECT state FROM order_now ORDER BY 1").fetchall()
    assert states == [("decided",), ("sent",)]


def test_ordering_works_without_script(desk):
    page = desk.open("/idag?domain=waste", script=False)
    page.locator("[data-count]").click()
    assert page.url.startswith(f"{desk.address}/idag?domain=waste")
    assert "Beslutad 03.06" in page.locator("#table").inner_text()


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
    before = [row.get_attribute("data-key") for row in page.locator("tr[data-key]").all()]
    for box in other.locator("input[name=keys]").all()[1:]:
        box.uncheck()
    other.locator("[data-count]").click()
    page.get_by_text("Beslutad 03.06").first.wait_for(timeout=10_000)
    assert [row.get_attribute("data-key") for row in page.locator("tr[data-key]").all()] == before


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
    page.locator(".c-next .btn").first.wait_for()
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


PIXELS = """() => {
  const canvas = document.querySelector("canvas");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Map();
  for (let i = 0; i < data.length; i += 4) {
    const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return [...seen].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([key]) => key);
}"""


def drawn(desk: Desk, path: str, **how: object) -> Page:
    page = desk.open(path, **how)  # type: ignore[arg-type]
    page.locator("canvas[data-ready]").wait_for()
    page.wait_for_timeout(150)
    return page


@pytest.mark.parametrize(
    ("theme", "ground", "deep"), [("light", "247,248,247", "13,33,69"), ("dark", "16,23,27", "230,243,253")]
)
def test_the_map_draws_the_planned_streets_in_the_colours_of_the_theme(desk, theme, ground, deep):
    common = drawn(desk, "/karta", theme=theme).evaluate(PIXELS)
    assert common[0] == ground
    assert deep in common


def test_the_map_tells_street_depth_and_tur_by_pointer_and_by_keyboard(desk):
    page = drawn(desk, "/karta")
    page.locator("canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    said = page.locator("#said").inner_text()
    assert "Klass" in said
    assert "cm på sträckan" in said
    page.get_by_role("link", name="Till raden").click()
    assert page.locator("tr.is-open").count() == 1


def test_the_map_of_a_row_is_found_from_its_row(desk):
    page = desk.open("/idag")
    page.locator("[data-open]").first.click()
    page.get_by_role("link", name="Visa på kartan").first.click()
    page.locator("canvas[data-ready]").wait_for()
    assert "C1-1" in page.locator("#said").inner_text()


def test_the_map_shows_what_is_done_and_left(desk):
    page = drawn(desk, "/karta")
    page.get_by_text("Gjort och kvar").click()
    assert page.locator("[data-legend=status]").is_visible()
    assert page.locator("[data-n=left]").inner_text() == "18"


def test_the_map_shows_the_road_surface_hour_by_hour(desk):
    page = drawn(desk, "/karta")
    page.get_by_text("Vägyta").first.click()
    page.locator("canvas[data-colour=road]").wait_for()
    assert page.locator("#hour-said").inner_text().endswith("05.00")
    assert "Snö på 152" in page.locator("#counts").inner_text()
    page.locator("canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    page.locator("#said .road-chart").wait_for()
    assert "Mot en öppen" in page.locator("#said").inner_text()
    page.locator("[data-hour='1']").click()
    page.get_by_text("06.00", exact=False).first.wait_for()
    page.get_by_text("Skillnader").click()
    assert page.locator("[data-measure=apart]").is_visible()
    assert "°C" in page.locator("#middle").inner_text()


def test_a_road_surface_that_cannot_be_fetched_is_said_until_it_can(desk):
    """And meanwhile no street keeps a colour that the legend explains otherwise."""
    page = drawn(desk, "/karta")
    page.route("**/api/v1/roads.json", lambda route: route.fulfill(body="away"))
    page.get_by_text("Vägyta").first.click()
    page.locator("canvas[data-colour=road]").wait_for()
    assert page.locator("#chart-note").is_visible()
    page.get_by_text("Snödjup").first.click()
    page.locator("canvas[data-colour=depth]").wait_for()
    assert not page.locator("#chart-note").is_visible()
    page.unroute("**/api/v1/roads.json")
    page.get_by_text("Vägyta").first.click()
    page.locator("canvas[data-colour=road]").wait_for()
    assert not page.locator("#chart-note").is_visible()
    assert page.locator("#hours").is_visible()


def test_a_newer_outlook_comes_by_itself_and_keeps_the_hour(desk):
    page = drawn(desk, "/karta")
    page.get_by_text("Vägyta").first.click()
    page.locator("canvas[data-colour=road]").wait_for()
    said, place = page.locator("#hour-said").inner_text(), int(page.locator("#hour").input_value())
    frame = outlook.outlook_frame(desk.database)
    streets = [outlook.street(desk.database, row[0]) for row in outlook.surfaces(desk.database)]
    later = dataclasses.replace(
        frame, at=frame.at + timedelta(hours=1), first_hour=frame.first_hour + timedelta(hours=1)
    )
    outlook.replace_outlook(desk.database, later, streets, later.at)
    expect(page.locator("#hour")).to_have_value(str(place - 1), timeout=8000)
    assert page.locator("#hour-said").inner_text() == said


def test_the_map_names_where_its_streets_are_from(desk):
    page = drawn(desk, "/karta?domain=waste&lang=en", width=390)
    assert "© OpenStreetMap contributors" in page.locator("#origin").inner_text()
    assert page.locator("[data-n=today]").inner_text() != "0"
    assert overflow(page) <= 0


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
