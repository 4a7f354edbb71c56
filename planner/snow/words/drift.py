"""The risk of drifting snow in words: of one tur, and of the town where it concerns many streets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from city.catalogue.message import Message, message
from city.plan import Degradation, Reason
from planner.snow.drift import Drift, DriftRisk
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot
from planner.words.sentences import degradation, forecast_age_s, forecast_source, value_reason


def drift_reason(snapshot: SnowSnapshot, risk: DriftRisk, needs: Sequence[Need]) -> Iterator[Reason]:
    """'Risk för drivsnö på 14 öppna sträckor tis 24 nov 02.00–07.00, vind 9,4 m/s', where there is any on a tur."""
    drift = risk.of(need.segment for need in needs)
    if drift is not None:
        at, until = drift.begins.astimezone(snapshot.zone), _until(snapshot, drift)
        yield value_reason(
            message("plan.snow.drift.reason", n=drift.streets, at=at, until=until),
            drift.wind_m_s,
            "m/s",
            source=forecast_source(snapshot.forecasts),
            age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
            hour=at,
        )


def weak_drift(snapshot: SnowSnapshot, risk: DriftRisk, *, many: float = 0.05) -> Iterator[Degradation]:
    """That a plan holds no drifts, where over ``many`` of the planned streets may get some: a design choice."""
    rows = [i for i, segment in enumerate(snapshot.segments) if segment.reachable]
    drift = risk.of(rows)
    if drift is not None and drift.streets > many * len(rows):
        at, until = drift.begins.astimezone(snapshot.zone), _until(snapshot, drift)
        every = message("plan.snow.segments", n=len(rows))
        air = {"wind": drift.wind_m_s, "air": drift.air_c}
        yield degradation(
            "drift", message("plan.snow.drift.weak", n=drift.streets, all=every, at=at, until=until, **air)
        )


def _until(snapshot: SnowSnapshot, drift: Drift) -> Message:
    """The clock; with its date where that is another day."""
    begins, ends = (at.astimezone(snapshot.zone) for at in (drift.begins, drift.ends))
    return message("plan.snow.drift.until" if begins.date() == ends.date() else "plan.snow.drift.until_day", at=ends)
