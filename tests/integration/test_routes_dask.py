"""Districts solved on a Dask cluster: the same plan as in one process. Skips where ``distributed`` is not installed."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.routes.solve import Stop
from planner.routes.split import solve_split
from tests.unit.planner.test_routes_split import grid

SHORT = Stop(iterations=300)


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
