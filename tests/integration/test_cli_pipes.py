"""A reader that hangs up, such as ``head``: no traceback, nothing on standard error, and the work is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from planner.bundle import save
from store.connect import Connection
from tests.unit.planner.snapshots import depth, snow_snapshot

ROOT = Path(__file__).parents[2]


def into_a_closed_pipe(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a command whose standard output nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            [sys.executable, "-m", "dagsplan", *arguments],
            cwd=ROOT, env=os.environ | environment, stdout=writing, stderr=subprocess.PIPE, timeout=300,
        )  # fmt: skip
    finally:
        os.close(writing)


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("import", "roads", "--help"), ("config", "show"), ("config", "show", "--json")],
    ids=" ".join,
)
def test_a_command_that_nobody_listens_to_ends_quietly(arguments: tuple[str, ...]) -> None:
    done = into_a_closed_pipe(*arguments)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_plan_that_nobody_reads_ends_quietly(tmp_path: Path) -> None:
    save(snow_snapshot(readings=(depth(12.0),)), tmp_path)
    done = into_a_closed_pipe("plan", "snow", "--files", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_nobody_reads_is_done_all_the_same(database: Connection, dsn: str, tmp_path: Path) -> None:
    """An import says what it did before its transaction ends: that nobody hears it must not undo it."""
    file = tmp_path / "calendar.csv"
    file.write_text("calendar,day,kind\nschool,2026-11-30,closed\n", encoding="utf-8")
    done = into_a_closed_pipe("import", "calendar", str(file), DAGSPLAN_DATABASE__DSN=dsn)
    assert (done.returncode, done.stderr) == (0, b"")
    assert database.execute("SELECT count(*) FROM calendar_day").fetchone() == (1,)


def test_a_refusal_is_still_said(tmp_path: Path) -> None:
    done = into_a_closed_pipe("--config", str(tmp_path / "gone.toml"), "config", "show")
    assert done.returncode == 1
    assert done.stderr.startswith(b"dagsplan: ")
