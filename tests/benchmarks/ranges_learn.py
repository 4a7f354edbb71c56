"""How the numbers of ``models/road/uncertain.py`` are learned: ``python -m tests.benchmarks.ranges_learn``.

Each record, kind of hindcast and band of lead counts the same, however many values it has. What is made least is the
mean CRPS of the logistic distribution, by steps up and down in one number after the other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.radiation import seconds_of_year, sun_position
from models.road.uncertain import LEARNED, ErrorGrowth, scale_k
from tests.benchmarks.hindcasts import FORECAST, LACKS, UNSEEN, Start, forecast_of, records, starts, without

Floats = npt.NDArray[np.floating[Any]]
BANDS = ((0.0, 1.0), (1.0, 3.0), (3.0, 6.0), (6.0, 14.0), (14.0, 24.0))
STEPS = (1.5, 1.2, 1.08, 1.03)
MISSING = {UNSEEN: "unseen_k"} | {what: f"{what}_k" for what in LACKS}
NORMAL_TENTH, T_TENTH = 1.2816, (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397)
"""Tenth percentile of a normal distribution, and of Student's t with 1, 2, ... degrees of freedom."""
LEARNT = ("dark_k", "sun_k", "within_h")


@dataclass(frozen=True)
class Scored:
    """One hindcast with what the product said at the times of the observations (n,), and the sun there."""

    start: Start
    middle: Floats
    sun_sine: Floats

    @property
    def error(self) -> Floats:
        """Observed less forecast [K]."""
        return self.start.seen_c - self.middle


def scored(start: Start) -> Scored:
    """Makes the hindcast."""
    site = start.bundle.sites[0]
    up = [float(sun_position(seconds_of_year(r.time, 1.0, 1), site.lat, site.lon)[0][0]) for r in start.later]
    return Scored(start, forecast_of(start), np.sin(np.array(up)))


def all_starts(folder: Path) -> list[Start]:
    """Every start of every record."""
    return [start for name, bundle in records(folder).items() for start in starts(name, bundle)]


def lessened(starts: Sequence[Start], what: str) -> list[Scored]:
    """The same without something; without cloud only those whose forecast has one."""
    kept = [start for start in starts if what != "cloud" or start.kind == FORECAST]
    return [scored(without(start, what)) for start in kept]


def weights(hindcasts: Sequence[Scored]) -> Floats:
    """(n values,) so that each record, kind and band counts the same."""
    lead = np.concatenate([one.start.lead_h for one in hindcasts])
    of = np.concatenate([[f"{one.start.record} {one.start.kind}"] * len(one.error) for one in hindcasts])
    out = np.zeros(len(lead))
    for name in np.unique(of):
        for low, high in BANDS:
            rows = (of == name) & (lead > low) & (lead <= high)
            out[rows] = 1.0 / max(1, rows.sum())
    return out / out.sum()


def learned(hindcasts: Sequence[Scored], errors: Sequence[Floats], growth: ErrorGrowth = LEARNED) -> ErrorGrowth:
    """The growth with the least mean CRPS of ``errors``, of each hindcast an array; ``growth`` is where it begins."""
    return _least(hindcasts, errors, growth, LEARNT)


def with_lacks(growth: ErrorGrowth, lessened: Mapping[str, Sequence[Scored]]) -> ErrorGrowth:
    """The growth with what each thing that is missing adds, one at a time, all else as it is."""
    for what, hindcasts in lessened.items():
        growth = _least(hindcasts, [one.error for one in hindcasts], growth, (MISSING[what],), what)
    return growth


def for_another(growth: ErrorGrowth, records: int) -> ErrorGrowth:
    """The same for a station that is none of those it was learned on: wider as Student's t with one degree of freedom
    less than there are records is wider than a normal distribution at its tenth percentile."""
    wider = T_TENTH[records - 2] / NORMAL_TENTH
    return growth._replace(**{name: wider * getattr(growth, name) for name in ("dark_k", "sun_k", *MISSING.values())})


def _least(
    hindcasts: Sequence[Scored], errors: Sequence[Floats], growth: ErrorGrowth, names: Sequence[str], what: str = ""
) -> ErrorGrowth:
    lead = np.concatenate([one.start.lead_h for one in hindcasts])
    sine = np.concatenate([one.sun_sine for one in hindcasts])
    off, weight = np.concatenate(list(errors)), weights(hindcasts)
    known = {"seen": what != UNSEEN, "lacking": (what,) if what in LACKS else ()}

    def loss(tried: ErrorGrowth) -> float:
        return float(weight @ logistic_crps(off, scale_k(lead, sine, growth=tried, **known)))  # type: ignore[arg-type]

    best, least = growth, loss(growth)
    for step in STEPS:
        while True:
            tried = min(_beside(best, step, names), key=loss)
            if loss(tried) >= least - 1e-6:
                break
            best, least = tried, loss(tried)
    return best


def _beside(growth: ErrorGrowth, step: float, names: Sequence[str]) -> Iterator[ErrorGrowth]:
    for name in names:
        for times in (step, 1.0 / step):
            yield growth._replace(**{name: getattr(growth, name) * times})


def logistic_crps(error: Floats, scale: Floats) -> Floats:
    """Of each error, exactly: s (|z| + 2 ln(1 + exp(-|z|)) - 1) with z = error / s (Taillardat et al. 2016)."""
    z = np.abs(error) / scale
    return np.asarray(scale * (z + 2.0 * np.log1p(np.exp(-z)) - 1.0))


def main(folder: Path) -> ErrorGrowth:
    """The numbers that all records together teach."""
    found = all_starts(folder)
    whole = [scored(start) for start in found]
    growth = learned(whole, [one.error for one in whole])
    growth = with_lacks(growth, {what: lessened(found, what) for what in (UNSEEN, *LACKS)})
    return for_another(growth, len({start.record for start in found}))


if __name__ == "__main__":
    print(main(Path(os.environ["DAGSPLAN_DATA"]) / "snow"))
