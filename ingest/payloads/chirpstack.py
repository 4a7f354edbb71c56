"""ChirpStack v4 uplink events as JSON, topic ``application/{id}/device/{devEui}/event/up``.

The decoded ``object`` is used; fields may lie deeper (joined by ``_``), and codecs that send numbers as strings
("13.25") are read. Text and empty fields are passed over: they are no measurement. Two fields never become one series:
a name that is too long ends in a digest of the whole, and a message in which two fields have one name is refused.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from city.catalogue.message import Message, message
from city.errors import RejectedMessage
from ingest.payloads.measured import Measured, parsed


class DeviceInfo(msgspec.Struct, frozen=True, rename="camel"):
    """Who sent it, as the network server knows it."""

    dev_eui: Annotated[str, Meta(min_length=1, max_length=64)]


class Uplink(msgspec.Struct, frozen=True, rename="camel"):
    """The parts of an uplink event that we read; all other fields are passed over."""

    device_info: DeviceInfo
    time: Annotated[datetime, Meta(tz=True)] | None = None
    object: dict[str, Any] | None = None


_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_decoder = msgspec.json.Decoder(Uplink)


def decode(device: str, payload: bytes) -> list[Measured]:
    """The values of an uplink. Raises RejectedMessage naming the field and, for version 3, the way out."""
    uplink = parsed(_decoder, payload, lambda problem: _hint(payload, problem))
    if uplink.device_info.dev_eui.lower() != device.lower():
        raise _refused("device", "error.reading.device_differs", named=uplink.device_info.dev_eui, device=device)
    if not uplink.object:
        raise _refused("no_codec", "error.reading.no_codec")
    if uplink.time is None:
        raise _refused("no_time", "error.reading.no_time")
    values = _distinct(_numbers("", uplink.object))
    if not values:
        raise _refused("no_values", "error.reading.no_values")
    return [Measured(device.lower(), uplink.time, values)]


def _refused(reason: str, key: str, **parts: str) -> RejectedMessage:
    return RejectedMessage(reason, message(key, **parts))


def _numbers(prefix: str, part: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in part.items():
        full = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _numbers(f"{full}_", value)
        else:
            number = _number(value)
            if number is not None and full and "\x00" not in full:
                yield _storable(full), number


def _distinct(found: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Values by name. Raises RejectedMessage where two fields have the same."""
    values: dict[str, float] = {}
    for name, value in found:
        if name in values:
            raise _refused("same_name", "error.reading.same_name", name=name[:40])
        values[name] = value
    return values


def _storable(name: str, *, longest: int = 100) -> str:
    """A name that fits; of a longer one the beginning, and what tells it from others that begin so."""
    if len(name) <= longest:
        return name
    digest = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{name[: longest - 9]}~{digest}"


def _number(value: object) -> float | None:
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value) else None
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _hint(payload: bytes, problem: Message) -> Message:
    return message("error.reading.version_3") if b'"devEUI"' in payload else problem
