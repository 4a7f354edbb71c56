"""A short night from the first note to the hand-over, with a mouse, with the keyboard alone and on a phone, in both
languages: every act is within reach, the focus is never lost, and nothing is said in another language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from city.catalogue.words import words
from tests.browser import acts
from tests.browser.desk import Desk, listening, propose
from tests.browser.hands import DRESSES, Dress, Hand, hand_of, too_wide
from tests.browser.strays import strays
from tests.unit.dashboards import night


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: dress.name)
def test_a_short_night(desk: Desk, dress: Dress) -> None:
    night.lists(desk.database, "P02", "P03")
    desk.database.commit()
    page = listening(desk.open(f"/idag?lang={dress.language}", width=dress.width, **dress.device))
    hand, t = hand_of(dress, page), words(dress.language)
    hand.arrive()
    assert acts.see(hand, "Storgatan", "9")
    declined(hand)
    propose(desk, added=3)
    expect(page.locator("#watch-row.is-warn")).to_be_visible()
    assert not acts.takes_in_row(hand)
    assert acts.open_draft(hand)
    assert acts.take_draft(hand)
    expect(page.locator("#watch-row.is-ok")).to_be_visible()
    propose(desk, dropped=1)
    expect(page.locator("#watch-row [data-take] button")).to_be_visible()
    assert acts.take_in_row(hand)
    expect(page.locator("#watch-row.is-ok")).to_be_visible()
    assert acts.call_out(hand)
    assert acts.ring(hand, t)
    assert (too_wide(page, dress), strays(page, dress.language)) == (0, set())
    assert acts.hand_over(hand, t)
    assert (too_wide(page, dress), strays(page, dress.language)) == (0, set())
    assert (hand.missed, hand.lost) == ({}, {})


def declined(hand: Hand) -> None:
    """The last two turer of the table."""
    page = hand.page
    boxes = page.locator("input[name=keys]")
    n = boxes.count()
    for box in boxes.all()[: n - 2]:
        assert hand.press(box, "tick")
    assert acts.decline(hand, "drifting")
    expect(boxes).to_have_count(n - 2)
    for box in boxes.all():
        assert hand.press(box, "tick")
