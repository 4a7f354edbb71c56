"""RabbitMQ's half of the promise: the daemon's session is a quorum queue, and what is acknowledged is on disk.

A quorum queue confirms what its log has written and synchronised, also where it has one member only; RabbitMQ
acknowledges to the device after that. Nothing has a limit beyond which messages are dropped: where disk or memory run
out, devices are kept waiting for their acknowledgement instead.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Final

from city.catalogue.message import message
from city.errors import BadValue
from deploy.brokerprofile import DAY_H, PROFILES

RABBITMQ: Final = "rabbitmq"
BROKERS = (*PROFILES, RABBITMQ)
"""All profiles that there are."""
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's, which anybody may run; the one on the path becomes the user ``rabbitmq`` and has folders of its own."""
Version = tuple[int, int]
FIRST: Version = (4, 0)
"""Older ones have other names for some settings, and a node that was killed may leave its queue without a leader."""

QUEUES = "^mqtt-subscription-"
"""Queues of sessions, by their names."""
KEEPING = {"delivery-limit": -1}
POLICY = {
    "vhost": "/",
    "name": "dagsplan",
    "pattern": QUEUES,
    "apply-to": "quorum_queues",
    "priority": 0,
    "definition": KEEPING,
}
"""What the head's ``set_policy`` sets, as RabbitMQ's definitions hold it."""
PLUGINS = "[rabbitmq_mqtt].\n"
"""The file ``enabled_plugins``."""

HEAD = """\
# RabbitMQ (4.0 or newer) for dagsplan, with quorum queues: made by
#   dagsplan broker-config rabbitmq --rate {rate:g} --outage-h {outage_h:g}
# The daemon may be away for {outage_h:g} h at {rate:g} messages a second: that takes about {disk_gb:.1f} GB of disk.
#
# Once, as root, with this file as /etc/rabbitmq/rabbitmq.conf (enabled_plugins beside it is "[rabbitmq_mqtt]."):
#   rabbitmq-plugins enable --offline rabbitmq_mqtt
#   systemctl restart rabbitmq-server
# Without this a message that was handed out 20 times is thrown away: a daemon that is killed that often loses it.
#   rabbitmqctl set_policy dagsplan '{queues}' '{keeping}' --apply-to quorum_queues
# The daemon, whose session is a queue of its own:
#   rabbitmqctl add_user {daemon}
#   rabbitmqctl set_permissions {daemon} '{own}' '{own}' '{reads}'
#   rabbitmqctl set_topic_permissions {daemon} amq.topic '^$' '.*'
# and in dagsplan.toml: [mqtt] url = "mqtt://{daemon}@127.0.0.1:1883", with DAGSPLAN_MQTT__PASSWORD_FILE.
# Each device, as a user of its own:
#   rabbitmqctl add_user DEVICE
#   rabbitmqctl set_permissions DEVICE '^$' '^amq\\.topic$' '^$'
#   rabbitmqctl set_topic_permissions DEVICE amq.topic '^dagsplan\\.{{username}}\\.' '^$'
"""
BODY = """
listeners.tcp = none
mqtt.listeners.tcp.default = 127.0.0.1:1883
mqtt.allow_anonymous = false
# For devices: a TLS listener.
#   mqtt.listeners.ssl.default = 8883
#   ssl_options.cacertfile = /etc/rabbitmq/ca.crt
#   ssl_options.certfile = /etc/rabbitmq/server.crt
#   ssl_options.keyfile = /etc/rabbitmq/server.key
#   ssl_options.verify = verify_none

# A session that lasts is a queue whose log is on disk before a device hears that we have its message.
mqtt.durable_queue_type = quorum
# 14 days without the daemon.
mqtt.max_session_expiry_interval_seconds = {seconds}
# What the daemon may have in hand; without it 10 messages.
mqtt.prefetch = {inflight}
# A daemon whose database is away keeps its messages in hand: it is not hung up on for that.
consumer_timeout = {timeout_ms}
mqtt.max_packet_size_authenticated = 2100000
# No queue has a limit: here devices have to wait, and nothing that was acknowledged is dropped. Nobody new is let in
# then, not even a daemon that comes to empty the queue: make room, or for a while
#   rabbitmqctl set_disk_free_limit 200MB
disk_free_limit.absolute = 2GB
vm_memory_high_watermark.absolute = {memory_mb:.0f}MB
# The log of all queues, in memory too until it is full; smaller than RabbitMQ's own 512 MB.
raft.wal_max_size_bytes = 67108864
"""
DAY_S = 86_400


def rabbit_text(
    rate: float,
    *,
    outage_h: float | None = None,
    memory_mb: float = 2048.0,
    inflight: int = 4000,
    bytes_on_disk: int = 900,
    bytes_in_memory: int = 250,
    kept_days: int = 14,
    daemon: str = "dagsplan-ingest",
) -> str:
    """rabbitmq.conf for ``rate`` messages a second [1/s] and ``outage_h`` hours without the daemon [h]; None: as
    many as fit, a day at most.

    A queue's messages lie on disk, with ``bytes_in_memory`` [B] of each in memory too. Raises BadValue where these
    would not fit into ``memory_mb`` [MB]: devices would have to wait then, so a shorter outage has to be promised.
    """
    most = memory_mb * 1e6 / bytes_in_memory / 3600 / rate
    if outage_h is None:
        outage_h = min(DAY_H, max(0.1, math.floor(10 * most) / 10))
    kept = rate * outage_h * 3600
    if (needed_mb := kept * bytes_in_memory / 1e6) > memory_mb:
        parts = {"messages": round(kept), "needed": needed_mb, "allowed": memory_mb, "most": most}
        raise BadValue(message("error.setting.broker_memory", **parts))
    own = rf"^mqtt-subscription-{daemon}"
    head = HEAD.format(
        rate=rate,
        outage_h=outage_h,
        disk_gb=2.0 + kept * bytes_on_disk / 1e9,
        queues=QUEUES,
        keeping=json.dumps(KEEPING),
        daemon=daemon,
        own=own,
        reads=rf"{own}|^amq\.topic$",
    )
    seconds = kept_days * DAY_S
    return head + BODY.format(inflight=inflight, seconds=seconds, timeout_ms=seconds * 1000, memory_mb=memory_mb)
