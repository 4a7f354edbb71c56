"""A real mosquitto for tests: started on a free port with its own folder, stopped or killed at will."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest

from deploy.brokerprofile import Profile, profile_text
from deploy.rabbitprofile import PROGRAM, rabbit_text
from deploy.rabbitscratch import RabbitMQ, installed
from deploy.scratch import Mosquitto

SETTINGS = {
    "allow_anonymous": "true",
    "persistence": "true",
    "autosave_interval": "1",
    "autosave_on_changes": "true",
    "max_queued_messages": "1000000",
    "max_inflight_messages": "4000",
}
"""Saves after every change; a test may set others."""


def _written(settings: dict[str, str]) -> str:
    lines = {"listener": "1883 127.0.0.1", "persistence_location": "/", **settings}
    return "".join(f"{key} {value}\n" for key, value in lines.items())


def profiled(folder: Path, profile: Profile, sqlite: bool = True) -> Mosquitto | None:
    """A broker with the profile just as ``dagsplan broker-config`` prints it; not started.

    *durable* needs mosquitto 2.1: ``.ci/mosquitto-sqlite`` makes one and names it in ``DAGSPLAN_MOSQUITTO_SQLITE``,
    its plugin in ``DAGSPLAN_MOSQUITTO_PLUGIN``. None where they are not set, unless it is ``--without-sqlite``.
    """
    if profile == "fast" or not sqlite:
        return Mosquitto(folder, profile_text(profile, 10.0, plugin=None))
    program, plugin = os.environ.get("DAGSPLAN_MOSQUITTO_SQLITE"), os.environ.get("DAGSPLAN_MOSQUITTO_PLUGIN")
    if not program or not plugin:
        return None
    return Mosquitto(folder, profile_text("durable", 10.0, plugin=PurePosixPath(plugin)), program)


def rabbit_program() -> Path:
    """The one that is tested."""
    return Path(os.environ.get("DAGSPLAN_RABBITMQ", PROGRAM))


def rabbit(folder: Path, rate: float = 10.0) -> RabbitMQ | None:
    """RabbitMQ with the profile just as ``dagsplan broker-config`` prints it; not started. None where there is none.

    ``.ci/rabbitmq`` makes one and names it in ``DAGSPLAN_RABBITMQ``, and in ``DAGSPLAN_RABBITMQ_FOLDERS`` where the
    folders of its nodes have to lie: it runs in a chroot. Without it the system's is taken.
    """
    program, within = rabbit_program(), os.environ.get("DAGSPLAN_RABBITMQ_FOLDERS")
    if not installed(program):
        return None
    return RabbitMQ(Path(tempfile.mkdtemp(dir=within)) if within else folder, rabbit_text(rate), program)


def saving(folder: Path, **settings: str) -> Mosquitto:
    """A broker that saves after every change, but for what is set; not started."""
    return Mosquitto(folder, _written({**SETTINGS, **settings}))


@contextmanager
def mosquitto(folder: Path, **settings: str) -> Iterator[Mosquitto]:
    """Runs a mosquitto whose files lie in ``folder``."""
    running = saving(folder, **settings)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def certificate(folder: Path) -> dict[str, str]:
    """A certificate for 127.0.0.1 that vouches for itself, as settings of mosquitto. Skips without openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, own = folder / "key.pem", folder / "cert.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(own)]
    subprocess.run([*request, *names], check=True, capture_output=True)
    return {"certfile": str(own), "keyfile": str(key)}
