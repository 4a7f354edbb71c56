"""The daemon's own figures over HTTP on loopback: they can be read while the database is away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import ConfigError


@contextmanager
def served(port: int, text: Callable[[], str], host: str = "127.0.0.1") -> Iterator[int]:
    """Serves ``text()`` at ``/metrics`` and gives the port. Raises ConfigError where the port is taken."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/metrics"
            body = text().encode() if found else b"only /metrics is here\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Scrapes are not worth a line each."""

    try:
        server = ThreadingHTTPServer((host, port), Answer)
    except OSError as error:
        said = message("error.setting.metrics_port", port=str(port), problem=in_our_words(error))
        raise ConfigError(said) from error
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
