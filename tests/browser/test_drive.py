"""A driver's phone in a real browser: what is tapped is kept first, sent until we have it, and never twice."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, expect

from city.entities import OrderEvent
from city.plan import Intervention
from planner.calls.answers import told
from planner.orders import decide
from store import calls, orders, pages, phones
from tests.benchmarks.cab import KEPT
from tests.browser.desk import Desk, live_plan
from tests.browser.test_axe import faults
from tests.unit.dashboards import night, town

KOR = Path(__file__).parents[2] / "dashboards" / "static" / "kor"
PHONE = {"viewport": {"width": 412, "height": 915}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
SPOT = {"longitude": town.WEST, "latitude": town.SOUTH}


@dataclass
class Cab:
    """A phone with its page, the order that it drives, and what went wrong in it."""

    desk: Desk
    context: BrowserContext
    page: Page
    order: str
    item: Intervention
    wrong: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> Page:
        """Notes what goes wrong in a page; that nothing answers offline is no fault."""
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        return page

    def reopen(self) -> Page:
        """Kills the tab and opens another one."""
        self.page.close()
        self.page = self.listen(self.context.new_page())
        self.page.goto(f"{self.desk.address}/kor")
        return self.page

    def reports(self) -> list[dict[str, Any]]:
        """What has reached us."""
        found: list[dict[str, Any]] = httpx.get(f"{self.desk.address}/api/v1/reports").json()["reports"]
        return found

    def sent(self, *kinds: str) -> None:
        """Waits until these have reached us, and no others, in this order."""
        for _ in range(200):
            found = [row["kind"] for row in self.reports()]
            if found == list(kinds):
                return
            self.page.wait_for_timeout(100)
        assert found == list(kinds)

    def tap(self, name: str) -> None:
        """One of the six buttons."""
        self.page.locator(f".gloves [data-name={name}]").click()

    def queue(self) -> str:
        """The top line."""
        return self.page.locator(".queue").inner_text()


Phones = Callable[..., Cab]


@pytest.fixture
def cab(desk: Desk) -> Iterator[Phones]:
    """A phone that is paired with the vehicle of the plan's n-th tur, which is ordered."""
    made: list[Cab] = []

    def make(n: int = 0, *, start: bool = True, domain: str = "snow", **how: Any) -> Cab:
        plan = live_plan(desk) if domain == "snow" else town.publish(desk.database, "waste", desk.clock)
        item = [item for item in plan.interventions if item.vehicle][n]
        (order,) = decide(desk.database, plan.id, [item.key], "dispatcher", desk.clock.now())
        desk.database.commit()
        code = httpx.post(f"{desk.address}/api/v1/phones", json={"vehicle": item.vehicle}).json()["code"]
        dress = PHONE | {"color_scheme": "dark"} | how
        context = desk.browser.new_context(**dress, geolocation=SPOT, permissions=["geolocation"])
        found = Cab(desk, context, context.new_page(), order, item)
        made.append(found)
        found.listen(found.page).goto(f"{desk.address}/kor")
        found.page.locator("#code").fill(code)
        found.page.locator(".code-form button").click()
        found.page.locator(".tur-card .btn").first.wait_for()
        if start:
            found.page.locator(".tur-card .btn").first.click()
            found.page.locator(".gloves").wait_for()
            expect(found.page.locator(".queue")).to_have_text(re.compile("0 i kö|0 queued"))
        return found

    yield make
    for one in made:
        one.context.close()
        assert one.wrong == []


def ready(page: Page) -> None:
    """Once the worker keeps the page."""
    page.evaluate(KEPT)


def test_three_taps_offline_a_killed_tab_and_lost_answers_are_three_reports(cab: Phones) -> None:
    phone = cab()
    ready(phone.page)
    phone.context.set_offline(True)
    for name in ("done", "slippery", "damage"):
        phone.tap(name)
        expect(phone.page.locator(".toast strong")).to_contain_text("Sparat")
    expect(phone.page.locator(".queue")).to_contain_text("3 i kö")
    phone.reopen()
    expect(phone.page.locator(".queue")).to_contain_text("3 i kö")
    lost = []

    def stored_but_lost(route: Route) -> None:
        answer = route.fetch()
        lost.append(answer.status)
        route.fulfill(status=503, body="{}") if len(lost) <= 2 else route.fulfill(response=answer)

    phone.page.route("**/api/v1/reports/*", stored_but_lost)
    phone.context.set_offline(False)
    expect(phone.page.locator(".queue")).to_contain_text("Ansluten, 0 i kö")
    assert lost[:2] == [201, 200]
    phone.sent("started", "segment_done", "slippery", "damage")


