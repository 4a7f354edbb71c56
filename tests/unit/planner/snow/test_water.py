"""Black ice and frost say where their water came from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from city.entities import Forecast, ForecastStep
from planner.services import make_plan
from tests.unit.planner.snapshots import AT, HOUR, SOUTH, WEST, against_slip, depth, limits_with, snow_snapshot


def night(
    temp: Callable[[int], float], rain: Callable[[int], float], humidity: float, *, snow: float = 0.0
) -> Forecast:
    """Clear and calm but where it rains or snows; hours from now."""
    steps = [
        ForecastStep(
            AT + h * HOUR, AT + (h + 1) * HOUR, temp(h), rain(h), humidity_pct=humidity,
            snow_fraction=snow if rain(h) else None, cloud=1.0 if rain(h) else 0.0, wind_m_s=1.0,
        )
        for h in range(-25, 30)
    ]  # fmt: skip
    return Forecast("made", WEST, SOUTH, AT, tuple(steps))


FROST = night(lambda h: 2.0 if h < 0 else -3.0, lambda _: 0.0, 98.0)
RAIN = night(lambda h: 2.0 if h < 3 else -6.0, lambda h: 0.6 if -4 <= h < 2 else 0.0, 85.0)
MELT = night(lambda h: -1.0 if h < -14 else 4.0 if h < 2 else -7.0, lambda h: 1.0 if h < -18 else 0.0, 80.0, snow=1.0)

DEW = night(lambda h: 5.0 if h < 3 else -6.0, lambda _: 0.0, 100.0)


@pytest.mark.parametrize(
    ("weather", "sv", "en"),
    [
        (FROST, "rimfrost: luftens fukt", "frost: the moisture of the air"),
        (RAIN, "regn som fryser", "rain that freezes"),
        (MELT, "smältvatten som fryser", "meltwater that freezes"),
        (DEW, "dagg som fryser", "dew that freezes"),
    ],
    ids=["frost", "rain", "melt", "dew"],
)
def test_ice_says_where_its_water_came_from(weather: Forecast, sv: str, en: str) -> None:
    rules = limits_with(*against_slip(method="salt"))
    plan = make_plan(snow_snapshot(thresholds=rules, forecasts=(weather,), readings=(depth(0.0),)))
    first = next(item.reasons[0] for item in plan.interventions if item.kind in {"salt", "brine"})
    assert sv in first.text
    assert en in first.text_en


def test_dry_cold_gives_no_ice() -> None:
    dry = night(lambda h: 1.0 if h < 0 else -6.0, lambda _: 0.0, 50.0)
    rules = limits_with(*against_slip(method="salt"))
    assert make_plan(snow_snapshot(thresholds=rules, forecasts=(dry,), readings=(depth(0.0),))).interventions == ()
