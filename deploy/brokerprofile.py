"""mosquitto's half of the promise: two profiles, with queue limits computed from the city's rate.

*fast* saves its memory at intervals: a killed broker forgets what came since the last save. *durable* writes what each
turn of the broker's loop took to SQLite at the end of that turn, which needs mosquitto 2.1 or newer; for older ones it
saves the whole queue on every change. Both acknowledge a moment before they write; docs/ingestion.md says what that
has cost in trials.
"""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import Literal

from city.catalogue.message import message
from city.errors import BadValue

Profile = Literal["fast", "durable"]
PROFILES: tuple[Profile, ...] = ("fast", "durable")

HEAD = """\
# mosquitto for dagsplan, profile {profile}: made by
#   dagsplan broker-config {profile} --rate {rate:g} --outage-h {outage_h:g}{more}
# The daemon may be away for {outage_h:g} h at {rate:g} messages a second; twice that many messages are kept for it.

per_listener_settings false
listener 1883 127.0.0.1
allow_anonymous true
# For devices: a TLS listener, and a user of its own for each device.
#   listener 8883
#   cafile /etc/mosquitto/ca.crt
#   certfile /etc/mosquitto/server.crt
#   keyfile /etc/mosquitto/server.key
#   allow_anonymous false
#   password_file /etc/mosquitto/passwords
#   acl_file /etc/mosquitto/dagsplan.acl

persistence_location /var/lib/mosquitto/
max_queued_messages {queued}
max_queued_bytes 0
max_inflight_messages {inflight}
max_packet_size 2100000
max_connections {connections}
max_keepalive 3600
persistent_client_expiration 14d
queue_qos0_messages false
"""

INTERVALS = "persistence true\nautosave_interval 30\nautosave_on_changes false\n"
CHANGES = "persistence true\nautosave_interval 1\nautosave_on_changes true\n"
SQLITE = """\
# Needs mosquitto 2.1 or newer with its SQLite plugin. No period: messages are written in the turn that takes them.
plugin {plugin}
plugin_opt_flush_period 0
plugin_opt_sync normal
"""
DAY_H = 24.0
PLUGIN = PurePosixPath("/usr/lib/x86_64-linux-gnu/mosquitto/mosquitto_persist_sqlite.so")
"""Where Debian puts it."""


def profile_text(
    profile: Profile,
    rate: float,
    *,
    outage_h: float | None = None,
    plugin: PurePosixPath | None = PLUGIN,
    inflight: int = 4000,
    devices: int = 5000,
    bytes_a_message: int = 600,
    memory_mb: float = 2048.0,
) -> str:
    """The configuration for ``rate`` messages a second [1/s] and ``outage_h`` hours without the daemon [h]; None: as
    many as fit, a day at most.

    ``plugin`` is mosquitto's SQLite persistence for *durable*; None for a mosquitto before 2.1, which has none.
    Raises BadValue where that many messages would not fit into ``memory_mb``: mosquitto keeps its queue in memory
    and drops silently beyond its limit, so a shorter outage has to be promised then.
    """
    most = memory_mb * 1e6 / bytes_a_message / 2 / 3600 / rate
    if outage_h is None:
        outage_h = min(DAY_H, max(0.1, math.floor(10 * most) / 10))
    queued = max(10_000, round(rate * outage_h * 3600 * 2))
    needed_mb = queued * bytes_a_message / 1e6
    if needed_mb > memory_mb:
        parts = {"messages": queued, "needed": needed_mb, "allowed": memory_mb, "most": most}
        raise BadValue(message("error.setting.broker_memory", **parts))
    more = " --without-sqlite" if profile == "durable" and plugin is None else ""
    head = HEAD.format(
        profile=profile,
        rate=rate,
        outage_h=outage_h,
        more=more,
        queued=queued,
        inflight=inflight,
        connections=devices + 50,
    )
    return head + _saving(profile, plugin)


def _saving(profile: Profile, plugin: PurePosixPath | None) -> str:
    """When the broker writes down what it has taken."""
    if profile == "fast":
        return INTERVALS
    return CHANGES if plugin is None else SQLITE.format(plugin=plugin)
