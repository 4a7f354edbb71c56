"""Who searches routes: the cores of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from city.catalogue.message import message
from city.errors import ConfigError

log = logging.getLogger("dagsplan.workers")


@contextmanager
def workers(dask: str, *, wait_s: float = 5.0) -> Iterator[Executor | None]:
    """The workers at ``dask`` (such as tcp://10.0.0.5:8786); None, which means this machine, where none is named.

    A cluster that does not answer in ``wait_s`` is logged, and the plans are made here. Raises ConfigError where
    Dask is not installed. Whatever works a plan out, it is the same plan.
    """
    if not dask:
        yield None
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise ConfigError(message("error.route.no_dask", dask=dask)) from error
    try:
        client = Client(dask, timeout=wait_s)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        log.warning("no Dask cluster at %s: routes are searched here (%s)", dask, error)
        yield None
        return
    with client:
        yield client.get_executor()  # type: ignore[no-untyped-call]
