"""Warming up: it goes all the way that a real plan goes."""

from __future__ import annotations

from city.catalogue.message import Message, message
from city.matching import Matcher
from city.network import build
from city.track import Line
from deploy.warm import CORNERS, _block, _night, warm
from planner.services import make_plan


def test_the_made_night_calls_out_and_drives() -> None:
    """Otherwise the road model or the search would be left cold."""
    plan = make_plan(_night())
    assert plan.verdict.go
    assert {item.target for item in plan.interventions} == {"P1-1"}
    assert plan.interventions[0].distance_m >= 8 * 110.0


def test_the_made_line_is_matched() -> None:
    assert Matcher(build(_block())).match([Line(CORNERS[:3])]).share == 1.0


def test_it_says_what_it_does() -> None:
    said: list[Message] = []
    warm(said.append)
    assert said == [message("cli.done.warming")]
