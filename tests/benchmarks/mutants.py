"""Walls with a test behind each: the code is made wrong in one place, and the tests that are named must fail.

``mutants.toml`` holds the wrong places. Each is tried in a copy of the tree, never in the tree itself.
``DAGSPLAN_BENCH_MUTANTS`` takes those alone whose file or wall has that text in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import Row

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_suffix(".toml")
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "build", "dist")
PASSED, FAILED = 0, 1
"""What pytest ends with where all passed, and where a test failed; anything else is no answer."""


@dataclass(frozen=True)
class Mutant:
    """What the wall holds off; the file, a text that stands in it once, and what is put in its place; and the tests
    (pytest's own names) of which one must fail then."""

    wall: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def mutants(wanted: str = "") -> list[Mutant]:
    """The table, or those of it that a text picks."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["mutant"]
    found = [Mutant(row["wall"], row["file"], row["old"], row["new"], tuple(row["tests"])) for row in rows]
    return [mutant for mutant in found if wanted in mutant.file or wanted in mutant.wall]


def run() -> list[Row]:
    """A row for each mutant: ``killed``, ``survived``, or why nothing can be said."""
    with tempfile.TemporaryDirectory(prefix="dagsplan-mutants-") as name:
        tree = Path(name) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_BEHIND)
        chosen = mutants(os.environ.get("DAGSPLAN_BENCH_MUTANTS", ""))
        sound = _ended(tree, sorted({test for mutant in chosen for test in mutant.tests})) == PASSED
        return [tried(tree, mutant) if sound else _told(mutant, "tests fail without it") for mutant in chosen]


def tried(tree: Path, mutant: Mutant) -> Row:
    """What becomes of a mutant in a tree, which is as it was afterwards."""
    file = tree / mutant.file
    whole = file.read_text(encoding="utf-8")
    if whole.count(mutant.old) != 1:
        return _told(mutant, f"stands there {whole.count(mutant.old)} times")
    file.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    code = _ended(tree, mutant.tests)
    file.write_text(whole, encoding="utf-8")
    return _told(mutant, {PASSED: "survived", FAILED: "killed"}.get(code, f"pytest ended with {code}"))


def _told(mutant: Mutant, result: str) -> Row:
    return {"wall": mutant.wall, "file": mutant.file, "result": result}


def _ended(tree: Path, tests: Sequence[str]) -> int:
    """What pytest ends with on these tests of a tree, at the first that fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, env=env, stdout=subprocess.DEVNULL, check=False).returncode
