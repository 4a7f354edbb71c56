"""What every decoder gives, and what all of them check: device names, topics, JSON that is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import RejectedMessage

T = TypeVar("T")
MAX_TOPIC_BYTES = 200
MAX_TOPIC_LEVELS = 7
_DEVICE = re.compile(r"^[^\x00-\x1f+#/]{1,100}$")


class Measured(msgspec.Struct, frozen=True, gc=False):
    """Values of one device at one time."""

    device: str
    time: datetime
    values: dict[str, float]


Decoder = Callable[[str, bytes], list[Measured]]


def parsed(
    decoder: msgspec.json.Decoder[T], payload: bytes, hint: Callable[[Message], Message] = lambda said: said
) -> T:
    """The value of a payload. Raises RejectedMessage naming the field; ``hint`` may add the way out to what is said."""
    try:
        return decoder.decode(payload)
    except UnicodeDecodeError as error:
        raise RejectedMessage("not_json", message("error.reading.no_utf8", place=error.start)) from error
    except msgspec.ValidationError as error:
        raise RejectedMessage("shape", hint(in_our_words(error))) from error
    except msgspec.DecodeError as error:
        raise RejectedMessage("not_json", in_our_words(error)) from error
    except RecursionError as error:
        raise RejectedMessage("too_deep", message("error.reading.too_deep")) from error


def check_topic(topic: str) -> None:
    """Refuses topics that no well-meaning device uses."""
    if len(topic.encode()) > MAX_TOPIC_BYTES or topic.count("/") >= MAX_TOPIC_LEVELS or "\x00" in topic:
        raise RejectedMessage("topic", message("error.reading.topic_form"))


def checked_device(device: str) -> str:
    """A device name that can be stored and subscribed to."""
    if not _DEVICE.match(device):
        raise RejectedMessage("device", message("error.reading.device_name", device=device[:40]))
    return device
