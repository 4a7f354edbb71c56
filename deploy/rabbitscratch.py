"""A RabbitMQ node that exists for one measurement or test: a folder and ports of its own, stopped or killed at will."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from city.catalogue.message import message
from city.errors import SourceUnavailable
from deploy.rabbitprofile import FIRST, PLUGINS, POLICY, PROGRAM, Version
from ingest.broker import free_port


def installed(program: Path = PROGRAM) -> bool:
    """Whether there is one that the profile is for."""
    return program.exists() and version_of(program) >= FIRST and _name_server(program) is not None


def _name_server(program: Path) -> str | None:
    """Erlang's ``epmd``, beside the program or on the path; None where there is none."""
    beside = program.with_name("epmd")
    return str(beside) if beside.exists() else shutil.which("epmd")


def version_of(program: Path) -> Version:
    """RabbitMQ's version by the folder that it lies in, as Debian and its own archive lay it out; else the first."""
    beside = sorted(program.parent.parent.glob("lib/rabbitmq_server-*"))
    found = re.search(r"rabbitmq_server-(\d+)\.(\d+)", str(beside[-1] if beside else program.resolve()))
    return (int(found[1]), int(found[2])) if found else FIRST


class RabbitMQ:
    """One node that can be stopped, killed and started again on the same port and folder.

    ``text`` is a whole rabbitmq.conf, of which only the address and the limit on free disk are changed; who comes
    without a name is let in, as RabbitMQ's own ``guest``.
    """

    def __init__(self, folder: Path, text: str, program: Path = PROGRAM) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.folder = folder
        self.program = program
        self.config = folder / "rabbitmq.conf"
        self.config.write_text(_placed(text, self.port, folder))
        (folder / "enabled_plugins").write_text(PLUGINS)
        (folder / "definitions.json").write_text(json.dumps(_definitions()))
        self._names, self._dist = free_port(), free_port()
        self._daemon: subprocess.Popen[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, patience_s: float = 120.0) -> None:
        """Starts it and waits until it answers. Raises SourceUnavailable naming its configuration where it does not."""
        if self._daemon is None:
            name_server = [_name_server(self.program) or "epmd", "-port", str(self._names), "-address", "127.0.0.1"]
            self._daemon = subprocess.Popen(name_server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _answers(self._names, self._daemon, patience_s)  # else the node starts one that outlives us
        with (self.folder / "out.log").open("ab") as out:
            self.process = subprocess.Popen(
                [str(self.program)], env=self.environment, stdout=out, stderr=out, start_new_session=True
            )
        if not _answers(self.port, self.process, patience_s):
            self.stop()
            raise SourceUnavailable(f"{self.program} {self.config}", message("error.broker.does_not_start"))

    def stop(self) -> None:
        """Cleanly, and with all that belongs to it."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None

    def kill(self) -> None:
        """SIGKILL of the whole process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def control(self, *command: str) -> str:
        """What ``rabbitmqctl`` answers. Raises CalledProcessError where it refuses."""
        told = [str(self.program.with_name("rabbitmqctl")), "-q", "-n", self.environment["RABBITMQ_NODENAME"], *command]
        return subprocess.run(told, env=self.environment, check=True, capture_output=True, text=True).stdout

    @property
    def environment(self) -> dict[str, str]:
        """All that keeps this node apart from others: names, folders, cookie and ports."""
        return {
            **os.environ,
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": "dagsplan@localhost",
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(self.config),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self._names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP_BYTES": "0",
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the node, in place of watching over it
        }


def _answers(port: int, process: subprocess.Popen[bytes], patience_s: float) -> bool:
    """Waits until something listens there; False where the process ends, or after the time."""
    for _ in range(int(patience_s / 0.05)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        if process.poll() is not None:
            return False
        time.sleep(0.05)
    return False


def _placed(text: str, port: int, folder: Path) -> str:
    """The configuration with this port, for a folder that may lie on a small disk, and for who has no name."""
    text = re.sub(r"(?m)^mqtt\.listeners\.tcp\.default = .*$", f"mqtt.listeners.tcp.default = 127.0.0.1:{port}", text)
    text = re.sub(r"(?m)^disk_free_limit\.absolute = .*$", "disk_free_limit.absolute = 50MB", text)
    text = re.sub(r"(?m)^mqtt\.allow_anonymous = .*$", "mqtt.allow_anonymous = true", text)
    return f"{text.rstrip()}\nload_definitions = {folder}/definitions.json\n"


def _definitions() -> dict[str, object]:
    """RabbitMQ's own first user, and the policy that the profile asks for."""
    everything = {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    return {
        "vhosts": [{"name": "/"}],
        "users": [{"name": "guest", "password_hash": _hashed("guest"), "tags": ""}],
        "permissions": [everything],
        "policies": [POLICY],
    }


def _hashed(password: str, salt: bytes = b"salt") -> str:
    """As RabbitMQ keeps passwords: four bytes of salt, and SHA-256 of salt and password."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
