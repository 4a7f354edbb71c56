"""The table of thresholds: what it declares fits, is asked for, is explained, and stands in the documentation."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from city.catalogue.words import LANGUAGES, words
from city.errors import ConfigError, PlanNotPossible
from city.vocabulary import PLACE_KINDS, ROUTE_CLASSES
from docs.tables.thresholds import page
from planner.thresholds.limits import unit_of
from planner.thresholds.seed import reason_of, seed
from planner.thresholds.table import BY_KEY, TABLE, Declaration
from planner.words.thresholds import as_values, listed

ROOT = Path(__file__).parents[4]
KEY = re.compile(r'"((?:snow|waste|heating)\.[a-z_0-9]+)"')


def asked_for() -> set[str]:
    """Every key of a threshold that stands in the product's code, but for the table itself."""
    files = [
        ROOT / "dagsplan.py",
        *(f for place in ("planner", "dashboards", "deploy") for f in (ROOT / place).rglob("*.py")),
    ]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files if file.parent.name != "thresholds")
    return set(KEY.findall(code))


def test_the_code_asks_for_what_is_declared_and_for_all_of_it() -> None:
    """A key that nobody declares would stop a plan; one that nobody asks for would do nothing."""
    assert asked_for() == set(BY_KEY)
    assert len(BY_KEY) == len(TABLE) > 40


@pytest.mark.parametrize("one", TABLE, ids=lambda one: one.key)
def test_each_first_value_may_be_set(one: Declaration) -> None:
    """It is a number within the bounds, or a text of the kind; and the reasons are of scopes that have a value."""
    assert one.defaults
    for value in one.defaults.values():
        text, number = (value, None) if isinstance(value, str) else (None, value)
        assert unit_of(one.key, text, number) == one.unit
    assert set(one.why_of) <= set(one.defaults)


@pytest.mark.parametrize("one", TABLE, ids=lambda one: one.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_explained_in_every_language(one: Declaration, language: str) -> None:
    """In one sentence, which is its own; each first value says where it is from."""
    said = {key: words(language).say(other.means) for key, other in BY_KEY.items()}
    assert re.fullmatch(r"[A-ZÅÄÖ].*\.", said[one.key])
    assert list(said.values()).count(said[one.key]) == 1
    assert all(words(language).say(one.reason(scope)) for scope in one.defaults)


def test_every_class_and_kind_of_place_has_its_limits() -> None:
    """Nothing that is planned lacks what it is planned by."""
    for key in ("snow.start_dry_cm", "snow.start_wet_cm", "snow.done_within_h", "snow.friction", "snow.anti_slip"):
        assert set(BY_KEY[key].defaults) == set(ROUTE_CLASSES)
    for key in ("snow.places", "snow.place_start_cm", "snow.place_done_by"):
        assert set(BY_KEY[key].defaults) == set(PLACE_KINDS)


@pytest.mark.parametrize(
    ("key", "text", "value", "problem"),
    [
        ("snow.friction", None, 25.0, "threshold snow.friction cannot be 25; write a number within 0…1"),
        ("snow.start_dry_cm", None, -1.0, "threshold snow.start_dry_cm cannot be -1; write a number within 0…"),
        ("snow.rest_h", None, 24.1, "within 0…24"),
        ("snow.anti_slip", "grus", None, "threshold snow.anti_slip: 'grus' is none of salt, sand, none"),
        ("snow.done_by", "25:00", None, "threshold snow.done_by: '25:00' is no time of day; write HH:MM"),
        ("snow.sweep_from", "02-30", None, "threshold snow.sweep_from: '02-30' is no day of the year; write MM-DD"),
    ],
)
def test_what_cannot_be_is_refused(key: str, text: str | None, value: float | None, problem: str) -> None:
    with pytest.raises((ConfigError, PlanNotPossible)) as refused:
        unit_of(key, text, value)
    assert problem in str(refused.value)


def test_a_temperature_may_be_under_nought() -> None:
    """Salt to -10 °C is a choice."""
    assert unit_of("snow.salt_lowest_c", None, -10.0) == "°C"


def test_the_reason_of_a_first_value_is_said_in_the_language_and_that_of_a_person_as_it_was_written() -> None:
    first = next(row for row in seed() if (row.key, row.scope) == ("snow.start_dry_cm", "P1"))
    assert first.reason.startswith("Växjö kommuns publicerade regel")
    assert reason_of(first, words("sv")) == first.reason
    assert reason_of(first, words("en")).startswith("published rule of the municipality of Växjö")
    for own in (replace(first, changed_by="chef"), replace(first, version=2)):
        assert reason_of(replace(own, reason="prov"), words("en")) == "prov"


def test_a_list_says_what_each_means_and_its_values() -> None:
    """By key, each value with its unit in the language; a key of another version is listed without a meaning."""
    rows = [row for row in seed() if row.key in {"snow.done_by", "snow.friction", "waste.max_age_days"}]
    rows.append(replace(rows[0], key="snow.of_tomorrow", scope="*", changed_by="chef", reason="prov"))
    lines = listed(rows, words("sv")).splitlines()
    assert lines[0] == "snow.done_by: Klockslag då turen ska vara klar; det tidigare av detta och timmarna gäller."
    assert lines[1].split()[:3] == ["P1", "06:30", "v1"]
    assert "snow.friction: Friktion under vilken en gata är hal." in lines
    assert any(line.split()[:3] == ["C1", "0,3", "v1"] for line in lines)
    assert any(line.split()[:4] == ["litter", "7", "dygn", "v1"] for line in lines)
    assert lines[-2] == "snow.of_tomorrow"
    assert lines[-1].endswith("prov")
    values = as_values(rows, words("en"))
    assert values[0]["means"].startswith("Time of day by which")
    assert values[-1]["means"] == ""


def test_the_documentation_holds_the_table() -> None:
    """``python -m docs.tables`` writes it."""
    assert (ROOT / "docs" / "thresholds.md").read_text(encoding="utf-8") == page()
