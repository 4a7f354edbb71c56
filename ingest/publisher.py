"""Publishes messages to the broker as devices do: for replays, the simulator and dead letters sent again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Figure, Message, message, verbatim
from city.errors import SourceUnavailable
from ingest.session import Address


class Publisher:
    """One connection that counts what the broker has acknowledged."""

    def __init__(self, where: Address, client_id: str = "dagsplan-simulator", window: int = 100) -> None:
        self.where = where
        self.acknowledged = 0
        self._room = threading.BoundedSemaphore(window)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv311)
        self._client.max_inflight_messages_set(window)
        self._client.on_publish = self._on_publish
        if where.user:
            self._client.username_pw_set(where.user, where.password)
        if where.tls:
            self._client.tls_set()

    def __enter__(self) -> Publisher:
        try:
            self._client.connect(self.where.host, self.where.port, keepalive=30)
        except OSError as error:
            raise self._away(message("error.broker.not_running", problem=in_our_words(error))) from error
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, publication: Publication, *, patience_s: float = 30.0) -> None:
        """Sends one message; waits while the window is full. Raises SourceUnavailable after ``patience_s`` without
        room."""
        if not self._room.acquire(timeout=patience_s):
            raise self._away(message("error.broker.stuck", seconds=Figure(patience_s, 0)))
        sent = self._client.publish(publication.topic, publication.payload, qos=1)
        if sent.rc not in {MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN}:
            raise self._away(verbatim(mqtt.error_string(sent.rc)))

    def settle(self, sent: int, timeout_s: float = 60.0) -> None:
        """Waits until the broker has acknowledged ``sent`` messages. Raises SourceUnavailable after the time."""
        pause = threading.Event()
        for _ in range(int(timeout_s / 0.05)):
            if self.acknowledged >= sent:
                return
            pause.wait(0.05)
        raise self._away(message("error.broker.too_few", got=self.acknowledged, sent=sent))

    def _away(self, problem: Message) -> SourceUnavailable:
        return SourceUnavailable(message("error.broker.named", where=str(self.where)), problem)

    def _on_publish(self, *_: object) -> None:
        self.acknowledged += 1
        self._room.release()


def publish_all(
    where: Address, messages: Iterable[Publication], progress: Callable[[int], None] = lambda _: None
) -> int:
    """Publishes as fast as the broker takes them; gives how many were acknowledged."""
    count = 0
    with Publisher(where) as publisher:
        for count, publication in enumerate(messages, start=1):
            publisher.send(publication)
            if count % 500 == 0:
                progress(count)
        publisher.settle(count)
    return count


@dataclass(frozen=True, order=True)
class Publication:
    """One message as a device sends it."""

    time: datetime
    topic: str
    payload: bytes
