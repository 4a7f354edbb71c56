"""A message after it was read: what of it is stored, and the fault to keep, if any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from city.entities import Position
from ingest.message import MqttMessage
from ingest.validate import Fault, ReadingRow


class JudgedMessage(msgspec.Struct, frozen=True):
    """Rows and positions to store, and why not all of the message is taken."""

    message: MqttMessage
    rows: list[ReadingRow] = []
    positions: list[Position] = []
    fault: Fault | None = None
    sqlstate: str | None = None


class Keeper(Protocol):
    """Keeps what is not taken of a batch, in the batch's transaction, which may be tried again."""

    def keep(self, judged: Sequence[JudgedMessage]) -> None: ...
