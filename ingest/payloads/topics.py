"""From topic and bytes to measured values: who reads a topic."""

from __future__ import annotations

from functools import lru_cache

from city.catalogue.message import message
from city.errors import RejectedMessage
from ingest.payloads import chirpstack, own
from ingest.payloads.measured import Decoder, Measured, check_topic, checked_device


def decode(topic: str, payload: bytes) -> list[Measured]:
    """The values of a message. Raises RejectedMessage with a short reason and the field."""
    decoder, device = _route(topic)
    try:
        return decoder(device, payload)
    except RecursionError as error:
        raise RejectedMessage("too_deep", message("error.reading.too_deep")) from error


@lru_cache(maxsize=20_000)
def _route(topic: str) -> tuple[Decoder, str]:
    """Who reads a topic, and the device that it names; kept, as devices send on the same topic again and again."""
    check_topic(topic)
    match topic.split("/"):
        case ["dagsplan", device, "reading"]:
            return own.decode, checked_device(device)
        case ["application", _, "device", device, "event", "up"]:
            return chirpstack.decode, checked_device(device)
    raise RejectedMessage("topic", message("error.reading.unknown_topic", topic=topic[:80]))


def device_of(topic: str) -> str:
    """The device that a topic names, for counting rejects; empty where it names none."""
    match topic.split("/"):
        case ["dagsplan", device, _] | ["owntracks", _, device]:
            return device[:100].replace("\x00", "")
        case ["application", _, "device", device, "event", _]:
            return device[:100].replace("\x00", "").lower()
    return ""
