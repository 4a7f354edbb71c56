"""A bare paho subscriber that acknowledges each message by hand and does nothing else: the floor of the comparison.

Usage: python -m tests.benchmarks.bare BROKER_PORT COUNT_FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


def main(port: int, marker: Path) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "bare", protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True)
    seen = 0

    def on_message(own: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        nonlocal seen
        own.ack(message.mid, 1)
        seen += 1
        if seen % 1000 == 0:
            marker.write_text(str(seen))

    client.on_message = on_message
    client.on_connect = lambda own, *_: own.subscribe("dagsplan/+/reading", 1)
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = 4000
    properties.SessionExpiryInterval = 0
    client.connect("127.0.0.1", port, clean_start=True, properties=properties)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
