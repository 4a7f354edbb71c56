"""Map matching: what was driven is found again under noise and gaps, and nothing is made up."""

from __future__ import annotations

import random

import numpy as np
import pytest

from city.matching import Matched, Matcher
from city.nearby import Nearby
from city.network import build
from city.track import Line, positions
from tests.unit.city.drives import LAT, LON, alike, at, grid, line, outline, recorded, wander


def arcs(matched: Matched) -> list[int]:
    return [passage.arc for passage in matched.passages]


def drive(*points: tuple[float, float], drawn: bool = True, serve: bool | None = None) -> Line:
    return Line(tuple(at(*point) for point in points), serve, drawn)


@pytest.mark.parametrize("noise_m", [5.0, 7.5, 10.0])
@pytest.mark.parametrize("seed", range(8))
def test_a_noisy_drive_is_found_again(seed: int, noise_m: float) -> None:
    """Legal drives of 60 arcs, a position every 10 to 30 m, 5 to 10 m of noise: 95 % of the length is the same arcs.

    The first and the last arc are not counted: where noise puts the ends cannot be known.
    """
    chance = random.Random(seed)
    network = grid(chance)
    driven = wander(network, chance, 60)
    track = recorded(outline(network, driven), chance, noise_m)
    found = Matcher(network).match([Line(tuple(track), drawn=False)])
    assert (
        alike(network, driven[1:-1], [arc for arc in arcs(found) if arc not in ends_only(driven, arcs(found))]) >= 0.95
    )
    assert found.share > 0.99
    assert not found.gaps


def ends_only(driven: list[int], found: list[int]) -> set[int]:
    """Arcs of the two ends that are not in the middle of the drive."""
    return ({driven[0], driven[-1]} | {*found[:1], *found[-1:]}) - set(driven[1:-1])


def test_a_passage_names_the_last_point_on_its_street() -> None:
    """Three blocks of 100 m, a point every 30 m: the last one before each corner, and the last of all; a halt and its
    noise are on their street, and a second line is counted for itself. A street between two points has the first."""
    network = build([line(f"s{i}", i, i + 1, (100.0 * i, 0.0), (100.0 * (i + 1), 0.0)) for i in range(3)])
    stop = [(150.0 + noise, 1.0) for noise in (0.0, 3.0, -2.0, 1.0)]
    first = [*((30.0 * i, 1.0) for i in range(6)), *stop, *((30.0 * i, 1.0) for i in range(6, 8))]
    second = [(30.0 * i, 1.0) for i in range(8, 11)]
    found = Matcher(network).match([drive(*first, drawn=False), drive(*second, drawn=False)])
    assert [(p.arc, p.line, p.point) for p in found.passages] == [(0, 0, 3), (1, 0, 10), (2, 1, 2)]
    leap = Matcher(network).match([drive((10.0, 1.0), (290.0, 1.0), drawn=False)])
    assert [(p.arc, p.point) for p in leap.passages] == [(0, 0), (1, 0), (2, 1)]
    drawn = Matcher(network).match([drive((0.0, 0.0), (150.0, 0.0), (300.0, 0.0))])
    assert [(p.arc, p.point) for p in drawn.passages] == [(0, 0), (1, 1), (2, 2)]


def test_a_gap_of_two_hundred_metres_is_driven_over() -> None:
    """The receiver is silent for 200 m of a straight drive: the likeliest way is taken, its length told. Of a hundred
    drives two may have a stub of a side street where the noise beside the gap points into it."""
    found = [silent_for_200_m(seed) for seed in range(100)]
    assert sum(share == 1.0 for share, _ in found) >= 98
    assert min(share for share, _ in found) > 0.8
    assert all(150.0 < bridged_m < 400.0 for _, bridged_m in found)


