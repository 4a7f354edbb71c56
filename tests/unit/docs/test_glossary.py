"""The glossary of ARCHITECTURE.md has the words of the code."""

from __future__ import annotations

import re

import pytest

from tests.unit.docs.reading import ROOT, text

TERMS = [
    term
    for term, _ in re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|",
        text(ROOT / "ARCHITECTURE.md").split("## Glossary")[1].split("\n## ")[0],
        re.MULTILINE,
    )
][1:]
PACKAGES = ("city", "store", "ingest", "models", "planner", "dashboards")
CODE = "\n".join(
    text(file) for package in PACKAGES for kind in ("*.py", "*.sql", "en.toml") for file in (ROOT / package).rglob(kind)
)


def test_the_glossary_is_read() -> None:
    assert len(TERMS) > 35
    assert TERMS[0] == "segment"


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_a_word_of_the_code(term: str) -> None:
    """In names, comments or what is said in English; as one word, two, or with a hyphen."""
    assert re.search(re.sub(r"[ -]", "[ _-]?", term), CODE, re.IGNORECASE)
