"""The broker's configuration: limits from the rate, and the files in the repository are what the command prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from city.errors import BadValue
from deploy.brokerprofile import PROFILES, profile_text

FOLDER = Path(__file__).parents[3] / "deploy" / "mosquitto"
RATES = {"fast": 10.0, "durable": 5.0}


def test_the_queue_holds_twice_the_outage() -> None:
    """10 messages a second for 24 hours, twice: 1,728,000."""
    assert "max_queued_messages 1728000\n" in profile_text("fast", 10.0)


def test_a_rate_that_does_not_fit_says_what_can_be_promised() -> None:
    """1,000 messages a second for a day is more than the broker's memory: the hours that fit are named."""
    with pytest.raises(BadValue, match=r"promise at most 0\.5 h"):
        profile_text("fast", 1000.0)


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
