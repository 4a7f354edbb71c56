"""The map in a real browser: which tur, who, where now; by pointer, by finger and by keyboard; in forced colours."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from store import outlook, plans
from tests.browser.desk import Desk, overflow
from tests.unit.dashboards import night, town

GROUND = json.loads((Path(__file__).parent / "ground.json").read_text())
PIXELS = """() => {
  const canvas = document.querySelector("canvas");
  const pen = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
  const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Map();
  for (let i = 0; i < data.length; i += 4) {
    const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return Object.fromEntries(seen);
}"""
COLOURS = """(names) => {
  const probe = document.createElement("i");
  probe.className = "probe";
  document.querySelector(".kmap").append(probe);
  const found = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
  });
  probe.remove();
  return found;
}"""


def drawn(desk: Desk, path: str = "/karta", **how: object) -> Page:
    page = desk.open(path, **how)  # type: ignore[arg-type]
    page.locator("canvas[data-ground]").wait_for()
    settled(page)
    return page


def settled(page: Page) -> None:
    """After what was asked for has been painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def pixels(page: Page) -> dict[str, int]:
    settled(page)
    return page.evaluate(PIXELS)


def layer(page: Page, name: str) -> None:
    page.locator(f"#colour input[value={name}]").check(force=True)
    page.locator(f"canvas[data-colour={name}]").wait_for()


def a_night(desk: Desk) -> None:
    """The first half hour of the town's night, with a vehicle on the road."""
    plan = plans.latest(desk.database, "snow", town.settings().planner.mode)
    assert plan is not None
    night.walk(desk.database, plan, desk.clock)
    desk.database.commit()


@pytest.mark.parametrize(
    ("theme", "land", "left"), [("light", "246,246,243", "184,80,10"), ("dark", "16,23,27", "242,161,84")]
)
def test_the_map_draws_what_is_left_in_the_colours_of_the_theme(desk, theme, land, left):
    found = pixels(drawn(desk, theme=theme))
    assert max(found, key=lambda colour: found[colour]) == land
    assert found[left] > 2000


