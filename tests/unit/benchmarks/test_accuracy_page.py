"""docs/accuracy.md: its table is written by the benchmark, between two comments, and says whose figures it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.accuracy import BEGIN, END, PAGE, WHO, run, written

ROW = {"what": "a record", "who": "dagsplan", "RMSE K": "0.10 / 0.20 / –", "_": ()}


def test_the_table_stands_between_its_comments_and_the_rest_stays() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    made = written(page, [ROW])
    assert made.startswith("before\n")
    assert made.endswith(f"{END}\nafter\n")
    assert "| a record | dagsplan | 0.10 / 0.20 / – |" in made
    assert "old" not in made
    assert written(made, [ROW]) == made
    with pytest.raises(ValueError, match="write"):
        written("no comments", [ROW])


def test_the_page_holds_figures_of_everybody() -> None:
    table = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert all(f"| {who} |" in table for who in WHO.values())
    assert "| what | who | RMSE K | in the range % | CRPS K |" in table


def test_without_data_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    for folder in ("", str(tmp_path)):
        monkeypatch.setenv("DAGSPLAN_DATA", folder)
        assert run() == []
        assert "benchmark left out" in capsys.readouterr().out
