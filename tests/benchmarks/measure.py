"""Measuring whole commands: wall and CPU seconds and peak memory of the process, median of several runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
"""One measured thing: ``what`` and its figures, medians over several runs."""


def command(what: str, arguments: Sequence[str], env: Mapping[str, str], runs: int = 3, note: str = "") -> Row:
    """Runs ``dagsplan`` with arguments; fails loudly where the command does."""
    seen = [_once(arguments, env) for _ in range(runs)]
    wall, cpu, peak = (statistics.median(part) for part in zip(*seen, strict=True))
    figures = {"wall s": round(wall, 2), "CPU s": round(cpu, 2), "peak MB": round(peak)}
    return {"what": what, **figures, "runs": runs, "note": note}


def call(what: str, action: Callable[[], object], runs: int = 5, note: str = "") -> Row:
    """Times something within this process."""
    seen = []
    for _ in range(runs):
        begin = time.perf_counter()
        action()
        seen.append(time.perf_counter() - begin)
    return {"what": what, "wall s": round(statistics.median(seen), 3), "runs": runs, "note": note}


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown; a figure that a row does not have is left empty."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(str(row.get(name, "")) for name in columns) + " |" for row in rows])


def _once(arguments: Sequence[str], env: Mapping[str, str]) -> tuple[float, float, float]:
    begin = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "dagsplan", *arguments], env={**os.environ, **env}, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"dagsplan {' '.join(arguments)} ended with {child.returncode}")
    return time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
