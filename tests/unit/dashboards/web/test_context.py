"""Plans and encoded answers that the web service keeps in memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from city.plan import Plan
from dashboards.web.context import CachedResponse, PublishedPlans
from store.connect import Connection

Publish = Callable[[str], Plan]


def read(connection: Connection, kept: PublishedPlans, plan: Plan) -> bool:
    """Whether a plan can be had: found by id as it was published."""
    found = kept.get(connection, plan.id)
    return found is not None and (found.id, found.inputs_hash) == (plan.id, plan.inputs_hash)


def from_memory(connection: Connection, kept: PublishedPlans, plan: Plan) -> bool:
    """Whether it can be had while an empty table hides the real one from this session."""
    connection.execute("CREATE TEMPORARY TABLE plan (LIKE public.plan)")
    try:
        return read(connection, kept, plan)
    finally:
        connection.execute("DROP TABLE pg_temp.plan")


def test_a_plan_is_read_once_and_the_longest_unused_is_forgotten(filled: Connection, publish: Publish) -> None:
    snow, waste, heating = publish("snow"), publish("waste"), publish("heating")
    kept = PublishedPlans(places=2)
    assert read(filled, kept, snow)
    assert read(filled, kept, waste)
    assert from_memory(filled, kept, snow)
    assert read(filled, kept, heating)
    assert [from_memory(filled, kept, plan) for plan in (snow, heating, waste)] == [True, True, False]


def test_a_plan_that_was_not_there_is_looked_for_again(filled: Connection, publish: Publish) -> None:
    snow, kept = publish("snow"), PublishedPlans()
    assert not from_memory(filled, kept, snow)
    assert read(filled, kept, snow)


def test_an_answer_is_made_once_for_all_who_ask_at_the_same_time() -> None:
    made, together, kept = [], Barrier(4), CachedResponse()

    def make() -> bytes:
        made.append(1)
        return b"streets"

    def ask() -> bytes:
        together.wait()
        return kept.get("1", make)

    with ThreadPoolExecutor(4) as pool:
        assert {future.result() for future in [pool.submit(ask) for _ in range(4)]} == {b"streets"}
    assert len(made) == 1
    assert kept.get("2", lambda: b"after the import") == b"after the import"
