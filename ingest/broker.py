"""The embedded broker of the demo and most tests, behind one small adapter. ``mqtt.url`` replaces it.

Its backlog lives in memory: production uses mosquitto, see ``deploy/mosquitto``.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import SourceUnavailable


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def embedded_broker(port: int = 0) -> Iterator[str]:
    """Runs the broker on loopback and gives its URL. Raises SourceUnavailable naming a port that is taken."""
    from iotcore import Broker

    chosen = port or free_port()
    broker = Broker(port=chosen, listen="127.0.0.1")
    try:
        broker.start()
    except (OSError, RuntimeError) as error:
        where = message("error.broker.embedded", port=str(chosen))
        raise SourceUnavailable(where, message("error.broker.free_port", problem=in_our_words(error))) from error
    try:
        yield f"mqtt://127.0.0.1:{chosen}"
    finally:
        broker.stop()
