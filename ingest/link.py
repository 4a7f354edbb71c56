"""A socket with buffers under the MQTT client: one system call for many messages instead of several for each.

paho reads a packet with three calls of ``recv`` and sends each acknowledgement with one of ``send``. Here what the
kernel has is read at once and handed out in pieces, and what is to be sent is gathered until :meth:`Link.flush`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion

PUBLISH = 3


class Link:
    """The part of a socket that paho uses, over a TCP or TLS socket."""

    def __init__(self, under: Any, block: int = 65536) -> None:  # noqa: ANN401 - socket or SSL socket
        self._under = under
        self._block = block
        self._in, self._at = b"", 0
        self._out = bytearray()

    def recv(self, most: int) -> bytes:
        """Up to ``most`` bytes; empty at the end. Raises BlockingIOError where there is nothing yet."""
        if self._at >= len(self._in):
            self._in, self._at = self._under.recv(self._block), 0
        part = self._in[self._at : self._at + most]
        self._at += len(part)
        return part

    def publications(self, v5: bool) -> Iterator[tuple[bytes, bytes, int]]:
        """Topic, payload and id of the whole PUBLISH packets that lie read already, up to anything else.

        Only while nobody is in the middle of a packet. A packet of another kind, one that is not all here yet and
        one that is wrong stay for :meth:`recv`.
        """
        read = self._in
        while self._at + 1 < len(read) and read[self._at] >> 4 == PUBLISH:
            try:
                size, length = _variable(read, self._at + 1)
                begin = self._at + 1 + size
                if begin + length > len(read):
                    return
                parts = publication(read[begin : begin + length], read[self._at] >> 1 & 3, v5)
            except ValueError:
                return
            self._at = begin + length
            yield parts

    def send(self, data: bytes | bytearray) -> int:
        """Takes all of it; it goes out with the next flush."""
        self._out += data
        return len(data)

    def flush(self) -> None:
        """Sends what the kernel takes now. Raises OSError where the connection is gone."""
        with contextlib.suppress(BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            while self._out:
                del self._out[: self._under.send(self._out)]

    @property
    def unsent(self) -> bool:
        """Whether something waits for the kernel to take it."""
        return bool(self._out)

    def pending(self) -> int:
        """Bytes that can be read without waiting and that select does not know of."""
        inner = self._under.pending() if hasattr(self._under, "pending") else 0
        return len(self._in) - self._at + int(inner)

    def close(self, patience_s: float = 1.0) -> None:
        """Sends what is left, within its patience, and closes."""
        with contextlib.suppress(OSError):
            self._under.settimeout(patience_s)
            self._under.sendall(self._out)
        self._in, self._at = b"", 0
        self._out.clear()
        self._under.close()

    def fileno(self) -> int:
        return int(self._under.fileno())

    def setblocking(self, flag: bool) -> None:
        self._under.setblocking(flag)

    def settimeout(self, seconds: float | None) -> None:
        self._under.settimeout(seconds)

    def getsockname(self) -> Any:  # noqa: ANN401 - as the socket has it
        return self._under.getsockname()


class LinkedClient(mqtt.Client):
    """A paho client over a :class:`Link`, driven from outside by ``loop_read``, ``loop_write`` and ``loop_misc``.

    A publication goes to ``on_taken(topic, payload, mid)``, 0 for ``mid`` where none has to be acknowledged. paho would
    make an object for its MQTT 5 properties, which nobody here reads, and look through topic filters: together half
    of the daemon's time. Connecting, subscribing, keeping alive and every other packet stay paho's.
    """

    on_taken: Callable[[bytes, bytes, int], None]

    def _create_socket(self) -> Any:  # noqa: ANN401 - the one place where paho makes its socket
        under = super()._create_socket()
        if isinstance(under, socket.socket):
            under.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Link(under)

    def take_publications(self) -> None:
        """Hands on what lies read already without paho's work for each packet."""
        link = self.socket()
        if isinstance(link, Link) and self._in_packet["command"] == 0:
            for parts in link.publications(self._protocol == MQTTProtocolVersion.MQTTv5):
                self.on_taken(*parts)

    def puback(self, mids: Sequence[int]) -> None:
        """Acknowledges QoS 1 messages, in this order, with the next flush."""
        link = self.socket()
        if isinstance(link, Link):
            link.send(b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids))

    def _handle_publish(self) -> MQTTErrorCode:
        qos = (self._in_packet["command"] >> 1) & 3
        try:
            parts = publication(bytes(self._in_packet["packet"]), qos, self._protocol == MQTTProtocolVersion.MQTTv5)
        except ValueError:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self.on_taken(*parts)
        return MQTTErrorCode.MQTT_ERR_SUCCESS


def publication(packet: bytes, qos: int, v5: bool) -> tuple[bytes, bytes, int]:
    """Topic, payload and message id (0 at QoS 0) of a PUBLISH after its fixed header; MQTT 5 properties are skipped.

    Source: MQTT 5.0, section 3.3. Raises ValueError where the packet is too short or asks for QoS 2, which nobody
    subscribed to.
    """
    if qos > 1 or len(packet) < 2:
        raise ValueError("no publication at QoS 0 or 1")
    at = 2 + (packet[0] << 8 | packet[1])
    topic = packet[2:at]
    mid = 0
    if qos:
        mid = int.from_bytes(packet[at : at + 2], "big")
        at += 2
    if v5:
        size, length = _variable(packet, at)
        at += size + length
    if at > len(packet):
        raise ValueError("the packet ends within its header")
    return topic, packet[at:], mid


def _variable(packet: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer: how many bytes it takes, and its value. Raises ValueError where it ends early."""
    total = 0
    for n in range(4):
        if at + n >= len(packet):
            break
        byte = packet[at + n]
        total |= (byte & 127) << 7 * n
        if byte < 128:
            return n + 1, total
    raise ValueError("no length")