def silent_for_200_m(seed: int) -> tuple[float, float]:
    """(share of the drive that is found again, metres that were driven over without positions)."""
    chance = random.Random(seed)
    blocks = [line(f"s{i}", i, i + 1, (100.0 * i, 0.0), (100.0 * (i + 1), 0.0)) for i in range(10)]
    sides = [line(f"n{i}", i, 20 + i, (100.0 * i, 0.0), (100.0 * i, 150.0)) for i in range(10)]
    network = build([*blocks, *sides])
    driven = list(range(10))
    track = recorded(outline(network, driven), chance, 8.0)
    begins = chance.randrange(150, 600)
    kept = [p for p in track if not LON + begins / 60_776.0 < p[0] < LON + (begins + 200) / 60_776.0]
    found = Matcher(network).match([Line(tuple(kept), drawn=False)])
    return alike(network, driven, arcs(found)), found.bridged_m


def test_a_long_silence_is_a_named_gap() -> None:
    """Without positions for half a kilometre nothing between is made up; place and street before it are named."""
    network = build([line(f"s{i}", i, i + 1, (100.0 * i, 0.0), (100.0 * (i + 1), 0.0)) for i in range(12)])
    track = Line(tuple(at(x, 2.0) for x in [*range(0, 301, 20), *range(900, 1201, 20)]), drawn=False)
    found = Matcher(network).match([track])
    assert arcs(found) == [0, 1, 2, 9, 10, 11]
    (gap,) = found.gaps
    assert gap.why == "too long without positions"
    assert gap.metres == pytest.approx(600.0, rel=0.01)
    assert gap.place == pytest.approx(at(300.0, 2.0))
    assert gap.after == "Gatan 0"
    assert found.share == pytest.approx(0.5, abs=0.01)


def test_a_stretch_without_a_street_is_not_matched() -> None:
    """A drawn line that leaves the streets for 200 m: told as such, and not led round by a street."""
    network = build(
        [
            line("a", 0, 1, (0, 0), (300, 0)),
            line("b", 1, 2, (300, 0), (300, 300)),
            line("c", 2, 3, (300, 300), (0, 300)),
        ]
    )
    found = Matcher(network).match([drive((0, 0), (150, 0), (150, 300), (0, 300))])
    (gap,) = found.gaps
    assert gap.why == "no street near"
    assert 180.0 < gap.metres < 320.0
    assert 1 not in arcs(found)


def test_one_way_is_obeyed_where_noise_alone_speaks_against_it() -> None:
    """Two one-way streets 15 m apart: a drive between them is on the one that leads its way."""
    network = build(
        [
            line("east", 0, 1, (0, 0), (400, 0), oneway=True),
            line("west", 1, 0, (400, 0), (400, 15), (0, 15), (0, 0), oneway=True),
        ]
    )
    matcher = Matcher(network)
    assert arcs(matcher.match([drive((10, 9), (390, 9))])) == [0]
    assert arcs(matcher.match([drive((390, 6), (10, 6))])) == [1]


def test_against_a_one_way_street_is_matched_and_can_be_told() -> None:
    network = build([line("only", 0, 1, (0, 0), (300, 0), oneway=True)])
    matcher = Matcher(network)
    found = matcher.match([drive((300, 0), (0, 0))])
    assert arcs(found) == [1]
    assert matcher.legal == 1
    assert not matcher.network.arc_forward[1]


@pytest.mark.parametrize("seed", range(5))
def test_of_parallel_streets_the_nearer_one(seed: int) -> None:
    """Streets 20 m apart with cross streets at both ends, 6 m of noise: the drive stays on its own."""
    chance = random.Random(seed)
    network = build(
        [
            line("south", 0, 1, (0, 0), (400, 0)),
            line("north", 2, 3, (0, 20), (400, 20)),
            line("left", 0, 2, (0, 0), (0, 20)),
            line("right", 1, 3, (400, 0), (400, 20)),
        ]
    )
    for y, wanted in ((0.0, 0), (20.0, 1)):
        track = recorded([at(5, y), at(395, y)], chance, 6.0)
        assert arcs(Matcher(network).match([Line(tuple(track), drawn=False)])) == [wanted]


