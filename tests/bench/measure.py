"""Measuring whole commands: wall and CPU seconds and peak memory of the process, median of several runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One measured thing: medians over ``runs``."""

    what: str
    wall_s: float
    cpu_s: float | None
    peak_mb: float | None
    runs: int
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def command(what: str, arguments: Sequence[str], env: Mapping[str, str], runs: int = 3, note: str = "") -> Row:
    """Runs ``dagsplan`` with arguments; fails loudly where the command does."""
    seen = [_once(arguments, env) for _ in range(runs)]
    wall, cpu, peak = (statistics.median(part) for part in zip(*seen, strict=True))
    return Row(what, round(wall, 2), round(cpu, 2), round(peak), runs, note)


def call(what: str, action: Callable[[], object], runs: int = 5, note: str = "") -> Row:
    """Times something within this process."""
    seen = []
    for _ in range(runs):
        begin = time.perf_counter()
        action()
        seen.append(time.perf_counter() - begin)
    return Row(what, round(statistics.median(seen), 3), None, None, runs, note)


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | wall s | CPU s | peak MB | runs | |", "|---|---|---|---|---|---|"]
    for row in rows:
        cpu = "" if row.cpu_s is None else f"{row.cpu_s:.2f}"
        peak = "" if row.peak_mb is None else f"{row.peak_mb:.0f}"
        lines.append(f"| {row.what} | {row.wall_s:.2f} | {cpu} | {peak} | {row.runs} | {row.note} |")
    return "\n".join(lines)


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
