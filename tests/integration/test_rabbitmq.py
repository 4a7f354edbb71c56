"""RabbitMQ with the profile that ``dagsplan broker-config`` prints: the daemon's session there, and who may do what."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from city.clock import SystemClock
from city.errors import SourceUnavailable
from city.settings import Mqtt
from deploy.loadgen import publish as publish_load
from deploy.rabbitprofile import rabbit_text
from deploy.rabbitscratch import RabbitMQ
from ingest.session import Session, address, provision
from tests.brokers import rabbit
from tests.conftest import absent
from tests.integration.test_daemon import adopt, await_that, publish, readings, running, stored

TOPICS = ("dagsplan/+/reading",)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """A node that the tests of this file share."""
    node = rabbit(tmp_path_factory.mktemp("rabbitmq"))
    if node is None:
        absent("rabbitmq", "no RabbitMQ 4.0 or newer is installed, and DAGSPLAN_RABBITMQ names none")
    node.start()
    try:
        yield node
    finally:
        node.stop()


def session(url: str, **settings: str) -> Session:
    return Session(Mqtt(url=url, topics=TOPICS, **settings), address(url), SystemClock())  # type: ignore[arg-type]


def written(broker: RabbitMQ, client_id: str) -> bool:
    """Whether the list of quorum queues is on disk with this session's: RabbitMQ writes it half a second late."""
    return any(
        f"{client_id}qos1".encode() in names.read_bytes() for names in broker.folder.glob("data/*/quorum/*/names.dets")
    )


def test_the_session_outlives_daemon_and_broker(broker: RabbitMQ, dsn: str) -> None:
    """What came while the daemon was away, over a kill of the broker too, is stored once, and then nothing is left."""
    adopt(dsn)
    with running(broker.url, dsn) as daemon:
        daemon.connected()
        publish(broker.url, readings(0, 200))
        await_that(lambda: stored(dsn) == 200, "the first are stored")
    await_that(lambda: written(broker, "dagsplan-ingest"), "RabbitMQ has the new session's name on disk")
    publish(broker.url, readings(200, 200))
    broker.kill()
    broker.start()
    publish(broker.url, readings(400, 200))
    with running(broker.url, dsn) as daemon:
        await_that(lambda: stored(dsn) == 600, "all are stored")
        broker.kill()
        broker.start()
        daemon.connected(60)
        publish(broker.url, readings(600, 200))
        await_that(lambda: stored(dsn) == 800, "the last are stored")
    await_that(lambda: broker.control("list_queues", "messages").split()[-1] == "0", "the queue is empty")
    assert "quorum" in broker.control("list_queues", "type")


def test_what_was_handed_out_often_is_kept(broker: RabbitMQ) -> None:
    """25 connections that end before they acknowledge: RabbitMQ by itself would have thrown it away."""
    provision(Mqtt(url=broker.url, topics=TOPICS, client_id="often"), address(broker.url), SystemClock())
    assert publish_load(broker.port, "d", 20, 0.0) == 20
    for _ in range(25):
        taker = session(broker.url, client_id="often")
        taker.open()
        await_that(lambda taker=taker: len(taker.arrived) == 20, "all come again")
        taker.close()


def test_a_group_is_refused(broker: RabbitMQ) -> None:
    """RabbitMQ grants a shared subscription and never sends anything for it: what it acknowledged would be gone."""
    with pytest.raises(SourceUnavailable, match=r"shares no subscription among a group.*not \"ingest\""):
        session(broker.url, client_id="grouped", share_group="ingest").open(timeout_s=3.0)


def said(broker: RabbitMQ, device: str) -> Iterator[list[str]]:
    """The commands of ``rabbitmqctl`` in the head of the configuration, for this device, with a password."""
    text = rabbit_text(10.0).replace("DEVICE", device)
    for line in re.findall(r"(?m)^# +rabbitmqctl (.*)$", text):
        words = shlex.split(line)
        yield [*words, "secret"] if words[0] == "add_user" else words


class AsDevice:
    """A device that publishes once under its own name and password."""

    def __init__(self, broker: RabbitMQ, name: str) -> None:
        self.left = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv311)
        self.client.username_pw_set(name, "secret")
        self.client.on_disconnect = self._gone
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def publishes(self, topic: str) -> bool:
        """Whether the broker takes it; False where it hangs up."""
        info = self.client.publish(topic, b"{}", qos=1)
        await_that(lambda: info.is_published() or self.left, "an answer")
        self.client.loop_stop()
        return info.is_published()

    def _gone(self, *_: object) -> None:
        self.left = True


def test_the_commands_in_the_head_do_what_they_say(broker: RabbitMQ) -> None:
    """The daemon reads all, a device writes under its own name and under no other."""
    for command in said(broker, "gauge-1"):
        broker.control(*command)
    own = f"mqtt://dagsplan-ingest:secret@127.0.0.1:{broker.port}"
    daemon = session(own, client_id="dagsplan-ingest-2")
    daemon.open()
    try:
        assert AsDevice(broker, "gauge-1").publishes("dagsplan/gauge-1/reading")
        await_that(lambda: len(daemon.arrived) == 1, "the daemon has it")
        assert not AsDevice(broker, "gauge-1").publishes("dagsplan/gauge-2/reading")
        assert not AsDevice(broker, "gauge-2").publishes("dagsplan/gauge-2/reading")
        assert len(daemon.arrived) == 1
    finally:
        daemon.close()
