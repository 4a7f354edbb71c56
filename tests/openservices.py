"""Open data as a server on loopback: answers of the shapes that Nominatim, Overpass, the Copernicus bucket, SMHI and
MET Norway publish, made by hand or from an extract. No live service was asked for any of them.

Every request is written down, and faults can be laid before the answers.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import rasterio
from rasterio import Affine

from city.settings import Municipality, OpenData, Planner, Settings, WeatherSettings

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="Overpass API 0.7.62.8 e802775f">
<note>The data included in this document is from www.openstreetmap.org. The data is made available under ODbL.</note>
<meta osm_base="2026-11-20T03:04:05Z"/>

"""
REMARK = "<remark> runtime error: Query timed out in &quot;query&quot; at line 1 after 181 seconds. </remark>\n"


@dataclass(frozen=True)
class Fault:
    """What comes instead of an answer: a status, a body of its own, or the answer cut after so many bytes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: int | None = None


@dataclass
class OpenServices:
    """What the services know, what they were asked, and which faults come next, by service."""

    places: list[dict[str, Any]]
    osm: Callable[[str], bytes]
    heights: dict[str, bytes] = field(default_factory=dict)
    forecasts: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def count(self) -> Counter[str]:
        """How often each service was asked."""
        return Counter(service for service, _, _ in self.asked)

    def settings(self, state: Path, **opendata: Any) -> Settings:
        """Settings of an installation that asks these services, without their long pauses."""
        own: dict[str, Any] = {"pause_s": 0.0, "back_off_s": 0.0, "tries": 3, "contact": "vinter@example.se"}
        return Settings(
            municipality=Municipality(language="en"),
            opendata=OpenData(
                nominatim_url=f"{self.url}/search",
                overpass_url=f"{self.url}/api/interpreter",
                elevation_url=f"{self.url}/dem",
                **{**own, **opendata},
            ),
            weather=WeatherSettings(smhi_url=f"{self.url}/smhi", metno_url=f"{self.url}/metno/compact"),
            planner=Planner(round_iterations=60, tur_iterations=10),
            state_dir=str(state),
        )

    @staticmethod
    def meant(path: str, form: str) -> tuple[str, str]:
        """Which service a request is for, and what it asks of it."""
        address = urllib.parse.urlsplit(path)
        if address.path == "/search":
            return "nominatim", address.query
        if address.path == "/api/interpreter":
            return "overpass", dict(urllib.parse.parse_qsl(form))["data"]
        if address.path.startswith("/dem/"):
            name = Path(address.path).stem
            return "heights", name if address.path == f"/dem/{name}/{name}.tif" else address.path
        return address.path.split("/")[1], path

    def answer(self, service: str, what: str) -> bytes | None:
        """The body of an answer; None: not found."""
        if service == "nominatim":
            country = dict(urllib.parse.parse_qsl(what)).get("countrycodes")
            hits = [hit for hit in self.places if country in (None, hit["address"]["country_code"])]
            return json.dumps(hits, ensure_ascii=False).encode()
        if service == "overpass":
            return self.osm(what)
        return self.heights.get(what) if service == "heights" else self.forecasts.get(service)


@contextmanager
def serving(services: OpenServices) -> Iterator[OpenServices]:
    """The services on a port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            service, what = services.meant(self.path, form)
            services.asked.append((service, what, dict(self.headers)))
            body = services.answer(service, what)
            waiting = services.faults.get(service, [])
            fault = waiting.pop(0) if waiting else Fault(404 if body is None else 200)
            whole = (body or b"") if fault.body is None else fault.body
            start, headers = self._range(whole, fault)
            part = whole[start:]
            self.send_response(206 if start else fault.status)
            for name, value in {**headers, **fault.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part if fault.cut is None else part[: fault.cut])
            self.close_connection = fault.cut is not None

        do_POST = do_GET  # noqa: N815 - the name that the server looks for

        def _range(self, whole: bytes, fault: Fault) -> tuple[int, dict[str, str]]:
            """Where the answer begins, and its headers: as the bucket does it."""
            if not self.path.startswith("/dem/") or fault.status != 200:
                return 0, {}
            headers = {"Accept-Ranges": "bytes", "ETag": f'"{hashlib.md5(whole).hexdigest()}"'}
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if found is None or self.headers.get("If-Range", headers["ETag"]) != headers["ETag"]:
                return 0, headers
            start = int(found.group(1))
            return start, headers | {"Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"}

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    services.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def place(
    name: str,
    ring: list[tuple[float, float]],
    *,
    osm_id: int = 935459,
    country: str = "se",
    kind: str = "municipality",
    said: str | None = None,
) -> dict[str, Any]:
    """A border of a municipality as Nominatim answers it (jsonv2, polygon_geojson, addressdetails)."""
    lons, lats = zip(*ring, strict=True)
    return {
        "place_id": 139_000_000 + osm_id,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": "relation",
        "osm_id": osm_id,
        "lat": str((min(lats) + max(lats)) / 2),
        "lon": str((min(lons) + max(lons)) / 2),
        "category": "boundary",
        "type": "administrative",
        "place_rank": 14,
        "importance": 0.52,
        "addresstype": kind,
        "name": name,
        "display_name": said or f"{name}, Sverige",
        "address": {kind: name, "country": "Sverige", "country_code": country},
        "boundingbox": [str(min(lats)), str(max(lats)), str(min(lons)), str(max(lons))],
        "geojson": {"type": "Polygon", "coordinates": [[list(point) for point in [*ring, ring[0]]]]},
    }


