"""How calls leave: once, or surely not, or nobody knows; never twice that a gateway can know."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from city.call import CallEvent, CallNow
from city.catalogue.message import Message, verbatim
from city.clock import FixedClock, SystemClock
from city.errors import Conflict, NotFound
from city.settings import Settings
from planner.calls.channels.line import CallReceipt, CallTaken, NoAnswer, Outcome, Refused, TryAgain
from planner.calls.channels.lines import Lines, lines_of
from planner.calls.leave import CallsLeave
from planner.calls.receipts import AskingTurns, ask_receipts
from planner.calls.send import Office, send_due, waiting, work
from planner.calls.steps import happened
from planner.schedule import let_calls_leave
from store import outbox, pages
from store.connect import Connection, connect
from tests.calls import AT, calling, gateway_with, history, made_call, states
from tests.integration.test_daemon import await_that


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def opened(dsn: str) -> Callable[[], Connection]:
    return lambda: connect(dsn, "send")


@dataclass
class HeldLine:
    """A line that does what a test says, and remembers what it was given."""

    does: Callable[[CallNow], Outcome] = lambda call: CallTaken(f"ref-{call.address}")
    repeats_safely: bool = True
    given: list[str] = field(default_factory=list)

    def send(self, call: CallNow) -> Outcome:
        self.given.append(call.address)
        return self.does(call)

    def ask(self, call: CallNow) -> CallReceipt | None:
        return None

    def health(self) -> Message | None:
        return None


def no_answer(_: CallNow) -> Outcome:
    return NoAnswer(verbatim("silence"))


def send_until_still(
    opened: Callable[[], Connection], settings: Settings, clock: FixedClock, lines: Lines | None = None
) -> None:
    """Sends, and moves the clock past every pause, until nothing is due any more."""
    lines = lines_of(settings) if lines is None else lines
    for _ in range(settings.calls.tries + 1):
        send_due(opened, settings, clock, lines)
        clock.advance(seconds=settings.calls.back_off_s * 2**settings.calls.tries)


def test_a_call_leaves_at_its_time_and_is_sent_when_it_was_taken(database, opened, clock):
    """Not a second before; then with its key, words and answers, and the gateway's name of it is kept."""
    call = made_call(database, leaves_at=AT + timedelta(seconds=8))
    stop = made_call(database, "0700000002", kind="stop")
    with gateway_with(clock) as (gateway, settings):
        assert send_due(opened, settings, clock, lines_of(settings)) == 1
        assert history(database, call) == ["made"]
        clock.advance(seconds=8)
        assert send_due(opened, settings, clock, lines_of(settings)) == 1
        assert send_due(opened, settings, clock, lines_of(settings)) == 0
    assert history(database, call) == ["made", "tried", "sent"]
    kept = gateway.book.messages[call]
    assert (kept.wanted.to, kept.wanted.text, kept.wanted.language) == (
        "0700000001",
        "Utkallning P11: 0700000001",
        "sv",
    )
    assert kept.wanted.answers == ("1 = jag kör", "2 = kan inte")
    assert gateway.book.messages[stop].wanted.answers == ()
    now = outbox.standing(database, call)
    assert now is not None
    assert (now.ref, now.sent_at, now.tries) == (kept.ref, clock.now(), 1)


def test_nothing_leaves_unless_the_settings_name_a_gateway(database, opened, clock):
    """Every call is then one to ring by hand, and says so; so is one of a channel that the gateway does not take."""
    for channel in ("sms", "voice", "email", "radio", "by_hand"):
        made_call(database, channel, channel)
    send_due(opened, Settings(), clock, lines_of(Settings()))
    assert set(states(database).values()) == {"by_hand"}
    made_call(database, "radio 2", "radio")
    with gateway_with(clock) as (gateway, settings):
        send_due(opened, settings, clock, lines_of(settings))
        assert gateway.book.messages == {}
    assert states(database)["radio 2"] == "by_hand"


def test_a_call_that_was_taken_back_does_not_leave(database, opened, clock):
    call, line = made_call(database), HeldLine()
    happened(database, CallEvent(call, "withdrawn", AT, "dispatcher"))
    assert send_due(opened, calling(), clock, {"sms": line}) == 0
    assert line.given == []


@pytest.mark.parametrize("manner", ["busy", "fail", "garble", "hang"])
def test_what_goes_wrong_once_is_tried_again_and_leaves_once(manner, database, opened, clock):
    """Taken or not, said or not: after the second try it is sent, and the gateway has one message."""
    call = made_call(database, f"070-{manner}")
    with gateway_with(clock, timeout_s=0.5, hang_s=3.0) as (gateway, settings):
        send_until_still(opened, settings, clock)
        assert list(gateway.book.messages) == [call]
    doubt = [] if manner == "busy" else ["unsure"]
    assert history(database, call) == ["made", "tried", *doubt, "waits", "tried", "sent"]


