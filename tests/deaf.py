"""A TCP proxy before a database that can stop handing on what comes over its open connections, and keep them open."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class DeafProxy:
    """Hands on bytes both ways, until it is told to go deaf: then only over connections that are made later."""

    def __init__(self, dsn: str, port: int = 0) -> None:
        self._parts = conninfo_to_dict(dsn)
        self._listener = socket.create_server(("127.0.0.1", port))
        self._deaf: list[threading.Event] = []
        self._open: list[socket.socket] = []
        self._all_deaf = False
        self.dsn = make_conninfo(dsn, host="127.0.0.1", port=self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def made(self) -> int:
        """How many connections were made through it."""
        return len(self._deaf)

    def go_deaf(self, *, to_new_ones: bool = False) -> None:
        """Nothing goes over the present connections any more, in either direction; over new ones neither if wished."""
        self._all_deaf = to_new_ones
        for deaf in self._deaf:
            deaf.set()

    def hear_new_ones(self) -> None:
        """What is handed on over connections that are made from now on."""
        self._all_deaf = False

    def close(self) -> None:
        """Hangs up everywhere."""
        self._listener.close()
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server, deaf = self._upstream(), threading.Event()
                if self._all_deaf:
                    deaf.set()
                self._deaf.append(deaf)
                self._open += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._hand_on, args=(source, sink, deaf), daemon=True).start()

    def _upstream(self) -> socket.socket:
        host, port = str(self._parts["host"]), int(str(self._parts.get("port", 5432)))
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    @staticmethod
    def _hand_on(source: socket.socket, sink: socket.socket, deaf: threading.Event) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not deaf.is_set():
                    sink.sendall(data)
        if not deaf.is_set():
            with suppress(OSError):
                sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy_before(dsn: str, port: int = 0) -> Iterator[DeafProxy]:
    """A proxy before a database, on a port; 0 is any."""
    proxy = DeafProxy(dsn, port)
    try:
        yield proxy
    finally:
        proxy.close()
