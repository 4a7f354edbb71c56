"""The catalogue: every language has the same words with the same gaps, every one that is asked for is there, and none
is there for nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from city.catalogue.formats import figure
from city.catalogue.message import Figure, Span, brief, message
from city.catalogue.words import LANGUAGES, Entry, Words, words

ROOT = Path(__file__).parents[3]
PLACES = ("city", "store", "ingest", "models", "planner", "dashboards", "deploy", "dagsplan.py")
CALL = r"\b(?:message|t|text|words|words\.count|words\.raw|words\.known|t\.count|t\.raw|t\.known)\(\s*"
ASKED = re.compile(CALL + r'"([a-z_0-9]+(?:\.[a-zA-Z_0-9/]+)+)"')
FAMILY = re.compile(r"""f"([a-z_0-9]+\.[a-z_0-9.]*)\{|"([a-z_0-9]+\.[a-z_0-9.]*)" ~""")
ANY = re.compile(r"""["']([a-z_0-9]+(?:\.[a-zA-Z_0-9/]+)+)["']""")

SWEDISH_IN_CODE = {
    "ingest/roads/tags.py": "words that keepers of streets are called by in OSM",
    "ingest/simulator/town.py": "names of the simulated town",
}
"""The files whose texts are Swedish in code, each with its reason; whatever else is said stands in the catalogue."""