def test_what_a_gateway_refuses_has_failed_at_once(database, opened, clock):
    call = made_call(database, "070-no")
    with gateway_with(clock) as (gateway, settings):
        send_due(opened, settings, clock, lines_of(settings))
        assert gateway.book.messages == {}
    assert history(database, call) == ["made", "tried", "failed"]
    now = outbox.standing(database, call)
    assert now is not None
    assert now.state_note == "status 422: the number cannot be called"


def test_a_refusal_after_doubt_is_not_believed_of_the_try_before(database, opened, clock):
    """The gateway took it, said nothing, and refuses the next try, which its contract forbids: nobody knows."""
    call = made_call(database)
    outcomes = iter([NoAnswer(verbatim("silence")), Refused(verbatim("no"))])
    send_until_still(opened, calling(), clock, {"sms": HeldLine(lambda _: next(outcomes))})
    assert history(database, call) == ["made", "tried", "unsure", "waits", "tried", "unsure"]


def test_a_gateway_that_is_not_there_got_nothing(database, opened, clock):
    """After the last try the call has failed, which is more than nobody knows: no byte of it left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = calling(f"http://127.0.0.1:{free.getsockname()[1]}")
    call = made_call(database)
    send_until_still(opened, settings, clock)
    assert history(database, call) == ["made", *["tried", "waits"] * 3, "tried", "failed"]


def test_the_pause_doubles(database, opened, clock):
    """Two seconds after the first try, four after the second; not a moment before."""
    call, line = made_call(database), HeldLine(no_answer)
    for wait_s in (0.0, 1.9, 0.1, 3.9, 0.1):
        clock.advance(seconds=wait_s)
        send_due(opened, calling(), clock, {"sms": line})
    assert len(line.given) == 3
    assert history(database, call).count("tried") == 3


def test_a_line_that_asks_for_rest_gets_it(database, opened, clock):
    """Nobody is sent to it within the time, whoever is due; then all leave. An hour is not obeyed."""
    for n in range(3):
        made_call(database, str(n), leaves_at=AT - timedelta(seconds=3 - n))
    line, rest = HeldLine(lambda _: TryAgain(verbatim("busy"), 30.0)), timedelta(seconds=30)
    office = Office(opened, calling(), clock, {"sms": line})
    assert work(office, line, ["sms"]) == 1
    clock.advance(seconds=29)
    assert work(office, line, ["sms"]) == 0
    assert list(waiting(database, office)) == [(None, ("voice", "radio", "email", "app", "by_hand"), 0)]
    line.does = lambda _: CallTaken("ref")
    clock.advance(seconds=1)
    assert work(office, line, ["sms"]) == 3
    office.rest(line, 3600.0)
    assert office.rests[id(line)] == AT + rest + timedelta(seconds=60)


def test_who_never_answers_leaves_a_call_uncertain(database, opened, clock):
    call, line = made_call(database), HeldLine(no_answer)
    send_until_still(opened, calling(), clock, {"sms": line})
    assert len(line.given) == 4
    assert history(database, call)[-2:] == ["tried", "unsure"]


def test_a_line_that_knows_no_key_is_never_tried_again_by_itself(database, opened, clock):
    """Neither after silence nor after a kill."""
    line = HeldLine(no_answer, repeats_safely=False)
    silent, killed = made_call(database, "a@b.se", "email"), made_call(database, "c@d.se", "email")
    happened(database, CallEvent(killed, "tried", AT, "dagsplan"))
    clock.advance(seconds=61)
    send_until_still(opened, calling(), clock, {"email": line})
    assert line.given == ["a@b.se"]
    assert history(database, silent) == ["made", "tried", "unsure"]
    assert history(database, killed) == ["made", "tried", "unsure"]


def test_a_try_whose_sender_was_killed_is_tried_again_under_its_key(database, opened, clock):
    """Only after the lease, and whether or not the gateway had taken it, it has it once."""
    before, after = made_call(database, "1"), made_call(database, "2")
    with gateway_with(clock) as (gateway, settings):
        lines = lines_of(settings)
        for call in (before, after):
            happened(database, CallEvent(call, "tried", AT, "dagsplan"))
        taken = outbox.standing(database, after)
        assert taken is not None
        assert isinstance(lines["sms"].send(taken), CallTaken)
        clock.advance(seconds=59)
        assert send_due(opened, settings, clock, lines) == 0
        clock.advance(seconds=1)
        assert send_due(opened, settings, clock, lines) == 2
        assert set(gateway.book.messages) == {before, after}
    for call in (before, after):
        assert history(database, call) == ["made", "tried", "unsure", "tried", "sent"]


def test_a_try_is_written_before_anything_leaves_and_holds_no_lock(database, opened, clock):
    """While the channel is waited for, others see that it is tried, and may write: an answer that is quicker than the
    gateway's own stands."""
    call = made_call(database)
    seen = []

    def answered(_: CallNow) -> Outcome:
        with opened() as other:
            seen.extend(history(other, call))
            happened(other, CallEvent(call, "acknowledged", AT, "P11"))
        return CallTaken("ref")

    send_due(opened, calling(), clock, {"sms": HeldLine(answered)})
    assert seen == ["made", "tried"]
    assert history(database, call) == ["made", "tried", "acknowledged"]


