"""``dagsplan bench ingest`` on a real broker, database and daemon."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from city.errors import SourceUnavailable
from deploy.ingestbench import BenchBroker, bench_ingest
from deploy.rabbitscratch import installed
from tests.brokers import rabbit_program
from tests.conftest import absent

NAMES = {"sent", "lost", "duplicated", "messages_per_s", "cpu_us_per_message", "latency_p50_s", "latency_p95_s"}


def test_the_command_answers_with_the_names_that_stay() -> None:
    """All that was sent is committed once, and every figure has its name."""
    if shutil.which("mosquitto") is None:
        absent("mosquitto", "mosquitto is not installed")
    command = [sys.executable, "-m", "dagsplan", "bench", "ingest", "--messages", "1501", "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert told.keys() >= NAMES
    assert (told["sent"], told["lost"], told["duplicated"]) == (1501, 0, 0)
    assert told["broker"] == "mosquitto, fast"
    assert 0 < told["latency_p50_s"] <= told["latency_p95_s"]


@pytest.mark.parametrize("rate", [0.0, 400.0])
def test_without_mosquitto_the_embedded_broker_serves(rate: float) -> None:
    """A rate is kept to: 400 messages take about a second, not much less."""
    figures = bench_ingest(400, rate=rate, broker=BenchBroker(mosquitto="no-such-program"))
    assert figures.broker == "embedded"
    assert (figures.sent, figures.lost, figures.duplicated) == (400, 0, 0)
    assert not rate or figures.messages_per_s < 1.1 * rate


def test_rabbitmq_is_measured_with_its_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that was sent is committed once, and the figure says which RabbitMQ it was."""
    program = rabbit_program()
    if not installed(program):
        absent("rabbitmq", "no RabbitMQ 4.0 or newer is installed, and DAGSPLAN_RABBITMQ names none")
    if within := os.environ.get("DAGSPLAN_RABBITMQ_FOLDERS"):
        monkeypatch.setattr(tempfile, "tempdir", within)
    figures = bench_ingest(1501, broker=BenchBroker("rabbitmq", rabbitmq=program))
    assert figures.broker.startswith("RabbitMQ ")
    assert (figures.sent, figures.lost, figures.duplicated) == (1501, 0, 0)


def test_without_rabbitmq_it_says_so(tmp_path: Path) -> None:
    """Nothing else stands in for it: the figure would be of another broker."""
    with pytest.raises(SourceUnavailable, match=r"is no RabbitMQ 4\.0 or newer"):
        bench_ingest(1, broker=BenchBroker("rabbitmq", rabbitmq=tmp_path / "rabbitmq-server"))
