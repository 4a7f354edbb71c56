"""The doses that a driver reads: of brine what the spreader is set to, beside the dry salt in it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.plan import SegmentAction
from dashboards.pages.opened import _street
from dashboards.web.locale import Locale
from store.daypage import Background


@pytest.mark.parametrize(
    ("action", "said"), [("brine", "7 g/m² torrt salt (30 g/m² lösning)"), ("salt", "7\N{NO-BREAK SPACE}g/m²")]
)
def test_a_dose_of_brine_is_said_of_salt_and_of_solution(action: str, said: str) -> None:
    locale = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
    line = _street(SegmentAction(id="s/1", action=action, dose_g_m2=7.0), Background((), (), (), (), {}), locale)
    assert said in line.action
