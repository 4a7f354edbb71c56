"""Publication: one transaction or nothing, never changed afterwards, each superseding the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest

from city.clock import FixedClock
from city.plan import from_json, to_json
from planner.bundle import load, save
from planner.inputs import read_snapshot
from planner.orders import decide
from planner.publish import publish
from planner.services import SNAPSHOTS, make_plan
from planner.snow.snapshot import SnowSnapshot
from store import plans, weather
from store.connect import Connection
from tests.by_hand import plan_now
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT, HOUR, forecast


def counts(connection: Connection) -> tuple[int, ...]:
    row = connection.execute("SELECT (SELECT count(*) FROM plan), (SELECT count(*) FROM intervention)").fetchone()
    assert row is not None
    return tuple(row)


def test_a_fault_in_the_middle_leaves_nothing(database: Connection) -> None:
    """Two interventions of the same key break the writing after the plan's row: no row of it stays."""
    fill(database)
    plan = plan_now(database, settings(), "snow", FixedClock(AT), dry_run=True)
    assert len(plan.interventions) > 1
    broken = msgspec.structs.replace(plan, interventions=(*plan.interventions, plan.interventions[0]))
    with pytest.raises(psycopg.errors.UniqueViolation):
        publish(database, broken, AT)
    assert counts(database) == (0, 0)


def test_the_same_inputs_give_no_new_version(database: Connection) -> None:
    """Publishing the plan of one snapshot twice gives the first again."""
    fill(database)
    plan = plan_now(database, settings(), "snow", FixedClock(AT), dry_run=True)
    first, second = publish(database, plan, AT), publish(database, plan, AT + HOUR)
    assert (first.id, first.version) == (second.id, second.version)
    assert counts(database)[0] == 1


def test_each_plan_supersedes_the_one_before(database: Connection) -> None:
    """Versions 1, 2, 3 of a service day and mode, each naming the id before; another mode counts for itself."""
    fill(database)
    made = [plan_now(database, settings(), "snow", FixedClock(AT + i * HOUR / 2)) for i in range(3)]
    assert [plan.version for plan in made] == [1, 2, 3]
    assert [plan.supersedes for plan in made] == [None, made[0].id, made[1].id]
    shadow = plan_now(database, settings(mode="shadow"), "snow", FixedClock(AT))
    assert (shadow.version, shadow.supersedes) == (1, None)
    newest = plans.latest(database, "snow", "assist", made[0].service_day)
    assert newest is not None
    assert newest.id == made[2].id


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_what_is_read_back_is_what_was_published(database: Connection, domain: str) -> None:
    """The stored plan is the published one."""
    fill(database)
    plan = plan_now(database, settings(), domain, FixedClock(AT))  # type: ignore[arg-type]
    stored = plans.by_id(database, plan.id)
    assert stored == from_json(to_json(plan))


@pytest.mark.parametrize("table", ["plan", "intervention", "order_event", "threshold"])
def test_history_refuses_change(database: Connection, table: str) -> None:
    """No row of a plan, an intervention, an order's events or a threshold can be updated or deleted."""
    fill(database)
    plan = plan_now(database, settings(), "snow", FixedClock(AT))
    decide(database, plan.id, [plan.interventions[0].key], "dispatcher", AT)
    column = {"plan": "slot", "intervention": "target", "order_event": "who", "threshold": "changed_by"}[table]
    for change in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            database.execute(change)  # type: ignore[arg-type]


@pytest.mark.parametrize("domain", ["snow", "waste", "heating"])
def test_the_snapshot_of_the_database_is_the_snapshot_of_its_folder(
    database: Connection, domain: str, tmp_path: Path
) -> None:
    """Saved from the database and loaded from files: the same value, hash and plan but id, version and time."""
    fill(database)
    snapshot = read_snapshot(database, settings(), SNAPSHOTS[domain], AT, slot="03:00")  # type: ignore[arg-type]
    save(snapshot, tmp_path)
    again = load(tmp_path, SNAPSHOTS)
    assert again == snapshot
    assert again.inputs_hash == snapshot.inputs_hash
    published = publish(database, make_plan(snapshot), AT)
    same = msgspec.structs.replace(published, id="unpublished", version=0, created_at=snapshot.at)
    assert to_json(same) == to_json(make_plan(again))


def test_the_issues_of_the_last_day_tell_what_has_fallen(database: Connection) -> None:
    """With hourly issues that begin when they are issued, the snow of all the night counts, not of four hours."""
    fill(database, mm_h=0.0)
    for back in range(20, 0, -1):
        at = AT - back * HOUR
        issue = forecast(-4.0, 1.0, issued=at)
        from_then = tuple(step for step in issue.steps if step.valid_from >= at)
        weather.save_forecast(database, replace(issue, provider="hourly", steps=from_then), at)
    snapshot = read_snapshot(database, settings(), SnowSnapshot, AT, slot="x")
    plan = make_plan(snapshot)
    whole_night = 20 * 1.0 / 78.9 * 100
    assert plan.totals["max_depth_cm"] > 0.7 * whole_night


def test_only_what_was_known_then_is_read(database: Connection) -> None:
    """A plan ``--at`` an earlier time sees no forecast that came later."""
    fill(database)
    snapshot = read_snapshot(database, settings(), SnowSnapshot, AT - timedelta(hours=3), slot="x")
    assert snapshot.forecasts == ()
