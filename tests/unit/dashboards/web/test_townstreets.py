"""The depth of the snow in this hour, and when it reaches a limit."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from city.outlook import OutlookFrame
from dashboards.web.townstreets import depth_hours, town_streets
from tests.unit.dashboards import town

HOUR = timedelta(hours=1)
FIRST = datetime(2026, 1, 12, 3, tzinfo=UTC)
FRAME = OutlookFrame(FIRST, FIRST, 3, "", simulated=False)
STREET = next(street for street in town.streets() if street.route_class == "P1")
TOWN = town_streets([STREET])


def at(when, *, mid=(6.0, 8.0, 9.0), limits=None):
    hours = depth_hours(FRAME, [(STREET.id, mid, (5.0, 5.0, 5.0))])
    return hours.at(when, TOWN, {"P1": 8.0} if limits is None else limits).get(STREET.id)


@pytest.mark.parametrize(("when", "depth"), [(-1.0, 6.0), (0.0, 6.0), (0.2, 8.0), (2.0, 9.0)])
def test_the_hour_is_the_one_that_ends_next(when, depth):
    assert at(FIRST + when * HOUR).now_cm == depth


def test_the_limit_is_reached_at_the_end_of_the_first_hour_over_it():
    assert at(FIRST).needed_at == FIRST + HOUR
    assert at(FIRST, limits={"P1": 9.5}).needed_at is None
    assert at(FIRST, limits={}).limit_cm is None


def test_after_the_last_hour_and_where_no_depth_is_known_nothing_is_said():
    assert at(FIRST + 2.1 * HOUR) is None
    assert at(FIRST, mid=(math.nan, 1.0, 1.0)) is None
    assert depth_hours(None, []).at(FIRST, TOWN, {}) == {}