def answer_of(*objects: str, remark: str = "") -> bytes:
    """An answer of Overpass in XML."""
    return (HEAD + "\n".join(objects) + "\n" + remark + "\n</osm>\n").encode()


def answer_from(extract: Path) -> bytes:
    """A whole extract as Overpass would answer it with ``out body``: no versions, no names, no times."""
    return answer_of(*(_xml(one) for one in osmium.FileProcessor(str(extract))))


def _xml(one: Any) -> str:
    tags = "".join(f"<tag k={quoteattr(tag.k)} v={quoteattr(tag.v)}/>" for tag in one.tags)
    if isinstance(one, osmium.osm.Node):
        return f'<node id="{one.id}" lat="{one.location.lat}" lon="{one.location.lon}">{tags}</node>'
    if isinstance(one, osmium.osm.Way):
        return f'<way id="{one.id}">' + "".join(f'<nd ref="{node.ref}"/>' for node in one.nodes) + f"{tags}</way>"
    kinds = {"n": "node", "w": "way", "r": "relation"}
    members = "".join(f'<member type="{kinds[m.type]}" ref="{m.ref}" role={quoteattr(m.role)}/>' for m in one.members)
    return f'<relation id="{one.id}">{members}{tags}</relation>'


def height_tile(folder: Path, lon: int, lat: int, cells: int = 120) -> bytes:
    """A tile of the bucket's layout, one degree wide, made up and coarser: a slope up to the north, with hills."""
    up, across = np.mgrid[0 : 1 : complex(cells), 0 : 1 : complex(cells)]
    z = (60 + 40 * (1 - up) + 8 * np.sin(40 * across) * np.cos(30 * up)).astype(np.float32)
    file = folder / f"{lon}_{lat}.tif"
    how = {"driver": "GTiff", "height": cells, "width": cells, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    grid = Affine(1 / cells, 0.0, lon, 0.0, -1 / cells, lat + 1)
    with rasterio.open(file, "w", transform=grid, tiled=True, blockxsize=64, blockysize=64, **how) as data:
        data.write(z, 1)
    return file.read_bytes()


def redated(answer: bytes, to: datetime) -> bytes:
    """A recorded forecast as if it were issued at ``to`` (a whole hour): every time in it moves by as much."""
    times = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
    first = min(datetime.fromisoformat(found.decode()) for found in times.findall(answer))
    move = timedelta(hours=round((to - first) / timedelta(hours=1)))
    moved = lambda found: f"{datetime.fromisoformat(found.group().decode()) + move:%Y-%m-%dT%H:%M:%SZ}".encode()  # noqa: E731
    return times.sub(moved, answer)
