"""Declining, another vehicle and the manning in a real browser, with and without script, on desk and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from city.manning import CallOut
from store import calls
from tests.browser.desk import overflow


@pytest.mark.parametrize("script", [True, False])
def test_the_ticked_turer_are_declined_beside_the_main_button_and_taken_back(desk, script):
    page = desk.open("/idag", script=script)
    n = page.locator("tr[data-key]").count()
    for box in page.locator("input[name=keys]").all()[2:]:
        box.uncheck()
    page.get_by_text("Avstå (ange skäl)").click()
    page.locator("#decline-cause").select_option("drifting")
    page.locator("[data-names]").click()
    expect(page.get_by_role("heading", name="Avstådda (2)")).to_be_visible()
    expect(page.locator("tr[data-key]")).to_have_count(n - 2)
    page.get_by_role("button", name="Ta tillbaka").first.click()
    expect(page.get_by_role("heading", name="Avstådda (1)")).to_be_visible()
    expect(page.locator("tr[data-key]")).to_have_count(n - 1)
    assert desk.database.execute("SELECT count(*) FROM plan_order").fetchone() == (0,)


@pytest.mark.parametrize("script", [True, False])
def test_another_vehicle_is_chosen_in_the_opened_row(desk, script):
    page = desk.open("/idag", script=script)
    row = page.locator("tr[data-key]").filter(has_text="P1-3")
    row.locator("[data-open]").click()
    detail = page.locator(f"#{row.get_attribute('id')}-more")
    detail.locator("select[name=vehicle]").select_option("P01")
    detail.get_by_role("button", name="Byt fordon").click()
    expect(page.get_by_text("P01 är valt för hand.")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_a_vehicle_is_put_out_of_service_and_back(desk, width, theme):
    """No script at all on this page: opened, an error in its field, saved, taken back."""
    calls.replace_lists(desk.database, [CallOut("street", 1, "P02", "Jour 1", "sms", "070-174 06 12")])
    desk.database.commit()
    page = desk.open("/bemanning", width=width, theme=theme, script=False)
    assert overflow(page) <= 0
    page.get_by_role("button", name="Ändra P02").first.click()
    assert "tas ur" in page.locator(".e-then").first.inner_text()
    assert overflow(page) <= 0
    assert page.get_by_role("radio", name="Tills vidare").is_checked()
    expect(page.get_by_label("Till", exact=True)).to_be_hidden()
    page.get_by_text("Till en bestämd tid").click()
    assert overflow(page) <= 0
    page.get_by_label("Till", exact=True).fill("2026-11-24T06:00")
    page.get_by_label("Varför").fill("punktering")
    page.get_by_role("button", name="Spara P02").click()
    assert page.locator("h1").inner_text() == "4 av 5 fordon i tjänst."
    assert "P02 är ur drift till 06.00: punktering." in page.locator(".notice").inner_text()
    page.get_by_role("button", name="Ändra P02").first.click()
    page.get_by_role("button", name="Ta tillbaka").click()
    assert page.locator("h1").inner_text() == "5 av 5 fordon i tjänst."


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (390, "light")])
def test_out_until_further_notice_is_two_taps_and_back_is_one(desk, width, theme):
    page = desk.open("/bemanning", width=width, theme=theme, script=False)
    page.get_by_role("button", name="Ändra P02").first.click()
    page.get_by_role("button", name="Spara P02").click()
    assert "P02 är ur drift tills vidare." in page.locator(".notice").inner_text()
    assert "tills vidare" in page.locator("#v-P02 .v-stat").inner_text()
    assert overflow(page) <= 0
    page.locator("#v-P02").get_by_role("button", name="I tjänst igen").click()
    assert page.locator("h1").inner_text() == "5 av 5 fordon i tjänst."
    assert page.get_by_role("button", name="I tjänst igen").count() == 0
