"""What the range of a road forecast holds: hindcasts over all records, each scored by what the others taught."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.score import coverage, crps
from models.road.uncertain import ErrorGrowth, outer, quantiles, scale_k
from tests.benchmarks.hindcasts import KINDS, LACKS, UNSEEN
from tests.benchmarks.measure import Row
from tests.benchmarks.ranges_learn import BANDS, Scored, all_starts, for_another, learned, lessened, scored, with_lacks

Floats = npt.NDArray[np.floating[Any]]
ENOUGH, OF_RECORDS = 40, 3
"""A band is scored with so many values of so many records; others are stated."""
ALL = "both"


def run() -> list[Row]:
    """All figures as rows."""
    data = os.environ.get("DAGSPLAN_DATA", "")
    if not data or not (Path(data) / "snow").is_dir():
        print("DAGSPLAN_DATA names no folder with snow/: benchmark left out")
        return []
    found = all_starts(Path(data) / "snow")
    whole = [scored(start) for start in found]
    less = {what: lessened(found, what) for what in (UNSEEN, *LACKS)}
    names = sorted({start.record for start in found})
    ours = {name: for_another(with_lacks(*_taught(whole, less, name, _ours)), len(names) - 1) for name in names}
    naive = {name: for_another(_taught(whole, less, name, _persistence)[0], len(names) - 1) for name in names}
    return [
        *(row for kind in (*KINDS, ALL) for row in _rows(kind, whole, ours, naive, by_sun=kind == ALL)),
        *(row for what in less for row in _rows(f"without {what}", less[what], ours, naive, what=what)),
    ]


def _ours(one: Scored) -> Floats:
    return one.middle


def _persistence(one: Scored) -> Floats:
    return np.full(len(one.middle), one.start.last_c)


def _taught(
    whole: Sequence[Scored], less: Mapping[str, Sequence[Scored]], left_out: str, middle: Callable[[Scored], Floats]
) -> tuple[ErrorGrowth, dict[str, list[Scored]]]:
    """What all records but one teach, and their hindcasts without something."""
    others = [one for one in whole if one.start.record != left_out]
    growth = learned(others, [one.start.seen_c - middle(one) for one in others])
    return growth, {what: [one for one in many if one.start.record != left_out] for what, many in less.items()}


def _rows(
    kind: str,
    hindcasts: Sequence[Scored],
    ours: Mapping[str, ErrorGrowth],
    naive: Mapping[str, ErrorGrowth],
    *,
    what: str = "",
    by_sun: bool = False,
) -> Iterator[Row]:
    """One row for each band of lead, ``by_sun`` also for its dark and its sunny hours."""
    mine = [one for one in hindcasts if kind == one.start.kind or kind not in KINDS]
    seen, lead = (np.concatenate([getattr(one.start, name) for one in mine]) for name in ("seen_c", "lead_h"))
    sunny = np.concatenate([one.sun_sine for one in mine]) > 0.0
    record = np.concatenate([[one.start.record] * len(one.middle) for one in mine])
    middle, last = (np.concatenate([of(one) for one in mine]) for of in (_ours, _persistence))
    missing = {"seen": what != UNSEEN, "lacking": (what,) if what in LACKS else ()}
    scale = np.concatenate([_scale(one, ours, **missing) for one in mine])
    beside = np.concatenate([_scale(one, naive) for one in mine])
    parts = {"": np.ones(len(seen), bool)} | ({", dark": ~sunny, ", sun up": sunny} if by_sun else {})
    for low, high in BANDS:
        for part, chosen in parts.items():
            rows = chosen & (lead > low) & (lead <= high)
            if rows.any():
                figures = _figures(seen[rows], record[rows], middle[rows], scale[rows])
                other = {"persistence CRPS": _crps(seen[rows], last[rows], beside[rows])} if not what else {}
                yield {"what": f"{kind}, {low:g}-{high:g} h{part}", **figures, **other}


def _scale(one: Scored, growths: Mapping[str, ErrorGrowth], **missing: Any) -> Floats:
    return scale_k(one.start.lead_h, one.sun_sine, growth=growths[one.start.record], **missing)


def _figures(seen: Floats, record: npt.NDArray[Any], middle: Floats, scale: Floats) -> Row:
    """What the range held, of all values and of the records with least and most, how wide it is, and its CRPS."""
    names = np.unique(record)
    low, high = outer(middle, scale)
    each = [coverage(seen[record == name], low[record == name], high[record == name]) for name in names]
    return {
        "values": len(seen),
        "records": len(names),
        "scored": "yes" if len(seen) >= ENOUGH and len(names) >= OF_RECORDS else "stated",
        "inside %": round(100 * coverage(seen, low, high)),
        "by record": f"{100 * min(each):.0f}-{100 * max(each):.0f}",
        "width K": round(float((high - low).mean()), 1),
        "RMSE K": round(float(np.sqrt(np.mean((seen - middle) ** 2))), 2),
        "CRPS K": _crps(seen, middle, scale),
    }


def _crps(seen: Floats, middle: Floats, scale: Floats) -> float:
    return round(crps(seen, quantiles(middle, scale)), 2)
