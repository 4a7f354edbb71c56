"""The lines of a night, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from dashboards.pages.asof import said
from dashboards.web.locale import Locale
from store.pages import Moment

AT = datetime(2027, 1, 12, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("slot", "swedish", "english"),
    [
        ("18:00", "Plan version 1, kl. 18.00", "Plan version 1, of 18:00"),
        ("event:by-hand:2027-01-12", "Plan version 1, för hand", "Plan version 1, by hand"),
        ("event:draft:7", "Plan version 1, ur vaktens utkast", "Plan version 1, from the watch’s draft"),
        ("storm", "Plan version 1, kl. storm", "Plan version 1, of storm"),
    ],
)
def test_a_plan_is_told_by_when_it_was_due_or_who_made_it(slot: str, swedish: str, english: str) -> None:
    moment = Moment(AT, "plan", "1", slot)
    spoken = [said(moment, Locale(words(language), ZoneInfo("Europe/Stockholm"))) for language in ("sv", "en")]
    assert spoken == [swedish, english]