def test_what_is_tapped_is_on_the_page_of_the_depot(cab: Phones) -> None:
    phone = cab()
    depot = phone.desk.open("/idag")
    depot.locator("#live[data-heard]").wait_for(state="attached")
    phone.tap("obstacle")
    phone.page.get_by_role("button", name="Träd").click()
    line = depot.locator("#drivers li")
    expect(line).to_contain_text("träd")
    line.locator("input[name=text]").fill("Sågen är på väg")
    line.get_by_role("button", name="Sett").click()
    expect(depot.locator("#drivers li")).to_have_count(0)
    phone.page.locator("[data-name=end]").click()
    phone.page.get_by_role("button", name="Klar ändå").click()
    expect(phone.page.locator(".word").first).to_contain_text("Sågen är på väg")


def test_a_photograph_taken_without_network_comes_small_and_once(cab: Phones, tmp_path: Path) -> None:
    picture = tmp_path / "hole.png"
    Image.new("RGB", (3000, 2000), (90, 120, 150)).save(picture)
    phone = cab()
    phone.context.set_offline(True)
    phone.page.locator("[data-name=photo] input").set_input_files(picture)
    expect(phone.page.locator(".queue")).to_contain_text("1 foto")
    phone.context.set_offline(False)
    expect(phone.page.locator(".queue")).to_contain_text("Ansluten, 0 i kö")
    expect(phone.page.locator(".queue")).not_to_contain_text("foto")
    report = next(row for row in phone.reports() if row["kind"] == "message")
    kept = httpx.get(f"{phone.desk.address}/api/v1/reports/{report['id']}/photo")
    size = Image.open(io.BytesIO(kept.content)).size
    assert size == (1280, 853)
    depot = phone.desk.open("/idag")
    shown = depot.locator(".heard-photo img")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 1280)


def test_a_double_tap_is_one_street_and_the_button_of_undo_stays_where_it_is(cab: Phones) -> None:
    phone = cab()
    phone.page.locator(".gloves [data-name=done]").dblclick()
    undo = phone.page.locator("[data-name=undo]")
    same = undo.element_handle()
    phone.page.wait_for_timeout(2300)
    assert undo.locator(".small").inner_text() != "10\N{NO-BREAK SPACE}s"
    assert same is not None
    assert same.evaluate("(button) => button.isConnected")
    phone.sent("started", "segment_done")


def test_digits_are_taken_as_the_depot_s_page_shows_them(desk: Desk) -> None:
    """With their gap, as somebody copies them; wrong ones are told in the page's own words."""
    vehicle = next(item.vehicle for item in live_plan(desk).interventions if item.vehicle)
    depot = desk.open(f"/bemanning?opened={vehicle}")
    depot.get_by_role("button", name="Koppla telefon").click()
    digits = depot.locator(".digits").inner_text()
    context = desk.browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(f"{desk.address}/kor")
    page.locator(".code-form button").click()
    expect(page.locator("#code-wrong")).to_contain_text("Koden gäller inte")
    page.locator("#code").fill(digits)
    page.locator(".code-form button").click()
    expect(page.locator("h1")).to_have_text("Inget att köra nu")
    context.close()


def test_undo_takes_the_tap_back_everywhere(cab: Phones) -> None:
    phone = cab()
    expect(phone.page.locator(".prog span")).to_contain_text("0 av")
    phone.tap("done")
    expect(phone.page.locator(".prog span")).to_contain_text("1 av")
    phone.page.locator("[data-name=undo]").click()
    expect(phone.page.locator(".prog span")).to_contain_text("0 av")
    phone.sent("started", "segment_done", "undo")
    phone.desk.database.rollback()
    history = orders.events(phone.desk.database, phone.order)
    assert [event.kind for event in history if event.kind != "undone"] == ["decided", "started"]


def test_a_phone_that_was_taken_out_keeps_what_waits_and_asks_for_a_code(cab: Phones) -> None:
    phone = cab()
    address = phone.desk.address
    (known,) = httpx.get(f"{address}/api/v1/phones").json()["phones"]
    httpx.post(f"{address}/api/v1/phones/{known['id']}/end", json={}).raise_for_status()
    phone.desk.clock.advance(minutes=1)
    phone.tap("slippery")
    phone.page.locator("#code").wait_for()
    expect(phone.page.locator(".p-foot")).to_contain_text(phone.item.vehicle or "")
    code = httpx.post(f"{address}/api/v1/phones", json={"vehicle": phone.item.vehicle}).json()["code"]
    phone.page.locator("#code").fill(code)
    phone.page.locator(".code-form button").click()
    expect(phone.page.locator(".queue")).to_contain_text("Ansluten, 0 i kö")
    phone.sent("started", "slippery")


