"""On a quiet night nobody is called out, whatever noise, drift and one broken sensor say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.services import make_plan
from tests.quiet import quiet_night
from tests.unit.planner.snapshots import HOUR, depth, forecast, snow_snapshot


@pytest.mark.parametrize("number", range(12))
def test_nobody_is_called_out_on_a_quiet_night(number: int) -> None:
    assert make_plan(quiet_night(number)).interventions == ()


def test_noise_of_a_tenth_of_a_centimetre_is_no_black_ice() -> None:
    """Three sensors over bare ground say 0.0 to 0.2 cm, the air is below zero, nothing falls."""
    noise = tuple(
        replace(depth(cm), time=depth(0.0).time - n * HOUR / 6) for n, cm in enumerate((0.1, 0.2, 0.0, 0.1, 0.1))
    )
    plan = make_plan(replace(quiet_night(0), readings=noise, devices=snow_snapshot().devices, forecasts=(forecast(),)))
    assert plan.interventions == ()


def test_a_sensor_that_is_not_believed_is_named() -> None:
    """Of twenty nights with a broken sensor some are named, with what they say."""
    said = [d.effect for n in range(20) for d in make_plan(quiet_night(n)).degradations if d.source.startswith("sno-")]
    assert any("den räknas inte" in text for text in said)
    assert any("hoppet räknas inte" in text for text in said)
