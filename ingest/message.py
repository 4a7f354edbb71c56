"""A message as it came from the broker."""

from __future__ import annotations

from datetime import datetime

import msgspec


class MqttMessage(msgspec.Struct, frozen=True, gc=False):
    """What arrived, and when by our clock."""

    topic: str
    payload: bytes
    received_at: datetime
