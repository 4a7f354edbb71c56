"""The schedule: each service day, domain and slot exactly once, whatever the clocks and the processes do."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from city.clock import FixedClock, SimulatedClock
from city.errors import Conflict, PlanNotPossible
from city.plan import Plan, RunKey
from city.serviceday import slot_instant
from city.vocabulary import DOMAINS
from planner import schedule
from planner.due import due_runs, next_due, slots_of
from planner.inputs import read_snapshot
from planner.publish import publish
from planner.schedule import Scheduler, claim_expires, keep_up
from planner.services import Made, make, make_plan
from planner.snapshot import Snapshot
from planner.snow.snapshot import SnowSnapshot
from store import plans
from store.condition import condition
from store.connect import Connection, connect
from store.housekeeping import TASKS
from tests.integration.plan_town import fill, settings
from tests.integration.test_daemon import await_that
from tests.unit.planner.snapshots import AT, HOUR

CHANGES = [
    datetime(year, month, day, tzinfo=UTC)
    for year, month, day in (
        (2026, 3, 29), (2026, 10, 25), (2027, 3, 28), (2027, 10, 31), (2028, 3, 26), (2028, 10, 29),
        (2029, 3, 25), (2029, 10, 28), (2030, 3, 31), (2030, 10, 27),
    )
]  # fmt: skip
EVERY = settings(
    snow_slots=("18:00", "03:00", "12:00", "11:50"), waste_slots=("03:00", "23:50"), heating_slots=("01:30",)
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda day: day.date().isoformat())
def test_each_slot_is_due_once_around_a_change_of_clocks(change: datetime) -> None:
    """Asked every ten minutes for four days, each slot of each day turns up once, at its wall time or right after."""
    zone = EVERY.municipality.zone
    first_seen: dict[RunKey, datetime] = {}
    for step in range(4 * 144):
        now = change - timedelta(days=2) + step * timedelta(minutes=10)
        for run, due_at in due_runs(EVERY, now):
            first_seen.setdefault(run, now)
            assert due_at <= now
            assert due_at == slot_instant(run.service_day, run.slot, run.domain, zone)
    per_slot = Counter((run.domain, run.slot) for run in first_seen)
    assert set(per_slot) == {(domain, slot) for domain in DOMAINS for slot in slots_of(EVERY, domain)}
    inner = [run for run, seen in first_seen.items() if seen > change - timedelta(days=1, hours=12)]
    for run in inner:
        late = first_seen[run] - slot_instant(run.service_day, run.slot, run.domain, zone)
        assert timedelta(0) <= late < timedelta(minutes=10)


def test_the_next_due_time_is_the_next_that_comes_due() -> None:
    """Between any two hours the run that appears is the one that was announced."""
    for step in range(72):
        now = AT + step * HOUR
        for domain in DOMAINS:
            due = next_due(EVERY, domain, now)
            assert due is not None
            assert due > now
            assert any(at == due for _, at in due_runs(EVERY, due))


def runs(connection: Connection) -> list[tuple[str, str, str]]:
    return connection.execute(
        "SELECT domain, service_day::text, slot FROM plan_run WHERE finished_at IS NOT NULL ORDER BY 1, 2, 3"
    ).fetchall()  # type: ignore[return-value]


def test_every_hour_of_three_days_over_the_autumn_change(database: Connection) -> None:
    """Asked every hour for three days around 25 October: one plan a slot, those missed at the start too."""
    fill(database)
    begin = datetime(2026, 10, 23, 22, 30, tzinfo=UTC)
    made: list[Plan] = []
    for step in range(72):
        clock = FixedClock(begin + step * HOUR)
        made += Scheduler(database, settings(), clock).ensure_due(clock.now())
    keys = Counter((plan.domain, plan.service_day, plan.slot) for plan in made)
    assert set(keys.values()) == {1}
    days = Counter(plan.domain for plan in made)
    assert days == {"snow": 7, "waste": 3, "heating": 3}
    assert len(runs(database)) == 13


def test_after_downtime_what_the_day_lacks_is_made_once(database: Connection) -> None:
    """Started at 04.00 after a night off: both slots of the snow day, and those of the other two; then nothing."""
    fill(database)
    clock = FixedClock(AT + HOUR)
    made = Scheduler(database, settings(), clock).ensure_due(clock.now())
    assert [(plan.domain, plan.slot) for plan in made] == [
        ("snow", "18:00"), ("snow", "03:00"), ("waste", "03:00"), ("heating", "03:00"),
    ]  # fmt: skip
    assert Scheduler(database, settings(), clock).ensure_due(clock.now()) == []


def test_schedulers_in_threads_never_double(database: Connection, dsn: str) -> None:
    """Four planners ask at the same moment: each slot is published once, between them."""
    fill(database)
    barrier, made = threading.Barrier(4), list[Plan]()

    def ask() -> None:
        with connect(dsn, "race") as own:
            planner = Scheduler(own, settings(), FixedClock(AT + HOUR))
            barrier.wait()
            made.extend(planner.ensure_due(AT + HOUR))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter((plan.domain, plan.slot) for plan in made).most_common(1)[0][1] == 1
    assert len(made) == len(runs(database)) == 4


def test_schedulers_in_processes_never_double(database: Connection, dsn: str) -> None:
    """Two processes of their own: together they make each slot once."""
    fill(database)
    code = (
        "import sys; from city.clock import FixedClock; from planner.schedule import Scheduler\n"
        "from store.connect import connect; from tests.integration.plan_town import settings\n"
        "from tests.unit.planner.snapshots import AT, HOUR\n"
        "with connect(sys.argv[1], 'race') as own:\n"
        "    made = Scheduler(own, settings(), FixedClock(AT + HOUR)).ensure_due(AT + HOUR)\n"
        "    print(len(made))"
    )
    root = Path(__file__).parents[2]
    both = [
        subprocess.Popen([sys.executable, "-c", code, dsn], cwd=root, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [int(process.communicate(timeout=120)[0]) for process in both]
    assert sum(said) == len(runs(database)) == 4


RUN = RunKey("snow", AT.date() - timedelta(days=1), "03:00", "assist")


ONE = settings(snow_slots=("03:00",), waste_slots=(), heating_slots=())


def test_a_claim_that_lives_is_left_alone(database: Connection, dsn: str) -> None:
    """As long as the planner that has it lives, however soon or late it is asked within the time of the claim."""
    fill(database)
    with connect(dsn, "planner") as living:
        assert plans.claim_run(living, RUN, "living", AT, AT + 0.25 * HOUR, AT)
        assert Scheduler(database, ONE, FixedClock(AT)).ensure_due(AT) == []
        assert Scheduler(database, ONE, FixedClock(AT)).ensure_due(AT + 0.2 * HOUR) == []


def test_a_claim_behind_a_pooler_runs_out(database: Connection, dsn: str) -> None:
    """The server's connection of the dead planner lives on there: after ``planner.claim_s`` its claim is free all the
    same."""
    fill(database)
    with connect(dsn, "pooled") as pooled:
        assert plans.claim_run(pooled, RUN, "dead", AT, AT + 0.25 * HOUR, AT)
        (plan,) = Scheduler(database, ONE, FixedClock(AT)).ensure_due(AT + 0.25 * HOUR)
        assert plan.slot == "03:00"


PLANNER_THAT_HANGS = """
import sys, time
from city.clock import FixedClock, SimulatedClock
from planner import schedule
from store.connect import connect
from tests.integration.test_schedule import AT, ONE