def test_the_map_tells_street_and_tur_by_keyboard(desk):
    page = drawn(desk)
    page.locator("canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    expect(page.locator("#said .k-steps")).to_be_visible()
    said = page.locator("#said").inner_text()
    assert "Klass" in said
    assert "gräns" in said
    page.keyboard.press("Escape")
    assert "Peka på" in page.locator("#said").inner_text()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Till raden").click()
    assert page.locator("tr.is-open").count() == 1


def test_the_list_is_the_keyboards_map(desk):
    """A row is reached and chosen by keyboard, its tur is told and outlined, and the focus stays on it."""
    page = drawn(desk)
    row = page.locator("[data-pick]").nth(2)
    row.focus()
    before = pixels(page)
    page.keyboard.press("Enter")
    expect(page.locator("#said .k-steps")).to_be_visible()
    assert row.get_attribute("aria-pressed") == "true"
    assert row.inner_text().split()[0] in page.locator("#said").inner_text()
    assert page.evaluate("document.activeElement.dataset.pick") == row.get_attribute("data-pick")
    assert pixels(page).get("11,47,143", 0) > before.get("11,47,143", 0) + 500


def test_the_list_keeps_the_focus_when_something_changes(desk):
    page = drawn(desk)
    page.locator("[data-pick]").nth(1).focus()
    key = page.evaluate("document.activeElement.dataset.pick")
    a_night(desk)
    page.locator("[data-group=doing]").wait_for(timeout=10_000)
    assert page.evaluate("document.activeElement.dataset.pick") == key


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_tur_stands_out_on_every_ground(desk, theme):
    """At least 3:1 (WCAG 2.2, 1.4.11): its outline to all that may lie beside it, the gap within to its lines."""
    page = drawn(desk, theme=theme)
    outline, gap, *grounds = page.evaluate(
        COLOURS, ["st-select", "st-select-gap", "bas-land", "bas-water", "bas-park", "bas-building", "bas-street"]
    )
    assert min(contrast(outline, ground) for ground in [*grounds, gap]) >= 3.0
    lines = page.evaluate(COLOURS, ["st-left", "st-doing", "st-done", "st-unreached", "st-idle"])
    assert min(contrast(line, ground) for line in lines for ground in [*grounds, gap]) >= 3.0


def contrast(one: list[int], other: list[int]) -> float:
    def light(colour: list[int]) -> float:
        parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_forced_colours_leave_a_map_that_can_be_read(desk):
    """Ground, what is left and what is done differ, and what is chosen takes the system's own highlight."""
    a_night(desk)
    page = drawn(desk, forced_colors="active")
    land, left, done = (",".join(map(str, c)) for c in page.evaluate(COLOURS, ["bas-land", "st-left", "st-done"]))
    found = pixels(page)
    assert len({land, left, done}) == 3
    assert found[land] > 0.5 * sum(found.values())
    assert found[left] > 2000
    assert found[done] > 30
    page.locator("[data-pick]").first.click()
    chosen = pixels(page)  # the system's highlight may be half transparent: what it comes to was not there before
    assert sum(n for colour, n in chosen.items() if colour not in found) > 500


def test_the_map_of_a_row_is_found_from_its_row(desk):
    page = desk.open("/idag")
    page.locator("[data-open]").first.click()
    page.get_by_role("link", name="Visa på kartan").first.click()
    page.locator("canvas[data-ready]").wait_for()
    assert "C1-1" in page.locator("#said").inner_text()


def test_a_street_is_done_where_it_was_driven_and_left_where_not(desk):
    a_night(desk)
    page = drawn(desk)
    groups = page.locator("[data-group]").evaluate_all("all => all.map((one) => one.dataset.group)")
    assert groups[:3] == ["left", "doing", "done"]
    assert re.search(r"1 tur, \d,\d\skm", page.locator("[data-group=doing] h3").inner_text())
    page.locator("[data-group=doing] [data-pick]").click()
    expect(page.locator("#said .k-prog")).to_be_visible()
    told = page.locator("#said").inner_text()
    assert "sedd 03.1" in told
    assert "gjort" in told
    found = pixels(page)
    assert found["20,32,42"] > 300  # driven now
    assert found["31,111,168"] > 30  # done


def test_a_vehicle_is_an_arrow_with_its_age_and_a_ring_once_it_is_silent(desk):
    a_night(desk)
    page = drawn(desk)
    one = page.evaluate("fetch('/api/v1/map/snow.json').then((answer) => answer.json())")["vehicles"]
    assert [(vehicle["old"], vehicle["age"]) for vehicle in one] == [(False, "4\u00a0min")]
    assert "minst" not in page.locator("[data-group=doing]").inner_text()
    fresh = pixels(page).get("168,91,0", 0)
    desk.clock.advance(minutes=9)
    page.reload()
    page.locator("canvas[data-ground]").wait_for()
    assert pixels(page).get("168,91,0", 0) > fresh
    assert "tyst 13" in page.locator("[data-group=doing]").inner_text()
    assert "minst" in page.locator("[data-group=doing]").inner_text()


SELECTED_ABOVE = """([edge, colour]) => {
  const canvas = document.querySelector("canvas");
  const rows = Math.floor((edge - canvas.getBoundingClientRect().top) * devicePixelRatio);
  const pen = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
  const data = pen.getImageData(0, 0, canvas.width, rows).data;
  let seen = 0;
  for (let i = 0; i < data.length; i += 4) seen += colour.every((part, n) => data[i + n] === part);
  return seen;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_the_map_fills_the_screen_and_a_tap_is_answered_over_it(desk, theme):
    """Nothing moves when the sheet comes, and what was pointed at is seen above it."""
    page = drawn(desk, width=390, has_touch=True, theme=theme)
    sheet, tabs = page.locator(".k-tur"), page.locator(".k-tabs").bounding_box()
    box = page.locator("canvas").bounding_box()
    assert box["height"] >= 520
    assert box["y"] + box["height"] == pytest.approx(tabs["y"], abs=2)
    assert sheet.is_hidden()
    low = box["y"] + box["height"] / 2 + (box["width"] - 48) / 2
    page.touchscreen.tap(box["x"] + box["width"] / 2 + 20, low)
    expect(page.locator("#said h2, #said h3").first).to_be_in_viewport()
    assert page.locator("#said .k-street h3").inner_text() == "Storgatan"
    assert page.locator("canvas").bounding_box() == box
    assert page.locator(".k-tabs").bounding_box() == tabs
    edge = sheet.bounding_box()["y"]
    assert edge < low
    settled(page)
    (colour,) = page.evaluate(COLOURS, ["st-select"])
    assert page.evaluate(SELECTED_ABOVE, [edge, colour]) > 50
    page.locator("#said .k-close").tap()
    expect(sheet).to_be_hidden()
    assert overflow(page) <= 0


def test_on_a_phone_list_and_legend_are_sheets_over_the_map(desk):
    """A second tap at their tab takes them away."""
    page = drawn(desk, width=390, has_touch=True)
    box = page.locator("canvas").bounding_box()
    tab = page.get_by_role("button", name="Alla turer")
    tab.tap()
    expect(page.locator(".k-list")).to_be_visible()
    tab.tap()
    expect(page.locator(".k-list")).to_be_hidden()
    tab.tap()
    page.locator("[data-pick]").nth(1).tap()
    expect(page.locator("#said .k-stat")).to_be_visible()
    assert page.locator("#said h2").bounding_box()["y"] < 900
    page.get_by_role("button", name="Förklaring").tap()
    expect(page.get_by_text("nås inte", exact=True).first).to_be_in_viewport()
    assert page.locator("canvas").bounding_box() == box
    assert overflow(page) <= 0


def test_on_a_phone_without_script_the_list_is_there(desk):
    page = desk.open("/karta", width=390, script=False)
    assert page.locator("[data-group=left] [data-pick]").first.is_visible()


def test_turer_have_their_own_tones(desk):
    page = drawn(desk)
    layer(page, "tur")
    found = pixels(page)
    assert sum(found.get(tone, 0) > 300 for tone in ("31,111,168", "184,80,10", "107,47,140", "38,51,24")) >= 2


def test_the_map_shows_the_road_surface_hour_by_hour_and_opens_at_now(desk):
    page = drawn(desk)
    layer(page, "road")
    assert page.locator("#follows").is_visible()
    assert "Snö på 152" in page.locator("#counts").inner_text()
    assert page.locator("#land-unknown").is_hidden()
    page.locator("canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    page.locator("#said .road-chart").wait_for()
    assert "Mot en öppen" in page.locator("#said").inner_text()
    page.locator("[data-hour='1']").click()
    expect(page.locator("#clock")).to_have_text(re.compile(r"visar tis 24 nov 05\.00"))
    assert page.locator("#follows").is_hidden()
    page.get_by_text("Skillnader").click()
    assert page.locator("[data-measure=apart]").is_visible()
    assert "°C" in page.locator("#middle").inner_text()
    page.get_by_role("button", name="Till nu").click()
    assert page.locator("#follows").is_visible()


def test_the_depth_says_for_when_and_shows_every_street(desk):
    page = drawn(desk)
    layer(page, "depth")
    assert page.locator("[data-legend=depth] [data-for-when]").inner_text() == "Beräknat för tis 24 nov 04.00."
    assert "184,80,10" not in pixels(page)


def test_the_slider_never_lies_on_the_map(desk):
    page = drawn(desk)
    layer(page, "road")
    chart, slider = page.locator(".kmap").bounding_box(), page.locator("#hours").bounding_box()
    assert slider["y"] >= chart["y"] + chart["height"]


def test_a_road_surface_that_cannot_be_fetched_is_said_until_it_can(desk):
    """And meanwhile no street keeps a colour that the legend explains otherwise."""
    page = drawn(desk)
    page.route("**/api/v1/roads.json", lambda route: route.fulfill(body="away"))
    layer(page, "road")
    assert page.locator("#chart-note").is_visible()
    layer(page, "tur")
    assert not page.locator("#chart-note").is_visible()
    page.unroute("**/api/v1/roads.json")
    layer(page, "road")
    assert not page.locator("#chart-note").is_visible()
    assert page.locator("#hours").is_visible()


def test_a_newer_outlook_comes_by_itself_and_keeps_the_hour(desk):
    page = drawn(desk)
    layer(page, "road")
    for _ in range(2):
        page.locator("[data-hour='1']").click()
    said, place = page.locator("#clock").inner_text(), int(page.locator("#hour").input_value())
    frame = outlook.outlook_frame(desk.database)
    streets = [outlook.street(desk.database, row[0]) for row in outlook.surfaces(desk.database)]
    later = dataclasses.replace(
        frame, at=frame.at + timedelta(hours=1), first_hour=frame.first_hour + timedelta(hours=1)
    )
    outlook.replace_outlook(desk.database, later, streets, later.at)
    expect(page.locator("#hour")).to_have_value(str(place - 1), timeout=8000)
    assert page.locator("#clock").inner_text() == said


def test_water_and_parks_lie_under_the_streets(desk):
    def ground(route: Route) -> None:
        route.fulfill(json=GROUND)

    page = desk.open("/karta")
    page.route("**/api/v1/map/base.json", ground)
    page.reload()
    page.locator("canvas[data-ground]").wait_for()
    found = pixels(page)
    assert found["219,233,239"] > 1000  # water
    assert found["232,240,226"] > 1000  # park
    assert found["184,80,10"] > 2000  # streets above


def test_without_its_ground_the_map_stands_and_says_so(desk):
    page = desk.open("/karta")
    page.route("**/api/v1/map/base.json", lambda route: route.fulfill(body="away"))
    page.reload()
    page.locator("canvas[data-ground]").wait_for()
    assert "bakgrunden" in page.locator("#chart-note").inner_text()
    assert pixels(page)["184,80,10"] > 2000
    assert page.locator("[data-pick]").count() > 10


def test_the_map_names_where_its_streets_are_from(desk):
    page = drawn(desk, "/karta?domain=waste&lang=en", width=390)
    assert "© OpenStreetMap contributors" in page.locator("#origin").inner_text()
    assert page.locator("[data-n=today]").inner_text() != "0"
    assert overflow(page) <= 0


def test_without_script_the_list_says_what_the_map_would(desk):
    page = desk.open("/karta", script=False)
    assert page.locator("[data-group=left] [data-pick]").count() > 10
    assert "tabellen" in page.locator("noscript").inner_text()


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_what_is_seen_is_noted_by_pointing_at_its_street(desk, width, theme):
    page = drawn(desk, width=width, has_touch=True, theme=theme)
    page.locator("canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    name = page.locator("#said .k-street h3").inner_text()
    link = page.get_by_role("link", name="Sett här: anteckna")
    expect(link).to_be_in_viewport()
    link.tap()
    expect(page.locator("#observation-street")).to_have_value(name)
    expect(page.locator("#observation-value")).to_be_focused()
    expect(page.locator("#observation-street")).to_be_in_viewport()
    assert "sett=" not in page.url
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_contain_text(f"9,0 cm på {name}")
    expect(page.locator("#observation-street")).to_have_value("")


@pytest.mark.parametrize("domain", ["waste", "heating"])
def test_nothing_is_noted_from_the_map_of_a_service_without_a_form_for_it(desk, domain):
    assert desk.open(f"/idag?domain={domain}").locator("#observation-form").count() == 0
    page = drawn(desk, f"/karta?domain={domain}")
    name = page.locator("#said .k-street h3")
    for x, y in itertools.product(range(40, 400, 45), repeat=2):
        page.locator("canvas").click(position={"x": x, "y": y})
        if name.count() and "namn" not in name.inner_text():
            break
    assert name.count() == 1
    assert page.locator("#said .k-note").count() == 0


def test_a_street_from_the_map_is_filled_in_without_script(desk):
    page = desk.open("/idag?sett=Storgatan#observation-form", script=False)
    assert page.locator("#observation-street").input_value() == "Storgatan"


def test_the_layer_of_depths_answers_with_the_depth(desk):
    page = drawn(desk)
    layer(page, "depth")
    page.locator("canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    page.locator("#said .road-chart").wait_for()
    said = page.locator("#said .road").inner_text()
    assert said.startswith("Snödjup 04.00")
    assert "cm" in page.locator("#said .figure").inner_text()
    assert said.index("Vägytan: ") > said.index("cm")


def test_the_head_and_the_clock_follow_with_the_rest(desk):
    """Without a reload they say what the list says."""
    page = drawn(desk)
    assert page.locator("#k-status h1").inner_text().startswith("Kör ut")
    a_night(desk)
    expect(page.locator("#k-status h1")).to_contain_text("1 kör")
    expect(page.locator("#clock")).to_have_text("tis 24 nov 03.15")
    assert page.locator("[data-group=doing]").count() == 1
