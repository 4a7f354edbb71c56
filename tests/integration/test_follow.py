"""Following vehicles as a step of the scheduler: what has come is matched once, by one, whoever looks or does not."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest

from city.clock import FixedClock, stopwatch
from city.entities import Position
from city.passage import Passage
from city.plan import Plan
from planner.night import follow as following
from planner.night.follow import follow
from planner.night.report import progress_of
from planner.night.traces import passages as driven
from planner.orders import add_event, decide
from planner.schedule import keep_plans_due
from store import orders, passages, plans, positions, roads
from store.connect import Connection, connect
from tests.unit.dashboards import town
from tests.unit.dashboards.night import to_and_fro

AT = town.AT
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STRETCH_N = "SELECT count(*) FROM trace"


@pytest.fixture
def plan(database: Connection) -> Plan:
    town.fill(database)
    return town.publish(database, "snow")


@pytest.fixture
def other(dsn: str) -> Iterator[Connection]:
    with connect(dsn, "test") as connection:
        yield connection


def started(connection: Connection, plan: Plan, n: int = 0, at: datetime = AT) -> tuple[str, str, list[str]]:
    """An order that is out, of a vehicle's first tur of streets: its id, its vehicle, and its streets."""
    turer = {item.vehicle: item for item in reversed(plan.interventions) if item.network == "street"}
    item = turer[sorted(str(vehicle) for vehicle in turer)[n]]
    assert isinstance(item.segments, tuple)
    (order,) = decide(connection, plan.id, [item.key], "dispatcher", at)
    add_event(connection, order, "started", "dispatcher", at)
    return order, str(item.vehicle), [part.id for part in item.segments]


def written(connection: Connection, order_id: str) -> list[Passage]:
    """The passages of an order, in driving order."""
    rows = connection.execute(
        "SELECT segment_id, vehicle_id, at FROM passage WHERE order_id = %s ORDER BY stretch, n", (order_id,)
    )
    return [Passage(*row) for row in rows]


def sent(connection: Connection, vehicle: str, *times: datetime) -> None:
    """Positions of a vehicle that stands on a corner."""
    lon, lat = town.streets()[0].geometry[0]
    positions.add(connection, [(Position(vehicle, at, lon, lat), at) for at in times])


