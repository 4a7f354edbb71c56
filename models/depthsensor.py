"""What snow depth sensors can tell: a level through noise and spikes, a zero that drifts, and which of them cannot be
right.

A sensor looks down from a mast: its noise is some millimetres to a centimetre, its zero drifts with the mast, the grass
under it and, where nothing corrects the speed of sound for it, the temperature (0.18 % a kelvin: computed from
331.3 sqrt(1 + T/273.15) m/s). So below a limit there is nothing to tell, and what one of several says alone is doubted.
The limits are design choices; none has been held against sensors in the field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Doubt = Literal["", "apart", "stuck", "step"]
"""Why a sensor is not believed, or not wholly: it stands apart from all others, says the same for hours while others
move, or has jumped as no snow falls, and the jump is not counted."""


@dataclass(frozen=True)
class DepthRecord:
    """What one sensor said: ``hours`` (n,) before now, from −24 to 0, in order of time, and ``cm`` (n,)."""

    hours: Floats
    cm: Floats


@dataclass(frozen=True)
class SensedDepth:
    """What one sensor can tell now: ``cm`` of snow, 0 below its ``limit_cm``; ``doubt`` with ``off_cm``, how far it
    stands apart, or what it jumped. It is ``used`` unless it stands apart or is stuck."""

    cm: float
    limit_cm: float
    doubt: Doubt = ""
    off_cm: float = 0.0

    @property
    def used(self) -> bool:
        return self.doubt not in {"apart", "stuck"}


def sensed(records: Sequence[DepthRecord], fallen_mm: float, *, least_cm: float = 1.0) -> tuple[SensedDepth, ...]:
    """What each of several sensors can tell now. Every record has a reading at least.

    ``fallen_mm`` is the water that forecasts say fell in the last day. ``least_cm`` is the limit of a sensor without
    noise; where two and a half times the noise of its readings, four times that of a level, is more, that.
    """
    if not records:
        return ()
    level = np.array([level_now(record) for record in records])
    limit = np.maximum(least_cm, 2.5 * np.array([scatter(record) for record in records]))
    jumps = np.array([_jump(records, at) for at in range(len(records))])
    cm = np.maximum(0.0, level - jumps - _zeros(records, least_cm))
    stuck = np.array([_is_stuck(records, at, fallen_mm) for at in range(len(records))])
    apart = _apart(cm, stuck, fallen_mm)
    found = []
    for at in range(len(records)):
        doubt: Doubt = "stuck" if stuck[at] else "apart" if apart[at] else "step" if jumps[at] > 0.0 else ""
        off = float(apart[at] if doubt == "apart" else jumps[at])
        found.append(SensedDepth(float(cm[at]) if cm[at] >= limit[at] else 0.0, float(limit[at]), doubt, off))
    return tuple(found)


def level_now(record: DepthRecord, *, near_h: float = 0.5, back_h: float = 2.0) -> float:
    """The level now [cm]: the median of the readings of the last ``near_h``, three at least, carried on by the trend of
    the last ``back_h`` as far as they reach; the newest reading where there are fewer than three in that time."""
    late = record.hours >= -back_h
    hours, cm = record.hours[late], record.cm[late]
    if len(cm) < 3:
        return float(record.cm[-1])
    slope = _slope(hours, cm)
    near = hours >= -near_h
    if near.sum() < 3:
        near = np.arange(len(hours)) >= len(hours) - 3
    return float(np.clip(np.median(cm[near] - slope * hours[near]), cm[near].min(), cm[near].max()))


def scatter(record: DepthRecord, *, back_h: float = 3.0, unknown_cm: float = 0.3) -> float:
    """The noise of a sensor [cm], from how much its readings differ from one to the next, which neither snow nor a jump
    changes much; ``unknown_cm`` where it has said too little."""
    cm = record.cm[record.hours >= -back_h]
    if len(cm) < 5:
        return unknown_cm
    return float(1.4826 * np.median(np.abs(np.diff(cm))) / np.sqrt(2.0))


def _slope(hours: Floats, cm: Floats, *, most_cm_h: float = 10.0) -> float:
    """The median of the slopes between all pairs (Theil and Sen) [cm/h]; 0 where there is less than an hour."""
    if len(cm) < 5 or hours[-1] - hours[0] < 1.0:
        return 0.0
    first, second = np.triu_indices(len(cm), 1)
    apart = hours[second] - hours[first]
    known = apart > 0.0
    slopes = (cm[second] - cm[first])[known] / apart[known]
    return float(np.clip(np.median(slopes), -most_cm_h, most_cm_h)) if len(slopes) else 0.0


def _zeros(records: Sequence[DepthRecord], bare_cm: float, *, most_cm: float = 3.0, since_h: float = 12.0) -> Floats:
    """(k,) how far each sensor's zero is off [cm]: what it said first while most of its neighbours said bare ground.
    Nothing is known of it with fewer than three sensors, or of one that has not spoken for ``since_h``."""
    first = np.array([_first(record, since_h) for record in records])
    known = np.isfinite(first)
    if known.sum() < 3 or abs(middle := float(np.median(first[known]))) >= bare_cm:
        return np.zeros(len(records))
    off = np.where(known, first - middle, 0.0)
    return np.where(np.abs(off) <= most_cm, off, 0.0)


def _first(record: DepthRecord, since_h: float, *, for_h: float = 3.0) -> float:
    """The median of the first hours of a record; NaN where it begins later than ``since_h`` ago."""
    if record.hours[0] > -since_h:
        return float("nan")
    return float(np.median(record.cm[record.hours <= record.hours[0] + for_h]))


def _jump(
    records: Sequence[DepthRecord],
    at: int,
    *,
    step_cm: float = 3.0,
    impossible_cm: float = 8.0,
    within_h: float = 0.5,
    others_cm: float = 1.0,
) -> float:
    """What a sensor has jumped up and not come down again [cm]: faster than snow falls, or while no other rose."""
    own, total = records[at], 0.0
    for i in np.flatnonzero((np.diff(own.cm) > step_cm) & (np.diff(own.hours) <= within_h)) + 1:
        jump = float(np.median(own.cm[i : i + 3]) - np.median(own.cm[max(0, i - 3) : i]))
        around = (own.hours[i] - 1.0, own.hours[i] + 1.0)
        rose = [_rise(other, *around) for n, other in enumerate(records) if n != at]
        alone = bool(rose) and max(rose) < others_cm
        if jump > (step_cm if alone else impossible_cm):
            total += jump
    return total


def _rise(record: DepthRecord, since_h: float, until_h: float) -> float:
    """How much more a sensor said at the end of a time than at its beginning [cm]; 0 where it did not speak."""
    there = record.cm[(record.hours >= since_h) & (record.hours <= until_h)]
    return float(np.median(there[-3:]) - np.median(there[:3])) if len(there) else 0.0


def _is_stuck(
    records: Sequence[DepthRecord],
    at: int,
    fallen_mm: float,
    *,
    least: int = 24,
    since_h: float = 6.0,
    bare_cm: float = 1.0,
) -> bool:
    """Whether a sensor has said the same for hours, which is not bare ground, while most others moved or snow fell."""
    own = records[at]
    late = own.hours >= -since_h
    if late.sum() < least or np.ptp(own.cm[late]) > 0.0 or own.cm[-1] < bare_cm:
        return False
    moved = [abs(_rise(other, -since_h, 0.0)) for n, other in enumerate(records) if n != at]
    return fallen_mm > 2.0 or (bool(moved) and float(np.median(moved)) > 2.0)


def _apart(cm: Floats, stuck: npt.NDArray[np.bool_], fallen_mm: float, *, dry_mm: float = 0.2) -> Floats:
    """(k,) how far each sensor stands apart from the middle of all [cm], 0 where it is near enough: within half of it,
    and within 3 cm, or 1.5 where no snow has fallen that could differ. Two sensors cannot outvote each other."""
    voices = cm[~stuck]
    if len(voices) < 3:
        return np.zeros(len(cm))
    middle = float(np.median(voices))
    near = max(1.5 if fallen_mm <= dry_mm else 3.0, 0.5 * middle)
    away = np.abs(cm - middle)
    return np.where(away > near, away, 0.0)
