"""Our own JSON: ``{"time": RFC 3339, "values": {"quantity": number, …}}``, or an array of such."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from ingest.payloads.measured import Measured, parsed

Name = Annotated[str, Meta(min_length=1, max_length=100)]


class OwnReading(msgspec.Struct, frozen=True):
    """One set of values at one time; the offset must be there."""

    time: Annotated[datetime, Meta(tz=True)]
    values: Annotated[dict[Name, float], Meta(min_length=1, max_length=200)]


_decoder = msgspec.json.Decoder(OwnReading | Annotated[list[OwnReading], Meta(max_length=2000)])


def decode(device: str, payload: bytes) -> list[Measured]:
    """The readings of a message. Raises RejectedMessage naming the field."""
    read = parsed(_decoder, payload)
    return [Measured(device, item.time, item.values) for item in (read if isinstance(read, list) else [read])]
