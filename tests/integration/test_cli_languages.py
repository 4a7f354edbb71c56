"""The command line speaks the language of the settings, Swedish unless they say another, from help to errors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import dagsplan
from planner.bundle import save
from store.connect import Connection
from tests.integration.plan_town import fill
from tests.integration.test_cli import HELP, one_line, said
from tests.unit.planner.snapshots import depth, snow_snapshot

ENGLISH = re.compile(
    r"\b(the|and|not|with|for|that|which|from|this|to|are|was|be|by|has|have|its|it|on|of|or|no|file|line|none|cannot|"
    r"does|must|write|see|street|streets|snow|route|routes|usage|error|show|give|set up|least|choose)\b(?![./])"
)
"""Words that no Swedish line has. What follows a dot or a slash is a name."""
NAMES = re.compile(r"'[^']*'|`[^`]*`|\{[^}]*\}|--[\w-]+|\w+\.\w+|dagsplan [\w -]+|\$\.\S+|^ +[\w-]+ {2,}", re.MULTILINE)
"""Options, commands, settings and what is quoted: the same in every language."""


def swedish(text: str) -> str:
    """The text, which must be Swedish but for names."""
    left = NAMES.sub("", text)
    assert ENGLISH.findall(left) == [], left
    return text


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_is_swedish(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, *arguments, "--help")
    assert status == 0
    assert swedish(out).startswith("användning: dagsplan")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "de här argumenten saknas: KOMMANDO"),
        (("nothing",), "argumentet KOMMANDO: 'nothing' finns inte; välj bland 'up', 'demo', "),
        (("plan", "snow", "--at", "2026-11-24T03:00:00"), "argumentet --at: tiden 2026-11-24T03:00:00 saknar "),
        (("plan", "snow", "--date", "i dag"), "argumentet --date: 'i dag' är inget datum; skriv som 2026-11-24"),
        (("backtest", "snow", "--winters", "0"), "argumentet --winters: '0' är inget heltal större än noll"),
        (("routes", "--seed", "ett"), "argumentet --seed: 'ett' är inget tal"),
        (("config", "show", "more"), "okända argument: more"),
    ],
)
def test_wrong_usage_is_said_in_swedish(
    arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = said(capsys, *arguments)
    assert status == 2
    assert f": fel: {problem}" in swedish(error)


@pytest.mark.parametrize(
    ("what", "text", "problem"),
    [
        ("rooms", "room,name\nr-1,Rum\n", "saknar kolumnen lon; kolumnerna är room, name"),
        ("rooms", "", "är tom; börja den med en rad med kolumnernas namn"),
        (
            "buildings",
            "id,name,lon,lat\nb,B,öst,56\n",
            "rad 2, lon: öst är inget tal; se docs/imports.md",
        ),
        ("fleet", "[[vehicle]]\nid = \n", "är inte TOML (ogiltigt värde (rad 2, kolumn 6)); se docs/imports.md"),
        ("fleet", "[[plough]]\n", "har en okänd tabell [[plough]]; det finns call, contractor, depot"),
        ("routes", "hello", "är varken .geojson, .json eller .gpx; exportera rutterna som GeoJSON eller GPX"),
        ("weather", "{", "är inget svar från SMHI snow1g (slutar mitt i) och är inget svar från MET Norway Location"),
        ("roads", "{", "har en filändelse som ingen vägläsare känner till; ange ett utdrag ur OpenStreetMap"),
    ],
)
def test_a_refused_import_is_said_in_swedish(
    what: str, text: str, problem: str, dsn: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """One line, with what is wrong and the way out, nothing of it in another language."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    file = tmp_path / "fil.txt"
    file.write_text(text, encoding="utf-8")
    status, _, error = said(capsys, "import", what, str(file))
    last = error.splitlines()[-1]
    assert status == 1
    assert one_line(last)
    assert f"{file}: {problem}" in last
    swedish(error.replace(str(file), ""))


