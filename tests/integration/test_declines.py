"""The watch and what was turned down: it is neither proposed again nor missed, and nothing flickers because of it."""

from __future__ import annotations

from datetime import timedelta

from city.clock import FixedClock
from planner.orders import decline
from planner.watch.answer import accept
from store.connect import Connection
from tests.integration.test_watch import LATER, SETTINGS, looked, night, see
from tests.unit.planner.snapshots import HOUR


def test_what_was_declined_is_not_dropped_by_a_draft_nor_added_by_the_next(database: Connection) -> None:
    """Nine centimetres, one tur declined; the snow is gone: it is not among what goes. It lies again: not among what
    comes."""
    live = night(database, cm=9.0)
    key = next(item.key for item in live.interventions if item.target.startswith("P1"))
    decline(database, live, [key], "drifting", "dispatcher", LATER - HOUR / 4, "")
    see(database, 0.5, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    gone = {change.key for change in draft.difference.dropped}
    assert gone
    assert key not in gone
    accept(database, SETTINGS, FixedClock(LATER), draft.id, "dispatcher")
    see(database, 9.0, LATER + HOUR / 2)
    again = looked(database, LATER + HOUR)
    assert again is not None
    come = {change.key for change in again.difference.added}
    assert come
    assert key not in come


def test_of_a_plan_that_is_declined_whole_no_draft_takes_anything_away(database: Connection) -> None:
    """The snow is gone: a bust may be said, but nobody is asked to stand down who never went."""
    live = night(database, cm=9.0)
    keys = [item.key for item in live.interventions]
    decline(database, live, keys, "practice", "dispatcher", LATER - HOUR / 4, "")
    see(database, 0.5, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is None or not (draft.difference.dropped or draft.difference.added)
    assert looked(database, LATER + timedelta(minutes=5)) is None
