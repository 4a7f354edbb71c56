"""``dagsplan setup``: from options, from a person at a terminal, onto a file that is there; and what is missing."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from city.errors import ConfigError
from city.settings import load
from deploy.questions import Questions
from store.connect import Connection
from tests.integration.plan_town import fill
from tests.integration.test_cli import said

ROOT = Path(__file__).parents[2]
LUND = ("--name", "Lund", "--latitude", "55,70", "--longitude", "13.19", "--country", "SE")


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder and a state folder with nothing in them, and nobody at the terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSPLAN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115 - closed with the process


def test_options_make_a_file_and_the_next_steps_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """In the language that was chosen; no database is made for a town that has none yet."""
    status, out, _ = said(capsys, "setup", *LUND, "--language", "en")
    town = load(Path("dagsplan.toml"), {}).municipality
    assert status == 0
    assert (town.name, town.latitude, town.longitude) == ("Lund", 55.7, 13.19)
    assert (town.time_zone, town.country, town.language) == ("Europe/Stockholm", "SE", "en")
    lines = out.splitlines()
    assert lines[0] == "dagsplan.toml is written."
    assert lines[2] == "  Streets: none imported; without them neither snow clearance nor collection is planned"
    assert lines[3] == "      dagsplan import roads FILE"
    assert not Path("state").exists()


def test_what_is_not_said_is_named_with_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, error = said(capsys, "setup", "--name", "Lund", "--country", "SE")
    assert status == 1
    assert error.startswith("dagsplan: det här är inte sagt: --latitude och --longitude; ge det som tillval")
    _, _, error = said(capsys, "setup", "--name", "Portland", "--latitude", "45.5", "--longitude", "-122.7",
                       "--country", "US")  # fmt: skip
    assert "--time-zone" in error
    assert not Path("dagsplan.toml").exists()


def test_a_file_that_is_there_is_changed_only_with_a_yes(capsys: pytest.CaptureFixture[str]) -> None:
    """Without one it stays as it was to the byte; a dry run prints what would be written."""
    file = Path("dagsplan.toml")
    file.write_text('[web]\nport = 9000  # ours\n[municipality]\nname = "Lund"\n', encoding="utf-8")
    before = file.read_bytes()
    status, _, error = said(capsys, "setup", *LUND)
    assert (status, file.read_bytes()) == (1, before)
    assert "finns redan och skulle ändras; titta med --dry-run; är det meningen, ge --yes" in error
    _, shown, _ = said(capsys, "setup", *LUND, "--dry-run")
    assert file.read_bytes() == before
    status, _, _ = said(capsys, "setup", *LUND, "--yes")
    assert status == 0
    assert file.read_text(encoding="utf-8") == shown
    assert "port = 9000  # ours" in shown
    status, out, _ = said(capsys, "setup", "--json")
    assert (status, json.loads(out)["written"]) == (0, False)


def test_another_file_may_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "etc" / "stad.toml"
    assert said(capsys, "setup", *LUND, "--provider", "none", "--output", str(other))[0] == 0
    assert load(other, {}).weather.providers == ()
    assert not Path("dagsplan.toml").exists()
    status, _, error = said(capsys, "setup", *LUND, "--output", str(tmp_path))
    assert status == 1
    assert "\n" not in error.strip()


def test_a_file_that_cannot_hold_is_mended(capsys: pytest.CaptureFixture[str]) -> None:
    """Every other command refuses it: setup says what is wrong, and goes on."""
    file = Path("dagsplan.toml")
    file.write_text('[weather]\nproviders = ["smhi"]\n[web]\nport = 9000\n', encoding="utf-8")
    assert said(capsys, "config", "show")[0] == 1
    status, _, error = said(capsys, "setup", *LUND, "--provider", "smhi", "--yes")
    assert status == 0
    assert "municipality.longitude och latitude: inte satta" in error
    assert (load(file, {}).web.port, load(file, {}).municipality.name) == (9000, "Lund")


def test_a_named_file_that_is_not_there_yet_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, error = said(capsys, "--config", str(tmp_path / "stad.toml"), "setup", *LUND)
    assert (status, error) == (0, "")
    assert load(tmp_path / "stad.toml", {}).municipality.name == "Lund"


@pytest.mark.usefixtures("english")
def test_of_a_town_that_has_much_only_the_rest_is_missing(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    database.commit()
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    status, out, _ = said(capsys, "setup", *LUND, "--json")
    missing = {one["part"] for one in json.loads(out)["missing"]}
    assert status == 0
    assert {"streets", "fleet", "rooms"} & missing == {"rooms"} & missing
    assert {"manning", "devices"} <= missing


@pytest.mark.usefixtures("english")
def test_a_database_that_does_not_answer_does_not_undo_the_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", "postgresql://127.0.0.1:1/city")
    status, out, error = said(capsys, "setup", *LUND)
    assert status == 0
    assert out.startswith("dagsplan.toml is written.")
    assert "no connection" in error


# ---- a person at a terminal ------------------------------------------------------------------------------------------


def typing(*answers: str, given: dict[str, Any] | None = None, known: dict[str, Any] | None = None) -> Any:
    """What comes of a person's answers, with what they were told on the way."""
    told: list[str] = []
    typed: Iterator[str] = iter(answers)

    def ask(prompt: str) -> str:
        told.append(prompt)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    nothing = {"language": "sv", "providers": (), "contact": ""}
    found = Questions(ask, told.append, given or {}, nothing | (known or {})).all()
    assert next(typed, None) is None, "more was typed than was asked for"
    return found, told


