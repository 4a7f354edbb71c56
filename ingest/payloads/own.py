"""Our own JSON: ``{"time": RFC 3339, "values": {"quantity": number, …}}``, or an array of such."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from city.errors import RejectedMessage
from ingest.payloads import Measured

Name = Annotated[str, Meta(min_length=1, max_length=100)]


class OwnReading(msgspec.Struct, frozen=True):
    """One set of values at one time; the offset must be there."""

    time: Annotated[datetime, Meta(tz=True)]
    values: Annotated[dict[Name, float], Meta(min_length=1, max_length=200)]


_decoder = msgspec.json.Decoder(OwnReading | Annotated[list[OwnReading], Meta(max_length=2000)])


def decode(device: str, payload: bytes) -> list[Measured]:
    """The readings of a message. Raises RejectedMessage naming the field."""
    try:
        read = _decoder.decode(payload)
    except UnicodeDecodeError as error:
        raise RejectedMessage("not_json", f"not UTF-8 at byte {error.start}") from error
    except msgspec.ValidationError as error:
        raise RejectedMessage("shape", str(error)) from error
    except msgspec.DecodeError as error:
        raise RejectedMessage("not_json", str(error)) from error
    return [Measured(device, item.time, item.values) for item in (read if isinstance(read, list) else [read])]
