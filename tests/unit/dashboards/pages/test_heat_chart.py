"""The picture of a building's two days: what it shows, and that there is none where nobody can say."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec

from city.plan import HeatHour, Intervention
from dashboards.pages.heatchart import heat_chart
from tests.unit.dashboards.pages.test_headline import SWEDISH
from tests.unit.planner.heating.test_learned_plan import TUESDAY, item_of, known

HOUR = timedelta(hours=1)


def chart_of(item: Intervention, hours: float = 3.0):  # type: ignore[no-untyped-def]
    first = item.heat[0].starts_at  # type: ignore[index, union-attr]
    return heat_chart(item, first + hours * HOUR, SWEDISH)


def test_two_days_with_set_points_and_what_is_expected() -> None:
    """A step for each hour, a point for each, the hours of use, midnights by their day, and the present where it is."""
    chart = chart_of(item_of(known(TUESDAY)))
    assert chart.hours == 48
    assert len(re.findall("[ML]", chart.set_points)) == 96
    assert len(re.findall("[ML]", chart.indoor)) == 48
    assert chart.used == ((16.67, 16.67), (66.67, 16.67))
    assert [name for _, name in chart.ticks] == ["tis 23 dec", "12", "ons 24 dec", "12"]
    assert chart.now == 6.25
    assert "08.00" not in chart.said.split(";")[0]
    assert "09.00 2" in chart.said
    assert chart_of(item_of(known(TUESDAY)), 60.0).now is None


def test_no_picture_where_nobody_can_say() -> None:
    item = item_of(known(TUESDAY))
    blind = tuple(HeatHour(starts_at=hour.starts_at, set_point_c=hour.set_point_c) for hour in item.heat)  # type: ignore[union-attr]
    assert chart_of(msgspec.structs.replace(item, heat=blind)) is None
