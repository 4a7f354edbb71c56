"""The embedded broker of a trial, the demo and most tests, behind one small adapter. ``mqtt.url`` replaces it.

It has one port that a setting names, so that devices can be pointed at it, and says in the state folder where it is
while it runs, so that other commands of the installation find it. Its backlog lives in memory, and it knows neither
users nor TLS: production uses mosquitto, see ``deploy/mosquitto``.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import SourceUnavailable

MOST_BYTES = 2_100_000
"""Of a message, as in the profiles of mosquitto: images have 2 MB."""
WHERE = "broker.url"


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def embedded_broker(port: int = 0, host: str = "127.0.0.1", folder: Path | None = None) -> Iterator[str]:
    """Runs the broker and gives its URL for this machine; port 0 is any. ``folder`` is told where it is meanwhile.

    Raises SourceUnavailable naming a port that is taken.
    """
    from iotcore import Broker

    chosen = port or free_port()
    broker = Broker(port=chosen, listen=host, max_payload_size=MOST_BYTES)
    try:
        broker.start()
    except (OSError, RuntimeError) as error:
        where = message("error.broker.embedded", port=str(chosen))
        raise SourceUnavailable(where, message("error.broker.free_port", problem=in_our_words(error))) from error
    url = f"mqtt://{_reached_by(host)}:{chosen}"
    note = None if folder is None else folder / WHERE
    try:
        if note is not None:
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(f"{url}\n{os.getpid()}\n", encoding="utf-8")
        yield url
    finally:
        if note is not None:
            note.unlink(missing_ok=True)
        broker.stop()


def running_broker(folder: Path) -> str | None:
    """The URL of the embedded broker that another process of this installation runs; None where none answers."""
    try:
        url, process = (folder / WHERE).read_text(encoding="utf-8").split()
        os.kill(int(process), 0)  # asks only whether it lives: another program may have the port of one that was killed
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=2.0):
            return url
    except (OSError, ValueError):
        return None


def _reached_by(host: str) -> str:
    """How this machine reaches what listens on ``host``."""
    try:
        listens = ipaddress.ip_address(host)
    except ValueError:
        return host
    if listens.is_unspecified:
        return "[::1]" if listens.version == 6 else "127.0.0.1"
    return f"[{host}]" if listens.version == 6 else host