def test_an_outcome_of_a_try_that_was_given_up_counts_only_where_it_was_taken(database, opened, clock):
    """The lease ran out, another sender has begun anew: silence of the first one says nothing any more, and its being
    taken does."""
    silent, taken = made_call(database, "silent"), made_call(database, "taken")

    def slow(call: CallNow) -> Outcome:
        with opened() as other:
            for step in ("unsure", "tried"):
                happened(other, CallEvent(call.id, step, AT, "dagsplan"))
        return CallTaken("ref") if call.address == "taken" else NoAnswer(verbatim("late"))

    send_due(opened, calling(), clock, {"sms": HeldLine(slow)})
    assert history(database, silent) == ["made", "tried", "unsure", "tried"]
    assert history(database, taken) == ["made", "tried", "unsure", "tried", "sent"]


def test_two_senders_take_no_call_twice(database, opened, clock):
    """Forty calls, two senders with eight workers each: every call is given to the line once."""
    for n in range(40):
        made_call(database, str(n))
    line = HeldLine()
    with ThreadPoolExecutor(2) as pool:
        taken = [pool.submit(send_due, opened, calling(), clock, {"sms": line}) for _ in range(2)]
    assert sum(one.result() for one in taken) == 40
    assert sorted(line.given, key=int) == [str(n) for n in range(40)]
    assert set(states(database).values()) == {"sent"}


def test_a_line_that_hangs_does_not_hold_up_the_others(database, opened, clock):
    """One call hangs until all others have left."""
    made_call(database, "hangs", leaves_at=AT - timedelta(seconds=1))
    others = [made_call(database, str(n)) for n in range(5)]
    gone = threading.Semaphore(0)

    def does(call: CallNow) -> Outcome:
        if call.address != "hangs":
            gone.release()
            return CallTaken("ref")
        return CallTaken("ref") if all(gone.acquire(timeout=60) for _ in others) else NoAnswer(verbatim("alone"))

    send_due(opened, calling(), clock, {"sms": HeldLine(does)})
    assert set(states(database).values()) == {"sent"}


def test_what_comes_too_late_is_not_sent_any_more(database, opened, clock):
    """Nobody is called at six for three: it has failed, and where it may have left, nobody knows."""
    old, doubtful = made_call(database, "1"), made_call(database, "2")
    for step in ("tried", "unsure", "waits"):
        happened(database, CallEvent(doubtful, step, AT, "dagsplan"))
    clock.advance(minutes=31)
    line = HeldLine()
    send_due(opened, calling(), clock, {"sms": line})
    assert line.given == []
    assert (history(database, old)[-1], history(database, doubtful)[-1]) == ("failed", "unsure")


def test_receipts_are_asked_for_and_say_who_said_what(database, opened, clock):
    """Delivered by the channel, acknowledged and refused by the driver; nothing is written twice."""
    yes, no, lost = made_call(database, "1"), made_call(database, "2"), made_call(database, "070-lost")
    with gateway_with(clock) as (gateway, settings):
        lines = lines_of(settings)
        send_due(opened, settings, clock, lines)
        assert ask_receipts(opened, settings, clock, lines) == 3
        gateway.book.answer(yes, "acknowledged")
        gateway.book.answer(no, "refused")
        assert ask_receipts(opened, settings, clock, lines) == 2
        assert ask_receipts(opened, settings, clock, lines) == 0
    assert history(database, yes) == ["made", "tried", "sent", "delivered", "acknowledged"]
    assert history(database, no) == ["made", "tried", "sent", "delivered", "refused"]
    assert history(database, lost) == ["made", "tried", "sent", "failed"]
    now = outbox.standing(database, yes)
    assert now is not None
    assert now.state_who == "P11"


