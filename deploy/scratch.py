"""A mosquitto that exists for one measurement or test: a free port, a folder of its own, stopped or killed at will."""

from __future__ import annotations

import getpass
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Protocol

from city.catalogue.message import message
from city.errors import SourceUnavailable
from ingest.broker import free_port


class ScratchBroker(Protocol):
    """What all of them can."""

    port: int
    url: str

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...


class Mosquitto:
    """One broker process that can be stopped and started again on the same port and folder.

    ``text`` is a whole configuration, of which only address and folder are changed; the broker stays who starts it, as
    the folder is that one's.
    """

    def __init__(self, folder: Path, text: str, program: str = "mosquitto") -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.program = program
        self.config = folder / "mosquitto.conf"
        self.config.write_text(_placed(text, self.port, folder))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, patience_s: float = 10.0) -> None:
        """Starts it and waits until it answers. Raises SourceUnavailable naming its configuration where it does not."""
        command = [self.program, "-c", str(self.config)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(int(patience_s / 0.05)):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise SourceUnavailable(f"{self.program} -c {self.config}", message("error.broker.does_not_start"))

    def stop(self) -> None:
        """Cleanly: it saves what it holds."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def _placed(text: str, port: int, folder: Path) -> str:
    """The configuration with this port and folder."""
    text = re.sub(r"(?m)^listener .*$", f"listener {port} 127.0.0.1", text)
    text = re.sub(r"(?m)^persistence_location .*$", f"persistence_location {folder}/", text)
    return f"{text.rstrip()}\nuser {getpass.getuser()}\n"
