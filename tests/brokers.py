"""A real mosquitto for tests: started on a free port with its own folder, stopped or killed at will."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from deploy.brokerprofile import Profile, profile_text
from ingest.broker import free_port

SETTINGS = {
    "allow_anonymous": "true",
    "persistence": "true",
    "autosave_interval": "1",
    "autosave_on_changes": "true",
    "max_queued_messages": "1000000",
    "max_inflight_messages": "4000",
}
"""Saves after every change; a test may set others."""


class Mosquitto:
    """One broker process that can be stopped and started again on the same port and folder.

    ``text`` is a whole configuration, of which only address and folder are changed; else ``settings`` make one.
    """

    def __init__(self, folder: Path, text: str | None = None, program: str = "mosquitto", **settings: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.program = program
        self.config = folder / "mosquitto.conf"
        self.config.write_text(_placed(text or _written({**SETTINGS, **settings}), self.port, folder))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [self.program, "-c", str(self.config)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"{self.program} does not start with {self.config}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def _written(settings: dict[str, str]) -> str:
    lines = {"listener": "1883 127.0.0.1", "persistence_location": "/", **settings}
    return "".join(f"{key} {value}\n" for key, value in lines.items())


def _placed(text: str, port: int, folder: Path) -> str:
    """The configuration with this port and folder."""
    text = re.sub(r"(?m)^listener .*$", f"listener {port} 127.0.0.1", text)
    return re.sub(r"(?m)^persistence_location .*$", f"persistence_location {folder}/", text)


def profiled(folder: Path, profile: Profile) -> Mosquitto | None:
    """A broker with the profile just as ``dagsplan broker-config`` prints it.

    *durable* needs mosquitto 2.1: ``.ci/mosquitto-sqlite`` makes one and names it in ``DAGSPLAN_MOSQUITTO_SQLITE``,
    its plugin in ``DAGSPLAN_MOSQUITTO_PLUGIN``. None where they are not set.
    """
    folder.chmod(0o777)
    if profile == "fast":
        return Mosquitto(folder, profile_text("fast", 10.0))
    program, plugin = os.environ.get("DAGSPLAN_MOSQUITTO_SQLITE"), os.environ.get("DAGSPLAN_MOSQUITTO_PLUGIN")
    if not program or not plugin:
        return None
    return Mosquitto(folder, profile_text("durable", 10.0, plugin=PurePosixPath(plugin)), program)


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
