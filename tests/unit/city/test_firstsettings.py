"""The file of first settings: what is asked stands in it, what was there stays, whatever its form."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from city.errors import ConfigError
from city.firstsettings import Answers, answered, settings_file, zones_of
from city.settings import Settings, load

LUND = Answers("Lund", 55.7, 13.19, "Europe/Stockholm", "SE", "sv", ("smhi",))


def read(text: str, folder: Path) -> Settings:
    file = folder / "dagsplan.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, {})


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_new_file_says_the_answers_with_a_remark_on_each(language: str, tmp_path: Path) -> None:
    answers = replace(LUND, name='Ö "by" #1', language=language, providers=("smhi", "metno"), contact="a@b.se")
    text = settings_file(answers)
    settings = read(text, tmp_path)
    assert Answers(**answered(settings)) == answers
    set_lines = [line for line in text.splitlines() if " = " in line]
    assert len(set_lines) == 8
    assert all("  # " in line for line in set_lines)
    assert ("vad orten heter" in text) == (language == "sv")


def test_a_name_of_several_lines_is_no_settings() -> None:
    """What stands in a remark cannot leave it."""
    text = settings_file(replace(LUND, name="Ö\n[web]\nport = 1\r\x00"))
    assert tomllib.loads(text)["municipality"]["name"] == "Ö\n[web]\nport = 1\r\x00"
    assert "web" not in tomllib.loads(text)


def test_asked_again_nothing_changes() -> None:
    text = settings_file(LUND)
    assert settings_file(LUND, text) == text


FILES = {
    "remarks": (
        "# our town\n[web]\nport = 9000  # behind the proxy\n\n[municipality]  # who\n"
        'name = "Gamla # stan"   # the old name\nlanguage = "sv" # ours\n\n[weather]\n# nobody\nproviders = []\n'
        "interval_s = 600.0\n"
    ),
    "other sections first": '[mqtt]\nurl = "mqtt://broker"\n[planner]\nsnow_slots = ["18:00",\n  "03:00"]\n',
    "over several lines": '[weather]\nproviders = [\n  "smhi",\n  "metno",\n]\ncontact = "x@y.se"\n',
    "dotted": 'municipality.name = "A"\nweather.interval_s = 60\n',
    "inline": 'municipality = {name = "A", time_zone = "Europe/Oslo"}\n[web]\nport = 9000\n',
    "windows": '[municipality]\r\nname = "A"\r\n\r\n[web]\r\nport = 9000\r\n',
    "no end of line": '[web]\nport = 9000\n[municipality]\nname = "A"',
    "only remarks": "# nothing yet\n",
}


@pytest.mark.parametrize("before", FILES.values(), ids=FILES)
def test_what_was_not_asked_for_stays(before: str) -> None:
    """All else that a file says holds after it, and the answers do."""
    after, held = tomllib.loads(settings_file(LUND, before)), tomllib.loads(before)
    for section, part in LUND.tree().items():
        assert after[section] == {**held.get(section, {}), **part}
        after.pop(section), held.pop(section, None)
    assert after == held


def test_remarks_and_order_stay() -> None:
    changed = settings_file(LUND, FILES["remarks"]).splitlines()
    assert changed[:5] == FILES["remarks"].splitlines()[:5]
    assert changed[5] == 'name = "Lund"           # the old name'
    assert 'language = "sv" # ours' in changed
    assert changed[changed.index("[weather]") :][:3] == ["[weather]", "# nobody", 'providers = ["smhi"]']


@pytest.mark.parametrize(
    ("answers", "before", "says"),
    [
        (replace(LUND, latitude=155.7), "", "municipality.latitude: 155.7 is no latitude"),
        (replace(LUND, country="XX"), "", "municipality.country: 'XX'"),
        (replace(LUND, providers=("metno",)), "", "weather.contact: not set"),
        (replace(LUND, time_zone="Lund"), "", "no zone is called 'Lund'"),
        (LUND, "[web\n", "not valid TOML"),
        (LUND, "weather = 3\n", "write it as a table"),
    ],
)
def test_what_cannot_be_is_refused(answers: Answers, before: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says.replace("[", r"\[")):
        settings_file(answers, before)


def test_defaults_are_no_answers() -> None:
    """A town that nobody named is not offered as one."""
    assert set(answered(Settings())) == {"language", "providers", "contact"}


@pytest.mark.parametrize(("country", "zones"), [("SE", ("Europe/Stockholm",)), ("LI", ("Europe/Vaduz",)), ("XX", ())])
def test_the_zone_of_a_country(country: str, zones: tuple[str, ...]) -> None:
    assert zones_of(country) == zones


def test_large_countries_have_several_zones() -> None:
    assert {"America/Los_Angeles", "America/New_York"} <= set(zones_of("US"))
