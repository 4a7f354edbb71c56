"""The MQTT side of the daemon: a persistent session, QoS 1, every message acknowledged by hand and in order.

MQTT 5 where the broker speaks it, else 3.1.1. Messages wait in an inbox that the broker's own window bounds
(Receive Maximum); a message that is not acknowledged comes again after the next connect.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.clock import Clock, stopwatch
from city.errors import ConfigError, Sentence, SourceUnavailable
from city.settings import Mqtt
from ingest.inbox import Inbox
from ingest.link import LinkedClient
from ingest.message import MqttMessage
from ingest.pump import Pump

log = logging.getLogger("dagsplan.mqtt")
DROPPED = "$SYS/broker/publish/messages/dropped"
"""Where a broker says how many messages it has dropped since its start."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message with what is needed to acknowledge it. ``generation`` counts connections: ids are used again."""

    message: MqttMessage
    mid: int
    generation: int


@dataclass(frozen=True)
class Address:
    """Where a broker is."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def address(url: str, password: str | None = None) -> Address:
    """Reads ``mqtt://user:password@host:port``. Raises ConfigError naming the setting."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError(message("error.setting.broker_url", problem=in_our_words(error))) from error
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
        raise ConfigError(message("error.setting.no_broker_url"))
    tls = parts.scheme == "mqtts"
    user = unquote(parts.username) if parts.username else None
    secret = password or (unquote(parts.password) if parts.password else None)
    return Address(parts.hostname, port or (8883 if tls else 1883), tls, user, secret)