def test_a_phone_that_is_paired_with_another_vehicle_keeps_what_is_the_first_ones(cab: Phones) -> None:
    """It waits for its own vehicle, and what was driven is not driven on with the other."""
    phone = cab()
    address, other = (
        phone.desk.address,
        next(
            one.vehicle for one in live_plan(phone.desk).interventions if one.vehicle not in {None, phone.item.vehicle}
        ),
    )
    phone.context.set_offline(True)
    phone.desk.clock.advance(minutes=1)
    phone.tap("slippery")
    expect(phone.page.locator(".queue")).to_contain_text("1 i kö")
    phone.page.close()
    phone.context.set_offline(False)
    code = httpx.post(f"{address}/api/v1/phones", json={"vehicle": other}).json()["code"]
    phone.context.request.post(f"{address}/api/v1/phones/pair", data={"code": code})
    phone.page = phone.listen(phone.context.new_page())
    phone.page.goto(f"{address}/kor#in")
    expect(phone.page.locator("h1")).to_have_text("Inget att köra nu")
    expect(phone.page.locator(".queue")).to_contain_text(f"1 rapport hör till {phone.item.vehicle}")
    phone.sent("started")
    code = httpx.post(f"{address}/api/v1/phones", json={"vehicle": phone.item.vehicle}).json()["code"]
    phone.context.request.post(f"{address}/api/v1/phones/pair", data={"code": code})
    phone.page.goto(f"{address}/kor")
    phone.page.reload()
    phone.sent("started", "slippery")


def test_a_tur_that_the_depot_gives_to_another_stays_until_that_is_seen(desk: Desk, cab: Phones) -> None:
    phone = cab()
    phone.sent("started")
    orders.add_event(
        desk.database, OrderEvent(phone.order, "overridden", desk.clock.now(), "dispatcher", "", vehicle="P99")
    )
    pages.tell(desk.database, "orders")
    desk.database.commit()
    phone.page.locator(".changed").wait_for()
    assert phone.page.locator(".gloves").is_visible()
    phone.page.locator("[data-name=news]").click()
    phone.page.get_by_role("button", name="Ja, byt").click()
    expect(phone.page.locator("h1")).to_have_text("Inget att köra nu")


def test_a_tur_that_the_depot_stops_is_not_taken_away_silently(cab: Phones) -> None:
    phone = cab()
    httpx.post(f"{phone.desk.address}/api/v1/orders/{phone.order}/events", json={"kind": "aborted"}).raise_for_status()
    phone.page.locator(".changed").wait_for()
    assert phone.page.locator(".gloves").is_visible()
    phone.page.locator("[data-name=news]").click()
    expect(phone.page.locator(".sheet")).to_contain_text("är inte din längre")
    phone.page.get_by_role("button", name="Ja, byt").click()
    expect(phone.page.locator("h1")).to_have_text("Inget att köra nu")


def test_a_call_is_answered_with_one_tap(desk: Desk, cab: Phones) -> None:
    phone = cab(start=False)
    night.lists(desk.database, phone.item.vehicle or "")
    told(desk.database, town.settings(), phone.order, "dispatcher", desk.clock.now())
    pages.tell(desk.database, "orders")
    desk.database.commit()
    phone.page.get_by_role("button", name="Jag kör").click()
    phone.page.locator(".tur-card").wait_for()
    phone.sent("accepted")
    desk.database.rollback()
    found = orders.order(desk.database, phone.order)
    assert found is not None
    assert (found.state, found.state_who) == ("acknowledged", phone.item.vehicle)


def test_a_round_says_what_became_of_each_vessel(cab: Phones) -> None:
    phone = cab(domain="waste")
    expect(phone.page.locator(".prog span")).to_contain_text("0 av")
    name = phone.page.locator(".next-street").inner_text()
    phone.tap("unreachable")
    phone.sent("started", "stop_done")
    expect(phone.page.locator(".next-street")).not_to_have_text(name)
    phone.desk.database.rollback()
    ((room, *_),) = orders.stops_said(phone.desk.database, [phone.order]).values()
    assert {one.outcome for one in room.vessels} == {"unreachable"}


