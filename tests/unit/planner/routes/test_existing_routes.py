"""Today's routes beside ours: the work, the score of both, and when there is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from city.catalogue.words import words
from city.entities import ExistingRoute, RouteStep, TurnBan, Vehicle
from planner.routes.compare import words as compare_words
from planner.routes.compare.existing import Compared, Today, compare
from planner.routes.compare.words import as_json
from tests.unit.planner.snapshots import AT, street

ITERATIONS = 300
LINE = tuple(street(i, i + 1, "P1" if i < 2 else "P3", key=f"s{i}") for i in range(4))
"""Four blocks of 100 m in a row, 0 to 4; 36 s each at work at 10 km/h."""
TRUCK = Vehicle("P01", "snow", "d", work_kmh=10.0, drive_kmh=40.0)


def step(name: str, *, back: bool = False, serve: bool = True) -> RouteStep:
    return RouteStep(name, not back, serve)


def route(*steps: RouteStep, vehicle: str | None = "P01") -> ExistingRoute:
    return ExistingRoute("Norr", vehicle, None, "today.gpx", AT, 800.0, 1.0, False, steps)


def one(*steps: RouteStep, segments: tuple[object, ...] = LINE, vehicle: str | None = "P01") -> Compared:
    (found,) = compare(Today((route(*steps, vehicle=vehicle),), segments, (TRUCK,)), ITERATIONS)  # type: ignore[arg-type]
    return found


def in_words(found: Sequence[Compared], language: str = "en") -> str:
    return compare_words.in_words(found, words(language))


def problem(found: Compared) -> str:
    assert found.problem is not None
    return words("en").say(found.problem)


OUT = [step(f"s{i}") for i in range(4)]
HOME = [step(f"s{i}", back=True) for i in (3, 2, 1, 0)]


def test_a_route_that_cannot_be_bettered_is_found_again() -> None:
    """Out and back: 800 m without any deadhead, one U-turn; ours and the bound are the same."""
    found = one(*OUT, *HOME)
    assert found.theirs is not None
    assert found.ours is not None
    assert (found.theirs.metres, found.theirs.deadhead_share, found.theirs.u_turns) == (800.0, 0.0, 1)
    assert found.theirs.seconds == pytest.approx(8 * 36.0 + 30.0)
    assert (found.ours.metres, found.least_m, found.faults) == (800.0, 800.0, ())
    assert found.theirs.classes["P1"].clear_s == pytest.approx(found.theirs.seconds)
    assert found.theirs.classes["P3"].clear_s == pytest.approx(6 * 36.0 + 30.0)


def test_driving_to_and_fro_is_bettered() -> None:
    """Block by block with a drive back each time; ours needs none of it."""
    fro = [part for i in (3, 0, 2, 1) for part in (*[step(f"s{j}", serve=False) for j in range(i)], step(f"s{i}"),
           *[step(f"s{j}", back=True, serve=j == i) for j in range(i, -1, -1)])]  # fmt: skip
    found = one(*fro)
    assert found.theirs is not None
    assert found.ours is not None
    assert found.theirs.metres == 2000.0
    assert found.ours.metres == 800.0
    assert found.ours.served == found.theirs.served == 1.0
    assert found.faults == ()


def test_work_that_is_done_twice_counts_once() -> None:
    found = one(*OUT, *HOME, *OUT, *[replace(s, serve=False) for s in HOME])
    assert found.theirs is not None
    assert found.ours is not None
    assert found.theirs.deadhead_metres == 800.0
    assert found.ours.metres == 800.0


def test_what_was_not_matched_is_filled_by_the_cheapest_way_and_told() -> None:
    found = one(step("s0"), step("s3"), *HOME)
    assert found.theirs is not None
    assert (found.filled_m, found.theirs.metres) == (200.0, 800.0)
    assert "0.2 km of today's are the shortest way over stretches that were not matched" in in_words([found])


def test_theirs_may_be_against_a_one_way_street_and_ours_is_not() -> None:
    """A ring of four one-way streets, one of them driven the wrong way: ours goes round."""
    ring = tuple(street(a, b, key=f"r{a}", oneway=True) for a, b in ((0, 1), (1, 6), (6, 5), (5, 0)))
    found = one(step("r0"), step("r0", back=True), segments=ring)
    assert found.theirs is not None
    assert found.ours is not None
    assert (found.theirs.metres, found.against_m) == (200.0, 100.0)
    assert (found.ours.metres, found.faults) == (400.0, ())
    assert "ours drives 0.2 km (100%) more and" in in_words([found])


def test_work_that_the_rules_do_not_let_one_leave_is_told() -> None:
    """A one-way street into a dead end, which they left the wrong way: ours cannot come home."""
    trap = (street(0, 1, key="in"), street(1, 2, key="trap", oneway=True))
    found = one(step("in"), step("trap"), step("trap", back=True, serve=False), step("in", back=True), segments=trap)
    assert "cannot be driven within the rules" in problem(found)
    assert problem(found) in in_words([found])


def test_a_cycle_way_is_work_once_and_in_either_direction() -> None:
    paths = tuple(street(i, i + 1, "C1", network="cycle", key=f"c{i}") for i in range(2))
    found = one(step("c0"), step("c1"), step("c1", back=True), step("c0", back=True), segments=paths, vehicle=None)
    assert found.ours is not None
    assert found.ours.classes["C1"].tasks == 2
    assert found.work_kmh == 10.0


def test_a_route_over_streets_that_are_gone_says_so() -> None:
    found = one(*OUT, *HOME, segments=LINE[:3])
    assert found.theirs is None
    assert problem(found) == "2 of its 8 segments are gone since the streets were imported anew: import today.gpx again"
    assert problem(found) in in_words([found])
    (told,) = json.loads(as_json([found]))
    assert (told["theirs"], told["problem"]) == (None, problem(found))
    last = one(step("s0"), step("s3"), segments=LINE[:3])
    assert problem(last).startswith("1 of its 2 segments is gone since")


def test_a_route_without_work_says_so() -> None:
    assert "nothing on it counts as work" in problem(one(*[replace(s, serve=False) for s in OUT]))


def test_a_gap_without_a_way_over_it_says_so() -> None:
    apart = (*LINE[:2], street(20, 21, key="island"))
    assert "cannot be driven within the rules" in problem(one(step("s0"), step("island"), segments=apart))


def test_the_same_iterations_give_the_same_answer() -> None:
    assert one(*OUT, *HOME) == one(*OUT, *HOME)


def test_without_routes_the_way_to_some_is_told() -> None:
    assert in_words(compare(Today((), LINE), ITERATIONS)) == "no routes are imported yet: 'dagsplan import routes FILE'"


def test_words_and_json_hold_the_same_figures() -> None:
    found = one(*OUT, *HOME)
    (told,) = json.loads(as_json([found]))
    assert told["theirs"]["metres"] == told["ours"]["metres"] == told["least_metres"] == 800.0
    assert told["difference"]["metres"] == 0.0
    assert told["theirs"]["classes"]["P1"] == {"tasks": 4, "served": 4, "clear_s": 318.0}
    _head, today, ours, *notes = in_words([found]).splitlines()
    assert today.split()[:6] == ["Norr", "today", "0.8", "0%", "1", "0.09"]
    assert ours.split()[0] == "ours"
    assert any("no drive does this work in under 0.8 km" in note for note in notes)
    head, today, ours, *notes = in_words([found], "sv").splitlines()
    assert head.split()[:4] == ["rutt", "km", "tomkörning", "U-svängar"]
    assert today.split()[:8] == ["Norr", "i", "dag", "0,8", "0", "%", "1", "0,09"]
    assert ours.split()[0] == "vår"
    assert "ingen körning klarar arbetet under 0,8 km" in notes[0]


def test_a_banned_turn_of_theirs_is_counted_and_ours_makes_none() -> None:
    """They turn from the second block into the third although that is banned; ours has to come the other way."""
    side = (street(2, 7, key="n2"), street(7, 8, key="n3"), street(8, 3, key="n4"))
    ban = TurnBan("s1", LINE[1].to_node, "s2")
    today = Today((route(*OUT, *HOME),), (*LINE, *side), (TRUCK,), (ban,))
    (found,) = compare(today, ITERATIONS)
    assert found.ours is not None
    assert found.banned == 1
    assert found.ours.metres > 800.0
    assert found.faults == ()
    assert "1 of today's turns is banned; ours does not make it" in in_words([found])
