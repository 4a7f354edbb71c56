"""The state of a street: what is out goes before what waits, and what is not reached is never not needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from planner.night.streets import LeftAlone, StreetDepth, StreetGiven, TurRun, metres, streets_now

NOW = datetime(2026, 1, 12, 19, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B = StreetGiven("a", 100.0), StreetGiven("b", 250.0)


def states(runs=(), not_cared=(), depths=None, streets=(A, B), **how):
    return [one.state for one in streets_now(streets, runs, not_cared, depths or {}, NOW, **how)]


def test_a_running_tur_is_done_where_it_was_and_left_where_not():
    found = streets_now((A, B), [TurRun("k", "started", ("a", "b"), done={"a": NOW - HOUR})], (), {}, NOW)
    assert [one.state for one in found] == ["doing_done", "doing_left"]
    assert [one.key for one in found] == ["k", "k"]
    assert found[0].done_at == NOW - HOUR


@pytest.mark.parametrize("state", ["proposed", "decided", "sent", "acknowledged", "unanswered"])
def test_what_nobody_has_begun_is_left(state):
    assert states([TurRun("k", state, ("a",))])[0] == "left"


def test_a_tur_that_is_driven_though_nobody_pressed_start_is_out():
    assert states([TurRun("k", "acknowledged", ("a", "b"), done={"a": NOW})]) == ["doing_done", "doing_left"]


def test_what_was_done_stays_done_when_the_plan_asks_for_it_no_more():
    """The order is not in the live plan, its streets were done an hour ago."""
    run = TurRun("k", "done", ("a",), asked=False, done={"a": None}, ended_at=NOW - HOUR)
    found = streets_now((A, B), [run], (), {}, NOW)[0]
    assert (found.state, found.done_at) == ("done", NOW - HOUR)
    assert states([run], done_for=timedelta(minutes=30))[0] == "not_needed"


def test_what_was_broken_off_is_done_where_it_was_driven_and_else_says_nothing():
    run = TurRun("k", "aborted", ("a", "b"), asked=False, done={"a": NOW - HOUR}, ended_at=NOW)
    assert states([run]) == ["done", "not_needed"]
    still_asked = TurRun("k", "aborted", ("a", "b"), done={"a": NOW - HOUR}, ended_at=NOW)
    assert states([still_asked]) == ["done", "left"]


def test_a_second_run_that_waits_is_left_and_remembers_the_first():
    first = TurRun("k:1", "done", ("a",), done={"a": NOW - HOUR}, ended_at=NOW - HOUR)
    found = streets_now((A,), [first, TurRun("k:2", "proposed", ("a",))], (), {}, NOW)[0]
    assert (found.state, found.key, found.cause, found.done_at) == ("left", "k:2", "run_again", NOW - HOUR)


def test_the_run_that_is_out_goes_before_the_one_that_waits():
    out = TurRun("k:1", "started", ("a", "b"), done={"a": NOW})
    assert states([TurRun("k:2", "sent", ("a", "b")), out]) == ["doing_done", "doing_left"]


def test_what_is_not_reached_is_never_not_needed():
    cut_off, theirs = StreetGiven("a", 1.0, reachable=False), StreetGiven("b", 1.0, ours=False)
    found = streets_now((cut_off, theirs), (), (), {"a": StreetDepth(0.0, 0.0, 8.0)}, NOW)
    assert [(one.state, one.cause) for one in found] == [("unreachable", "no_way"), ("not_covered", "keeper")]


def test_what_lies_over_its_limit_in_no_tur_is_not_covered():
    """By its lowest reading, so that a forecast that may be wrong accuses nobody."""
    sure, unsure, under = StreetDepth(9.0, 8.2, 8.0), StreetDepth(9.0, 7.9, 8.0), StreetDepth(8.6, 8.0, 10.0, NOW)
    assert states(depths={"a": sure, "b": unsure}) == ["not_covered", "not_needed"]
    assert streets_now((A,), (), (), {"a": under}, NOW)[0].depth.needed_at == NOW


def test_a_tunnel_needs_nothing_and_a_street_without_a_depth_says_that_it_has_none():
    tunnel = StreetGiven("a", 1.0, reachable=False, covered=True)
    found = streets_now((tunnel, B), (), (), {}, NOW)
    assert [(one.state, one.cause) for one in found] == [("not_needed", "tunnel"), ("not_needed", "no_depth")]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("no_vehicle", "no_vehicle"),
        ("unreachable", "unreachable"),
        ("left_out", "not_covered"),
        ("a word of tomorrow", "not_covered"),
    ],
)
def test_what_the_plan_does_not_care_for_is_said_in_its_words(kind, state):
    found = streets_now((A, B), (), [LeftAlone(kind, ("a",), "gågata med pollare")], {}, NOW)
    assert (found[0].state, found[0].said) == (state, "gågata med pollare")
    assert found[1].state == "not_needed"


def test_an_order_goes_before_what_the_plan_left():
    """Somebody drives it after all: a vehicle was found by hand."""
    assert states([TurRun("k", "sent", ("a",), asked=False)], [LeftAlone("no_vehicle", ("a",))])[0] == "left"


def test_metres_are_those_of_the_streets_of_the_states():
    found = streets_now((A, B), [TurRun("k", "sent", ("b",))], (), {}, NOW)
    assert metres((A, B), found, {"left", "doing_left"}) == 250.0
