"""The manning and the hand's own choices in a database: what holds when, what is taken back, and what plans see."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from city.clock import FixedClock
from city.entities import Vehicle
from city.manning import CallOut, CrewChange
from planner.bundle import load, save
from planner.calls.reading import sheet_of
from planner.inputs import read_snapshot
from planner.night.report import night_of
from planner.orders import add_event, decide
from planner.schedule import Scheduler
from planner.services import SNAPSHOTS, make_plan
from planner.snow.snapshot import SnowSnapshot
from planner.waste.snapshot import WasteSnapshot
from store import calls, facts, judgements, manning, registers
from store.connect import Connection
from store.housekeeping import TASKS
from tests.by_hand import plan_now
from tests.integration import plan_town as town
from tests.integration.test_watch import night
from tests.unit.planner.snapshots import AT, HOUR

MINUTE = timedelta(minutes=1)


def change(kind: str = "vehicle_out", vehicle: str = "P01", **parts: Any) -> CrewChange:
    """A change that holds for six hours, noted as it begins."""
    usual = {
        "who": "" if kind == "vehicle_out" else "Jour 1",
        "channel": "sms" if kind == "number" else None,
        "address": "070-1" if kind == "number" else None,
        "starts_at": AT,
        "until_at": AT + 6 * HOUR,
        "why": "",
        "noted_at": AT,
        "noted_by": "dispatcher",
    }
    return CrewChange(**{"id": str(uuid.uuid4()), "kind": kind, "vehicle": vehicle, **usual, **parts})


def test_a_change_holds_from_when_it_was_noted_until_its_end_or_until_it_was_taken_back(database: Connection) -> None:
    town.fill(database)
    out, away = change(), change("away", starts_at=AT + HOUR)
    for row in (out, away):
        manning.add_change(database, row)
    assert manning.changes(database, AT - MINUTE) == ()
    assert manning.changes(database, AT) == (out, away)
    assert manning.end_change(database, out.id, AT + 2 * HOUR, "dispatcher") == "P01"
    assert manning.end_change(database, out.id, AT + 3 * HOUR, "dispatcher") == "P01"
    assert manning.changes(database, AT + 2 * HOUR - MINUTE) == (out, away)
    assert manning.changes(database, AT + 2 * HOUR) == (away,)
    assert manning.changes(database, AT + 6 * HOUR) == ()
    assert manning.end_change(database, str(uuid.uuid4()), AT, "dispatcher") is None


def test_a_plan_sees_the_absences_of_its_own_fleet_as_they_were_known(database: Connection) -> None:
    town.fill(database)
    for row in (change(), change(vehicle="A01"), change("away", "P02")):
        manning.add_change(database, row)
    at = AT + MINUTE
    snow = read_snapshot(database, town.settings(), SnowSnapshot, at, slot="t")
    waste = read_snapshot(database, town.settings(), WasteSnapshot, at, slot="t")
    assert [row.vehicle for row in snow.absences] == ["P01"]
    assert [row.vehicle for row in waste.absences] == ["A01"]
    assert read_snapshot(database, town.settings(), SnowSnapshot, AT - MINUTE, slot="t").absences == ()


@pytest.mark.parametrize("kind", [SnowSnapshot, WasteSnapshot])
def test_the_plan_of_a_folder_is_that_of_the_database(database: Connection, tmp_path, kind: Any) -> None:
    town.fill(database)
    manning.add_change(database, change())
    manning.add_change(database, change(vehicle="A01", until_at=AT + 5 * HOUR))
    snapshot = read_snapshot(database, town.settings(), kind, AT, slot="t")
    assert snapshot.absences
    save(snapshot, tmp_path)
    again = load(tmp_path, SNAPSHOTS)
    assert again.inputs_hash == snapshot.inputs_hash
    here, there = make_plan(snapshot), make_plan(again)
    assert here.interventions == there.interventions
    assert here.degradations == there.degradations


def test_the_newest_choice_holds_and_none_is_the_plans_again(database: Connection) -> None:
    manning.add_choice(database, "k", "P01", AT, "dispatcher")
    manning.add_choice(database, "k", "P02", AT, "dispatcher")
    assert manning.choices(database, ["k", "l"], AT + MINUTE) == {"k": "P02"}
    assert manning.choices(database, ["k"], AT - MINUTE) == {}
    manning.add_choice(database, "k", None, AT + HOUR, "dispatcher")
    assert manning.choices(database, ["k"], AT + HOUR) == {}
    assert manning.choices(database, ["k"], AT + MINUTE) == {"k": "P02"}


def test_a_decline_holds_over_later_plans_until_it_is_taken_back(database: Connection) -> None:
    town.fill(database)
    plan = plan_now(database, town.settings(), "snow", FixedClock(AT))
    key, other = plan.interventions[0].key, plan.interventions[1].key
    for name in (key, other):
        judgements.add_decline(database, judgements.Decline(plan.id, name, "drifting", "", "dispatcher", AT))
    plan_now(database, town.settings(), "snow", FixedClock(AT + HOUR))
    later = AT + 2 * HOUR
    assert set(judgements.declined(database, later)) == {key, other}
    assert set(judgements.declined(database, later, [key])) == {key}
    assert judgements.declined(database, later, since=AT + MINUTE) == {}
    assert judgements.end_decline(database, key, later, "dispatcher")
    assert not judgements.end_decline(database, key, later + MINUTE, "dispatcher")
    assert set(judgements.declined(database, later)) == {other}
    assert set(judgements.declined(database, AT + HOUR)) == {key, other}
    judgements.add_decline(database, judgements.Decline(plan.id, key, "practice", "", "dispatcher", later))
    assert judgements.declined(database, later + MINUTE)[key].cause == "practice"


def test_old_changes_go_with_their_numbers_and_so_do_those_of_a_vehicle_that_is_forgotten(database: Connection) -> None:
    town.fill(database)
    calls.replace_lists(database, [CallOut("street", 1, "P02", "Jour 1", "sms", "070-0")])
    old = change("number", "P02", until_at=AT + HOUR)
    manning.add_change(database, old)
    manning.end_change(database, old.id, AT + MINUTE, "dispatcher")
    manning.add_change(database, change())
    limits = town.settings().store
    TASKS["manning"](database, limits, AT + timedelta(days=limits.positions_days))
    assert count(database) == 2
    TASKS["manning"](database, limits, AT + timedelta(days=limits.positions_days, hours=2))
    assert count(database) == 1
    held = registers.held(database, "vehicle", Vehicle, AT)
    registers.drop(database, "vehicle", [row.row for row in held if row.row.id == "P01"])
    assert count(database) == 0


def count(database: Connection) -> int:
    row = database.execute("SELECT count(*) FROM crew_change").fetchone()
    assert row is not None
    return int(row[0])


def scheduler(database: Connection, at: Any) -> Scheduler:
    return Scheduler(database, town.settings(), FixedClock(at))


def test_a_vehicle_that_breaks_down_makes_one_new_plan_at_once_and_another_when_it_is_back(
    database: Connection,
) -> None:
    """No other service is planned again, and asked twice nothing more is made."""
    live = night(database, cm=9.0)
    plan_now(database, town.settings(), "waste", FixedClock(AT))
    vehicle = live.interventions[0].vehicle
    later = AT + 2 * MINUTE
    out = change(vehicle=vehicle, noted_at=AT + MINUTE)
    manning.add_change(database, out)
    (made,) = scheduler(database, later).replan_for_crew(later)
    assert (made.domain, made.slot, made.supersedes) == ("snow", f"event:crew:{out.id}", live.id)
    assert all(item.vehicle != vehicle or item.starts_at >= out.until_at for item in made.interventions)  # type: ignore[operator]
    assert scheduler(database, later + MINUTE).replan_for_crew(later + MINUTE) == []
    manning.end_change(database, out.id, AT + HOUR, "dispatcher")
    back = AT + HOUR + MINUTE
    (again,) = scheduler(database, back).replan_for_crew(back)
    assert again.slot == f"event:crew:{out.id}:end"
    assert scheduler(database, back + MINUTE).replan_for_crew(back + MINUTE) == []


@pytest.mark.parametrize("why", ["called out", "after its work", "not in the plan", "away", "taken back at once"])
def test_what_changes_nothing_of_what_waits_makes_no_plan(database: Connection, why: str) -> None:
    live = night(database, cm=9.0)
    mine = [item for item in live.interventions if item.vehicle == "P01"]
    assert mine
    row = change(noted_at=AT + MINUTE)
    if why == "called out":
        decide(database, live.id, [item.key for item in mine], "dispatcher", AT)
    elif why == "after its work":
        row = replace(row, starts_at=AT + 40 * HOUR, until_at=AT + 50 * HOUR)
    elif why == "not in the plan":
        facts.save_fleet(database, [], [], [Vehicle("P09", "snow", "dep")])
        row = replace(row, vehicle="P09")
    elif why == "away":
        row = change("away", noted_at=AT + MINUTE)
    manning.add_change(database, row)
    if why == "taken back at once":
        manning.end_change(database, row.id, AT + MINUTE, "dispatcher")
    assert scheduler(database, AT + HOUR / 4).replan_for_crew(AT + HOUR / 4) == []


def test_an_order_that_is_out_keeps_its_vehicle_in_the_new_plan(database: Connection) -> None:
    """Both ploughs break down; the work of one is called out and stays with it, that of the other is nobody's."""
    live = night(database, cm=9.0)
    mine = [item.key for item in live.interventions if item.vehicle == "P01"]
    assert any(item.vehicle == "P02" for item in live.interventions)
    decide(database, live.id, mine, "dispatcher", AT)
    for vehicle in ("P01", "P02"):
        manning.add_change(database, change(vehicle=vehicle, noted_at=AT + MINUTE, until_at=AT + 40 * HOUR))
    (made,) = scheduler(database, AT + HOUR / 4).replan_for_crew(AT + HOUR / 4)
    assert {item.key: item.vehicle for item in made.interventions if item.vehicle != "G01"} == dict.fromkeys(
        mine, "P01"
    )


