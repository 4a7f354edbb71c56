"""The network thread of a session: reads as much as there is, acknowledges what was committed, connects again.

paho offers its loop to be driven from outside; its own takes one packet for each ``select``.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from ingest.link import Link, LinkedClient

log = logging.getLogger("dagsplan.mqtt")
FIRST_PAUSE_S = 1.0


class Receipt(Protocol):
    """What is needed to acknowledge a message."""

    @property
    def mid(self) -> int: ...

    @property
    def generation(self) -> int: ...


class Pump(threading.Thread):
    """Drives one client until it is stopped. ``may_read`` says whether there is room for more messages.

    ``generation`` tells the present connection: message ids are used again by the next one, so what came over another
    is not acknowledged. Only this thread changes it and acknowledges.
    """

    def __init__(self, client: LinkedClient, generation: Callable[[], int], may_read: Callable[[], bool]) -> None:
        super().__init__(name="mqtt", daemon=True)
        self.client = client
        self._generation = generation
        self._may_read = may_read
        self._receipts: deque[Sequence[Receipt]] = deque()
        self._leaving = threading.Event()
        self._pause_s = FIRST_PAUSE_S
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        client.on_socket_register_write = lambda *_: None  # this thread looks at want_write() itself

    def acknowledge(self, batch: Sequence[Receipt]) -> None:
        """Acknowledges in the order of receipt, soon and from the network thread."""
        self._receipts.append(batch)
        self._wake()

    def stop(self, patience_s: float = 5.0) -> None:
        """Sends the acknowledgements that are due, takes leave of the broker and ends."""
        self._leaving.set()
        self._wake()
        if self.is_alive():
            self.join(patience_s)

    def run(self) -> None:
        while not self._leaving.is_set():
            if self.client.socket() is None:
                self._connect_again()
            else:
                self._turn_or_hang_up()
        self._answer()
        self.client.disconnect()
        while self.client.want_write() and self.client.socket() is not None:
            self.client.loop_write()
        self._woken.close()
        self._waker.close()

    def _turn_or_hang_up(self) -> None:
        """A fault of ours must not end the thread in silence: the next connection brings again what was not taken."""
        try:
            self._turn()
        except Exception:
            log.exception("the network thread failed; it connects again")
            self._hang_up()

    def _turn(self, patience_s: float = 1.0, packets: int = 500) -> None:
        """Waits until something can be done, and does it."""
        link = self._link()
        if link is None:
            return
        may_read = self._may_read()
        waits = patience_s if may_read else 0.02
        reading: list[socket.socket | Link] = [self._woken, link] if may_read else [self._woken]
        writing = [link] if link.unsent else []
        try:
            ready, _, _ = select.select(reading, writing, [], 0.0 if may_read and link.pending() else waits)
        except (ValueError, OSError):  # the socket was closed meanwhile
            self._hang_up()
            return
        if self._woken in ready:
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(4096)
        if link in ready or (may_read and link.pending()):
            self.client.loop_read()
            for _ in range(packets):
                self.client.take_publications()
                if not link.pending() or self.client.socket() is None:
                    break
                self.client.loop_read()
        self._answer()
        self._send()
        self.client.loop_misc()
        if self.client.is_connected():
            self._pause_s = FIRST_PAUSE_S

    def _answer(self) -> None:
        """Acknowledges what was committed, of the present connection."""
        while self._receipts:
            present = self._generation()
            self.client.puback([r.mid for r in self._receipts.popleft() if r.mid and r.generation == present])

    def _send(self) -> None:
        """What paho wants to write goes to the link, and from there to the kernel."""
        if self.client.want_write():
            self.client.loop_write()
        link = self._link()
        if link is not None and link.unsent:
            try:
                link.flush()
            except OSError as error:
                log.debug("sending fails", extra={"problem": str(error)})
                self._hang_up()

    def _connect_again(self, longest_s: float = 5.0) -> None:
        """Tries once, after a pause that grows until the broker takes us."""
        if self._leaving.wait(self._pause_s):
            return
        self._pause_s = min(longest_s, 2 * self._pause_s)
        try:
            self.client.reconnect()
        except OSError as error:
            log.debug("the broker is still away", extra={"problem": str(error)})

    def _hang_up(self) -> None:
        """Closes the connection and lets paho find it gone, so that it says so to the session."""
        link = self._link()
        if link is not None:
            link.close()
        for _ in range(3):  # a packet that it is in the middle of comes before the end
            if self.client.socket() is not None:
                self.client.loop_read()

    def _link(self) -> Link | None:
        found = self.client.socket()
        return found if isinstance(found, Link) else None

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self._waker.send(b"\0")
