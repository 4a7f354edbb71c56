"""``dagsplan forecast fill``: levels of vessels from files, with errors beside the baselines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from dagsplan import main
from tests.vessels import MadeVessel, made_vessel


def when(second: float) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


def folder(at: Path, made: dict[str, MadeVessel]) -> Path:
    """The three files of some vessels."""
    levels = [f"{when(s)},{name},{r}" for name, v in made.items() for s, r in zip(v.seconds, v.raw, strict=True)]
    emptied = [f"{when(s)},{name}" for name, v in made.items() for s in v.emptied]
    (at / "levels.csv").write_text("\n".join(["time,vessel,level_pct", *levels]) + "\n")
    (at / "emptied.csv").write_text("\n".join(["time,vessel", *emptied]) + "\n")
    return at


def test_it_states_its_errors_beside_the_baselines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Six vessels over seventy days: better than no change, as good as the mean rate, about nine of ten held."""
    made = {f"v{i}": made_vessel(np.random.default_rng(i), 5.0 + i, 70, empty_at_pct=60.0) for i in range(6)}
    assert main(["forecast", "fill", "--files", str(folder(tmp_path, made)), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [vessel["id"] for vessel in said["vessels"]] == sorted(made)
    assert all(len(vessel["days"]) == 7 for vessel in said["vessels"])
    assert [len(vessel["emptied"]) for vessel in said["vessels"]] == [len(v.emptied) for v in made.values()]
    for vessel, v in zip(said["vessels"], made.values(), strict=True):
        assert vessel["inflow_pct_day"] == pytest.approx(v.mean, rel=0.2)
        assert all(day["low_pct"] <= day["mid_pct"] <= day["high_pct"] for day in vessel["days"])
        chances = [day["overflow"] for day in vessel["days"]]
        assert chances == sorted(chances)
    for score in said["scores"]:
        assert score["n"] > 50
        assert score["mae_pct"] < 1.1 * score["mae_mean_rate_pct"]
        assert score["mae_pct"] < score["mae_persistence_pct"]
        assert 0.8 <= score["under_high"] <= 1.0


def test_distances_become_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty at 1,200 mm and full at 200: 700 mm is half."""
    (tmp_path / "vessels.csv").write_text("id,fraction,empty_mm,full_mm\nk1,food,1200,200\n")
    rows = [f"2026-11-{day:02d}T05:00:00Z,k1,700" for day in range(1, 11)]
    (tmp_path / "levels.csv").write_text("\n".join(["time,vessel,distance_mm", *rows]) + "\n")
    assert main(["forecast", "fill", "--files", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vessels"][0]["level_pct"] == 50.0


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "levels.csv"),
        ({"levels.csv": "time,vessel,level_pct\n2026-11-01T05:00:00Z,k1,\n"}, "rad 2"),
        ({"levels.csv": "time,vessel,distance_mm\n2026-11-01T05:00:00Z,k1,700\n"}, "empty_mm"),
        ({"levels.csv": "time,vessel,level\n2026-11-01T05:00:00Z,k1,70\n"}, "level_pct"),
        (
            {
                "vessels.csv": "id\nk1\n",
                "levels.csv": "time,vessel,level_pct\n2026-11-01T05:00:00Z,k2,70\n",
            },
            "k2",
        ),
        ({"levels.csv": "time,vessel,level_pct\n2026-11-01T05:00:00Z,k1,7\n", "fill.toml": "dayz = 3\n"}, "days"),
    ],
)
def test_bad_files_name_the_place_and_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], said: str
) -> None:
    """One line, exit 2 or 1, nothing printed as an answer."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert main(["forecast", "fill", "--files", str(tmp_path)]) != 0
    out = capsys.readouterr()
    assert out.out == ""
    assert said in out.err
    assert len(out.err.strip().splitlines()) <= 2


def test_text_says_level_days_ahead_and_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A short record says that it cannot be scored."""
    made = {"k1": made_vessel(np.random.default_rng(1), 8.0, 14, empty_at_pct=60.0)}
    assert main(["forecast", "fill", "--files", str(folder(tmp_path, made))]) == 0
    said = capsys.readouterr().out
    assert "k1" in said
    assert "+7 d" in said
    assert "för kort" in said
