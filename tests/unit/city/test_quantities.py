"""The table of quantities: what may be measured, who reads it, and that docs and planner say the same."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from city.catalogue.words import words
from city.quantities import ANY, KNOWN, Quantity, out_of_range, quantity
from planner.services import SNAPSHOTS

DOC = Path(__file__).parents[3] / "docs" / "ingestion.md"


def test_what_the_planner_reads_is_known_and_names_its_reader() -> None:
    """Otherwise it would be stored without unit and range, as friction once was."""
    read = {domain: {name for name, known in KNOWN.items() if domain in known.readers} for domain in SNAPSHOTS}
    assert {domain: set(kind.wants.quantities) for domain, kind in SNAPSHOTS.items()} == read


@pytest.mark.parametrize("name", KNOWN)
def test_a_range_holds_its_ends_and_nothing_beyond(name: str) -> None:
    known = quantity(name)
    assert known.unit
    assert known.low < known.high
    assert out_of_range(name, known.low) is None
    assert out_of_range(name, known.high) is None
    for beyond in (math.nextafter(known.low, -math.inf), math.nextafter(known.high, math.inf), math.nan, math.inf):
        assert out_of_range(name, beyond) is not None


def said(name: str, value: float) -> str:
    fault = out_of_range(name, value)
    return "" if fault is None else words("en").say(fault)


def test_a_fault_says_value_range_unit_and_what_to_do() -> None:
    assert said("air_temperature", 255.0) == "air_temperature = 255 is outside −60 to 60 °C"
    assert said("friction", 55.0) == ("friction = 55 is outside 0 to 1.2; send the friction coefficient, not per cent")
    assert out_of_range("friction", -3e9) is not None


def test_what_nobody_knows_is_kept_without_a_unit() -> None:
    assert quantity("soil_moisture") == ANY == Quantity("", -1e12, 1e12)
    assert out_of_range("soil_moisture", -3e9) is None
    assert out_of_range("soil_moisture", math.inf) is not None


def test_the_document_holds_the_table() -> None:
    """Every row, in the order of the table."""
    text = DOC.read_text(encoding="utf-8").split("## Quantities")[1].split("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [row_of(name, known) for name, known in KNOWN.items()]


def row_of(name: str, known: Quantity) -> str:
    ends = f"{known.low:,.0f} to {known.high:,.0f}" if known.high > 2 else f"{known.low:g} to {known.high:g}"
    hour = {"mean": "mean", "last": "last"}[known.hour]
    return f"| `{name}` | {known.unit} | {ends} | {hour} | {', '.join(known.readers)} |"