def test_the_doctor_speaks_swedish(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a person and to a program."""
    fill(database)
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    _, out, _ = said(capsys, "doctor")
    lines = swedish(out).splitlines()
    assert lines[0] == "ok   MQTT-server: inbyggd, medan 'dagsplan up' körs"
    assert "ok   gallring: inte gjord än; 'dagsplan scheduler' gör den" in lines
    assert any(line.startswith("ok   plan för snö och halka: ingen än; nästa görs 20") for line in lines)
    told = json.loads(said(capsys, "doctor", "--json")[1])
    assert {"part": "rejects", "name": "avvisat", "ok": True, "state": "ok", "text": "inget"} in told
    assert [one["part"] for one in told if one["part"].startswith("plan")] == [
        "plan snow",
        "plan waste",
        "plan heating",
    ]
    monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", "en")
    assert said(capsys, "doctor")[1].splitlines()[0] == "ok   broker: embedded, while 'dagsplan up' runs"


def test_a_part_that_is_not_well_is_said_in_swedish(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a broker nor a database that does not answer leaves an English word behind."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", "postgresql://127.0.0.1:1/city")
    monkeypatch.setenv("DAGSPLAN_MQTT__URL", "mqtt://127.0.0.1:1")
    status, out, _ = said(capsys, "doctor")
    assert status == 1
    broker, database = swedish(out).splitlines()
    assert broker.startswith("FEL  MQTT-server: mqtt://127.0.0.1:1 svarar inte (Anslutningen avvisades); starta den")
    assert database.startswith("FEL  databas: ingen anslutning till databasen city på 127.0.0.1:1: ")


def test_a_plan_is_said_in_swedish(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(snow_snapshot(readings=(depth(12.0),)), tmp_path)
    status, out, _ = said(capsys, "plan", "snow", "--files", str(tmp_path))
    assert status == 0
    assert swedish(out).startswith("SNÖ OCH HALKA")


def test_the_settings_decide_the_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of all that is said once they are read; before that, and where they cannot be read, the environment does."""
    file = tmp_path / "dagsplan.toml"
    file.write_text("[municipality]\nlanguage = 'en'\n", encoding="utf-8")
    _, _, error = said(capsys, "--config", str(file), "replay", "nowhere.jsonl")
    assert error.startswith("dagsplan: mqtt.url: not set, ")
    file.write_text("[municipality]\nlanguage = 'tlh'\n", encoding="utf-8")
    _, _, error = said(capsys, "--config", str(file), "config", "show")
    assert error == "dagsplan: municipality.language: 'tlh' är okänt; välj bland sv, en\n"


def test_help_and_wrong_usage_speak_the_language_of_the_settings_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the one in the working folder and of the one that is named; a file that cannot be read decides nothing."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "dagsplan.toml"
    file.write_text("[municipality]\nlanguage = 'en'\n", encoding="utf-8")
    assert said(capsys, "--help")[1].startswith("usage: dagsplan")
    assert ": error: " in said(capsys, "plan", "sand")[2]
    other = tmp_path / "annan.toml"
    other.write_text("[municipality]\nlanguage = 'sv'\n", encoding="utf-8")
    assert ": fel: " in said(capsys, "--config", str(other), "plan", "sand")[2]
    assert ": fel: " in said(capsys, f"--config={other}", "plan", "sand")[2]
    for broken in ("municipality = 3\n", "[municipality\n", ""):
        file.write_text(broken, encoding="utf-8")
        assert ": fel: " in said(capsys, "plan", "sand")[2]


def test_ctrl_c_says_so_in_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever stops a command is told that it was not done."""

    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(dagsplan.COMMANDS, "doctor", stopped)
    assert dagsplan.main(["doctor"]) == 1
    assert capsys.readouterr().err.startswith("dagsplan: avbrutet med Ctrl-C innan det var klart")
