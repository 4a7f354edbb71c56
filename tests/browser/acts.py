"""What a dispatcher does on the day page in a night, by whatever hand. Words are those of the page's language."""

from __future__ import annotations

from playwright.sync_api import Locator, TimeoutError

from city.catalogue.words import Words
from tests.browser.hands import Hand


def call_out(hand: Hand) -> bool:
    """The button, then the one on the sheet that sends; a sheet that sends nothing is closed."""
    page = hand.page
    if not hand.press(page.locator("[data-count]"), "call out"):
        return False
    if hand.press(page.locator("dialog #sheet .is-main"), "call out"):
        return True
    hand.press(page.locator("dialog [data-close]"), "sheet closed")
    return False


def see(hand: Hand, street: str, cm: str) -> bool:
    """So much snow lies on a street."""
    page = hand.page
    return (
        hand.write(page.locator("#observation-street"), street, "see")
        and hand.write(page.locator("#observation-value"), cm, "see")
        and hand.press(page.locator("#observation-form > .btns button"), "see")
    )


def decline(hand: Hand, cause: str) -> bool:
    """What is ticked, with its cause."""
    page = hand.page
    return (
        hand.press(page.locator(".decline-box > summary"), "decline")
        and hand.choose(page.locator("#decline-cause"), cause, "decline")
        and hand.press(page.locator(".decline-box button.is-stop"), "decline")
    )


def open_draft(hand: Hand) -> bool:
    """The draft, below the watch's row."""
    return hand.press(hand.page.locator("#watch-row [data-open]"), "draft opened")


def takes_in_row(hand: Hand) -> bool:
    """Whether the watch's row says the whole draft, so that it can be taken there."""
    return hand.page.locator("#watch-row [data-take] button").is_visible()


def take_in_row(hand: Hand) -> bool:
    """The draft that the row says whole."""
    return hand.press(hand.page.locator("#watch-row [data-take] button"), "draft taken")


def take_draft(hand: Hand) -> bool:
    """The draft that is open."""
    return hand.press(hand.page.locator("#draft button[value=accept]"), "draft taken")


def to_ring(hand: Hand, t: Words) -> Locator:
    """The buttons of those whom somebody has to ring, since nobody is left to call."""
    rows = hand.page.locator(".call-table tr").filter(has=hand.page.locator(".status.is-stop, .status.is-late"))
    return rows.get_by_role("button", name=t("board.act.rang")).and_(hand.page.locator(":visible"))


def ring(hand: Hand, t: Words) -> bool:
    """The first of them was rung, and acknowledged."""
    return hand.press(to_ring(hand, t).first, "ring")


def hand_over(hand: Hand, t: Words) -> bool:
    """To the page for the next shift; whether it came."""
    link = hand.page.locator("header nav").get_by_role("link", name=t("head.handover"), exact=True)
    if not hand.leave(link, "hand over"):
        return False
    try:
        hand.page.wait_for_url("**/overlamning**", timeout=30_000)
        hand.page.locator("#night-h").wait_for(timeout=30_000)
    except TimeoutError:
        return False
    return True
