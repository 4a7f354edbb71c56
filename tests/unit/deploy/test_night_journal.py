"""A class of which some streets were not ploughed names them, each with its cause."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from city.catalogue.words import words
from city.plan import NotCared, SegmentAction
from deploy.night_journal import said_missing
from tests.unit.dashboards.town import streets
from tests.unit.planner.night.test_standing import item, plan

GRID = streets()


def said(*names: str, language: str = "sv") -> str:
    """Streets of these names, of which the plan leaves the first and has a tur for the second."""
    missing = [replace(GRID[n], name=name) for n, name in enumerate(names)]
    lost = NotCared(
        target="street:P1", title="Torget", kind="unreachable", whole=False, network="street", priority=1,
        why="Ingen väg i nätet leder dit.", why_en="No way in the network leads there.", segments=(missing[0].id,),
    )  # fmt: skip
    asked = item("P1-2", segments=(SegmentAction(id=missing[1].id, action="plough"),) if len(missing) > 1 else ())
    live = msgspec.structs.replace(plan(asked), not_cared=(lost,))
    return words(language)("format.clauses", parts=said_missing(missing, live, language))


def test_each_cause_is_named() -> None:
    assert said("Torget", "Storgatan", "") == (
        "Torget (Ingen väg i nätet leder dit); Storgatan (ska köras i P1-2); namnlös väg (ingen tur behöver den nu)"
    )
    assert said("Torget", "Storgatan", language="en").startswith("Torget (No way in the network leads there); ")


def test_a_street_of_several_parts_is_named_once_and_many_are_counted() -> None:
    assert said("A", "B", *["C"] * 3).count("C (") == 1
    assert said("A", "B", "C", "D", "E", "F").endswith("och 2 till")
