"""Publishes numbered readings as a device would, at a rate or as fast as the broker takes them.

Usage: python -m deploy.loadgen PORT DEVICE COUNT RATE   (RATE 0: as fast as it goes)
Each reading carries the time of its publication and its number; prints how many the broker acknowledged. It writes
MQTT 3.1.1 packets to the socket itself: a client library's work for each message would be measured along with ours.
"""

from __future__ import annotations

import select
import socket
import sys
from datetime import UTC, datetime, timedelta

from city.clock import SystemClock, stopwatch

CONNACK_BYTES = PUBACK_BYTES = 4
TICK = timedelta(microseconds=1)
EPOCH = datetime.fromtimestamp(0, UTC)


def publish(port: int, device: str, count: int, rate: float, *, window: int = 2000, block: int = 50) -> int:
    """Publishes ``count`` readings with at most ``window`` unacknowledged; gives how many were acknowledged."""
    topic = f"dagsplan/{device}/reading".encode()
    clock, sent, answered, newest = SystemClock(), 0, 0, EPOCH
    with socket.create_connection(("127.0.0.1", port), timeout=60) as link:
        link.sendall(_packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c" + _counted(f"load-{device}".encode())))
        link.recv(CONNACK_BYTES, socket.MSG_WAITALL)
        begin = stopwatch()
        while answered < count * PUBACK_BYTES:
            due = count if not rate else min(count, int((stopwatch() - begin) * rate) + 1)
            n = min(block, due - sent, window - (sent - answered // PUBACK_BYTES))
            if n > 0:
                first = max(clock.now(), newest + TICK)  # readings of one block are a microsecond apart
                newest = first + n * TICK
                link.sendall(b"".join(_reading(topic, sent + i, first + i * TICK) for i in range(n)))
                sent += n
            if select.select([link], [], [], 0.0 if n > 0 else 0.002)[0]:
                part = link.recv(65536)
                if not part:
                    break  # the broker is gone
                answered += len(part)
    return answered // PUBACK_BYTES


def _reading(topic: bytes, number: int, at: datetime) -> bytes:
    """A QoS 1 PUBLISH."""
    body = f'{{"time":"{at.isoformat()}","values":{{"number":{number}}}}}'.encode()
    return _packet(0x32, _counted(topic) + (number % 65535 + 1).to_bytes(2, "big") + body)


def _counted(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def _packet(kind: int, rest: bytes) -> bytes:
    """A packet with its remaining length, seven bits a byte."""
    length, left = b"", len(rest)
    while True:
        left, part = divmod(left, 128)
        length += bytes([part | (0x80 if left else 0)])
        if not left:
            return bytes([kind]) + length + rest


if __name__ == "__main__":
    print(publish(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
