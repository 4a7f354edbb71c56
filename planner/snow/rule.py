"""The start rule itself, in whole numbers: used by the plan, the watch and the back-test, so that they decide alike.

A *group* is the streets of one class in one tur. At each hour it is known by its deepest dry and its deepest wet
street, in hundredths of a centimetre, ``NONE`` where there is none. Depths are whole numbers so that a depth that is
kept for years decides as it did on the day.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from city.compiled import bare, inlined

Hundredths = npt.NDArray[np.int16]
Ints = npt.NDArray[np.int64]
NONE = -1
FAR_UNDER = -32768
"""The margin of a group of which nothing is known [0.01 cm]."""
MOST_CM = 320.0


def hundredths(depth_cm: npt.NDArray[np.floating[Any]]) -> Hundredths:
    """Depths [cm] as whole hundredths; what is not known is ``NONE``, what is deeper than 3.2 m is 3.2 m."""
    known = np.nan_to_num(np.asarray(depth_cm, float), nan=NONE / 100.0)
    whole: Hundredths = np.rint(np.clip(known, NONE / 100.0, MOST_CM) * 100.0).astype(np.int16)
    return whole


def limit_hundredths(limit_cm: float) -> int:
    """A limit [cm] as whole hundredths."""
    return round(limit_cm * 100.0)


def begin_hundredths(limit_cm: float, margin_pct: float) -> int:
    """From what depth a group is called out: its limit, less the margin [%] for streets that have more snow than what
    is known of them says."""
    return round(limit_cm * (100.0 - margin_pct))


@inlined
def over_at(dry: int, wet: int, dry_limit: int, wet_limit: int) -> bool:
    """Whether a group is at or over its limit in one hour; what is not there never is."""
    return (dry >= 0 and dry >= dry_limit) or (wet >= 0 and wet >= wet_limit)


@bare
def first_held(dry: Hundredths, wet: Hundredths, dry_limit: int, wet_limit: int, hold_h: int) -> int:
    """The first hour (index) from which a group (n_hours,) stays at or over its limit for ``hold_h`` hours, or -1."""
    held = 0
    for hour in range(len(dry)):
        held = held + 1 if over_at(dry[hour], wet[hour], dry_limit, wet_limit) else 0
        if held >= hold_h:
            return hour - held + 1
    return NONE


@bare
def nearest(dry: Hundredths, wet: Hundredths, dry_limit: int, wet_limit: int) -> tuple[int, int]:
    """The hour in which a group is farthest over or nearest to its limit, and by how much [0.01 cm]; the first
    hour and ``FAR_UNDER`` where nothing is known."""
    best, at = FAR_UNDER, 0
    for hour in range(len(dry)):
        by_dry = dry[hour] - dry_limit if dry[hour] >= 0 else FAR_UNDER
        by_wet = wet[hour] - wet_limit if wet[hour] >= 0 else FAR_UNDER
        if max(by_dry, by_wet) > best:
            best, at = max(by_dry, by_wet), hour
    return at, best


@bare
def decide(
    dry: Hundredths, wet: Hundredths, dry_limit: Ints, wet_limit: Ints, hold_h: Ints, first: Ints, margin: Ints
) -> None:
    """For each group of (n, n_hours) curves with its limits (n,): fills in the first held hour and the margin (n,)."""
    for row in range(len(dry)):
        first[row] = first_held(dry[row], wet[row], dry_limit[row], wet_limit[row], hold_h[row])
        margin[row] = nearest(dry[row], wet[row], dry_limit[row], wet_limit[row])[1]


@bare
def first_below(friction: Hundredths, target: int, hold_h: int) -> int:
    """The first hour (index) from which a friction (n_hours,) stays under its target for ``hold_h`` hours, or -1.

    ``NONE`` is not known, and never under.
    """
    held = 0
    for hour in range(len(friction)):
        held = held + 1 if 0 <= friction[hour] < target else 0
        if held >= hold_h:
            return hour - held + 1
    return NONE


@bare
def decide_friction(friction: Hundredths, target: Ints, hold_h: int, first: Ints) -> None:
    """For each group of (n, n_hours) curves with its target (n,): fills in the first held hour (n,)."""
    for row in range(len(friction)):
        first[row] = first_below(friction[row], target[row], hold_h)


@bare
def over_hours(dry: Hundredths, wet: Hundredths, dry_limit: Ints, wet_limit: Ints, hours: int, counts: Ints) -> None:
    """For each group of (n, n_hours) curves: how many of its first ``hours`` are at or over its limits (n,)."""
    for row in range(len(dry)):
        counts[row] = 0
        for hour in range(min(hours, dry.shape[1])):
            if over_at(dry[row, hour], wet[row, hour], dry_limit[row], wet_limit[row]):
                counts[row] += 1
