"""Signs of width and weight as mappers write them."""

from __future__ import annotations

import pytest

from ingest.roads.limits import max_weight_t, max_width_m, refused


@pytest.mark.parametrize(
    ("said", "metres"),
    [
        ("2.5", 2.5),
        ("2,3 m", 2.3),
        ("2m", 2.0),
        ("250 cm", 2.5),
        ("12'6\"", 3.81),
        ("7'", 2.134),
        ("6 ft 6 in", 1.981),
        ("7 ft", 2.134),
    ],
)
def test_a_width_in_any_of_its_units(said: str, metres: float) -> None:
    assert max_width_m({"maxwidth": said}) == metres
    assert refused({"maxwidth": said}) == 0


@pytest.mark.parametrize(("said", "tonnes"), [("3.5", 3.5), ("3,5 t", 3.5), ("12t", 12.0), ("3500 kg", 3.5)])
def test_a_weight_in_any_of_its_units(said: str, tonnes: float) -> None:
    assert max_weight_t({"maxweight": said}) == tonnes
    assert refused({"maxweight": said}) == 0


@pytest.mark.parametrize("said", ["7.5 st", "3500 lbs", "12 @ (06:00-18:00)", "3.5;7.5", "0", "-3", "3500", "tung"])
def test_a_weight_that_is_not_understood_is_open_and_counted(said: str) -> None:
    """Short tons, a condition, two values, and 3,500 t, which cannot be meant."""
    assert max_weight_t({"maxweight": said}) is None
    assert refused({"maxweight": said}) == 1


@pytest.mark.parametrize("said", ["2.5 x", "12'6", "0", "999", "2.5-3"])
def test_a_width_that_is_not_understood_is_open_and_counted(said: str) -> None:
    assert max_width_m({"maxwidth": said}) is None
    assert refused({"maxwidth": said}) == 1


@pytest.mark.parametrize("said", ["none", "default", "unsigned", ""])
def test_a_word_for_no_limit_is_no_fault(said: str) -> None:
    assert (max_width_m({"maxwidth": said}), max_weight_t({"maxweight": said}), refused({"maxweight": said})) == (
        None,
        None,
        0,
    )


def test_a_bad_value_costs_itself_alone_and_the_least_counts() -> None:
    tags = {"maxwidth": "wide", "maxwidth:physical": "2.2", "maxweight": "7.5", "maxweightrating": "3.5 t"}
    assert (max_width_m(tags), max_weight_t(tags), refused(tags)) == (2.2, 3.5, 1)


def test_the_height_is_not_asked() -> None:
    assert refused({"maxheight": "what"}) == 0
