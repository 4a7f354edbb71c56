"""``dagsplan backtest snow``: from the plans of a database and from folders, through the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from city.catalogue.words import words
from city.clock import FixedClock
from city.settings import Store
from dagsplan import main
from deploy.winters import try_winters
from planner.bundle import save
from planner.inputs import read_kept_runs, read_rules
from planner.snow.backtest.replay import replay
from planner.thresholds.changes import Changes, changes_of
from store import housekeeping, plans
from store.connect import Connection
from tests.by_hand import plan_now
from tests.integration import plan_town as town
from tests.unit.planner.snapshots import AT, HOUR, depth, snow_snapshot


def folders(place: Path) -> Path:
    """Two evenings of one street town: 5 cm, then 9 cm."""
    for day, cm in enumerate((5.0, 9.0)):
        at = AT + timedelta(days=day)
        base = snow_snapshot(forecasts=(), readings=(replace(depth(cm), time=at - HOUR / 10),), at=at)
        save(replace(base, service_day=base.service_day + timedelta(days=day)), place / f"natt-{day}")
    return place


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    assert main(["backtest", "snow", *map(str, arguments), "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_folders_are_replayed_with_any_threshold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it was: cycle ways twice, main streets once; with P1 at 4 cm main streets both nights."""
    found = answer(capsys, "--files", folders(tmp_path), "--set", "snow.start_dry_cm/P1=4,0")
    was, tried = (
        [{name[:2] for name in morning["turer"]} for morning in found[key]["mornings"]]  # type: ignore[index]
        for key in ("as_it_was", "with_changes")
    )
    assert was == [{"C1"}, {"C1", "P1"}]
    assert tried == [{"C1", "P1"}, {"C1", "P1"}]
    assert all(name.startswith("P1") for name in found["with_changes"]["mornings"][0]["added"])  # type: ignore[index]


def test_a_period_takes_only_its_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "--files", folders(tmp_path), "--from", "2026-11-24")
    assert [morning["service_day"] for morning in found["as_it_was"]["mornings"]] == ["2026-11-24"]  # type: ignore[index]


def test_words_name_days_and_sums(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "snow", "--files", str(folders(tmp_path)), "--set", "snow.start_dry_cm/C1=20"]) == 0
    said = capsys.readouterr().out
    assert "2026-11-23  ingen utkallning" in said or "2026-11-23" in said
    assert "med ändringen" in said
    assert "uppskattningar" in said


def test_files_are_answered_in_the_language_of_the_municipality(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", "en")
    assert main(["backtest", "snow", "--files", str(folders(tmp_path)), "--set", "snow.start_dry_cm/C1=20"]) == 0
    said = capsys.readouterr().out
    assert "call-outs on" in said
    assert "utkallning" not in said


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("snow.start_dry_cm/C1", "write KEY=VALUE"),
        ("snow.start_dry_cm/C9=3", "is not set for C9"),
        ("snow.nonsense=3", "there is no threshold snow.nonsense"),
        ("snow.decide_by=sometimes", "none of low, mid, high"),
        ("snow.start_dry_cm=low", "given with --value"),
        ("snow.start_dry_cm=nan", "no value of a threshold"),
        ("snow.hold_h=1e30", "no value of a threshold"),
        ("snow.start_dry_cm/P1=-3", "cannot be -3; write a number within 0…500"),
        ("snow.friction=7", "cannot be 7; write a number within 0…1"),
    ],
)
def test_a_wrong_change_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, problem: str
) -> None:
    assert main(["backtest", "snow", "--files", str(folders(tmp_path)), "--set", change]) == 1
    said = capsys.readouterr().err.strip()
    assert problem in said
    assert "\n" not in said


def test_a_folder_without_snapshots_says_how_to_write_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "snow", "--files", str(tmp_path)]) == 1
    assert "--save-inputs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "heads"),
    [
        ("sv", ["Med gränserna som de är", "Med ändringen", "Allt på en gång"]),
        ("en", ["With the limits as they are", "With the change", "Everything at once"]),
    ],
)
def test_winters_are_answered_in_the_language(database: Connection, language: str, heads: list[str]) -> None:
    said = try_winters(database, AT, 1, ["snow.lead_h/P1=1"], words(language), as_json=False)
    assert [part.splitlines()[0] for part in said.split("\n\n")] == heads


def test_published_plans_are_kept_and_replayed(database: Connection) -> None:
    """Every published snow plan keeps its curves: replayed as it was it calls what the plan called; with a limit out
    of reach of the snow it calls nobody against snow."""
    town.fill(database)
    plan = plan_now(database, town.settings(), "snow", FixedClock(AT))
    runs = read_kept_runs(database, None, None)
    assert [run.name for run in runs] == [plan.id]
    was = replay(runs, read_rules(database, Changes()))
    assert set(was.mornings[0].turer) >= {item.target for item in plan.interventions}
    none = changes_of(["snow.start_dry_cm=300", "snow.start_wet_cm=300", "snow.friction=0"])
    assert not replay(runs, read_rules(database, none)).mornings[0].turer
    assert read_kept_runs(database, plan.service_day + timedelta(days=1), None) == []


def test_old_curves_are_removed_and_their_plans_stay(database: Connection) -> None:
    town.fill(database)
    plan = plan_now(database, town.settings(), "snow", FixedClock(AT))
    housekeeping.TASKS["curves"](database, Store(curves_days=2.0), AT + timedelta(days=1))
    assert read_kept_runs(database, None, None)
    housekeeping.TASKS["curves"](database, Store(curves_days=2.0), AT + timedelta(days=3))
    assert read_kept_runs(database, None, None) == []
    assert plans.by_id(database, plan.id) is not None


@pytest.mark.parametrize(("domain", "name"), [("heating", "Värme")])
def test_a_service_without_a_past_to_try_says_so(
    domain: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backtest", domain, "--files", str(tmp_path)]) == 1
    assert capsys.readouterr().err.strip() == f"dagsplan: {name}: gränsvärden kan inte prövas på det som varit än"