def test_passages_are_as_at_one_go_and_only_what_is_new_is_matched(database: Connection, plan: Plan, dsn: str) -> None:
    """Eight streets out and home, told every two minutes to a step on a new connection, as after a restart: the same
    passages as of the whole drive at once, but for those where a stretch ends; each step has those to do in which
    something is new."""
    order, vehicle, streets = started(database, plan)
    until = to_and_fro(database, vehicle, streets[:8])
    whole = positions.of_order(database, order, AT, until + MINUTE)
    database.execute("DELETE FROM position")
    before = AT
    while before < until:
        part = [place for place in whole if before < place.time <= before + 2 * MINUTE]
        positions.add(database, [(place, place.time) for place in part])
        before += 2 * MINUTE
        with connect(dsn, "scheduler") as own:
            assert follow(own, before) == len(
                {place.time.replace(minute=place.time.minute // 10 * 10, second=0) for place in part}
            )
    at_once = driven(whole, roads.load_segments(database), "street", 15.0)
    found, (ends,) = written(database, order), database.execute("SELECT count(*) - 1 FROM trace").fetchone() or (0,)
    assert ends >= 2
    assert len(at_once) == 16
    assert sum(one.segment not in {own.segment for own in found} for one in at_once) == 0
    assert (Counter(one.segment for one in at_once) - Counter(one.segment for one in found)).total() <= ends
    assert (Counter(one.segment for one in found) - Counter(one.segment for one in at_once)).total() <= ends
    assert [one.at for one in found] == sorted(one.at for one in found)


def test_nothing_new_is_nothing_to_do_and_nothing_to_tell(database: Connection, plan: Plan, other: Connection) -> None:
    """Pages are told once for what has come, and not again."""
    order, vehicle, streets = started(database, plan)
    until = to_and_fro(database, vehicle, streets[:1])
    other.execute("LISTEN dagsplan")
    assert follow(database, until) == 1
    before = written(database, order)
    assert len(before) == 2
    assert follow(database, until + MINUTE) == 0
    assert written(database, order) == before
    assert [told.payload for told in other.notifies(timeout=0.2)] == ["orders"]


def test_positions_that_come_late_have_their_stretch_matched_again_and_no_other(
    database: Connection, plan: Plan
) -> None:
    """A tracker that was out of reach sends its first street after its third: all three are passed, in the order in
    which they were driven; what lies between stays as it was."""
    _, vehicle, (first, second, third, *_) = started(database, plan)
    for n, street in ((2, second), (4, third)):
        until = to_and_fro(database, vehicle, [street], at=AT + n * 10 * MINUTE)
        follow(database, until)
    database.execute("UPDATE passage SET n = n + 100")
    to_and_fro(database, vehicle, [first], at=AT)
    assert follow(database, until) == 1
    found = database.execute("SELECT segment_id, n >= 100 FROM passage ORDER BY stretch, n").fetchall()
    assert list(dict.fromkeys(found)) == [(first, False), (second, True), (third, True)]


def test_a_late_end_of_a_stretch_joins_on_to_the_next(database: Connection, plan: Plan) -> None:
    """The way from one stretch to the next is driven from the last position before it, also where that came late."""
    order, vehicle, (street, *_) = started(database, plan)
    until = to_and_fro(database, vehicle, [street], at=AT + 3 * MINUTE, every_s=4.0)
    whole = positions.of_order(database, order, AT, until + MINUTE)
    border = AT.replace(minute=10)
    assert whole[0].time < border < whole[-1].time
    database.execute("DELETE FROM position WHERE time < %s", (border,))
    assert follow(database, until) == 1
    positions.add(database, [(place, place.time) for place in whole if place.time < border])
    assert follow(database, until) == 2
    (follows,) = database.execute("SELECT follows FROM trace ORDER BY stretch DESC LIMIT 1").fetchone() or (None,)
    assert follows == max(place.time for place in whole if place.time < border)
    assert {one.segment for one in written(database, order)} == {street}


def test_a_street_between_two_stretches_is_passed(database: Connection, plan: Plan) -> None:
    """A position at its beginning before the ten minutes are over, and one at its end after: neither has it alone."""
    order, vehicle, _ = started(database, plan)
    border, names = AT.replace(minute=10), ("s/0-0/0-1", "s/0-1/0-2")
    corners = dict.fromkeys(point for s in town.streets() if s.id in names for point in s.geometry)
    times = [border - timedelta(seconds=130), border - timedelta(seconds=65), border]
    rows = [(Position(vehicle, at, *point), at) for at, point in zip(times, corners, strict=True)]
    positions.add(database, rows)
    assert follow(database, border) == 2
    assert [one.segment for one in written(database, order)] == list(names)


def test_two_schedulers_at_once_write_each_passage_once(database: Connection, plan: Plan, dsn: str) -> None:
    """Four that ask at the same moment: between them each stretch is matched once."""
    out = [started(database, plan, n) for n in (0, 1)]
    for _, vehicle, streets in out:
        until = to_and_fro(database, vehicle, streets[:4])
    barrier, done = threading.Barrier(4), list[int]()

    def ask() -> None:
        with connect(dsn, "scheduler") as own:
            barrier.wait()
            done.append(follow(own, until))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.execute(STRETCH_N).fetchone() == (sum(done),)
    for order, _, streets in out:
        found = [one.segment for one in written(database, order)]
        assert [found.count(street) for street in streets[:4]] == [2] * 4


def test_who_comes_second_goes_on_at_once(database: Connection, plan: Plan, other: Connection, dsn: str) -> None:
    """While another scheduler is at it nothing is done; when that one is gone, all is, then it is the next one's."""
    _, vehicle, streets = started(database, plan)
    until = to_and_fro(database, vehicle, streets[:1])
    assert passages.try_alone(other)
    assert follow(database, until) == 0
    other.close()
    while not passages.try_alone(database):  # the server takes a moment to see that a session is gone
        pass
    passages.end_alone(database)
    assert follow(database, until) == 1
    sent(database, vehicle, until + timedelta(seconds=8))
    with connect(dsn, "scheduler") as third:
        assert follow(third, until + MINUTE) == 1


def test_a_ring_is_bounded_and_who_is_matched_least_far_comes_first(database: Connection, plan: Plan) -> None:
    """Two vehicles and one stretch a ring: they take turns, and a stretch of before goes first of all."""
    (_, one, _), (_, two, _) = started(database, plan, 0), started(database, plan, 1)
    turns = []
    for minute in (4, 5, 6):
        sent(database, one, AT + minute * MINUTE)
        sent(database, two, AT + minute * MINUTE)
        before = matched(database)
        assert follow(database, AT + minute * MINUTE, at_most=1) == 1
        turns += [vehicle for vehicle, until in matched(database).items() if before.get(vehicle) != until]
    assert sorted(turns[:2]) == sorted([one, two])
    assert turns[2] == turns[0]
    sent(database, turns[0], AT + 20 * MINUTE)
    sent(database, turns[1], AT + MINUTE)
    follow(database, AT + 20 * MINUTE, at_most=1)
    assert database.execute("SELECT until FROM trace ORDER BY stretch LIMIT 1").fetchone() == (AT + MINUTE,)
    while follow(database, AT + 20 * MINUTE, at_most=1):
        pass
    assert matched(database) == {turns[0]: AT + 20 * MINUTE, turns[1]: AT + 6 * MINUTE}


def matched(connection: Connection) -> dict[str, datetime]:
    """Up to when what each vehicle sent is matched."""
    rows = connection.execute(
        "SELECT vehicle_id, max(until) FROM trace JOIN plan_order USING (order_id) WHERE until IS NOT NULL GROUP BY 1"
    )
    return dict(rows.fetchall())


def test_what_a_vehicle_drives_for_a_later_order_is_not_the_earlier_ones(database: Connection, plan: Plan) -> None:
    """Two orders of one vehicle in a night: each has what was driven while the vehicle was out on it."""
    first, vehicle, streets = started(database, plan)
    until = to_and_fro(database, vehicle, streets[:1])
    add_event(database, first, "done", "dispatcher", until)
    second, _, _ = started(database, plan, at=until + MINUTE)
    later = to_and_fro(database, vehicle, streets[1:2], at=until + 2 * MINUTE)
    follow(database, later)
    assert [[one.segment for one in written(database, order)] for order in (first, second)] == [
        streets[:1] * 2,
        streets[1:2] * 2,
    ]
    tracks = passages.tracks(database, [first, second])
    assert [tracks[order].newest for order in (first, second)] == [until, later]


def test_a_fault_in_one_order_stops_no_other(
    database: Connection, plan: Plan, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told, the others are matched, and it is tried again at the next ring."""
    (bad, ill, streets), (good, well, others) = started(database, plan, 0), started(database, plan, 1)
    until = max(to_and_fro(database, ill, streets[:1]), to_and_fro(database, well, others[:1]))

    def faulty(found: tuple[Position, ...], *rest: object) -> tuple[Passage, ...]:
        if found[0].vehicle == ill:
            raise ValueError("no such place")
        return driven(found, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(following, "driven", faulty)
        assert follow(database, until) == 1
    assert (len(written(database, bad)), len(written(database, good))) == (0, 2)
    assert [record.message for record in caplog.records] == ["positions were not matched"]
    assert follow(database, until) == 1
    assert len(written(database, bad)) == 2


def test_a_round_has_no_streets_and_is_heard_all_the_same(database: Connection, plan: Plan) -> None:
    """A waste vehicle's positions say that it is there; they are matched to no street."""
    waste = town.publish(database, "waste")
    item = waste.interventions[0]
    (order,) = decide(database, waste.id, [item.key], "dispatcher", AT)
    add_event(database, order, "started", "dispatcher", AT)
    until = to_and_fro(database, str(item.vehicle), [town.streets()[-1].id])
    follow(database, until)
    now = orders.order(database, order)
    assert now is not None
    found = progress_of(database, [now], until)[order]
    assert (found.feed, found.heard_at, found.share) == ("live", until, None)
    assert written(database, order) == []


def test_it_goes_on_with_nobody_looking(database: Connection, plan: Plan, dsn: str) -> None:
    """The scheduler as it runs, no page open: passages are written, and once more when more positions have come."""
    order, vehicle, streets = started(database, plan)
    none = msgspec.structs.replace(
        town.settings().planner, snow_slots=(), waste_slots=(), heating_slots=(), watch_s=0.0, ring_s=1.0
    )
    settings = msgspec.structs.replace(town.settings(), planner=none)
    clock, stop = FixedClock(AT), threading.Event()
    arguments = (lambda: connect(dsn, "scheduler"), settings, clock, stop)
    scheduler = threading.Thread(target=keep_plans_due, args=arguments)
    scheduler.start()
    try:
        for n in (1, 2):
            until = to_and_fro(database, vehicle, streets[n - 1 : n], at=clock.now())
            clock.advance(seconds=(until - clock.now()).total_seconds())
            ends = stopwatch() + 60
            while len(written(database, order)) < 2 * n and stopwatch() < ends:
                stop.wait(0.05)
            assert [one.segment for one in written(database, order)] == [s for s in streets[:n] for _ in range(2)]
    finally:
        stop.set()
        scheduler.join(30)
    assert not scheduler.is_alive()


def test_of_two_runs_of_a_tur_each_has_its_own_positions(database: Connection, plan: Plan) -> None:
    """Both runs are acknowledged at once, as one call says both; what the first drives is not the second's, before and
    after that is begun."""
    first, vehicle, streets = started(database, plan)
    second = run_of(database, plan, first)
    add_event(database, second, "sent", "dispatcher", AT)
    add_event(database, second, "acknowledged", vehicle, AT + MINUTE)
    until = to_and_fro(database, vehicle, streets[:6], at=AT + MINUTE)
    follow(database, until)
    assert share(database, first, until) > 0.4
    assert share(database, second, until) is None
    add_event(database, first, "done", vehicle, until + MINUTE)
    begun = until + 2 * HOUR
    add_event(database, second, "started", vehicle, begun)
    until = to_and_fro(database, vehicle, streets[:1], at=begun)
    follow(database, until)
    assert 0.0 < (share(database, second, until) or 0.0) < 0.2


def test_a_run_that_nobody_starts_has_positions_from_near_its_start_on(database: Connection, plan: Plan) -> None:
    """Its driver only acknowledged: half an hour before the planned start is the earliest, and not while another run
    of the tur is driven."""
    first, vehicle, streets = started(database, plan)
    second = run_of(database, plan, first, starts_at=AT + HOUR)
    add_event(database, second, "sent", "dispatcher", AT)
    add_event(database, second, "acknowledged", vehicle, AT)
    to_and_fro(database, vehicle, streets[:1], at=AT + 35 * MINUTE)
    add_event(database, first, "done", vehicle, AT + 50 * MINUTE)
    until = to_and_fro(database, vehicle, streets[1:2], at=AT + 55 * MINUTE)
    follow(database, until)
    assert {one.segment for one in written(database, second)} == {streets[1]}
    assert {one.segment for one in written(database, first)} == {streets[0]}


def run_of(connection: Connection, plan: Plan, order_id: str, starts_at: datetime | None = None) -> str:
    """The second run of an order's tur, as an order of a plan of its own."""
    first = orders.order(connection, order_id)
    assert first is not None
    item = next(item for item in plan.interventions if item.key == first.key)
    again = msgspec.structs.replace(
        item, key=item.key.rsplit(":", 1)[0] + ":2", starts_at=starts_at or item.starts_at, id="again"
    )
    newer = msgspec.structs.replace(
        plan, id=str(uuid.uuid4()), version=plan.version + 1, supersedes=plan.id, interventions=(item, again), slot="2"
    )
    plans.add_plan(connection, newer)
    (made,) = decide(connection, newer.id, [again.key], "dispatcher", AT)
    return made


def share(connection: Connection, order_id: str, now: datetime) -> float | None:
    """How much of an order is done."""
    order = orders.order(connection, order_id)
    assert order is not None
    return progress_of(connection, [order], now)[order_id].share
