"""Routes searched on a Dask cluster: the same plan as on one machine. Skips where ``distributed`` is not installed."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.routes.solve import StopRule
from planner.routes.split import solve_split
from planner.routes.workers import workers
from planner.services import make_plan
from tests.unit.planner.routes.test_routes_split import grid
from tests.unit.planner.snapshots import depth, snow_snapshot

SHORT = StopRule(iterations=300)


def test_a_cluster_gives_the_same_plan_as_one_process() -> None:
    distributed = pytest.importorskip("distributed", reason="the extra 'dask' (distributed) is not installed")
    problem = grid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the cluster says of its own start and end
        cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
        with cluster, distributed.Client(cluster) as client:
            executor = client.get_executor()
            spread = solve_split(problem, SHORT, SHORT, executor, number=2)
    with ThreadPoolExecutor(1) as executor:
        alone = solve_split(problem, SHORT, SHORT, executor, number=2)
    assert spread.routes == alone.routes


def test_a_snow_plan_is_the_same_whoever_searches_its_routes() -> None:
    """On two workers of a cluster named by its address, as the setting names it, and on this machine's own cores."""
    distributed = pytest.importorskip("distributed", reason="the extra 'dask' (distributed) is not installed")
    snapshot = snow_snapshot(readings=(depth(12.0),))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
        with cluster, workers(cluster.scheduler_address) as executor:
            assert executor is not None
            spread = make_plan(snapshot, executor)
    assert spread.interventions == make_plan(snapshot).interventions


def test_a_cluster_that_is_not_there_is_said_and_costs_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("distributed", reason="the extra 'dask' (distributed) is not installed")
    with workers("tcp://127.0.0.1:9", wait_s=0.3) as executor:
        assert executor is None
    assert "no Dask cluster at tcp://127.0.0.1:9" in caplog.text
