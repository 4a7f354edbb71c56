"""The watch: what is known now against the live plan, drafts that show the difference, and one tap that takes them."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from city.call import CallEvent
from city.clock import FixedClock
from city.errors import Conflict, NotFound
from city.manning import CallOut
from city.observation import Observation
from city.plan import Plan
from city.settings import Calls
from planner.calls.call_out import call_out
from planner.calls.steps import happened
from planner.orders import add_event, decide
from planner.schedule import look
from planner.services import services
from planner.snow.archive import unpack
from planner.watch.answer import accept, open_draft, reject, unaccept
from planner.watch.drafts import watch, watched
from planner.watch.wake import ChangeListener
from store import archive, calls, drafts, facts, judgements, orders, pages, plans, rollups, weather
from store.connect import Connection, connect
from store.drafts import Draft
from tests.by_hand import plan_now
from tests.integration import plan_town as town
from tests.unit.planner.snapshots import AT, HOUR, forecast, snow_snapshot

LATER = AT + timedelta(minutes=40)
SETTINGS = town.settings()
SETTINGS = msgspec.structs.replace(
    SETTINGS,
    municipality=msgspec.structs.replace(SETTINGS.municipality, language="en"),
    calls=Calls(gateway_url="http://127.0.0.1:1/"),
)


def night(database: Connection, mm_h: float = 0.0, *, cm: float = 4.0) -> Plan:
    """The town with a live plan of 03.00 by a sensor that sees ``cm``; nothing spread."""
    town.fill(database, mm_h=mm_h)
    for name in ("P1", "P2", "P3", "C1", "C2"):
        database.execute(
            "INSERT INTO threshold SELECT key, scope, version + 1, NULL, 'none', unit, valid_from, 'test', 'test'"
            " FROM threshold WHERE key = 'snow.anti_slip' AND scope = %s",
            (name,),
        )
    device = replace(snow_snapshot().devices[0], last_time=None)
    facts.save_device(database, device, [("snow_depth", "cm")])
    see(database, cm, AT - HOUR / 10)
    return plan_now(database, town.settings(), "snow", FixedClock(AT))


def see(database: Connection, cm: float, at: object) -> None:
    """The sensor says a depth, three times in five minutes."""
    database.execute(
        "INSERT INTO reading (series_id, time, value, received_at)"
        " SELECT series_id, at, %(cm)s, at FROM series, unnest(ARRAY[0, 2, 4]) AS ago,"
        " LATERAL (SELECT %(at)s::timestamptz - ago * interval '1 minute' AS at) AS said WHERE device_id = 'sno-1'"
        " ON CONFLICT DO NOTHING",
        {"at": at, "cm": cm},
    )


def looked(database: Connection, at: object = LATER, event: str = "watch:1") -> Draft | None:
    found = watch(database, town.settings(), FixedClock(at), event)  # type: ignore[arg-type]
    assert len(found) <= 1
    return found[0] if found else None


def targets(changes: object) -> set[str]:
    return {change.target[:2] for change in changes}  # type: ignore[attr-defined]


def test_nothing_new_gives_no_draft(database: Connection) -> None:
    night(database)
    assert looked(database) is None


def test_more_snow_than_the_plan_allowed_is_named_and_adds_turer(database: Connection) -> None:
    """4 cm and nothing to come; forty minutes later 9 cm lie: main streets are added, and the bust is said with both
    figures."""
    live = night(database)
    see(database, 9.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    assert targets(draft.difference.added) == {"P1", "P3"}  # P3: round the schools, on a school day
    assert draft.difference.dropped == ()
    bust = next(bust for bust in draft.difference.busts if bust.seen)
    assert bust.more
    assert bust.cm > bust.high_cm >= bust.expected_cm
    assert bust.limit_cm is not None
    assert 0.0 < bust.limit_cm <= bust.cm  # it is called out, so it lies over what it is called out from
    assert draft.base_plan == live.id
    held = plans.latest(database, "snow", "assist")
    assert held is not None
    assert held.id == live.id


def test_less_snow_stands_turer_down(database: Connection) -> None:
    """A plan for 6 mm more that did not come: the newer forecast is dry, and what was to be driven is not any more."""
    live = night(database, mm_h=1.5, cm=4.0)
    assert {item.target[:2] for item in live.interventions} >= {"P1", "C1"}
    dry = forecast(-4.0, 0.0, issued=LATER - HOUR / 4)
    weather.save_forecast(database, dry, LATER - HOUR / 4)
    see(database, 1.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    assert targets(draft.difference.dropped) >= {"P1", "C1"}
    assert not draft.difference.added
    assert {bust.more for bust in draft.difference.busts} == {False}
    assert draft.difference.cost < 0


def test_one_tap_publishes_orders_and_stands_down(database: Connection) -> None:
    """The draft becomes the next version; what it adds is decided, what it drops and nobody began is called off, a tur
    that is out stays."""
    live = night(database, mm_h=1.5, cm=4.0)
    main, cycle = (next(i for i in live.interventions if i.target.startswith(k)) for k in ("P1", "C1"))
    out, waiting = decide(database, live.id, [main.key, cycle.key], "dispatcher", AT)
    add_event(database, out, "started", "P01", AT)
    weather.save_forecast(database, forecast(-4.0, 0.0, issued=LATER - HOUR / 4), LATER - HOUR / 4)
    see(database, 1.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    plan = accept(database, SETTINGS, FixedClock(LATER), draft.id, "dispatcher").plan
    assert plan.version == live.version + 1
    assert plan.supersedes == live.id
    assert plan.slot == f"event:draft:{draft.id}"
    states = {order.key: order.state for order in orders.orders(database, AT - HOUR)}
    assert states[main.key] == "started"
    assert states[cycle.key] == "aborted"
    assert orders.events(database, waiting)[-1].note == "not needed any more: from the watch’s draft"
    kept = archive.curves_of(database, plan.id)
    assert kept is not None
    assert unpack(kept.curves, kept.plan_id, kept.service_day, kept.simulated).groups.at == LATER


def test_taking_calls_out_what_is_added(database: Connection) -> None:
    """In the same step: a call to each vehicle, which has not left yet."""
    night(database)
    see(database, 9.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    made = accept(database, SETTINGS, FixedClock(LATER), draft.id, "dispatcher")
    plan = made.plan
    decided = {order.key: order.id for order in orders.orders(database, AT) if order.state == "decided"}
    assert set(decided) == {change.key for change in draft.difference.added}
    assert set(decided) <= {item.key for item in plan.interventions}
    about = [calls.call(database, call) for call in made.calls]
    assert sorted(order for call in about if call for order in call.orders) == sorted(decided.values())
    assert {call.leaves_at for call in about if call} == {made.leaves_at} == {LATER + timedelta(seconds=8)}
    notes = {orders.events(database, order.id)[0].note for order in orders.orders(database, AT)}
    assert notes == {"from the watch’s draft"}


def dry(database: Connection) -> Draft:
    """Six millimetres did not come, and this has stood for half an hour: the draft drops turer, called ones too."""
    weather.save_forecast(database, forecast(-4.0, 0.0, issued=AT + HOUR / 10), AT + HOUR / 10)
    for minutes in (10, 20, 30, 40):
        see(database, 1.0, AT + timedelta(minutes=minutes - 1))
        looked(database, AT + timedelta(minutes=minutes))
    live = plans.latest(database, "snow", "assist")
    draft = open_draft(database, live.id) if live is not None else None
    assert draft is not None
    return draft


def on_lists(database: Connection, plan: Plan) -> None:
    """Every vehicle of a plan is on a list."""
    manned = {(item.network or "street", item.vehicle or "") for item in plan.interventions}
    rows = [CallOut(n, k, v, f"Jour {k}", "sms", f"070-{k}") for k, (n, v) in enumerate(sorted(manned), 1)]  # type: ignore[arg-type]
    calls.replace_lists(database, rows)


def test_taking_tells_who_was_called_and_is_stood_down(database: Connection) -> None:
    """Sent or acknowledged, it gets a stop; what had not left goes back unsaid."""
    live = night(database, mm_h=1.5, cm=4.0)
    on_lists(database, live)
    main, cycle = (next(i for i in live.interventions if i.target.startswith(k)) for k in ("P1", "C1"))
    first = call_out(database, SETTINGS, FixedClock(AT), live.id, [main.key], "dispatcher")
    for kind in ("tried", "sent"):
        happened(database, CallEvent(first.calls[0], kind, AT, "dagsplan"))  # type: ignore[arg-type]
    second = call_out(database, SETTINGS, FixedClock(AT + HOUR / 12), live.id, [cycle.key], "dispatcher")
    made = accept(database, SETTINGS, FixedClock(LATER), dry(database).id, "dispatcher")
    stops = [call for name in made.calls if (call := calls.call(database, name)) and call.kind == "stop"]
    assert [(call.vehicle, call.orders) for call in stops] == [(main.vehicle, first.orders)]
    left = calls.call(database, second.calls[0])
    assert left is not None
    assert left.state == "withdrawn"
    assert {order.state for order in orders.orders(database, AT - HOUR)} == {"aborted"}


def test_a_draft_that_was_taken_is_taken_back_whole(database: Connection) -> None:
    """Calls, stand-downs and plan: the plan before is live anew, who was out is out. Once a call has left it stays."""
    live = night(database, mm_h=1.5, cm=4.0)
    on_lists(database, live)
    main, cycle = (next(i for i in live.interventions if i.target.startswith(k)) for k in ("P1", "C1"))
    first = call_out(database, SETTINGS, FixedClock(AT), live.id, [main.key], "dispatcher")
    for kind in ("tried", "sent"):
        happened(database, CallEvent(first.calls[0], kind, AT, "dagsplan"))  # type: ignore[arg-type]
    (waiting,) = decide(database, live.id, [cycle.key], "dispatcher", AT)
    draft = dry(database)
    before = {order.id: order.state for order in orders.orders(database, AT - HOUR)}
    accept(database, SETTINGS, FixedClock(LATER), draft.id, "dispatcher")
    plan = unaccept(database, draft.id, "dispatcher", LATER + timedelta(seconds=4))
    assert plan.slot == f"event:undo:{draft.id}"
    assert [item.key for item in plan.interventions] == [item.key for item in live.interventions]
    assert {order.id: order.state for order in orders.orders(database, AT - HOUR)} == before
    assert before[waiting] == "decided"
    assert {call.state for call in calls.calls_since(database, LATER)} == {"withdrawn"}
    told = calls.call(database, first.calls[0])
    assert told is not None
    assert told.state == "sent"
    with pytest.raises(Conflict):
        unaccept(database, draft.id, "dispatcher", LATER + timedelta(seconds=5))


def test_a_draft_of_which_a_call_has_left_is_not_taken_back(database: Connection) -> None:
    night(database)
    see(database, 9.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    with pytest.raises(Conflict, match="was not accepted"):
        unaccept(database, draft.id, "dispatcher", LATER)
    on_lists(database, plans.latest(database, "snow", "assist") or pytest.fail("no plan"))
    made = accept(database, SETTINGS, FixedClock(LATER), draft.id, "dispatcher")
    on_their_way = [c for name in made.calls if (c := calls.call(database, name))]
    state_before = {order.id: order.state for order in orders.orders(database, AT)}
    happened(
        database, CallEvent(on_their_way[0].id, "tried" if on_their_way[0].state == "made" else "sent", LATER, "x")
    )
    with pytest.raises(Conflict, match="left already"):
        unaccept(database, draft.id, "dispatcher", LATER + timedelta(seconds=4))
    assert set(state_before) == {order.id for order in orders.orders(database, AT)}


def test_a_tur_that_was_driven_is_proposed_again_when_its_streets_fill_up(database: Connection) -> None:
    """The cycle tur is done; two hours later a sensor sees 9 cm more: its second run is in the draft."""
    live = night(database)
    cycle = next(item for item in live.interventions if item.target.startswith("C1"))
    (order,) = decide(database, live.id, [cycle.key], "dispatcher", AT)
    add_event(database, order, "started", "G01", AT)
    add_event(database, order, "done", "G01", AT + HOUR / 2)
    assert looked(database) is None
    later = AT + 2 * HOUR
    heavy = forecast(-4.0, 5.0, issued=later - HOUR / 4)
    weather.save_forecast(database, heavy, later - HOUR / 4)
    see(database, 14.0, later - HOUR / 10)
    draft = looked(database, later)
    assert draft is not None
    assert cycle.key.removesuffix("1") + "2" in {change.key for change in draft.difference.added}
    assert cycle.key not in {change.key for change in draft.difference.dropped}


def test_a_draft_is_answered_once(database: Connection) -> None:
    night(database)
    see(database, 9.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    accept(database, SETTINGS, FixedClock(LATER), draft.id, "dispatcher")
    with pytest.raises(Conflict, match="accepted already"):
        reject(database, draft.id, "dispatcher", LATER)
    with pytest.raises(NotFound):
        accept(database, SETTINGS, FixedClock(LATER), "no-draft", "dispatcher")


def test_a_draft_against_an_older_plan_is_a_conflict(database: Connection) -> None:
    night(database)
    see(database, 9.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    plan_now(database, town.settings(), "snow", FixedClock(LATER))
    with pytest.raises(Conflict, match="superseded"):
        accept(database, SETTINGS, FixedClock(LATER), draft.id, "dispatcher")


def test_what_was_left_is_not_asked_again_until_it_changes(database: Connection) -> None:
    live = night(database)
    see(database, 9.0, LATER - HOUR / 10)
    draft = looked(database)
    assert draft is not None
    assert open_draft(database, live.id) == draft
    reject(database, draft.id, "dispatcher", LATER)
    assert open_draft(database, live.id) is None
    assert looked(database, LATER + HOUR / 6) is None
    see(database, 1.0, LATER + HOUR / 4)
    assert looked(database, LATER + HOUR / 3) is None
    again = looked(database, LATER + HOUR / 2)
    assert again is not None
    assert targets(again.difference.dropped) == {"C1"}


def test_a_draft_that_lost_its_reason_is_withdrawn_and_may_come_back(database: Connection) -> None:
    """9 cm, then 4 again, then 9: the draft goes and comes, and the one that went cannot be taken."""
    live = night(database)
    see(database, 9.0, LATER - HOUR / 10)
    first = looked(database)
    assert first is not None
    see(database, 4.0, LATER + HOUR / 4)
    assert looked(database, LATER + HOUR / 2) is None
    assert open_draft(database, live.id) == first  # one look is a flicker
    see(database, 4.0, LATER + 0.6 * HOUR)
    assert looked(database, LATER + 0.7 * HOUR) is None
    assert open_draft(database, live.id) is None
    with pytest.raises(Conflict):
        accept(database, SETTINGS, FixedClock(LATER + 0.7 * HOUR), first.id, "dispatcher")
    see(database, 9.0, LATER + 1.2 * HOUR)
    again = looked(database, LATER + 1.25 * HOUR)
    assert again is not None
    assert again.difference.same_as == first.difference.same_as


def test_what_a_person_saw_is_no_forecast_that_busted(database: Connection) -> None:
    night(database)
    here = tuple(s.id for s in snow_snapshot().segments)
    observation = Observation(
        "7d9f5a8e-7a0e-4c33-9b60-0a0a0a0a0a0b", here, "snow_depth", 12.0, AT, LATER + HOUR, "jour", ""
    )
    judgements.add_observation(database, observation, AT)
    draft = looked(database, event=f"observation:{observation.id}")
    assert draft is not None
    assert draft.difference.added
    assert draft.difference.busts == ()


def test_a_change_without_a_bust_outlives_a_look(database: Connection) -> None:
    """What a sensor says a little more of, within what the plan allowed, is proposed when the next look sees it too."""
    live = night(database, cm=6.1)
    assert not targets(live.interventions) & {"P1"}
    see(database, 6.6, LATER - HOUR / 10)
    assert looked(database) is None
    see(database, 6.1, LATER + 0.4 * HOUR)
    assert looked(database, LATER + HOUR / 2) is None
    see(database, 6.6, LATER + 0.95 * HOUR)
    assert looked(database, LATER + HOUR) is None
    draft = looked(database, LATER + 1.2 * HOUR)
    assert draft is not None
    assert targets(draft.difference.added) == {"P1", "P3"}
    assert draft.difference.busts == ()


def test_who_was_called_is_not_called_back_for_a_flicker(database: Connection) -> None:
    """Called out, and two looks see less: they stay, though others go. After half an hour they are called back, with
    why; one who is on the way is not."""
    live = night(database, mm_h=1.5, cm=4.0)
    on_lists(database, live)
    main, cycle = (next(i for i in live.interventions if i.target.startswith(k)) for k in ("P1", "C1"))
    for item, step in ((main, "sent"), (cycle, "acknowledged")):
        (order,) = decide(database, live.id, [item.key], "dispatcher", AT)
        for kind in ("sent", "acknowledged")[: 1 + (step == "acknowledged")]:
            add_event(database, order, kind, "dispatcher", AT)  # type: ignore[arg-type]
    draft = dry(database)
    dropped = {change.key: change for change in draft.difference.dropped}
    assert main.key in dropped
    assert dropped[main.key].gone.startswith("Nu väntas som mest 1,0 cm")
    assert cycle.key not in dropped
    first = drafts.newest(database, live.id, AT + timedelta(minutes=25))
    assert first is None or main.key not in {change.key for change in first.difference.dropped}


@pytest.mark.parametrize(("since_h", "asked"), [(0, False), (30, True)])
def test_the_morning_after_the_day_after_nobody_is_called_for_old_snow(
    database: Connection, since_h: int, asked: bool
) -> None:
    """All was ploughed two days ago; the sensor in the park says 14 cm then as now, or 12 more for thirty hours."""
    town.fill(database, mm_h=0.0)
    facts.save_device(database, replace(snow_snapshot().devices[0], last_time=None), [("snow_depth", "cm")])
    for hours in range(72):
        see(database, 26.0 if hours < since_h else 14.0, AT - hours * HOUR)
    database.execute(
        "INSERT INTO rollup_due (hour, series_ids)"
        " SELECT date_trunc('hour', time), array_agg(DISTINCT series_id) FROM reading GROUP BY 1"
    )
    rollups.refresh(database, AT)
    assert plan_now(database, town.settings(), "snow", FixedClock(AT), dry_run=True).interventions
    database.cursor().executemany(
        "INSERT INTO treatment (segment_id, action, done_at) VALUES (%s, 'plough', %s)",
        [(segment.id, AT - 48 * HOUR) for segment in snow_snapshot().segments],
    )
    now = plan_now(database, town.settings(), "snow", FixedClock(AT), dry_run=True)
    assert ({"P1", "C1"} <= targets(now.interventions)) is asked
    assert bool(now.interventions) is asked


def test_a_fault_of_the_planner_leaves_the_plan_standing(
    database: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    night(database)

    def broken(*_: object) -> None:
        raise AssertionError("tur P1-1: a drive that is none")

    monkeypatch.setattr("planner.snow.service.assess_streets", broken)
    assert watched(database, town.settings(), FixedClock(LATER), "test") == []
    assert "the live plan stands" in caplog.text


def test_what_an_officer_saw_makes_a_draft(database: Connection) -> None:
    """An observation on the main streets adds them; it is known in the snapshot until its time is out."""
    live = night(database)
    here = tuple(s.id for s in snow_snapshot().segments if s.route_class == "P1")
    observation = Observation(
        "7d9f5a8e-7a0e-4c33-9b60-0a0a0a0a0a0a", here, "snow_depth", 10.0, AT, LATER + HOUR, "jour", "sett"
    )
    judgements.add_observation(database, observation, AT)
    draft = looked(database, event=f"observation:{observation.id}")
    assert draft is not None
    assert targets(draft.difference.added) == {"P1"}
    assert "av jour" in " ".join(
        reason.text
        for item in accept(database, SETTINGS, FixedClock(LATER), draft.id, "jour").plan.interventions
        for reason in item.reasons
    )
    assert live.id == draft.base_plan


def test_the_schedule_looks_every_ten_minutes_and_when_told(database: Connection) -> None:
    night(database)
    see(database, 9.0, LATER - HOUR / 10)
    known = services()
    look(database, town.settings(watch_s=0.0), FixedClock(LATER), [], None, known)
    live = plans.latest(database, "snow", "assist")
    assert live is not None
    assert open_draft(database, live.id) is None
    look(database, town.settings(), FixedClock(LATER), [], None, known)
    first = open_draft(database, live.id)
    assert first is not None
    here = tuple(s.id for s in snow_snapshot().segments)
    seen = "7d9f5a8e-7a0e-4c33-9b60-0a0a0a0a0a0c"
    judgements.add_observation(
        database, Observation(seen, here, "snow_depth", 1.0, LATER, LATER + HOUR, "jour", ""), LATER
    )
    look(database, town.settings(), FixedClock(LATER + timedelta(seconds=5)), [], None, known)
    assert open_draft(database, live.id) == first
    look(database, town.settings(), FixedClock(LATER + timedelta(seconds=5)), [f"observation:{seen}"], None, known)
    told = open_draft(database, live.id)
    assert told is not None
    assert told.event == f"observation:{seen}"


def test_without_a_plan_there_is_nothing_to_watch(database: Connection) -> None:
    town.fill(database)
    assert looked(database) is None


def test_what_others_note_wakes_the_scheduler(database: Connection, dsn: str) -> None:
    """What pages are told does not; what is noted does, and is given out once, oldest first."""
    listener, woken, stop = ChangeListener(lambda: connect(dsn, "listener")), threading.Event(), threading.Event()
    thread = threading.Thread(target=listener.listen, args=(woken.set, stop))
    thread.start()
    try:
        for _ in range(400):  # it begins to listen when its connection is there
            pages.tell(database, "orders")
            pages.note(database, "begun")
            if woken.wait(0.05):
                break
        assert set(listener.drain()) == {"begun"}
        for event in ("observation", "forecast"):
            pages.note(database, event)
        heard: list[str] = []
        for _ in range(400):
            heard += listener.drain()
            if "forecast" in heard:
                break
            stop.wait(0.05)
        assert [event for event in heard if event != "begun"] == ["observation", "forecast"]
    finally:
        stop.set()
        thread.join()
    assert listener.drain() == []
