"""Positions, topic ``dagsplan/{vehicle}/position``: ``{"time", "lon", "lat"[, "heading", "speed_kmh", "accuracy_m"]}``,
or an array of such."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from city.entities import Position
from ingest.payloads.measured import check_topic, checked_device, parsed

_TOPIC = re.compile(r"dagsplan/([^/]*)/position")


class OwnPosition(msgspec.Struct, frozen=True):
    """One position; the offset of its time must be there."""

    time: Annotated[datetime, Meta(tz=True)]
    lon: float
    lat: float
    heading: float | None = None
    speed_kmh: float | None = None
    accuracy_m: float | None = None


_decoder = msgspec.json.Decoder(OwnPosition | Annotated[list[OwnPosition], Meta(max_length=2000)])


def tells_position(topic: str) -> bool:
    """Whether messages of a topic are positions."""
    return _TOPIC.fullmatch(topic) is not None


def decode(topic: str, payload: bytes) -> list[Position]:
    """The positions of a message. Raises RejectedMessage naming the field; what they say is not judged here."""
    check_topic(topic)
    vehicle = checked_device(topic.split("/")[1])
    read = parsed(_decoder, payload)
    found = read if isinstance(read, list) else [read]
    return [Position(vehicle, p.time, p.lon, p.lat, p.heading, p.speed_kmh, p.accuracy_m) for p in found]
