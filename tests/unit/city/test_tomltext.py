"""Settings as text: what is printed reads back to the same settings, and no secret is in it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dagsplan
from city.settings import Settings, load
from city.tomltext import settings_text, tables, value

VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_any_tree_reads_back_to_itself(tree: dict[str, object]) -> None:
    assert tomllib.loads(tables(tree)) == tree


def test_a_value_that_toml_has_no_word_for_is_refused() -> None:
    with pytest.raises(TypeError):
        value(None)


ENVIRONMENTS = [
    {},
    {"DAGSPLAN_STATE_DIR": '/srv/stad "Å"', "DAGSPLAN_MUNICIPALITY__NAME": 'L\'Östra \\ "by"'},
    {"DAGSPLAN_MUNICIPALITY__LATITUDE": "-56.5", "DAGSPLAN_MUNICIPALITY__LONGITUDE": "1e1"},
    {"DAGSPLAN_MQTT__URL": "mqtt://daemon@broker:1883", "DAGSPLAN_PLANNER__SNOW_SLOTS": "18:00,21:30"},
]


@pytest.mark.parametrize("environ", ENVIRONMENTS)
def test_what_config_show_prints_is_a_file_of_the_same_settings(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in environ.items():
        monkeypatch.setenv(name, text)
    monkeypatch.chdir(tmp_path)
    wanted = load()
    assert dagsplan.main(["config", "show"]) == 0
    printed = capsys.readouterr().out
    file = tmp_path / "dagsplan.toml"
    file.write_text(printed, encoding="utf-8")
    assert load(file, {}) == wanted
    assert tomllib.loads(printed)["planner"]["snow_slots"] == list(wanted.planner.snow_slots)


def test_a_secret_is_a_comment_that_hides_it() -> None:
    """A file that is printed with secrets sets all but these."""
    settings = load(
        environ={
            "DAGSPLAN_DATABASE__DSN": "postgresql://city:hemligt@db/city",
            "DAGSPLAN_MQTT__URL": "mqtt://daemon:hemligt@broker",
            "DAGSPLAN_MQTT__PASSWORD": "hemligt",
        }
    )
    printed = settings_text(settings)
    assert "hemligt" not in printed
    assert '# dsn = "********"' in printed
    assert '# url = "mqtt://daemon:********@broker"' in printed
    assert msgspec.convert(tomllib.loads(printed), Settings) == Settings()
