"""The embedded broker of the demo and most tests, behind one small adapter. ``mqtt.url`` replaces it.

Its backlog lives in memory: production uses mosquitto, see ``deploy/mosquitto``.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

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
        raise SourceUnavailable(
            f"the embedded broker on port {chosen}", f"{error}; free the port or set DAGSPLAN_MQTT__URL"
        ) from error
    try:
        yield f"mqtt://127.0.0.1:{chosen}"
    finally:
        broker.stop()
