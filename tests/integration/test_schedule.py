"""The schedule: each service day, domain and slot exactly once, whatever the clocks and the processes do."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from city.clock import FixedClock
from city.errors import Conflict, PlanNotPossible
from city.plan import Plan, RunKey
from city.serviceday import slot_instant
from city.vocabulary import DOMAINS
from planner import schedule
from planner.due import due_runs, next_due, slots_of
from planner.inputs import read_snapshot
from planner.publish import publish
from planner.schedule import Scheduler, keep_up
from planner.services import Made, make, make_plan
from planner.snapshot import Snapshot
from planner.snow.snapshot import SnowSnapshot
from store import plans
from store.condition import condition
from store.connect import Connection, connect
from store.housekeeping import TASKS
from tests.integration.plan_town import fill, settings
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


def test_a_claim_that_lives_is_left_alone_and_a_dead_one_is_taken_over(database: Connection) -> None:
    """Within its time a claim keeps others away; after it another planner makes the plan."""
    fill(database)
    one = settings(snow_slots=("03:00",), waste_slots=(), heating_slots=())
    assert plans.claim_run(database, RUN, "dead", AT, AT + 0.25 * HOUR, AT)
    assert Scheduler(database, one, FixedClock(AT)).ensure_due(AT + 0.2 * HOUR) == []
    (plan,) = Scheduler(database, one, FixedClock(AT)).ensure_due(AT + 0.25 * HOUR)
    assert plan.slot == "03:00"


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
