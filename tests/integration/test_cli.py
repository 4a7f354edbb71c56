"""The command line: exit statuses 0, 1 and 2, and one line on stderr that a person can act on."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import dagsplan
from city.clock import SystemClock
from city.plan import from_json
from planner.bundle import save
from planner.publish import check_schema
from store.clock import set_simulated_clock
from store.connect import Connection
from tests.integration.plan_town import fill
from tests.unit.planner.snapshots import AT, depth, snow_snapshot

ROOT = Path(__file__).parents[2]
HELP = [[], *([name.split(" ")[0]] if " " not in name else name.split(" ") for name in dagsplan.COMMANDS)]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a command run in this process."""
    try:
        status = dagsplan.main(arguments)
    except SystemExit as end:
        status = int(end.code or 0)
    out = capsys.readouterr()
    return status, out.out, out.err


def one_line(error: str) -> bool:
    return error.startswith("dagsplan: ") and error.strip().count("\n") == 0


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("words", HELP, ids=" ".join)
def test_each_command_helps(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` says what the command does and ends with 0."""
    status, out, _ = said(capsys, *words, "--help")
    assert status == 0
    assert out.startswith("usage: dagsplan")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nothing",),
        ("plan",),
        ("plan", "sand"),
        ("plan", "snow", "--at", "2026-11-24T03:00:00"),
        ("plan", "snow", "--date", "i dag"),
        ("import", "roads"),
        ("threshold", "set", "snow.start_dry_cm"),
        ("threshold", "set", "snow.start_dry_cm", "--why", "x"),
        ("threshold", "set", "snow.start_dry_cm", "--value", "nan", "--why", "x"),
        ("config",),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_two(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong words end with 2 and the usage on stderr."""
    status, out, error = said(capsys, *words)
    assert (status, out) == (2, "")
    assert "usage:" in error


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--config", "nowhere.toml", "config", "show"), "nowhere.toml"),
        (("plan", "snow", "--files", "nowhere"), "nowhere/snapshot.toml: is missing"),
    ],
)
def test_a_missing_file_is_one_line(words: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, and the one line names the file."""
    status, out, error = said(capsys, *words)
    assert (status, out) == (1, "")
    assert one_line(error)
    assert named in error


@pytest.mark.parametrize("command", ["roads", "rooms", "buildings", "fleet", "calendar", "weather", "routes"])
def test_a_missing_import_is_one_line(
    command: str, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every importer names the file that is not there."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    status, _, error = said(capsys, "import", command, "nowhere.file")
    assert status == 1
    assert one_line(error.splitlines()[-1])
    assert "nowhere.file" in error


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[planner]\nmode = 'full'\n", "planner.mode"),
        ("[municipality]\ntime_zone = 'Mars'\n", "municipality.time_zone"),
        ("[planner]\nsnow_slots = ['02:30']\n", "planner.snow_slots"),
        ("[planner\n", "not valid TOML"),
        ("[plannner]\nmode = 'live'\n", "plannner"),
    ],
)
def test_bad_settings_are_one_line(text: str, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, and the one line names the setting."""
    file = tmp_path / "dagsplan.toml"
    file.write_text(text, encoding="utf-8")
    status, _, error = said(capsys, "--config", str(file), "config", "show")
    assert status == 1
    assert one_line(error)
    assert named in error


def test_a_database_that_does_not_answer_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Host and port are named, the password is not."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", "postgresql://me:hemligt@127.0.0.1:1/city")
    status, _, error = said(capsys, "plan", "snow")
    assert status == 1
    assert one_line(error)
    assert "127.0.0.1:1" in error
    assert "hemligt" not in error


@pytest.mark.usefixtures("english")
def test_a_database_of_a_newer_schema_is_one_line(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The migration that this code does not know is named, with the way out."""
    database.execute("INSERT INTO schema_migration VALUES ('9999_future.sql', 'x', %s)", (AT,))
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    status, _, error = said(capsys, "plan", "snow")
    assert status == 1
    assert one_line(error)
    assert "9999_future.sql" in error
    assert "newer than the code" in error


def test_a_database_without_schema_is_one_line(
    empty_dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty database asks for 'dagsplan migrate'."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", empty_dsn)
    status, _, error = said(capsys, "plan", "snow")
    assert status == 1
    assert one_line(error)
    assert "dagsplan migrate" in error


def test_a_taken_port_is_one_line(dsn: str) -> None:
    """``dagsplan web`` on a port that another program has ends with 1 and names the port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        environment = {"DAGSPLAN_DATABASE__DSN": dsn, "DAGSPLAN_WEB__PORT": port, "PATH": ""}
        done = subprocess.run(
            [sys.executable, "-m", "dagsplan", "web"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert port in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("snow.start_drry_cm", "--value", "3"), "snow.start_drry_cm"),
        (("snow.start_dry_cm", "--text", "tre"), "--value"),
        (("snow.done_by", "--value", "6"), "--text"),
        (("snow.done_by", "--text", "halv sju"), "halv sju"),
        (("snow.friction", "--value", "25"), "within 0…1"),
        (("snow.start_dry_cm", "--scope", "P9", "--value", "5"), "choose from *, P1, P2, P3, C1, C2"),
        (("snow.start_dri_cm", "--value", "5"), "did you mean snow.start_dry_cm?"),
        (("snow.start_dry_cm", "--scope", "P1", "--value", "-5"), "within 0…500"),
        (("snow.places", "--scope", "*", "--text", "plan"), "school_yard"),
        (("heating.day_c", "--scope", "P1", "--value", "20"), "not set for P1"),
        (("waste.max_age_days", "--scope", "papper", "--value", "7"), "did you mean paper?"),
    ],
)
def test_an_unknown_or_unfit_threshold_is_one_line(
    words: tuple[str, ...], named: str, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1, the key or value is named, and nothing is stored."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    status, _, error = said(capsys, "threshold", "set", *words, "--why", "prov")
    assert status == 1
    assert one_line(error)
    assert named in error
    assert said(capsys, "threshold", "list")[1] == ""


def test_a_threshold_gets_its_next_version(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set twice: versions 2 and 3 with unit, who and why; nought is a value."""
    fill(database)
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    for version, value in ((2, "5"), (3, "0")):
        options = ("--scope", "P1", "--value", value, "--why", "prov", "--by", "chef")
        status, out, _ = said(capsys, "threshold", "set", "snow.start_dry_cm", *options)
        assert status == 0
        assert out.startswith(f"snow.start_dry_cm, P1: {value} cm från ")
        assert out.strip().endswith(f"version {version}")
    rows = json.loads(said(capsys, "threshold", "list", "--json")[1])
    (row,) = (row for row in rows if (row["key"], row["scope"]) == ("snow.start_dry_cm", "P1"))
    assert (row["value"], row["unit"], row["changed_by"], row["reason"]) == (0.0, "cm", "chef", "prov")


def test_the_thresholds_are_listed_in_the_language_of_the_settings(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each means, its value, and where a first value is from."""
    fill(database)
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    swedish = said(capsys, "threshold", "list")[1]
    assert "waste.overflow_probability: Risk att ett kärl blir fullt" in swedish
    assert "0,05" in swedish
    monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", "en")
    english = said(capsys, "threshold", "list")[1]
    assert "waste.overflow_probability: Risk that a vessel is full" in english
    assert "published rule of the municipality of Växjö" in english
    assert "kommun:" not in english
    (row, *_) = json.loads(said(capsys, "threshold", "list", "--json")[1])
    assert row["means"].endswith(".")


def test_plan_from_files_needs_no_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a DSN that leads nowhere the plan still comes, and obeys the schema; its text is in the town's time and in
    the language of the settings."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", "postgresql://127.0.0.1:1/nowhere")
    save(snow_snapshot(readings=(depth(12.0),), time_zone="Europe/Helsinki"), tmp_path)
    status, out, _ = said(capsys, "plan", "snow", "--files", str(tmp_path), "--json")
    assert status == 0
    plan = from_json(out)
    check_schema(plan)
    assert plan.verdict.go
    status, text, _ = said(capsys, "plan", "snow", "--files", str(tmp_path))
    assert status == 0
    assert "Kör ut kl. 04.00" in text
    assert "\n  04.00–" in text
    monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", "en")
    status, text, _ = said(capsys, "plan", "snow", "--files", str(tmp_path))
    assert text.startswith("SNOW AND ICE · service day 2026-11-23")
    assert "\n  04:00–" in text


def test_a_saved_snapshot_plans_to_the_published_plan(
    database: Connection, dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--save-inputs`` and then ``--files``: the same hash and plan but id, version and time of making."""
    fill(database)
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    set_simulated_clock(database, AT, SystemClock().now(), 0.001)
    at = ("--at", AT.isoformat())
    folder = str(tmp_path / "inputs")
    status, out, _ = said(capsys, "plan", "snow", *at, "--save-inputs", folder, "--json")
    assert status == 0
    published = from_json(out)
    monkeypatch.delenv("DAGSPLAN_DATABASE__DSN")
    again = from_json(said(capsys, "plan", "snow", "--files", folder, "--json")[1])
    own = {"id": "", "version": 0, "created_at": AT}
    assert msgspec.structs.replace(again, **own) == msgspec.structs.replace(published, **own)


def test_a_dry_run_publishes_nothing(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is printed, the database holds none."""
    fill(database)
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    status, out, _ = said(capsys, "plan", "waste", "--at", AT.isoformat(), "--dry-run")
    assert status == 0
    assert out.startswith("AVFALL")
    assert database.execute("SELECT count(*) FROM plan").fetchone() == (0,)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--date", "2026-12-24"), "about 2026-11-23 and the day after, not about 2026-12-24"),
        (("--date", "2026-12-24", "--dry-run"), "give a time of that day with --at"),
        (("--date", "2026-11-24"), "a plan of 2026-11-24 is not published on 2026-11-23: with --dry-run"),
        (("--at", "2026-11-20T03:00:00+01:00"), "a plan of 2026-11-19 is not published on 2026-11-23"),
    ],
)
def test_a_plan_of_another_day_is_refused(
    words: tuple[str, ...],
    problem: str,
    database: Connection,
    dsn: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Christmas Eve from tonight's hours stood as the newest plan until the next one."""
    fill(database)
    set_simulated_clock(database, AT, SystemClock().now(), 0.001)
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    status, _, error = said(capsys, "plan", "snow", *words)
    assert status == 1
    assert one_line(error)
    assert problem in error
    assert database.execute("SELECT count(*) FROM plan").fetchone() == (0,)
    assert said(capsys, "plan", "snow", "--date", "2026-11-24", "--dry-run")[0] == 0


def test_config_hides_secrets(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither DSN nor password is shown, in either form."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", "postgresql://me:hemligt@host/city")
    monkeypatch.setenv("DAGSPLAN_MQTT__PASSWORD", "hemligt")
    for form in ((), ("--json",)):
        status, out, _ = said(capsys, "config", "show", *form)
        assert status == 0
        assert "hemligt" not in out
        assert "planner" in out
