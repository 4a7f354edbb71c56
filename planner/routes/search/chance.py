"""Chance with a state of its own (xorshift64*, Vigna 2016): the same numbers on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from city.compiled import inlined

Rng = npt.NDArray[np.uint64]


def seeded(seed: int) -> Rng:
    """A generator's state (1,) from any whole number; never zero (splitmix64's increment and mix)."""
    mixed = ((seed + 1) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    return np.array([mixed or 1], np.uint64)


@inlined
def unit(rng: Rng) -> float:
    """The next number in [0, 1)."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inlined
def below(rng: Rng, n: int) -> int:
    """The next whole number in 0 … n - 1."""
    return int(unit(rng) * n)
