"""Positions of vehicles, from three senders. Of all of them only what a vehicle that is out sends is kept.

* ``dagsplan/{vehicle}/position``: ``{"time", "lon", "lat"[, "heading", "speed_kmh", "accuracy_m"]}``, or an array of
  such.
* ``owntracks/{user}/{vehicle}``: OwnTracks' JSON (owntracks.org/booklet/tech/json); whose phone it is nobody asks.
* ``traccar/position``: what Traccar forwards as JSON (traccar.org/forward); ``uniqueId`` is the vehicle.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from city.entities import Position
from ingest.payloads.measured import check_topic, checked_device, parsed

_OWN = re.compile(r"dagsplan/([^/]*)/position")
_OWNTRACKS = re.compile(r"owntracks/[^/]*/([^/]*)")
_TRACCAR = "traccar/position"
KMH_OF_KNOT = 1.852


class OwnPosition(msgspec.Struct, frozen=True):
    """One position; the offset of its time must be there."""

    time: Annotated[datetime, Meta(tz=True)]
    lon: float
    lat: float
    heading: float | None = None
    speed_kmh: float | None = None
    accuracy_m: float | None = None


class OwnTracksMessage(msgspec.Struct, frozen=True):
    """What OwnTracks sends: a ``location`` with seconds since 1970, km/h, degrees and metres, or something that is no
    place."""

    type: str = msgspec.field(name="_type")
    tst: Annotated[float, Meta(ge=0.0, lt=4e9)] | None = None
    lat: float | None = None
    lon: float | None = None
    vel: float | None = None
    cog: float | None = None
    acc: float | None = None


class TraccarPosition(msgspec.Struct, frozen=True):
    """A place as Traccar forwards it: speed in knots; one that is not ``valid`` is none."""

    fixTime: Annotated[datetime, Meta(tz=True)]  # noqa: N815 - as it is sent
    latitude: float
    longitude: float
    valid: bool = True
    speed: float | None = None
    course: float | None = None
    accuracy: float | None = None


class TraccarDevice(msgspec.Struct, frozen=True):
    """Whose place it is."""

    uniqueId: str  # noqa: N815 - as it is sent


class TraccarMessage(msgspec.Struct, frozen=True):
    """One forwarded position."""

    position: TraccarPosition
    device: TraccarDevice


_decoder = msgspec.json.Decoder(OwnPosition | Annotated[list[OwnPosition], Meta(max_length=2000)])
_owntracks = msgspec.json.Decoder(OwnTracksMessage)
_traccar = msgspec.json.Decoder(TraccarMessage)


def tells_position(topic: str) -> bool:
    """Whether messages of a topic are positions."""
    return topic == _TRACCAR or _OWN.fullmatch(topic) is not None or _OWNTRACKS.fullmatch(topic) is not None


def decode(topic: str, payload: bytes) -> list[Position]:
    """The positions of a message; none of one that tells something else. Raises RejectedMessage naming the field; what
    they say is not judged here."""
    check_topic(topic)
    if topic == _TRACCAR:
        return _of_traccar(payload)
    if found := _OWNTRACKS.fullmatch(topic):
        return _of_owntracks(checked_device(found[1]), payload)
    vehicle = checked_device(topic.split("/")[1])
    read = parsed(_decoder, payload)
    rows = read if isinstance(read, list) else [read]
    return [Position(vehicle, p.time, p.lon, p.lat, p.heading, p.speed_kmh, p.accuracy_m) for p in rows]


def _of_owntracks(vehicle: str, payload: bytes) -> list[Position]:
    told = parsed(_owntracks, payload)
    if told.type != "location" or told.tst is None or told.lon is None or told.lat is None:
        return []
    at = datetime.fromtimestamp(told.tst, UTC)
    return [Position(vehicle, at, told.lon, told.lat, told.cog, told.vel, told.acc)]


def _of_traccar(payload: bytes) -> list[Position]:
    told = parsed(_traccar, payload)
    place, vehicle = told.position, checked_device(told.device.uniqueId)
    if not place.valid:
        return []
    kmh = None if place.speed is None else place.speed * KMH_OF_KNOT
    return [Position(vehicle, place.fixTime, place.longitude, place.latitude, place.course, kmh, place.accuracy)]