def make(*_):
    print("in hand", flush=True)
    time.sleep(600)

schedule.make = make
with connect(sys.argv[1], "dies") as own:
    schedule.Scheduler(own, ONE, FixedClock(AT)).ensure_due(AT)
"""


def test_a_killed_planner_delays_its_plan_by_no_claim(database: Connection, dsn: str) -> None:
    """It is killed with the plan in hand: at that very moment of the clock another planner makes it, once."""
    fill(database)
    command = [sys.executable, "-c", PLANNER_THAT_HANGS, dsn]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "in hand"
        assert Scheduler(database, ONE, FixedClock(AT)).ensure_due(AT) == []
        child.kill()
    made: list[Plan] = []
    await_that(lambda: made.extend(Scheduler(database, ONE, FixedClock(AT)).ensure_due(AT)) or made, "the plan")
    assert [plan.slot for plan in made] == ["03:00"]
    assert runs(database) == [("snow", RUN.service_day.isoformat(), "03:00")]


def test_a_slot_at_the_end_of_its_day_is_not_lost_with_its_planner(database: Connection) -> None:
    """11.50 was claimed and its planner died; from 12.00 on it is another service day, and the plan is made still. Not
    where that day has a plan already, and never where nobody had begun."""
    fill(database)
    late = settings(snow_slots=("11:50",), waste_slots=(), heating_slots=())
    due, day = slot_instant(RUN.service_day, "11:50", "snow", late.municipality.zone), RUN.service_day
    after = due + HOUR / 2
    assert Scheduler(database, late, FixedClock(after)).ensure_due(after) == []
    run = RunKey("snow", day, "11:50", "assist")
    assert plans.claim_run(database, run, "dead", due, due + HOUR / 4, due)
    plans.leave_run(database, run)
    (plan,) = Scheduler(database, late, FixedClock(after)).ensure_due(after)
    assert (plan.service_day, plan.slot) == (day, "11:50")
    assert Scheduler(database, late, FixedClock(after)).ensure_due(after) == []


def test_claims_are_in_real_seconds_however_fast_time_is_played() -> None:
    fast = SimulatedClock(AT, AT, speed=60.0)
    assert claim_expires(settings(claim_s=900.0), fast, AT) == AT + 15 * HOUR
    assert claim_expires(settings(claim_s=900.0), FixedClock(AT), AT) == AT + HOUR / 4


def test_what_is_finished_cannot_be_claimed_again(database: Connection) -> None:
    """Not even long after the claim has run out; and a failed run can, once its pause is over."""
    assert plans.claim_run(database, RUN, "first", AT, AT + HOUR, AT)
    plans.fail_run(database, RUN, "first", "no streets", AT + 2 * HOUR)
    assert not plans.claim_run(database, RUN, "second", AT + 1.9 * HOUR, AT + 3 * HOUR, AT)
    assert plans.claim_run(database, RUN, "second", AT + 2 * HOUR, AT + 3 * HOUR, AT)
    plans.finish_run(database, RUN, None, AT + 2.5 * HOUR)
    assert not plans.claim_run(database, RUN, "third", AT + 99 * HOUR, AT + 100 * HOUR, AT)
    assert not plans.hold_run(database, RUN, "second")


def test_the_late_first_one_cannot_publish(database: Connection) -> None:
    """The planner that lost its claim gets a Conflict, and its plan leaves no row."""
    fill(database)
    snapshot = read_snapshot(database, settings(), SnowSnapshot, AT, slot="03:00")
    assert plans.claim_run(database, RUN, "first", AT, AT + HOUR / 4, AT)
    assert plans.claim_run(database, RUN, "second", AT + HOUR, AT + 2 * HOUR, AT)
    with pytest.raises(Conflict, match="taken over"):
        publish(database, make_plan(snapshot), AT + HOUR, run=RUN, claimed_by="first")
    assert plans.latest(database, "snow", "assist") is None
    publish(database, make_plan(snapshot), AT + HOUR, run=RUN, claimed_by="second")
    assert plans.latest(database, "snow", "assist") is not None


def test_one_failing_planner_stops_no_other_and_is_shown(database: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Snow fails: waste and heating come out, the problem stands in the database, and it is tried again later."""
    fill(database)

    def failing(snapshot: Snapshot, *_rest: object) -> Made:
        if snapshot.domain == "snow":
            raise PlanNotPossible("threshold snow.start_dry_cm has no value for P1")
        return make(snapshot)

    monkeypatch.setattr(schedule, "make", failing)
    planner = Scheduler(database, settings(), FixedClock(AT))
    assert [plan.domain for plan in planner.ensure_due(AT)] == ["waste", "heating"]
    problem = plans.problem(database, "snow")
    assert problem is not None
    assert "no value for P1" in problem.problem
    assert planner.ensure_due(AT + timedelta(minutes=4)) == []
    monkeypatch.undo()
    assert [plan.domain for plan in planner.ensure_due(AT + timedelta(minutes=6))] == ["snow", "snow"]
    assert plans.problem(database, "snow") is None


def test_a_ring_computes_ended_hours_and_keeps_house(database: Connection) -> None:
    """Partitions ahead and the hours that have ended, not the one that runs; then nothing until 04.00 local time."""
    fill(database)
    database.execute("INSERT INTO rollup_due (hour, series_ids) VALUES (%s, '{1}'), (%s, '{1}')", (AT - HOUR, AT))
    assert keep_up(database, settings(), AT + HOUR / 2) == list(TASKS)
    assert database.execute("SELECT hour FROM rollup_due").fetchall() == [(AT,)]
    assert condition(database, AT).weeks_ahead == 4
    assert keep_up(database, settings(), AT + 0.9 * HOUR) == []
    assert keep_up(database, settings(), AT + HOUR) == list(TASKS)
