"""Publishes messages to a broker as devices would: QoS 1, a bounded window, at a pace or as fast as it goes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from city.clock import Clock, aware
from city.errors import ImportRefused, SourceUnavailable
from ingest.session import Address
from ingest.simulator.signals import Sent


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
            raise SourceUnavailable(f"the broker {self.where}", f"{error.strerror or error}; is it running?") from error
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, message: Sent) -> None:
        """Sends one message; waits while the window is full. Raises SourceUnavailable after 30 s without room."""
        if not self._room.acquire(timeout=30.0):
            raise SourceUnavailable(f"the broker {self.where}", "has not acknowledged anything for 30 s")
        sent = self._client.publish(message.topic, message.payload, qos=1)
        if sent.rc not in {MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN}:
            raise SourceUnavailable(f"the broker {self.where}", mqtt.error_string(sent.rc))

    def settle(self, sent: int, timeout_s: float = 60.0) -> None:
        """Waits until the broker has acknowledged ``sent`` messages. Raises SourceUnavailable after the time."""
        pause = threading.Event()
        for _ in range(int(timeout_s / 0.05)):
            if self.acknowledged >= sent:
                return
            pause.wait(0.05)
        raise SourceUnavailable(f"the broker {self.where}", f"acknowledged {self.acknowledged} of {sent} messages")

    def _on_publish(self, *_: object) -> None:
        self.acknowledged += 1
        self._room.release()


def publish_all(where: Address, messages: Iterable[Sent], progress: Callable[[int], None] = lambda _: None) -> int:
    """Publishes as fast as the broker takes them; gives how many were acknowledged."""
    count = 0
    with Publisher(where) as publisher:
        for count, message in enumerate(messages, start=1):
            publisher.send(message)
            if count % 500 == 0:
                progress(count)
        publisher.settle(count)
    return count


def publish_live(where: Address, messages: Iterable[Sent], clock: Clock, stop: threading.Event) -> int:
    """Publishes each message at its own time of the installation's clock, until ``stop`` is set.

    Gives how many the broker has acknowledged. Raises SourceUnavailable where it does not acknowledge the last ones.
    """
    count = 0
    with Publisher(where, "dagsplan-simulator-live") as publisher:
        for message in messages:
            wait = clock.real_seconds((message.time - clock.now()).total_seconds())
            if wait > 0 and stop.wait(wait):
                break
            publisher.send(message)
            count += 1
        publisher.settle(count, timeout_s=10.0)
    return count


def recorded(file: Path, start: datetime | None = None) -> Iterator[Sent]:
    """Messages of a recorded day: JSON lines ``{"time", "topic", "payload"}``, moved to begin at ``start``.

    Raises ImportRefused naming the line.
    """
    shift = None
    for number, line in _lines(file):
        try:
            part = json.loads(line)
            time = aware(datetime.fromisoformat(part["time"]))
            topic, payload = str(part["topic"]), part["payload"]
            raw = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ImportRefused(
                file, f"line {number}: {error}", 'write {"time": RFC 3339, "topic": text, "payload": text or JSON}'
            ) from error
        if shift is None:
            shift = (start - time) if start else (time - time)
        yield Sent(time + shift, topic, raw)


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    try:
        with file.open(encoding="utf-8") as stream:
            yield from ((number, line) for number, line in enumerate(stream, start=1) if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ImportRefused(file, f"cannot be read ({error})", "give a file of JSON lines in UTF-8") from error
