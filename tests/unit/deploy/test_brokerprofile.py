"""The broker's configuration: limits from the rate, and the files in the repository are what the command prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from city.errors import BadValue
from dagsplan import main
from deploy.brokerprofile import PROFILES, profile_text

FOLDER = Path(__file__).parents[3] / "deploy" / "mosquitto"
RATES = {"fast": 10.0, "durable": 5.0}


def test_the_queue_holds_twice_the_outage() -> None:
    """10 messages a second for 24 hours, twice: 1,728,000."""
    assert "max_queued_messages 1728000\n" in profile_text("fast", 10.0)


def test_a_rate_that_does_not_fit_says_what_can_be_promised() -> None:
    """1,000 messages a second for a day is more than the broker's memory: the hours that fit are named."""
    with pytest.raises(BadValue, match=r"promise at most 0\.5 h"):
        profile_text("fast", 1000.0, outage_h=24.0)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_files_are_what_the_command_prints(profile: str) -> None:
    """deploy/mosquitto/*.conf are not edited by hand."""
    assert (FOLDER / f"{profile}.conf").read_text() == profile_text(profile, RATES[profile])  # type: ignore[arg-type]


def test_when_each_profile_saves() -> None:
    """Fast at intervals; durable by SQLite without a period, or on every change where there is no plugin."""
    fast, durable, old = (
        profile_text("fast", 1.0),
        profile_text("durable", 1.0),
        profile_text("durable", 1.0, plugin=None),
    )
    assert "autosave_on_changes false" in fast
    assert "plugin_opt_flush_period 0" in durable
    assert "autosave" not in durable
    assert "autosave_on_changes true" in old
    assert "--without-sqlite" in old


def test_without_an_outage_any_rate_has_the_longest_that_fits() -> None:
    """A day at most; said in its head. With 50 messages a second, a day would need 5 GB."""
    assert "--rate 5 --outage-h 24" in profile_text("fast", 5.0)
    assert "--rate 50 --outage-h 9.4" in profile_text("fast", 50.0)
    with pytest.raises(BadValue):
        profile_text("fast", 50.0, outage_h=9.6)


def test_a_configuration_that_fails_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """mosquitto starts happily with an empty one."""
    file = tmp_path / "mosquitto.conf"
    assert main(["broker-config", "fast", "--rate", "50", "--outage-h", "24", "--output", str(file)]) == 1
    assert not file.exists()
    assert main(["broker-config", "fast", "--rate", "50", "--output", str(file)]) == 0
    assert "max_queued_messages" in file.read_text(encoding="utf-8")
    assert main(["broker-config", "fast", "--rate", "50", "--output", str(tmp_path)]) == 1
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith(f"dagsplan: {tmp_path}")