def test_a_vehicle_that_is_out_of_service_cannot_be_called_and_its_work_needs_another(
    database: Connection,
) -> None:
    """The sheet says so and until when; what its driver had said yes to is the next shift's to find a vehicle for."""
    live = night(database, cm=9.0)
    item = next(one for one in live.interventions if one.vehicle == "P01")
    (order,) = decide(database, live.id, [item.key], "dispatcher", AT)
    for kind in ("sent", "acknowledged"):
        add_event(database, order, kind, "P01", AT)  # type: ignore[arg-type]
    manning.add_change(database, change(until_at=AT + 12 * HOUR))
    line = sheet_of(database, town.settings(), AT, live.id, [], order_ids=[order]).lines[0]
    assert (line.callable, [(look.kind, look.at) for look in line.looks]) == (False, [("out", AT + 12 * HOUR)])
    told = night_of(database, live.service_day, "assist", AT)
    assert {tur.todo for tur in told.turer if tur.order_id == order} == {"no_vehicle"}


def test_what_has_no_end_holds_until_it_is_ended(database: Connection) -> None:
    """In the database, in a plan, in a folder of inputs; a plan follows when it begins and when it is ended."""
    live = night(database, cm=9.0)
    vehicle = live.interventions[0].vehicle or ""
    out = change(vehicle=vehicle, noted_at=AT + MINUTE, until_at=None)
    manning.add_change(database, out)
    later = AT + 2 * MINUTE
    assert manning.changes(database, AT + 2000 * HOUR) == (out,)
    assert [row.until_at for row in manning.absences(database, "snow", later)] == [None]
    (made,) = scheduler(database, later).replan_for_crew(later)
    assert vehicle not in {item.vehicle for item in made.interventions}
    assert any(weak.effect == f"{vehicle} är ur drift tills vidare." for weak in made.degradations)
    manning.end_change(database, out.id, AT + HOUR, "dispatcher")
    assert manning.absences(database, "snow", AT + HOUR) == ()
    (again,) = scheduler(database, AT + HOUR + MINUTE).replan_for_crew(AT + HOUR + MINUTE)
    assert again.slot == f"event:crew:{out.id}:end"
    limits = town.settings().store
    for days, left in ((limits.positions_days, 1), (limits.positions_days + 1, 0)):
        TASKS["manning"](database, limits, AT + timedelta(days=days))
        assert database.execute("SELECT count(*) FROM crew_change").fetchone() == (left,)


def test_the_plan_of_a_folder_knows_an_open_end(database: Connection, tmp_path) -> None:
    town.fill(database)
    manning.add_change(database, change(until_at=None))
    snapshot = read_snapshot(database, town.settings(), SnowSnapshot, AT, slot="t")
    save(snapshot, tmp_path)
    again = load(tmp_path, SNAPSHOTS)
    assert again.absences == snapshot.absences != ()
    assert again.inputs_hash == snapshot.inputs_hash
