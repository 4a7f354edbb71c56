"""``dagsplan bench carp``: the answer and the solution file of the contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dagsplan
from planner.routes.carp.check import check
from planner.routes.carp.instances import read
from tests.unit.planner.routes.carp.test_instances import DAT, salting, written

KEYS = {"instance", "cost", "lower_bound", "feasible", "overtime_min", "routes", "seconds", "iterations"}


def test_each_file_is_answered_and_its_solution_passes_the_checker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [written(tmp_path, DAT), written(tmp_path, salting(), "s.json")]
    out = tmp_path / "out"
    out.mkdir()
    asked = ["bench", "carp", *map(str, files), "--iterations", "50", "--solution", str(out), "--json"]
    assert dagsplan.main(asked) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["cost"] for answer in answers] == [12.0, 7.0]
    for answer, file in zip(answers, files, strict=True):
        assert set(answer) >= KEYS
        assert answer["feasible"]
        assert answer["lower_bound"] <= answer["cost"]
        solution = json.loads((out / f"{answer['instance']}.json").read_text())
        assert check(read(file).problem, solution).faults == ()


def test_a_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dagsplan.main(["bench", "carp", str(tmp_path / "no.dat")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "tiny: 12, ingen plan under 12, 1 rutt, genomförbar; "),
        ("en", "tiny: 12, no plan below 12, 1 route, feasible; "),
    ],
)
def test_a_line_for_people_in_the_language_of_the_settings(
    language: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", language)
    assert dagsplan.main(["bench", "carp", str(written(tmp_path, DAT)), "--iterations", "50"]) == 0
    assert said in capsys.readouterr().out
