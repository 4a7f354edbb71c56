"""Fill of made vessels: how near the inflow is to the truth, and what forecasts hold, beside mean rate and
persistence."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from models.fill.past import past_of
from planner.waste.fillfiles import FillRecord, SensedVessel, VesselRecord
from planner.waste.fillforecast import score_fill
from tests.benchmarks.measure import Row
from tests.vessels import made_vessel


def run() -> list[Row]:
    """Inflow of sixty vessels a row over sixty days; forecasts of forty over a hundred and twenty."""
    cases = [(mean, at) for at in (20.0, 60.0) for mean in (3.0, 6.0, 10.0, 14.0, 25.0)]
    return [*(_inflow(mean, at) for mean, at in cases), *_forecasts(6.0), *_forecasts(14.0)]


def _inflow(mean: float, empty_at: float, *, vessels: int = 60, days: int = 60) -> Row:
    off = []
    for seed in range(vessels):
        made = made_vessel(np.random.default_rng(seed), mean, days, empty_at_pct=empty_at)
        off.append(past_of(made.seconds, made.raw, made.emptied).flowed.rate / made.mean - 1.0)
    error = np.array(off)
    return {
        "what": f"inflow of {mean:g} %/d, emptied at {empty_at:g} %",
        "bias %": round(100 * float(np.median(error)), 1),
        "within 10 %": f"{100 * float((np.abs(error) < 0.1).mean()):.0f} %",
    }


def _forecasts(mean: float, *, vessels: int = 40, days: int = 120) -> list[Row]:
    records = []
    for seed in range(vessels):
        own = mean * float(np.random.default_rng(seed + 99).lognormal(-0.125, 0.5))
        made = made_vessel(np.random.default_rng(seed), own, days, empty_at_pct=60.0)
        records.append(VesselRecord(SensedVessel(f"v{seed}"), made.seconds, made.raw, made.emptied))
    at = datetime.fromtimestamp(max(float(one.seconds[-1]) for one in records), UTC)
    return [
        {
            "what": f"forecast of {mean:g} %/d, +{score.day} d",
            "starts": score.n,
            "error": round(score.mae, 2),
            "mean rate": round(score.mae_rate, 2),
            "unchanged": round(score.mae_persistence, 2),
            "under the 0.9 quantile": f"{100 * score.under_high:.0f} %",
            "overflowed": f"{100 * score.overflowed:.1f} %",
            "Brier over base rate": round(score.brier_share, 2),
        }
        for score in score_fill(FillRecord(tuple(records), at, 7, 100.0))
    ]
