"""Words: both languages have the same, with the same gaps, and every one that is asked for is there."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter

import pytest

from dashboards.web.texts import LANGUAGES, words

ASKED = re.compile(r"""\b(?:t|words|locale\.words)(?:\.(count|raw|known))?\(\s*"([a-z_0-9.]+)\"""")
PREFIX = re.compile(
    r"""\b(?:t|words|locale\.words)(?:\.(?:count|raw|known))?\(\s*(?:"([a-z_0-9.]+\.[a-z_]*)" ~|f"([a-z_0-9.]+\.)\{)"""
)
SET = re.compile(r"""\bset \w+ = "([a-z_]+\.)" ~""")


def sources() -> str:
    root = files("dashboards")
    folders = (root, *(root / name for name in ("api", "pages", "web", "templates")))
    entries = [entry for folder in folders for entry in folder.iterdir()]
    return "\n".join(
        entry.read_text() for entry in entries if entry.name.endswith((".py", ".html")) and entry.name != "texts.py"
    )


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys():
    assert words("sv").table.keys() == words("en").table.keys()


def test_texts_have_the_same_gaps_in_both_languages():
    sv, en = words("sv").table, words("en").table
    assert [key for key in sv if gaps(sv[key]) != gaps(en[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_is_asked_for_exists(language):
    table = words(language).table
    asked = [(how, key) for how, key in ASKED.findall(sources()) if not key.endswith(".")]
    wanted = [f"{key}.many" if how == "count" else key for how, key in asked]
    families = [a or b for a, b in PREFIX.findall(sources())]
    missing = [key for key in wanted if key not in table and not any(key.startswith(f) for f in families)]
    assert len(wanted) > 100
    assert missing == []
    assert [family for family in families if not any(key.startswith(family) for key in table)] == []


def test_no_text_stands_there_unused():
    text = sources()
    families = tuple([a or b for a, b in PREFIX.findall(text)] + SET.findall(text))
    stems = {key.rsplit(".", 1)[0] if key.endswith((".one", ".many")) else key for key in words("sv").table}
    assert [key for key in sorted(stems) if f'"{key}"' not in text and not key.startswith(families)] == []


def test_a_missing_word_is_a_fault():
    with pytest.raises(KeyError):
        words("sv")("no.such.word")


def test_one_is_said_otherwise_than_many():
    assert words("sv").count("row.stops", 1) == "1 stopp"
    assert words("en").count("row.stops", 3) == "3 stops"
