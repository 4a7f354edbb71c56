"""The watch's draft in words: how many turer come in and drop out, and nothing of what there is none of."""

from __future__ import annotations

import pytest

from city.catalogue.words import words
from dashboards.pages.draft import said_changes


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
    assert words("sv")("draft.accept", changes=changes) == f"Ta ändringen: {sv}"
    assert words("en")("draft.accept", changes=changes) == f"Take the change: {en}"
