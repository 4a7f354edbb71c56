"""The table of mutants: what it would change is there, and so are the tests that should notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.__main__ import BENCHMARKS, main
from tests.benchmarks.mutants import ROOT, Mutant, mutants, tried

ALL = mutants()


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.wall)
def test_each_mutant_changes_one_place_and_names_tests_that_are_there(mutant: Mutant) -> None:
    """Otherwise the table rots: a mutant that is applied nowhere looks as if it lived."""
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file}: {mutant.old}"
    assert mutant.new != mutant.old
    for test in mutant.tests:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8") if name else (ROOT / file).is_file(), test


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ("one + two", "one - two", "killed"),
        ("one + two", "two + one", "survived"),
        ("one + two", "one +", "pytest ended with 2"),
        ("one * two", "one", "stands there 0 times"),
    ],
)
def test_what_becomes_of_a_mutant_is_told(tmp_path: Path, old: str, new: str, result: str) -> None:
    """By real tests of a small tree, which is as it was afterwards; code that cannot be read proves nothing."""
    code = "def add(one, two):\n    return one + two\n"
    (tmp_path / "sums.py").write_text(code)
    (tmp_path / "test_sums.py").write_text("from sums import add\n\n\ndef test_it():\n    assert add(2, 1) == 3\n")
    row = tried(tmp_path, Mutant("sums", "sums.py", old, new, ("test_sums.py",)))
    assert row == {"wall": "sums", "file": "sums.py", "result": result}
    assert (tmp_path / "sums.py").read_text() == code


def test_a_mutant_that_lives_is_an_exit_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"wall": "sums", "file": "sums.py", "result": result} for result in ("killed", "survived")]
    for found, code in ((rows, 1), (rows[:1], 0)):
        monkeypatch.setitem(BENCHMARKS, "mutants", lambda found=found: found)
        assert main(["mutants"]) == code


def test_no_wall_stands_twice() -> None:
    walls = [mutant.wall for mutant in ALL]
    assert len(walls) == len(set(walls)) > 30
    assert {mutant.file for mutant in mutants("planner/fleet")} == {"planner/fleet.py"}
