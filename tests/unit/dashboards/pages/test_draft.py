"""A draft in words: only what it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.draft import Bust, Change, Difference
from dashboards.pages.draft import draft_box, said_changes
from dashboards.web.locale import Locale
from store.drafts import Draft


@pytest.mark.parametrize(
    ("added", "dropped", "sv", "en"),
    [
        (5, 0, "5 turer tillkommer", "5 routes come in"),
        (1, 0, "1 tur tillkommer", "1 route comes in"),
        (0, 2, "2 turer utgår", "2 routes drop out"),
        (0, 1, "1 tur utgår", "1 route drops out"),
        (1, 2, "1 tur tillkommer och 2 turer utgår", "1 route comes in and 2 routes drop out"),
        (0, 0, "inga andra turer", "no other routes"),
    ],
)
def test_a_draft_says_only_what_there_is(added: int, dropped: int, sv: str, en: str) -> None:
    changes = said_changes(added, dropped)
    assert words("sv")("draft.changes", changes=changes) == sv
    assert words("en")("draft.changes", changes=changes) == en


@pytest.mark.parametrize(
    ("seen", "ahead_min", "sv"),
    [
        (True, 20, "Nu väntas 1,7 cm kl. 23.00 på P1-1."),
        (True, -20, "1,7 cm ligger kl. 23.00 på P1-1."),
        (False, 20, "Nu väntas 1,7 cm kl. 23.00 på P1-1."),
    ],
)
def test_what_lies_in_an_hour_that_is_not_over_is_awaited(seen: bool, ahead_min: int, sv: str) -> None:
    """At 22.40 nothing lies at 23.00 yet, whatever the sensors say."""
    at = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    bust = Bust(more=True, seen=seen, tur="P1-1", at=at, cm=1.7, expected_cm=0.2, low_cm=0.1, high_cm=0.4, share=0.5)
    draft = Draft("d", "p", at - timedelta(minutes=ahead_min), "test", Difference(busts=(bust,)))
    box = draft_box(draft, {}, Locale(words("sv"), ZoneInfo("Europe/Stockholm")), "kr")
    assert box.busts[0].startswith(sv)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "Nu väntas som mest 2,1 cm. I planen: torr snö 4,6 cm"),
        ("en", "Now at most 2.1 cm is expected. In the plan: dry snow 4.6 cm"),
    ],
)
def test_a_tur_that_drops_out_says_why_it_goes_and_why_it_was_in(language: str, said: str) -> None:
    change = Change(
        key="k", target="C1-1", title="C1-1", vehicle="G01", starts_at=None, why="torr snö 4,6 cm",
        why_en="dry snow 4.6 cm", gone="Nu väntas som mest 2,1 cm.", gone_en="Now at most 2.1 cm is expected.",
    )  # fmt: skip
    draft = Draft("d", "p", datetime(2026, 11, 24, 2, 0, tzinfo=UTC), "test", Difference(dropped=(change,)))
    box = draft_box(draft, {}, Locale(words(language), ZoneInfo("Europe/Stockholm")), "kr")
    assert box.dropped[0].why == said
