"""The demonstration from end to end: one command, three plans with reasons, all called simulated."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_one_simulated_day_prints_three_plans(tmp_path: Path) -> None:
    """Exit 0; snow, waste and heating each with interventions, a reason and a flip, and marked as simulated."""
    done = subprocess.run(
        [sys.executable, "-m", "dagsplan", "demo", "--once"],
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DAGSPLAN_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    parts = {head: done.stdout.split(head)[1] for head in ("SNÖ OCH HALKA", "AVFALL", "VÄRME")}
    ends = {"SNÖ OCH HALKA": "AVFALL", "AVFALL": "VÄRME", "VÄRME": "\0"}
    for head, text in parts.items():
        own = text.split(ends[head])[0]
        assert "SIMULERADE DATA" in own.splitlines()[0]
        assert own.count("      ↯ ") >= 2
        assert own.count("      · ") >= 4
        assert "Säkerhet:" in own
    assert "Traceback" not in done.stderr
