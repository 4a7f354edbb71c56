"""The strip of the day: nine hours measured, what was planned ahead, labels that never meet."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from city.catalogue.words import words
from city.plan import DecidingCurve, Reason
from dashboards.pages.daystrip import day_strip
from dashboards.pages.striplabels import apart
from dashboards.web.locale import Locale
from store.daypage import MeasuredNear
from tests.unit.dashboards.pages.test_status import item
from tests.unit.dashboards.pages.test_why import AT, plan

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
HOUR = timedelta(hours=1)


def curve(starts_at=AT, **more):
    hours = 24
    return DecidingCurve(
        segment="s", name="Storgatan", starts_at=starts_at, depth_cm=(1.0,) * hours, low_cm=(0.5,) * hours,
        high_cm=(2.0,) * hours, air_c=(-3.0,) * hours, surface_c=(-2.0,) * hours, surface_low_c=(-3.0,) * hours,
        surface_high_c=(-1.0,) * hours, dew_c=(-4.0,) * hours, lon=14.8, lat=56.9, **more,
    )  # fmt: skip


def tur(run=1, limit=3.0, network="street", **more):
    reasons = (Reason(text="", text_en="", value=5.0, unit="cm", threshold=limit),)
    key = f"snow:P1-1:2026-11-24:{run}"
    return item(
        **(
            {
                "key": key,
                "reasons": reasons,
                "network": network,
                "curve": curve(),
                "deadline": AT + 3 * HOUR,
                "latest_start": AT + HOUR,
            }
            | more
        )
    )


def strip(*turer, now=AT, measured=()):
    return day_strip(msgspec.structs.replace(plan(turer[0]), interventions=turer), now, SWEDISH, measured)


def test_a_second_run_draws_it_too():
    """After a draft was taken all that is planned anew are second runs: the strip stays."""
    assert strip(tur(run=2)) is not None


def test_what_was_planned_last_goes_before_what_was_taken_over():
    old = tur(
        curve=curve(
            AT - 5 * HOUR,
        ),
        title="P1-2 Gammal",
    )
    fresh = msgspec.structs.replace(tur(), curve=msgspec.structs.replace(curve(), name="Nygatan"))
    assert strip(old, fresh).street == "Nygatan"
    assert strip(old).street == "Storgatan"
    assert strip(tur(curve=curve(AT - 30 * HOUR))) is None


def test_road_air_and_dew_point_have_their_curves_and_the_road_its_range():
    found = strip(tur())
    assert [line.label for line in found.temps] == ["vägyta", "luft", "daggpunkt"]
    assert found.road_band.startswith("M")
    assert "Vägytan är som kallast −2,0 °C" in found.said


def test_a_plan_of_before_there_were_such_curves_is_drawn_without_them():
    bare = DecidingCurve(
        segment="s",
        name="S",
        starts_at=AT,
        depth_cm=(1.0,) * 9,
        low_cm=(1.0,) * 9,
        high_cm=(1.0,) * 9,
        air_c=(None,) * 9,
    )
    found = strip(tur(curve=bare))
    assert (found.temps, found.road_band, found.zero_y) == ((), "", None)


def test_what_was_measured_is_drawn_until_now():
    points = tuple((AT - k * HOUR, float(k)) for k in range(12, -1, -1))
    found = strip(tur(), measured=(MeasuredNear("snow_depth", "mast 1", points),))
    assert found.snow[0].path.count("L") == 9  # the nine hours behind and the one that has begun
    assert "Mätt: mast 1." in found.said


def test_the_limits_of_both_classes_have_labels_of_their_own():
    found = strip(tur(limit=8.0), tur(limit=3.0, network="cycle"), tur(limit=10.0))
    assert [limit.text for limit in found.limits] == ["gräns gata 8 cm", "gräns GC 3 cm"]
    near = strip(tur(limit=3.2), tur(limit=3.0, network="cycle"))
    assert abs(near.limits[0].text_y - near.limits[1].text_y) >= 14


def test_marks_stand_at_their_lines_and_not_upon_each_other():
    marks = {mark.name: mark for mark in strip(tur()).marks}
    assert marks["now"].y != marks["latest"].y == marks["ready"].y
    assert (marks["latest"].anchor, marks["ready"].anchor) == ("end", "start")
    late = {mark.name: mark for mark in strip(tur(deadline=AT + 14 * HOUR)).marks}
    assert (late["ready"].anchor, late["ready"].y) == ("end", marks["now"].y)


def test_labels_are_moved_apart_and_stay_within_their_box():
    placed = apart({"a": 100.0, "b": 102.0, "c": 248.0}, 90.0, 240.0)
    assert placed == {"a": 100.0, "b": 115.0, "c": 240.0}
    assert apart({"a": 239.0, "b": 239.5}, 90.0, 240.0) == {"a": 225.0, "b": 240.0}
