"""The socket under the MQTT client, and what is read of a publication."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.link import Link, publication
from tests.brokers import certificate


def written(topic: str, payload: bytes, qos: int, version: MQTTProtocolVersion, expiry: int | None) -> bytes:
    """A PUBLISH as paho writes it, without its fixed header."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "a", protocol=version)
    ours, theirs = socket.socketpair()
    client._sock = ours
    client.on_socket_register_write = lambda *_: None  # it stays in the client's queue
    properties = None
    if expiry is not None and version == MQTTProtocolVersion.MQTTv5:
        properties = Properties(PacketTypes.PUBLISH)
        properties.MessageExpiryInterval = expiry
        properties.UserProperty = ("source", "x" * (expiry % 300))
    client._send_publish(77, topic.encode(), payload, qos, properties=properties)
    packet = bytes(client._out_packet[0]["packet"])
    client._sock = None
    ours.close()
    theirs.close()
    at = 1
    while packet[at] & 128:
        at += 1
    return packet[at + 1 :]


@given(
    topic=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00+#"), min_size=1, max_size=200),
    payload=st.binary(max_size=400),
    qos=st.integers(0, 1),
    v5=st.booleans(),
    expiry=st.none() | st.integers(0, 10**6),
)
def test_a_publication_is_read_as_it_was_written(topic: str, payload: bytes, qos: int, v5: bool, expiry: int) -> None:
    """Topic, payload and id come out as paho put them in, with and without properties."""
    version = MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311
    packet = written(topic, payload, qos, version, expiry)
    assert publication(packet, qos, v5) == (topic.encode(), payload, 77 if qos else 0)


@given(packet=st.binary(max_size=60), qos=st.integers(0, 3), v5=st.booleans())
def test_any_bytes_are_read_or_refused(packet: bytes, qos: int, v5: bool) -> None:
    """Nothing but ValueError comes of bytes that are no publication; what is read is read as paho reads it."""
    try:
        topic, payload, mid = publication(packet, qos, v5)
    except ValueError:
        return
    if not v5:
        other = decode_publish(0x30 | qos << 1, bytearray(packet), MQTTProtocolVersion.MQTTv311)
        assert (topic, payload, mid) == (other.topic, other.payload, other.mid)


def test_what_was_read_at_once_is_handed_out_in_pieces() -> None:
    """Bytes keep their order over any cut; an empty answer means the end, nothing yet is BlockingIOError."""
    ours, theirs = socket.socketpair()
    link = Link(ours, block=7)
    link.setblocking(False)
    with pytest.raises(BlockingIOError):
        link.recv(1)
    theirs.sendall(bytes(range(20)))
    parts = [link.recv(n) for n in (1, 1, 100, 3, 100, 100)]
    assert b"".join(parts) == bytes(range(20))
    theirs.close()
    assert link.recv(5) == b""
    link.close()


def test_what_is_sent_goes_out_with_the_flush_and_at_the_end() -> None:
    """Nothing leaves before the flush; what is left leaves when the link is closed."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    link = Link(ours)
    link.setblocking(False)
    assert link.send(b"abc") == 3
    with pytest.raises(BlockingIOError):
        theirs.recv(10)
    link.flush()
    assert theirs.recv(10) == b"abc"
    link.send(b"end")
    assert link.unsent
    link.close()
    assert theirs.recv(10) == b"end"


@pytest.mark.parametrize("tls", [False, True])
def test_a_full_kernel_keeps_the_rest_for_later(tls: bool, tmp_path: Path) -> None:
    """More than the kernel takes is kept in order and sent when there is room, over TLS too."""
    ours, theirs = encrypted(tmp_path) if tls else socket.socketpair()
    link = Link(ours)
    link.setblocking(False)
    whole = bytes(range(256)) * 8192
    link.send(whole)
    link.flush()
    assert link.unsent
    got = bytearray()
    while len(got) < len(whole):
        got += theirs.recv(65536)
        link.flush()
    assert bytes(got) == whole
    link.close()
    theirs.close()


@given(
    payloads=st.lists(st.binary(max_size=300), max_size=12),
    cut=st.integers(1, 4000),
    other=st.integers(0, 12),
)
def test_whole_publications_are_taken_up_to_anything_else(payloads: list[bytes], cut: int, other: int) -> None:
    """What lies read is taken in order up to a ping answer, a cut packet or the end; the rest is read as before."""
    packets = [whole(n + 1, payload) for n, payload in enumerate(payloads)]
    packets.insert(min(other, len(packets)), b"\xd0\x00")
    stream = b"".join(packets)
    here = stream[: min(cut, len(stream))]
    ours, theirs = socket.socketpair()
    link = Link(ours)
    link.setblocking(False)
    theirs.sendall(here)
    link.recv(0)
    taken = list(link.publications(v5=False))
    complete = 0
    at = 0
    for packet in packets:
        at += len(packet)
        if packet[0] >> 4 != 3 or at > len(here):
            break
        complete += 1
    assert taken == [(b"t/x", payload, n + 1) for n, payload in enumerate(payloads[:complete])]
    left = len(here) - sum(len(packet) for packet in packets[:complete])
    assert link.pending() == left
    link.close()
    theirs.close()


def encrypted(folder: Path) -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
    """Both ends of a TLS connection."""
    own = certificate(folder)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=own["certfile"])
    server.load_cert_chain(own["certfile"], own["keyfile"])
    ours, theirs = socket.socketpair()
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(server.wrap_socket, theirs, server_side=True)
        return client.wrap_socket(ours, server_hostname="127.0.0.1"), there.result()


def whole(mid: int, payload: bytes) -> bytes:
    """A QoS 1 PUBLISH of MQTT 3.1.1 on the topic t/x."""
    rest = b"\x00\x03t/x" + mid.to_bytes(2, "big") + payload
    length = bytes([len(rest)]) if len(rest) < 128 else bytes([len(rest) & 127 | 128, len(rest) >> 7])
    return b"\x32" + length + rest