def test_the_vehicle_tells_street_and_cycle_way_apart() -> None:
    """Between a street and a cycle way 6 m apart the plough is where its kind belongs."""
    network = build(
        [
            line("street", 0, 1, (0, 0), (300, 0)),
            line("path", 0, 1, (0, 0), (0, 6), (300, 6), (300, 0), network="cycle", highway="cycleway"),
        ]
    )
    between = drive((5, 3), (295, 3))
    assert arcs(Matcher(network, "street").match([between])) == [0]
    assert arcs(Matcher(network, "cycle").match([between])) == [1]
    assert arcs(Matcher(network, "street").match([drive((5, 6), (295, 6))])) == [0]


def test_turning_round_in_a_dead_end_and_in_the_middle() -> None:
    """To the end of a dead end and back is both its directions; a quarter into a street and back is none."""
    network = build([line("a", 0, 1, (0, 0), (200, 0)), line("b", 1, 2, (200, 0), (400, 0))])
    matcher = Matcher(network)
    assert arcs(matcher.match([drive((0, 0), (400, 0), (0, 0))])) == [0, 1, 3, 2]
    assert arcs(matcher.match([drive((0, 0), (250, 0), (0, 0))])) == [0, 2]


def test_what_the_lines_say_of_work_stands_at_their_arcs() -> None:
    network = build([line(f"s{i}", i, i + 1, (200.0 * i, 0.0), (200.0 * (i + 1), 0.0)) for i in range(3)])
    lines = [drive((0, 0), (200, 0), serve=False), drive((200, 0), (400, 0), serve=True), drive((400, 0), (600, 0))]
    found = Matcher(network).match(lines)
    assert [(p.arc, p.serve) for p in found.passages] == [(0, False), (1, True), (2, None)]


def test_what_nobody_drew_between_two_worked_streets_is_no_work() -> None:
    network = build([line(f"s{i}", i, i + 1, (100.0 * i, 0.0), (100.0 * (i + 1), 0.0)) for i in range(3)])
    found = Matcher(network).match([drive((0, 0), (100, 0), serve=True), drive((200, 0), (300, 0), serve=True)])
    assert [(p.arc, p.serve) for p in found.passages] == [(0, True), (1, False), (2, True)]


def test_lines_that_do_not_meet_are_no_gap_of_anything_drawn() -> None:
    network = build([line(f"s{i}", i, i + 1, (200.0 * i, 0.0), (200.0 * (i + 1), 0.0)) for i in range(6)])
    found = Matcher(network).match([drive((0, 0), (200, 0)), drive((1000, 0), (1200, 0))])
    assert arcs(found) == [0, 5]
    assert not found.gaps
    assert found.share == pytest.approx(1.0)


def test_far_from_all_streets_nothing_is_matched() -> None:
    network = build([line("a", 0, 1, (0, 0), (200, 0))])
    found = Matcher(network).match([drive((0, 2000), (200, 2000))])
    assert (found.passages, found.share) == ((), 0.0)
    assert [gap.why for gap in found.gaps] == ["no street near"]


def test_positions_keep_corners_and_drop_the_noise_of_a_halt() -> None:
    drawn = positions([drive((0, 0), (0, 7), (50, 7))], (LON, LAT))
    assert drawn.gone[-1] == pytest.approx(57.0, rel=0.001)
    assert any(np.hypot(*(xy - (0, 7))) < 0.1 for xy in drawn.xy)
    halt = [(0.0, 0.0), *[(3.0 * (i % 2), 4.0) for i in range(50)], (40.0, 0.0)]
    assert len(positions([drive(*halt, drawn=False)], (LON, LAT)).xy) == 2


def test_the_nearest_place_on_a_bent_segment() -> None:
    """10 m beside the second leg of a bend: 10 m away, three quarters along."""
    segments = [line("bent", 0, 1, (0, 0), (100, 0), (100, 100)), line("far", 2, 3, (500, 0), (600, 0))]
    near = Nearby(segments, np.ones(2, bool), (LON, LAT)).near(np.array([[110.0, 50.0], [300.0, 300.0]]), 30.0)
    assert near.at.tolist() == [0, 1, 1]
    assert near.segment.tolist() == [0]
    assert near.away_m[0] == pytest.approx(10.0, rel=0.01)
    assert near.share[0] == pytest.approx(0.75, rel=0.01)