def test_a_wrong_answer_is_asked_again_with_the_way_out() -> None:
    found, told = typing(
        *("tyska", "en"), *("", "Lund"), *("north", "155.7", "55,7"), "13.19", *("XX", "se"), "",
        *("yr", "metno, smhi"), *("", "a@b.se"),
    )  # fmt: skip
    assert found == {
        "language": "en", "name": "Lund", "latitude": 55.7, "longitude": 13.19, "country": "SE",
        "time_zone": "Europe/Stockholm", "providers": ("metno", "smhi"), "contact": "a@b.se",
    }  # fmt: skip
    said = "\n".join(told)
    assert "municipality.language: 'tyska' är okänt; välj bland sv, en" in said
    assert "municipality.name: is empty" in said
    assert "'north' is not a number" in said or "'north' is no number" in said
    assert "weather.providers: 'yr' is unknown; choose from smhi, metno" in said
    assert "weather.contact: not set" in said
    assert "Time zone [Europe/Stockholm]: " in told


def test_what_is_known_is_offered_and_what_is_given_is_not_asked() -> None:
    known = {"name": "Lund", "latitude": 55.7, "longitude": 13.19, "country": "SE", "time_zone": "Europe/Stockholm"}
    found, told = typing("", "", "13,2", "", "", given={"country": "SE", "language": "sv"}, known=known)
    assert (found["name"], found["latitude"], found["longitude"]) == ("Lund", 55.7, 13.2)
    assert "Ortens namn [Lund]: " in told
    assert not any(line.startswith(("Land", "Språk")) for line in told)


def test_nobody_answering_writes_nothing() -> None:
    with pytest.raises(ConfigError, match="nothing is written"):
        typing("sv", "Lund")


def test_a_real_terminal_is_asked(tmp_path: Path) -> None:
    """The prompts come on a terminal, what is typed goes into the file."""
    person, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "dagsplan", "setup"], stdin=terminal, stdout=terminal, stderr=terminal, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(terminal)
    heard = b""
    for wait_for, answer in (
        (b"(sv, en)", ""), (b"Ortens namn", "Växjö"), (b"Latitud", "56,88"), (b"Longitud", "14,81"), (b"Land", "SE"),
        (b"Tidszon", ""), (b"prognoser", "smhi"),
    ):  # fmt: skip
        while wait_for not in heard:
            assert select.select([person], [], [], 60)[0], heard
            heard += os.read(person, 4096)
        heard = b""
        os.write(person, f"{answer}\n".encode())
    try:
        while os.read(person, 4096):
            pass
    except OSError:
        pass
    os.close(person)
    assert running.wait(60) == 0
    assert load(tmp_path / "dagsplan.toml", {}).municipality.name == "Växjö"
