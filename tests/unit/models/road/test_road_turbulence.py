"""A station's exchange of heat with the air, from its own nights: found where the record tells, else left as usual."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from models.road.forcing import Forcing, on_grid, weather
from models.road.physics import PHYSICS
from models.road.run import at_rest, run
from models.road.turbulence import own_exchange
from tests.unit.models.road.test_road_balance import some

START = datetime(2026, 1, 10, 12, tzinfo=UTC)


def nights(n: int, *, cloud: float = 0.0) -> Forcing:
    """Windy nights, clear unless said otherwise, at -4 °C."""
    h = np.arange(24 * n + 1)
    fields = {
        "air_c": -4.0 + 2.0 * np.cos(h / 24 * 2 * np.pi), "humidity_pct": 75.0 + 0.0 * h,
        "wind_m_s": 4.0 + np.sin(h / 5),
        "precip_mm_h": 0.0 * h, "cloud": cloud + 0.0 * h,
    }  # fmt: skip
    times = [START + timedelta(hours=int(i)) for i in h]
    return on_grid([weather(times, 60.0, 15.0, 100.0, **fields)], START, 24.0 * n)


def seen(forcing: Forcing, rough_m: float) -> npt.NDArray[np.float64]:
    """What a station with this roughness shows every ten minutes, to the tenth of a degree."""
    where = some(["road"])
    own = PHYSICS._replace(rough_momentum_m=rough_m)
    surface = run(where, forcing, at_rest(where, np.array([-4.0])), every=1, physics=own).surface_c
    return np.where(np.arange(forcing.steps) % 2 == 0, np.round(surface, 1), np.nan)


def test_a_station_in_the_open_is_found_by_its_nights() -> None:
    forcing = nights(3)
    found = own_exchange(some(["road"]), forcing, seen(forcing, 0.02))
    assert found is not None
    assert 0.01 <= found.rough_m <= 0.05
    assert found.nights == 3
    assert found.left_w_m2 < 0.5 * found.usual_w_m2


@pytest.mark.parametrize(
    ("n", "rough_m", "cloud"),
    [(1, 0.02, 0.0), (3, 0.4, 0.0), (3, 0.02, 0.6)],
    ids=["one night", "as usual", "a sky that explains it"],
)
def test_where_the_record_does_not_tell_the_exchange_stays(n: int, rough_m: float, cloud: float) -> None:
    """One night is no record; a street like all needs nothing; under half a cloud the sky may be what differs."""
    forcing = nights(n, cloud=cloud)
    assert own_exchange(some(["road"]), forcing, seen(forcing, rough_m)) is None


@pytest.mark.parametrize("off_k", [-6.0, 6.0])
def test_a_sensor_that_is_off_is_not_taken_for_the_air(off_k: float) -> None:
    """No exchange explains a surface 6 K from what the street's would be."""
    forcing = nights(3)
    assert own_exchange(some(["road"]), forcing, seen(forcing, 0.4) + off_k) is None
