"""Signing in as a person does it: with a keyboard, without JavaScript, on a narrow screen, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from city.clock import FixedClock
from store.connect import Connection
from tests.browser.test_axe import DRESSES, faults
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import serving
from tests.unit.dashboards.web.doors import PASSWORD, account, open_app


@pytest.fixture
def address(dsn: str, database: Connection) -> Iterator[str]:
    """The town with accounts, where it stands still."""
    town.fill(database)
    account(database, "anna", "dispatcher")
    account(database, "eva", "admin")
    with ExitStack() as stack:
        app = stack.enter_context(open_app(dsn, FixedClock(town.AT, simulated=False)))
        yield stack.enter_context(serving(app))


def typed(page: Page, *fields: str) -> None:
    """Fills the form by the keyboard alone, its first field has the focus, and waits for what comes of it."""
    with page.expect_navigation():
        for n, text in enumerate(fields):
            if n:
                page.keyboard.press("Tab")
            page.keyboard.type(text)
        page.keyboard.press("Enter")


def opened(browser: Browser, width: int = 1280, theme: str = "light", *, script: bool = True) -> Page:
    dressed = {"viewport": {"width": width, "height": 800}, "color_scheme": theme, "java_script_enabled": script}
    return browser.new_context(**dressed).new_page()


def code(page: Page) -> str:
    """What an app shows that has read the secret off the page."""
    return pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", "")).at(town.AT)


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: "-".join(map(str, dress)))
def test_the_sign_in_has_no_fault(browser: Browser, address: str, dress: tuple[int, str, str]) -> None:
    """Wrong, then right, then the app, then its code: in both themes and languages, wide and narrow."""
    width, theme, language = dress
    page, found = opened(browser, width, theme), []

    def looked_at(step: str) -> None:
        fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found.extend(faults(page, step) + ([] if fits else [f"{step}: too wide"]))

    page.goto(f"{address}/start?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    looked_at("password")
    typed(page, "eva", "not at all the right one")
    assert page.locator(".notice.is-stop").count() == 1
    looked_at("wrong")
    typed(page, "eva", PASSWORD)
    looked_at("app")
    typed(page, code(page))
    page.wait_for_url(f"{address}/start?lang={language}")
    looked_at("inside")
    page.context.close()
    assert found == []


def test_it_needs_no_script_and_leads_out_again(browser: Browser, address: str) -> None:
    page = opened(browser, script=False)
    page.goto(f"{address}/data?lang=en")
    page.locator("#name").fill("eva")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.locator("#code").fill(code(page))
    page.locator("#code").press("Enter")
    page.wait_for_url(f"{address}/data?lang=en")
    assert page.locator(".sign-out span").inner_text() == "eva · admin"
    page.locator(".sign-out button").click()
    page.wait_for_url(f"{address}/logga-in")
    assert page.goto(f"{address}/data").url.startswith(f"{address}/logga-in")
    page.context.close()


def test_a_script_is_not_led_to_the_sign_in(browser: Browser, address: str, database: Connection) -> None:
    """Else a page would take the sign-in for what came of its form."""
    page = opened(browser)
    page.goto(f"{address}/data")
    typed(page, "anna", PASSWORD)
    page.wait_for_url(f"{address}/data")
    form = "{method: 'POST', headers: {Accept: 'text/html'}, body: new URLSearchParams({kind: 'x'})}"
    sent = f"fetch('/api/v1/requests', {form})"
    told = f"{sent}.then((answer) => [answer.status, answer.redirected])"
    assert page.evaluate(told) == [422, False]
    database.execute("UPDATE web_session SET ended_at = since")
    assert page.evaluate(told) == [401, False]
    page.context.close()