def sources() -> str:
    """All code and templates of the product."""
    return "\n".join(
        file.read_text(encoding="utf-8")
        for place in PLACES
        for file in ([ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*")))
        if file.suffix in {".py", ".html"}
    )


def forms(entry: Entry) -> Iterator[str]:
    yield from entry.values() if isinstance(entry, Mapping) else (entry,)


def gaps(entry: Entry) -> set[str]:
    """The names in a text's gaps; a form for one thing may leave the number out."""
    return {name for form in forms(entry) for _, name, _, _ in Formatter().parse(form) if name}


def test_swedish_comes_first():
    assert LANGUAGES[:2] == ("sv", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_keys_with_the_same_gaps(language):
    first, other = words("sv").table, words(language).table
    assert first.keys() == other.keys()
    assert [key for key in first if gaps(first[key]) != gaps(other[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_counted_text_has_every_form_of_its_language(language):
    known = words(language)
    wanted = set(known.locale.plural_form.tags) | {"other"}
    counted = {key: set(entry) for key, entry in known.table.items() if isinstance(entry, Mapping)}
    assert len(counted) > 20
    assert {key: got for key, got in counted.items() if got != wanted} == {}


def modules(*places: str) -> Iterator[tuple[str, ast.Module]]:
    """The modules of some places, by their path in the repository."""
    for place in places:
        for file in [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def literals(module: ast.Module) -> Iterator[str]:
    """The texts of a module, those within f-strings too; docstrings stand alone and are none."""
    docstrings = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def bound(module: ast.Module) -> Iterator[str]:
    """The names of a module's parameters and variables."""
    for node in ast.walk(module):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_no_swedish_text_stands_in_code():
    found = {path for path, module in modules(*PLACES) if re.search("[åäöÅÄÖ]", " ".join(literals(module)))}
    assert found == set(SWEDISH_IN_CODE)


def test_no_pair_of_languages_has_a_name_in_the_planner():
    """Neither a parameter nor a variable says in its name that it is one language of two."""
    named = [(path, name) for path, module in modules("planner") for name in bound(module)]
    assert len(named) > 1000
    assert [found for found in named if re.search("_(sv|en)$", found[1])] == []


def said(language: str) -> dict[str, str]:
    """What each text says, without its gaps and without what stands in quotes, such as a command."""
    table = words(language).table
    return {key: re.sub(r"\{.*?\}|'.*?'", "", " ".join(forms(entry))) for key, entry in table.items()}


def test_english_says_route():
    """A tur is a route for who reads English."""
    assert [key for key, text in said("en").items() if re.search(r"\btur(er)?\b", text, re.IGNORECASE)] == []


def test_swedish_says_nothing_in_english():
    """None of the words that the English texts use most of all, but as names of commands and fields."""
    english = r"\b(the|dispatcher|routes?|round|vehicle|segment|street|draft|watch|sensor|forecast|checker|limit)\b"
    names = r"'[^']*'|\(?dagsplan [a-z ]+\)?|\b(segments, street|segment ska)\b"
    texts = {key: re.sub(names, "", text) for key, text in said("sv").items()}
    assert [key for key, text in texts.items() if re.search(english, text, re.IGNORECASE)] == []


def test_every_key_that_is_asked_for_exists():
    text, table = sources(), words("sv").table
    asked = set(ASKED.findall(text))
    families = {a or b for a, b in FAMILY.findall(text)}
    assert len(asked) > 150
    assert [key for key in sorted(asked) if key not in table and not key.startswith(tuple(families))] == []


def test_no_text_stands_there_unused():
    text = sources()
    named = set(ANY.findall(text))
    families = tuple(a or b for a, b in FAMILY.findall(text))
    of_code = {"format.clock", "format.day", "format.span", "format.span_signed"}
    unused = [key for key in words("sv").table if key not in named | of_code and not key.startswith(families)]
    assert unused == []


def test_a_missing_word_is_a_fault():
    with pytest.raises(KeyError):
        words("sv")("no.such.word")


@pytest.fixture
def small() -> Words:
    table = {
        "format.clock": "HH.mm", "format.day": "E d MMM", "format.span": "–", "format.span_signed": " till ",
        "n": {"one": "1 sträcka", "other": "{n} sträckor"}, "any": "{it}", "signed": "{it:+1}", "and": "{it:and}",
        "cap": "{it:cap}", "moment": "{it:moment}",
        "date": "{it:date}", "stamp": "{it:stamp}", "digits": "{it:2}", "parts": "{it:sentences}",
    }  # fmt: skip
    return Words("sv", table)


@pytest.mark.parametrize(
    ("key", "part", "said"),
    [
        ("any", 1433, "1\u00a0433"),
        ("any", -2.84, "−2,8"),
        ("any", -0.01, "0,0"),
        ("digits", 0.256, "0,26"),
        ("signed", 0.4, "+0,4"),
        ("any", Figure(96_437.4, 0), "96\u00a0437"),
        ("any", Span(4.1, 6.84), "4,1–6,8"),
        ("any", Span(-1.0, 2.0, 0), "−1 till 2"),
        ("any", datetime(2026, 11, 24, 4, 30, tzinfo=UTC), "04.30"),
        ("moment", datetime(2026, 11, 24, 4, 30, tzinfo=UTC), "tis 24 nov 04.30"),
        ("any", date(2026, 11, 24), "tis 24 nov"),
        ("date", datetime(2026, 11, 24, 4, 30, tzinfo=UTC), "2026-11-24"),
        ("stamp", datetime(2026, 11, 24, 4, 30, tzinfo=UTC), "2026-11-24 04.30"),
        ("any", brief(9.0), "9"),
        ("any", brief(-2.25), "−2,25"),
        ("any", brief(float("inf")), "inf"),
        ("any", ("P01", "P02"), "P01, P02"),
        ("and", ("P01", "P02", "G01"), "P01, P02 och G01"),
        ("cap", message("n", n=2), "2 sträckor"),
        ("cap", "plog", "Plog"),
        ("parts", (message("n", n=1), "", message("n", n=3)), "1 sträcka 3 sträckor"),
    ],
)
def test_a_gap_is_filled_as_the_language_writes_it(small, key, part, said):
    assert small(key, it=part) == said


def test_one_thing_has_its_own_form(small):
    assert [small("n", n=n) for n in (0, 1, 2)] == ["0 sträckor", "1 sträcka", "2 sträckor"]


def test_a_time_said_as_something_else_is_a_fault():
    with pytest.raises(ValueError, match="a time cannot be said as 'km'"):
        words("sv").formatter.format("{at:km}", at=datetime(2026, 1, 1, tzinfo=UTC))


def test_the_files_are_the_languages():
    names = {entry.name for entry in files("city.catalogue").iterdir() if entry.name.endswith(".toml")}
    assert names == {f"{code}.toml" for code in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.floats() | st.integers(-(10**400), 10**400), digits=st.integers(0, 9))
def test_any_number_at_all_has_words(language, value, digits):
    """What a message brings may be no number that anybody means: the daemon that refuses it must have words for it."""
    parts = {"name": "snow_depth", "low": 0.0, "high": 500.0, "unit": "cm"}
    said = words(language).say(message("error.reading.out_of_range", **parts, value=brief(value)))
    assert figure(Locale.parse(language), value, digits)
    assert said


@pytest.mark.parametrize(
    ("value", "said"), [(3.7e190, "3,7×10^190"), (-1e15, "−1×10^15"), (999e12, "999 000 000 000 000"), (10**400, "∞")]
)
def test_a_number_that_no_sensor_means_is_said_by_its_power_of_ten(value, said):
    assert figure(Locale("sv"), value, 0).replace("\xa0", " ") == said


OF_STREETS = re.compile(r"\b(segments?|stretch(es)?|strands?|tur|turer|tours?)\b", re.IGNORECASE)
NAMES_OF_THE_INTERFACE = {"cli", "column", "error", "threshold"}


def test_english_pages_and_plans_have_one_word_for_streets_and_one_for_turer():
    """Streets and routes; the command line, the columns of files and the interface keep the names that scripts know."""
    said = {
        key: form
        for key, entry in words("en").table.items()
        if key.partition(".")[0] not in NAMES_OF_THE_INTERFACE
        for form in forms(entry)
        if OF_STREETS.search(re.sub(r"\{[^}]*\}", "", form))
    }
    assert said == {}


AFTER = r"from|until|about|since|to|before|after"


def times_said_by(name: str) -> Iterator[tuple[str, str]]:
    """Where words of snow plans get a time from ``when`` or from ``until``: the file, and the gap that it is for."""
    for path, module in modules("planner/snow"):
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            for keyword in call.keywords:
                made = keyword.value
                if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == name:
                    yield path, keyword.arg or ""


def test_no_english_time_of_a_snow_plan_is_said_from_at_an_hour():
    """'at 02:00' (``when``) stands alone; after a word such as *from* the clock does alone (``until``)."""
    of_when, of_until = ({gap for _, gap in times_said_by(name)} for name in ("when", "until"))
    assert of_when == {"when"}
    assert of_until >= {"since", "about", "until"}
    after = {
        gap
        for key, entry in words("en").table.items()
        if key.startswith("plan.snow.")
        for form in forms(entry)
        for gap in re.findall(rf"\b(?:{AFTER}) \{{(\w+)\}}", form)
    }
    assert "since" in after
    assert not after & of_when