def test_what_the_scale_said_is_kept_by_vessel(cab: Phones) -> None:
    phone = cab(domain="waste")
    phone.tap("emptied")
    phone.page.get_by_role("button", name="kg", exact=True).click()
    phone.page.locator("#kg").fill("84,6")
    phone.page.wait_for_timeout(700)
    phone.page.get_by_role("button", name="Spara vikten").click()
    phone.sent("started", "stop_done", "stop_done")
    phone.desk.database.rollback()
    spoken = orders.stops_said(phone.desk.database, [phone.order])[phone.order]
    assert sum(one.kg or 0.0 for one in spoken[-1].vessels) == pytest.approx(84.6)
    assert {one.outcome for one in spoken[-1].vessels} == {"emptied"}


@pytest.mark.parametrize("dress", [(412, 915, "dark", "sv"), (320, 640, "light", "en"), (915, 412, "dark", "sv")])
def test_axe_finds_nothing_in_the_cab(desk: Desk, cab: Phones, dress: tuple[int, int, str, str]) -> None:
    width, height, theme, language = dress
    phone = cab(viewport={"width": width, "height": height}, color_scheme=theme)
    phone.page.goto(f"{desk.address}/kor?lang={language}")
    phone.page.locator(".gloves").wait_for()
    found = faults(phone.page, "drive")
    phone.tap("more_snow")
    phone.page.locator(".more").wait_for()
    found += faults(phone.page, "receipt")
    phone.page.locator("[data-name=all]").click()
    phone.page.locator("dialog[open]").wait_for()
    found += faults(phone.page, "all")
    phone.page.locator("dialog [data-name=close]").click()
    phone.page.locator("[data-name=end]").click()
    phone.page.locator("dialog[open]").wait_for()
    found += faults(phone.page, "end")
    assert found == []
    assert phone.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize("dress", [(390, "dark", "sv"), (320, "light", "en")])
def test_axe_finds_nothing_on_the_link_of_a_call(desk: Desk, dress: tuple[int, str, str]) -> None:
    """And it works without script."""
    width, theme, language = dress
    item = next(item for item in live_plan(desk).interventions if item.vehicle)
    (order,) = decide(desk.database, live_plan(desk).id, [item.key], "dispatcher", desk.clock.now())
    night.lists(desk.database, item.vehicle or "")
    told(desk.database, town.settings(), order, "dispatcher", desk.clock.now())
    (call,) = calls.calls_since(desk.database, desk.clock.now())
    until = desk.clock.now() + timedelta(hours=12)
    phones.add_pairing(desk.database, "of-the-call", call.vehicle, "call", desk.clock.now(), until, call.id)
    desk.database.commit()
    page = desk.open(f"/svar/of-the-call?lang={language}", width=width, theme=theme)
    found = faults(page, "answer")
    page.locator("details summary").click()
    found += faults(page, "cannot")
    page.context.close()
    plain = desk.open("/svar/of-the-call?lang=sv", width=width, script=False)
    plain.get_by_role("button", name="Jag kör").click()
    assert plain.url.endswith("/kor#in")
    plain.goto(f"{desk.address}/svar/of-the-call")
    expect(plain.locator(".saved")).to_contain_text("Du svarade ja")
    assert found + faults(desk.open("/svar/of-the-call", width=width, theme=theme), "answered") == []


def test_buttons_are_as_large_as_a_glove(cab: Phones) -> None:
    """22 mm on a phone of 6 inches, of which a millimetre is 6.1 px."""
    phone = cab()
    boxes = [one.bounding_box() for one in phone.page.locator(".glove").all()]
    assert len(boxes) == 6
    assert all(box is not None and box["width"] >= 22 * 6.1 and box["height"] >= 22 * 6.1 for box in boxes)


def test_every_word_of_the_scripts_is_in_the_catalogue() -> None:
    """And none stands there for nothing."""
    import dashboards.pages.drive as drive

    text = "\n".join(file.read_text("utf-8") for file in KOR.glob("*.js"))
    said = set(re.findall(r'"([a-z_0-9]+)"', text)) | set(re.findall(r"`([a-z_]+)_\$", text))
    known = set(drive.words("sv").table)
    words = {key.removeprefix("drive.word.") for key in known if key.startswith("drive.word.")}
    asked = set(re.findall(r'\bt\("([a-z_0-9]+)"', text))
    assert asked <= words
    families = tuple(f"{name}_" for name in re.findall(r"`([a-z_]+)_\$\{", text))
    pairs = {f"{kind}_{one}" for kind in ("slippery", "obstacle", "damage") for one in said}
    assert {word for word in words - said - pairs if not word.startswith(families)} == set()
