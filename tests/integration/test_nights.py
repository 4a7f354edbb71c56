"""Generated nights: whatever people and machines do, no two numbers on screens or interface contradict."""

from __future__ import annotations

import pytest

from city.clock import FixedClock
from dashboards.app import create_app
from store.connect import Connection, pool
from tests.nights import played, played_out
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import asking


@pytest.mark.parametrize("seed", range(4))
def test_no_two_numbers_contradict(dsn: str, database: Connection, seed: int) -> None:
    """The benchmark ``nights`` plays three hundred."""
    clock = FixedClock(town.AT, simulated=False)
    with pool(dsn, "test", size=4) as connections, asking(create_app(town.settings(), connections, clock)) as client:
        assert played_out(played(database, client, clock, seed), 24) == []
