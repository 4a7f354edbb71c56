"""The daemon's own figures over HTTP on loopback: they can be read while the database is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import ConfigError


@contextmanager
def served(port: int, registry: CollectorRegistry, host: str = "127.0.0.1") -> Iterator[int]:
    """Serves what a registry holds and gives the port. Raises ConfigError where the port is taken."""
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        said = message("error.setting.metrics_port", port=str(port), problem=in_our_words(error))
        raise ConfigError(said) from error
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