class Session:
    """One subscriber. ``arrived`` is the inbox that the writer empties."""

    def __init__(self, settings: Mqtt, where: Address, clock: Clock) -> None:
        self.settings = settings
        self.where = where
        self.clock = clock
        self.arrived: Inbox[Delivery] = Inbox(2 * settings.receive_maximum, lambda one: len(one.message.payload))
        self.generation = 0
        self.connected = threading.Event()
        self.refused: Sentence | None = None
        self.broker_dropped: int | None = None
        self._subscribing: int | None = None
        self._asking: int | None = None
        self._may_ask = True
        self._closing = threading.Event()
        self._pump: Pump | None = None

    def open(self, timeout_s: float = 10.0, stop: threading.Event | None = None) -> None:
        """Connects and subscribes; gives up early on ``stop``.

        Raises SourceUnavailable naming the broker where it does not answer in time.
        """
        for version in (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311):
            self._start(self._new_client(version))
            patience = timeout_s if version == MQTTProtocolVersion.MQTTv311 else min(2.0, timeout_s)
            if self._subscribed(patience, stop or self._closing):
                return
            self._end()
            if stop is not None and stop.is_set():
                break
        raise self._away(self.refused or message("error.broker.no_answer"))

    def _away(self, problem: Sentence) -> SourceUnavailable:
        return SourceUnavailable(message("error.broker.named", where=str(self.where)), problem)

    def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Acknowledges in the order of receipt, and only what came over the present connection."""
        if self._pump is not None:
            self._pump.acknowledge(batch)

    def close(self) -> None:
        """Sends what is to be sent and leaves; the session stays with the broker."""
        self._closing.set()
        self._end()

    def _end(self) -> None:
        if self._pump is not None:
            self._pump.stop()
            self._pump = None

    def _subscribed(self, timeout_s: float, stop: threading.Event) -> bool:
        """Waits for the broker's word that we are subscribed; False after the time, or when told to stop."""
        until = stopwatch() + timeout_s
        while not self.connected.wait(0.1):
            if stop.is_set() or stopwatch() >= until:
                return False
        return True

    def _start(self, client: LinkedClient) -> None:
        try:
            client.connect(self.where.host, self.where.port, keepalive=30, **self._connect_options(client))
        except OSError as error:
            raise self._away(message("error.broker.start", problem=in_our_words(error))) from error
        self._pump = Pump(client, lambda: self.generation, lambda: not self.arrived.full)
        self._pump.start()

    def _connect_options(self, client: LinkedClient) -> dict[str, Any]:
        if client.protocol != MQTTProtocolVersion.MQTTv5:
            return {}
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self.settings.session_expiry_s
        properties.ReceiveMaximum = self.settings.receive_maximum
        return {"clean_start": False, "properties": properties}

    def _new_client(self, version: MQTTProtocolVersion) -> LinkedClient:
        client = LinkedClient(
            CallbackAPIVersion.VERSION2,
            self.settings.client_id,
            clean_session=False if version == MQTTProtocolVersion.MQTTv311 else None,
            protocol=version,
            manual_ack=True,
        )
        client.max_inflight_messages_set(self.settings.receive_maximum)
        if self.where.user:
            client.username_pw_set(self.where.user, self.where.password)
        if self.where.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_taken = self._on_taken
        return client

    def _on_connect(self, client: mqtt.Client, _data: object, flags: Any, code: Any, props: object) -> None:  # noqa: ANN401
        """Where the broker kept our session it may send its backlog first and confirm the topics only after it."""
        if code.is_failure:
            self.refused = message("error.broker.refuses_us", code=str(code))
            return
        if self.settings.share_group and not _deals_out(client, props):
            self.refused = message("error.broker.no_groups", group=self.settings.share_group)
            return
        self.generation += 1
        _, self._subscribing = client.subscribe([(topic, 1) for topic in self.settings.subscriptions])
        if self._may_ask and client.protocol == MQTTProtocolVersion.MQTTv5:
            _, self._asking = client.subscribe(DROPPED, 0)
        if flags.session_present:
            self.connected.set()

    def _on_subscribe(self, _client: mqtt.Client, _data: object, mid: int, codes: list[Any], _props: object) -> None:
        """Only now nothing that is published can pass us by. Whether the broker tells of itself does not matter."""
        if mid == self._asking:
            self._asking = None
        if mid != self._subscribing:
            return
        refused = [topic for topic, code in zip(self.settings.subscriptions, codes, strict=False) if code.is_failure]
        if refused:
            self.refused = message("error.broker.refuses_topics", topics=tuple(refused))
            log.error(str(self._away(self.refused)))
        if len(refused) < len(codes):
            self.connected.set()
            log.info("connected", extra={"broker": str(self.where), "generation": self.generation})

    def _on_disconnect(self, *_args: object) -> None:
        self.generation += 1  # an acknowledgement that is given from now on would go to the next connection
        if not self._closing.is_set() and self.connected.is_set():
            log.warning("broker is away; trying again", extra={"broker": str(self.where)})
        self.connected.clear()
        if self._asking is not None:  # a broker that hangs up on being asked about itself is not asked again
            self._may_ask, self._asking = False, None

    def _on_taken(self, name: bytes, payload: bytes, mid: int) -> None:
        try:
            topic = name.decode()
        except UnicodeDecodeError:
            topic = "\N{REPLACEMENT CHARACTER}"
        if topic == DROPPED:
            self._hear_of_drops(payload)
        else:
            self.arrived.put(Delivery(MqttMessage(topic, payload, self.clock.now()), mid, self.generation))

    def _hear_of_drops(self, payload: bytes) -> None:
        """The broker's own count; anything else on that topic is no figure."""
        try:
            self.broker_dropped = int(payload)
        except ValueError:
            self.broker_dropped = None


def _deals_out(client: mqtt.Client, props: object) -> bool:
    """Whether the broker shares a subscription among a group, by its own word (MQTT 5.0, section 3.2.2.3.13).

    One that does not takes the subscription all the same, as of a topic that nobody publishes to: RabbitMQ does, and
    what was acknowledged to devices would be gone. MQTT 3.1.1 knows no groups and has no word for it.
    """
    return client.protocol == MQTTProtocolVersion.MQTTv5 and getattr(props, "SharedSubscriptionAvailable", 1) == 1


def provision(settings: Mqtt, where: Address, clock: Clock, stop: threading.Event | None = None) -> None:
    """Makes the persistent session at the broker, so that nothing published from now on is lost; gives up early on
    ``stop``. Raises SourceUnavailable where the broker does not answer."""
    session = Session(settings, where, clock)
    session.open(stop=stop)
    session.close()
