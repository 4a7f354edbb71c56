"""A real mosquitto for tests: started on a free port with its own folder, stopped or killed at will."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.broker import free_port

SETTINGS = {
    "allow_anonymous": "true",
    "persistence": "true",
    "autosave_interval": "1",
    "autosave_on_changes": "true",
    "max_queued_messages": "1000000",
    "max_inflight_messages": "4000",
}
"""Saves after every change, as the durable profile does; a test may set others."""


class Mosquitto:
    """One broker process that can be stopped and started again on the same port and folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.config = folder / "mosquitto.conf"
        lines = {"listener": f"{self.port} 127.0.0.1", **SETTINGS, "persistence_location": f"{folder}/", **settings}
        self.config.write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["mosquitto", "-c", str(self.config)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("mosquitto does not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def mosquitto(folder: Path, **settings: str) -> Iterator[Mosquitto]:
    """Runs a mosquitto whose files lie in ``folder``."""
    folder.chmod(0o777)
    running = Mosquitto(folder, **settings)
    running.start()
    try:
        yield running
    finally:
        running.stop()
