"""A local server that answers like SMHI's, with forecasts of the made storm: the client runs as in production."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from city.clock import Clock
from ingest.simulator.storm import Storm

_POINT = re.compile(r"/lon/(-?[\d.]+)/lat/(-?[\d.]+)/data\.json$")


@contextmanager
def forecast_server(storm: Storm, clock: Clock) -> Iterator[str]:
    """Serves on loopback and gives the address to set as ``weather.smhi_url``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(storm, clock.now))
    thread = threading.Thread(target=server.serve_forever, args=(0.2,), name="forecasts", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/category/snow1g/version/1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def newest_issue(at: datetime, *, behind: timedelta = timedelta(minutes=25)) -> datetime:
    """When the forecast that is out at ``at`` was issued: on the hour, published a while later."""
    return (at - behind).replace(minute=0, second=0, microsecond=0)


def _handler(storm: Storm, now: Callable[[], datetime]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = _POINT.search(self.path)
            if place is None:
                self.send_error(404)
                return
            issued_at = newest_issue(now())
            said = format_datetime(issued_at, usegmt=True)
            if self.headers.get("If-Modified-Since") == said:
                self.send_response(304)
                self.end_headers()
                return
            body = storm.forecast_answer(issued_at, float(place[1]), float(place[2]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Last-Modified", said)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing: the client logs."""

    return Handler
