"""Generated storm nights: no line of a plan contradicts its inputs, and the checker finds what does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from city.plan import Intervention, Plan
from planner.snow.plan import Assessment
from planner.snow.service import Snow
from planner.snow.snapshot import SnowSnapshot
from tests.benchmarks.storylines import played
from tests.stories import Story
from tests.storms import KINDS, storm

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("number", [*range(2 * len(KINDS)), 22, 65, 91, 236])
def test_no_line_contradicts_its_inputs(number: int) -> None:
    """Two nights of each kind, and some that did: gaps between orders that stood idle, and streets that come over their
    limits again hours apart (236). `python -m tests.benchmarks storylines` plays three hundred."""
    _, told = played(number)
    assert told == []


def made(number: int) -> tuple[SnowSnapshot, Assessment, Plan]:
    snapshot, snow = storm(number), Snow()
    judged = snow.judge(snapshot)
    return snapshot, judged, snow.plan(snapshot, judged).plan


def kinds(number: int, **parts: Any) -> set[str]:
    """What is told of a night whose fresh lines are changed: ``parts`` are made of each line."""
    snapshot, judged, plan = made(number)
    held = {item.key for item in snapshot.running}

    def bent(item: Intervention) -> Intervention:
        return msgspec.structs.replace(item, **{name: make(item) for name, make in parts.items()})

    lines = tuple(item if item.key in held else bent(item) for item in plan.interventions)
    return {one.kind for one in Story(snapshot, judged, msgspec.structs.replace(plan, interventions=lines)).told()}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"latest_start": lambda item: item.starts_at - HOUR}, {"latest"}),
        ({"deadline": lambda item: item.ready_by - HOUR, "latest_start": lambda _: None}, {"late", "hours"}),
        ({"starts_at": lambda item: item.starts_at - 4 * HOUR, "latest_start": lambda _: None}, {"start", "count"}),
        ({"reasons": lambda item: item.reasons[1:]}, {"reason", "hours", "figure"}),
        (
            {"reasons": lambda item: (msgspec.structs.replace(item.reasons[0], threshold=3.3), *item.reasons[1:])},
            {"limit"},
        ),
    ],
)
def test_the_checker_finds_what_is_bent(parts: dict[str, Any], told: set[str]) -> None:
    """A night of snow whose lines are right, each bent in one way."""
    assert not kinds(10)
    assert kinds(10, **parts) & told
