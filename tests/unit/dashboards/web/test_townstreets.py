"""The depth of the snow in this hour, and when it reaches a limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from city.outlook import OutlookFrame, SegmentOutlook
from dashboards.web.townstreets import KeptStreets, depths_at, hour_of
from planner.night.streets import StreetNow
from store import outlook, roads
from store.outlook import DepthRow

HOUR = timedelta(hours=1)
FIRST = datetime(2026, 1, 12, 3, tzinfo=UTC)
FRAME = OutlookFrame(FIRST, FIRST, 3, "", simulated=False)


@pytest.mark.parametrize(("when", "hour"), [(-1.0, 0), (0.0, 0), (0.2, 1), (2.0, 2), (2.1, None)])
def test_the_hour_is_the_one_that_ends_next(when, hour):
    assert hour_of(FRAME, FIRST + when * HOUR) == hour
    assert hour_of(None, FIRST) is None


def test_the_limit_is_reached_at_the_end_of_the_first_hour_over_it():
    rows = [DepthRow("a", 6.0, 5.0, 8.0, 1), DepthRow("b", 6.0, None, None, None), DepthRow("c", None, None, 8.0, 0)]
    found = depths_at(FRAME, 1, rows)
    assert found["a"].needed_at == FIRST + 2 * HOUR
    assert (found["b"].low_cm, found["b"].needed_at) == (6.0, None)
    assert "c" not in found


def test_the_database_finds_the_depth_of_an_hour_and_when_the_limit_of_its_class_is_reached(filled):
    street = next(one for one in roads.load_segments(filled) if one.route_class == "P1")
    nothing = (None,) * 3
    row = SegmentOutlook(
        street.id, *(nothing,) * 3, (6.0, 7.0, 9.0), (5.0, 6.5, None), nothing, ("snow",) * 3, *(nothing,) * 5
    )
    outlook.replace_outlook(filled, FRAME, [row], FIRST)
    assert outlook.depths(filled, 1, {"P1": 8.0, "P2": 1.0}) == (DepthRow(street.id, 7.0, 6.5, 8.0, 1),)
    assert outlook.depths(filled, 2, {"P1": 8.0})[0].first == 0
    assert outlook.depths(filled, 0, {})[0] == DepthRow(street.id, 6.0, 5.0, None, None)
    assert not outlook.land_known(filled)


def test_streets_are_kept_until_they_stand_otherwise():
    kept, made = KeptStreets(), []

    def make() -> list[StreetNow]:
        made.append(1)
        return [StreetNow("left")]

    one = kept.get("a", make)
    assert kept.get("a", make) is one
    assert kept.encoded(one, "sv", lambda: b"x") == kept.encoded(one, "sv", lambda: b"y") == b"x"
    two = kept.get("b", make)
    assert len(made) == 2
    assert kept.encoded(two, "sv", lambda: b"z") == b"z"
    assert kept.encoded(one, "sv", lambda: b"old") == b"old"
