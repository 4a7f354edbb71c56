"""The range of a road forecast: how the scale of its error grows, and members that are spread by it."""

from __future__ import annotations

import numpy as np
import pytest

from models.road.uncertain import LEARNED, LEVELS, below, outer, quantiles, respread, scale_k

LEAD = np.array([0.1, 1.0, 3.0, 6.0, 14.0, 48.0])
NIGHT, NOON = np.full(6, -0.3), np.full(6, 0.5)


def test_the_error_grows_with_lead_and_sun() -> None:
    """From what a sensor can tell to what the weather does; under the sun it is larger from the first hour on."""
    dark, sunny = scale_k(LEAD, NIGHT), scale_k(LEAD, NOON)
    for scale in (dark, sunny):
        assert np.all(np.diff(scale) > 0.0)
    assert scale_k(np.zeros(1), np.ones(1))[0] == LEARNED.seen_k
    assert dark[-1] == pytest.approx(np.hypot(LEARNED.seen_k, LEARNED.dark_k), rel=1e-3)
    assert np.all(sunny[1:] > 1.5 * dark[1:])
    assert scale_k(LEAD, np.full(6, 0.1))[-1] < sunny[-1]


def test_what_is_missing_makes_it_as_much_wider_as_hindcasts_without_it_were() -> None:
    """Not a fixed quarter for each: cloud counts, wind does not, and a start that nobody saw is unsure at once."""
    whole = scale_k(LEAD, NIGHT)
    cloudless = scale_k(LEAD, NIGHT, lacking=("cloud",))
    assert np.all(cloudless > whole)
    assert cloudless[-1] > 1.2 * whole[-1]
    assert cloudless[0] < whole[0] + 0.05
    assert scale_k(LEAD, NIGHT, lacking=("wind",)).tolist() == whole.tolist()
    unseen = scale_k(LEAD, NIGHT, seen=False)
    assert unseen[0] > 5.0 * whole[0]
    assert np.ptp(unseen) == 0.0
    twice = scale_k(LEAD, NIGHT, growth=LEARNED._replace(times=2.0))
    assert twice == pytest.approx(2.0 * whole)


def test_four_of_five_lie_within_the_range() -> None:
    """Drawn from the distribution itself; quantiles, range and probability are of one distribution."""
    middle, scale = np.full(20_000, 1.0), np.full(20_000, 0.7)
    drawn = np.random.default_rng(1).logistic(middle, scale)
    low, high = outer(middle, scale)
    assert np.mean((drawn >= low) & (drawn <= high)) == pytest.approx(0.8, abs=0.01)
    assert below(middle, scale)[0] == pytest.approx(np.mean(drawn < 0.0), abs=0.01)
    assert below(middle, scale, low[0])[0] == pytest.approx(0.1)
    nine = quantiles(np.array([1.0]), np.array([0.7]), (0.1, 0.5, 0.9))
    assert nine[:, 0] == pytest.approx([low[0], 1.0, high[0]])
    assert len(quantiles(middle, scale)) == len(LEVELS)


def test_members_keep_their_places_when_they_are_spread() -> None:
    """The coldest stays the coldest, at the distribution's own quantiles, whatever they were before."""
    members = np.array([[0.0, 0.0], [0.1, -0.1], [-0.1, 0.1], [0.2, 0.3]])
    spread = respread(members, np.array([1.0, 2.0]))
    assert np.argsort(spread, axis=0).tolist() == np.argsort(members, axis=0).tolist()
    assert np.sort(spread[:, 0]) == pytest.approx(np.log([1 / 7, 3 / 5, 5 / 3, 7.0]))
    assert np.sort(spread[:, 1]) == pytest.approx(2.0 * np.log([1 / 7, 3 / 5, 5 / 3, 7.0]))
