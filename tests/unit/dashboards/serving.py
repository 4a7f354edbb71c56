"""Serves the application on a port of its own, as the product does: the same server, a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import httpx
import uvicorn
from fastapi import FastAPI


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of the running application; stopped at the end, open event streams or not."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
        assert not thread.is_alive(), "the server did not stop"


@contextmanager
def asking(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the running application that would rather hear of problems in English; pages do not ask for that."""
    headers = {"Accept-Language": "en"}
    with (
        serving(app) as address,
        httpx.Client(base_url=address, headers=headers, follow_redirects=True, timeout=30.0) as client,
    ):
        yield client
