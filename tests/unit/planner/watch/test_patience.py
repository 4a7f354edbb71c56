"""A change is proposed when it has stood for a while, and who was called is not called back for noise."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from city.draft import Change, Difference, WatchLook
from city.plan import Intervention, Plan, Reason
from city.vocabulary import OrderState
from planner.services import make_plan
from planner.watch.patience import AskedSince, held, on_the_way, outlives, rests, ripe, standing
from tests.unit.planner.snapshots import AT, snow_snapshot

MIN = timedelta(minutes=1)
LOOK_S = 600.0
EMPTY = make_plan(snow_snapshot())
A, B = "snow:A:2026-11-23:1", "snow:B:2026-11-23:1"


def change(key: str, state: OrderState | None = None, starts: int = 60) -> Change:
    told = state in {"sent", "acknowledged", "unanswered"}
    target = key.split(":")[1]
    return Change(
        key=key, target=target, title=target, vehicle="P1", starts_at=AT + starts * MIN, why="", why_en="",
        state=state, called_back=told,
    )  # fmt: skip


def plan(call_in: int, kind: str = "plough") -> Plan:
    """A plan that asks for A, to be called in so many minutes."""
    item = Intervention(
        id="a", key=A, kind=kind, target="A", title="A", priority=1, score=1.0, flip="", flip_en="",
        reasons=(Reason(text="skäl", text_en="reason"),), starts_at=AT + (call_in + 30) * MIN,
        call_by=AT + call_in * MIN,
    )  # fmt: skip
    return msgspec.structs.replace(EMPTY, interventions=(item,))


def looks(*found: tuple[int, str]) -> AskedSince:
    """Looks some minutes ago, each with what it would add (``+A``) and drop (``-A``)."""
    made = []
    for ago, said in found:
        words = said.split()
        added, dropped = ([f"snow:{w[1]}:2026-11-23:1" for w in words if w[0] == sign] for sign in "+-")
        made.append(WatchLook(AT - ago * MIN, tuple(added), tuple(dropped)))
    return standing(made)


@pytest.mark.parametrize(
    ("seen", "call_in", "resting", "proposed"),
    [
        ([(0, "+A")], 60, False, False),
        ([(10, "+A"), (0, "+A")], 60, False, True),
        ([(10, "+A"), (5, ""), (0, "+A")], 60, False, False),
        ([(10, "+A"), (0, "+A +B")], 60, False, True),
        ([(0, "+A")], 5, False, True),
        ([(10, "+A"), (0, "+A")], 300, False, False),
        ([(30, "+A"), (20, "+A"), (10, "+A"), (0, "+A")], 300, False, True),
        ([(10, "+A"), (0, "+A")], 60, True, False),
        ([(10, "+B"), (0, "+A")], 60, False, False),
    ],
)
def test_what_comes_in_has_stood(seen: list[tuple[int, str]], call_in: int, resting: bool, proposed: bool) -> None:
    """At the look before too; longer where it is hours away or a draft was just taken; at once where it must be called
    before the next look."""
    told = Difference(added=(change(A),))
    assert (("added", A) in ripe(told, looks(*seen), plan(call_in), LOOK_S, resting=resting)) is proposed


@pytest.mark.parametrize(("kind", "at_once"), [("plough", False), ("salt", True), ("brine", True), ("combi", False)])
def test_ice_does_not_wait_for_a_second_look(kind: str, at_once: bool) -> None:
    told = Difference(added=(change(A),))
    assert (("added", A) in ripe(told, looks((0, "+A")), plan(60, kind), LOOK_S, resting=True)) is at_once


@pytest.mark.parametrize(
    ("state", "starts", "stood", "proposed"),
    [
        (None, 60, 0, False),
        (None, 60, 10, True),
        ("decided", 60, 10, True),
        ("sent", 60, 10, False),
        ("sent", 60, 30, True),
        ("unanswered", 5, 30, True),
        ("acknowledged", 60, 30, True),
        ("acknowledged", 10, 30, False),
        ("acknowledged", -10, 90, False),
    ],
)
def test_who_was_called_is_called_back_late_or_not(
    state: OrderState | None, starts: int, stood: int, proposed: bool
) -> None:
    told = Difference(dropped=(change(A, state, starts),))
    seen = looks(*((ago, "-A") for ago in range(stood, -1, -10)))
    found = ripe(told, seen, plan(60), LOOK_S)
    assert (("dropped", A) in found) is proposed
    called = state in {"sent", "acknowledged", "unanswered"}
    assert held(told, found) == (frozenset({"A"}) if called and not proposed else frozenset())


def test_what_has_gone_is_gone_when_two_looks_do_not_ask_for_it() -> None:
    usual = outlives(LOOK_S)
    once = looks((20, "+A"), (10, "+A"), (0, ""))
    twice = looks((20, "+A"), (10, ""), (0, ""))
    back = looks((30, "+A"), (20, ""), (10, "+A"), (0, ""))
    assert not once.has_gone([("added", A)], usual)
    assert twice.has_gone([("added", A)], usual)
    assert not back.has_gone([("added", A)], usual)
    assert once.has_gone([("added", A)], timedelta(0))


def test_watching_on_notes_alone_does_not_wait() -> None:
    """Where there is no interval there is no look to outlive."""
    told = Difference(added=(change(A),))
    assert ripe(told, looks((0, "+A")), plan(60), 0.0) == {("added", A)}


def test_after_a_draft_was_taken_it_rests() -> None:
    assert rests(AT - 10 * MIN, AT)
    assert not rests(AT - 40 * MIN, AT)
    assert not rests(None, AT)
    assert not on_the_way(change(A, "sent", 0), AT)