def test_a_late_receipt_makes_an_uncertain_call_certain(database, opened, clock):
    """Delivered: it was sent too. Never had: surely not sent, but only after the time in which a try may still come."""
    there, not_there = made_call(database, "1"), made_call(database, "2")
    with gateway_with(clock, lambda _, to, __: "hang" if to == "1" else "lose", timeout_s=0.3, hang_s=1.5) as served:
        gateway, settings = served
        settings = replaced(settings, tries=1)
        send_due(opened, settings, clock, lines_of(settings))
        assert set(states(database).values()) == {"unsure"}
        gateway.book.receipt(there)
        assert ask_receipts(opened, settings, clock, lines_of(settings)) == 1
        assert states(database) == {"1": "delivered", "2": "unsure"}
        clock.advance(seconds=settings.calls.lease_s)
        assert ask_receipts(opened, settings, clock, lines_of(settings)) == 1
    assert history(database, there)[-3:] == ["unsure", "sent", "delivered"]
    assert history(database, not_there)[-2:] == ["unsure", "failed"]


def replaced(settings: Settings, **calls: object) -> Settings:
    from msgspec.structs import replace as with_others

    return with_others(settings, calls=with_others(settings.calls, **calls))


def test_old_calls_are_asked_for_more_seldom(clock):
    """A minute old: at the ring; an hour old: not again within it. What is not asked for any more is forgotten."""
    young = CallNow(
        "y",
        "go",
        "P11",
        None,
        "Jour",
        "sms",
        "1",
        "",
        AT,
        "d",
        AT,
        None,
        (),
        "sent",
        AT,
        "d",
        "",
        1,
        AT,
        None,
        None,
        "r",
    )
    old = replace(young, id="o", made_at=AT - timedelta(hours=1))
    turns = AskingTurns()
    assert turns.wanted([young, old], AT, 0.0, clock) == [young, old]
    assert turns.wanted([young, old], AT, 0.0, clock) == [young]
    assert turns.wanted([young], AT, 0.0, clock) == [young]
    assert turns.wanted([old], AT, 0.0, clock) == [old]


def test_a_step_follows_only_where_it_may(database):
    call = made_call(database)
    with pytest.raises(Conflict, match="made; delivered cannot follow"):
        happened(database, CallEvent(call, "delivered", AT, "dagsplan"))
    with pytest.raises(NotFound):
        happened(database, CallEvent("00000000-0000-0000-0000-000000000000", "tried", AT, "dagsplan"))
    assert history(database, call) == ["made"]


def test_a_scheduler_lets_calls_leave_beside_its_planning(database, opened, clock):
    """Woken or not; and one that hangs at the first call lets the second one go."""
    hold, line, stop = threading.Event(), HeldLine(), threading.Event()

    def does(call: CallNow) -> Outcome:
        if call.address == "hangs":
            hold.wait(60)
        return CallTaken("ref")

    line.does = does
    leaving = CallsLeave(Office(opened, calling(), clock, {"sms": line}))
    thread = threading.Thread(target=leaving.run, args=(stop,))
    thread.start()
    try:
        made_call(database, "hangs")
        leaving.wake()
        await_that(lambda: line.given == ["hangs"], "the first call", 60)
        made_call(database, "goes")
        await_that(lambda: states(database)["goes"] == "sent", "the second call", 60)
        assert states(database)["hangs"] == "tried"
    finally:
        hold.set()
        stop.set()
        thread.join(60)
    assert states(database)["hangs"] == "sent"


def test_the_watch_hears_nothing_of_calls(database, opened):
    """A note of a call wakes who sends, and makes no plan be looked at."""
    from planner.watch.wake import CALL, ChangeListener

    stop, plans, calls = threading.Event(), ChangeListener(opened), ChangeListener(opened, CALL)
    woken = {"plans": 0, "calls": 0}

    def listen(listener: ChangeListener, name: str) -> threading.Thread:
        def wake() -> None:
            woken[name] += 1

        thread = threading.Thread(target=listener.listen, args=(wake, stop))
        thread.start()
        return thread

    threads = [listen(plans, "plans"), listen(calls, "calls")]
    try:

        def both_heard() -> bool:
            pages.note(database, "call:1")
            pages.note(database, "observation:1")
            return min(woken.values()) > 0

        await_that(both_heard, "both", 60)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert set(plans.drain()) == {"observation:1"}
    assert set(calls.drain()) == {"call:1"}


def test_a_scheduler_sends_and_asks_until_it_stops(database, opened):
    """By the settings alone: what is made leaves, its receipt is fetched, and so is the driver's answer."""
    stop = threading.Event()
    with gateway_with(SystemClock(), receipts_s=0.2) as (gateway, settings):
        silence = let_calls_leave(opened, settings, SystemClock(), stop)
        try:
            call = made_call(database, leaves_at=SystemClock().now())
            pages.note(database, f"call:{call}")
            await_that(lambda: history(database, call)[-1] == "delivered", "the receipt", 120)
            gateway.book.answer(call, "acknowledged")
            await_that(lambda: history(database, call)[-1] == "acknowledged", "the answer", 120)
        finally:
            stop.set()
            silence()
    assert history(database, call) == ["made", "tried", "sent", "delivered", "acknowledged"]
