"""RabbitMQ's configuration: limits from the rate, and the files in the repository are what the command prints."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from city.errors import BadValue
from deploy.rabbitprofile import PLUGINS, POLICY, rabbit_text
from deploy.rabbitscratch import installed, version_of

FOLDER = Path(__file__).parents[3] / "deploy" / "rabbitmq"


def test_the_files_are_what_the_command_prints() -> None:
    """deploy/rabbitmq/ is not edited by hand."""
    assert (FOLDER / "rabbitmq.conf").read_text() == rabbit_text(10.0)
    assert (FOLDER / "enabled_plugins").read_text() == PLUGINS


def test_a_session_is_a_quorum_queue_that_nothing_bounds() -> None:
    """No limit of length: disk and memory make devices wait instead."""
    text = rabbit_text(10.0)
    assert "\nmqtt.durable_queue_type = quorum\n" in text
    assert "\ndisk_free_limit.absolute = 2GB\n" in text
    assert "max-length" not in text


def test_the_policy_is_the_one_that_the_head_sets() -> None:
    """RabbitMQ throws a message away that was handed out 20 times, unless it is told not to."""
    set_policy = next(line for line in rabbit_text(1.0).splitlines() if "set_policy" in line)
    name, pattern, definition, *rest = shlex.split(set_policy.split("set_policy")[1])
    assert (name, pattern, json.loads(definition)) == (POLICY["name"], POLICY["pattern"], POLICY["definition"])
    assert rest == ["--apply-to", POLICY["apply-to"]]
    assert POLICY["definition"] == {"delivery-limit": -1}


def test_the_disk_that_an_outage_takes_is_told() -> None:
    """40 messages a second for 48 hours, 900 bytes each, beside the 2 GB that stay free."""
    assert "that takes about 8.2 GB of disk" in rabbit_text(40.0, outage_h=48.0)


def test_what_does_not_fit_says_what_can_be_promised() -> None:
    with pytest.raises(BadValue, match=r"promise at most 2\.3 h"):
        rabbit_text(1000.0, outage_h=24.0)
    assert "away for 2.2 h" in rabbit_text(1000.0)


def test_the_version_of_a_program_is_that_of_its_folder(tmp_path: Path) -> None:
    """As Debian lays it out, and as RabbitMQ's own archive does."""
    (tmp_path / "lib" / "rabbitmq_server-3.10.8").mkdir(parents=True)
    assert version_of(tmp_path / "bin" / "rabbitmq-server") == (3, 10)
    assert version_of(tmp_path / "rabbitmq_server-4.1.0" / "sbin" / "rabbitmq-server") == (4, 1)


@pytest.mark.parametrize(("version", "taken"), [("3.10.8", False), ("3.13.7", False), ("4.0.5", True), ("4.3.6", True)])
def test_an_older_one_counts_as_absent(tmp_path: Path, version: str, taken: bool) -> None:
    """It would not start with these settings, and a test or measurement would wait for it in vain."""
    (tmp_path / "lib" / f"rabbitmq_server-{version}").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    for name in ("rabbitmq-server", "epmd"):
        (tmp_path / "bin" / name).touch()
    assert installed(tmp_path / "bin" / "rabbitmq-server") is taken
