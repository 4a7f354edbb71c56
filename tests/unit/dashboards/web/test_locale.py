"""Figures, money and lengths of time as each language says them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from dashboards.web.locale import Locale

ZONE = ZoneInfo("Europe/Stockholm")
SV, EN = Locale(words("sv"), ZONE), Locale(words("en"), ZONE)


def test_figures_have_comma_or_point_and_a_true_minus():
    assert (SV.figure(-2.84), EN.figure(-2.84)) == ("−2,8", "−2.8")
    assert (SV.short(8.0), SV.short(2.5), SV.short(2.85), SV.short(2.375)) == ("8", "2,5", "2,85", "2,38")


def test_money_is_rounded_and_grouped():
    assert SV.money(96_437, "kr") == "96\u00a0400\u00a0kr"
    assert EN.money(96_437, "kr") == "96,400\u00a0kr"


@pytest.mark.parametrize(
    ("minutes", "said"), [(71, "71\u00a0min"), (119.6, "2\u00a0h"), (1290, "21\u00a0h 30\u00a0min")]
)
def test_long_times_are_said_in_hours(minutes, said):
    assert SV.minutes(minutes) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(-5, "0\u00a0min"), (240, "4\u00a0min"), (3 * 3600, "3\u00a0h"), (3 * 86400, "3 dygn")]
)
def test_ages(seconds, said):
    assert SV.age(seconds) == said


def test_a_moment_of_another_day_says_its_day():
    night, evening = datetime(2026, 11, 24, 3, 30, tzinfo=UTC), datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert SV.moment(night, night) == "04.30"
    assert EN.moment(night, evening) == "Tue 24 Nov 04:30"
