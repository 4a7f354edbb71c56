"""What a snow plan spreads and which hours are overtime, beside the full call-out's, on the day page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.totals import SnowTotals
from dashboards.pages.services.snow import SnowView
from dashboards.web.locale import Locale
from planner.services import make_plan
from tests.unit.planner.snapshots import depth, forecast, limits_with, snow_snapshot, threshold


def figures(totals: SnowTotals, language: str = "sv") -> dict[str, tuple[str, str]]:
    used = SnowView()._used(totals, Locale(words(language), ZoneInfo("Europe/Stockholm")))
    return {one.label: (one.value.replace("\xa0", " "), one.second.replace("\xa0", " ")) for one in used}


def test_salt_sand_and_overtime_stand_beside_a_full_call_outs() -> None:
    totals = SnowTotals(salt_kg=6210.0, full_salt_kg=9400.0, sand_kg=400.0, overtime_h=3.5, full_overtime_h=31.0)
    assert figures(totals) == {
        "Salt": ("6,2 ton", "full utkallning 9,4 ton"),
        "Sand": ("400 kg", ""),
        "Övertid": ("3 h 30 min", "full utkallning 31 h"),
    }
    assert figures(totals, "en")["Overtime"] == ("3 h 30 min", "a full call-out 31 h")


@pytest.mark.parametrize("totals", [SnowTotals(), SnowTotals(salt_kg=0.0, sand_kg=0.0, overtime_h=0.0)])
def test_what_is_not_spread_takes_no_place(totals: SnowTotals) -> None:
    assert figures(totals) == {}


def test_a_plan_that_salts_says_so() -> None:
    rules = limits_with(threshold("snow.anti_slip", "P1", None, text="salt"))
    plan = make_plan(snow_snapshot(readings=(depth(12.0),), forecasts=(forecast(-3.0),), thresholds=rules))
    labels = [one.label for one in SnowView().more(plan, Locale(words("sv"), ZoneInfo("Europe/Stockholm")), None)]
    assert labels[-2:] == ["Salt", "Övertid"]
