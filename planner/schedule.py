"""The schedule: APScheduler rings at an interval and asks what is due; the database decides what is missing."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import date, datetime, timedelta

import psycopg

from city.catalogue.message import message
from city.catalogue.words import words
from city.clock import Clock
from city.errors import Conflict, DagsplanError, PlanNotPossible, StoreUnavailable
from city.plan import Plan, RunKey
from city.serviceday import service_day
from city.settings import Settings
from city.vocabulary import DOMAINS, Domain
from planner.calls.channels.lines import lines_of
from planner.calls.escalate import escalate
from planner.calls.leave import CallsLeave, receipts_ring
from planner.calls.send import Office
from planner.due import due_runs, slots_of
from planner.inputs import read_snapshot
from planner.night.follow import follow
from planner.publish import check_schema, publish, publish_outlook
from planner.routes.workers import workers
from planner.service import Made
from planner.services import SNAPSHOTS, Services, make, services
from planner.snapshot import Snapshot
from planner.watch.drafts import watched
from planner.watch.wake import CALL, ChangeListener
from store import manning, plans, rollups
from store.connect import Connection
from store.housekeeping import keep_house

log = logging.getLogger("dagsplan.schedule")
RETRY = timedelta(minutes=5)
CREW = "crew:"
"""How what is noted of the manning begins."""


class Scheduler:
    """Makes the plans that are due and missing. Any number of these may run beside each other."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        clock: Clock,
        executor: Executor | None = None,
        known: Services | None = None,
    ) -> None:
        self.connection, self.executor, self.services = connection, executor, known or services()
        self.settings = settings
        self.clock = clock
        self.name = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def ensure_due(self, now: datetime) -> list[Plan]:
        """Makes every plan that is due at ``now``, not there, and not claimed by a living planner; first those of the
        service day before whose planner died."""
        made = []
        for run, due_at in [*self._left_behind(now), *due_runs(self.settings, now)]:
            settled = plans.settled_slots(self.connection, run.domain, run.service_day, run.mode, now)
            if run.slot not in settled:
                plan = self._run(run, due_at, now)
                made += [plan] if plan is not None else []
        return made

    def replan_for_crew(self, now: datetime) -> list[Plan]:
        """A new plan at once of each service whose live one has a vehicle in work that nobody has called out and that
        is out of service now, or does without one that is back. Each change makes one."""
        made = []
        for domain in DOMAINS:
            day, mode = service_day(now, domain, self.settings.municipality.zone), self.settings.planner.mode
            settled = plans.settled_slots(self.connection, domain, day, mode, now)
            for change in manning.news(self.connection, domain, day, mode, now)[-1:]:
                slot = f"event:{CREW}{change.id}{':end' if change.ended else ''}"
                plan = None if slot in settled else self._run(RunKey(domain, day, slot, mode), now, now)
                made += [plan] if plan is not None else []
        return made

    def _left_behind(self, now: datetime) -> list[tuple[RunKey, datetime]]:
        found = []
        for domain in DOMAINS:
            day = service_day(now, domain, self.settings.municipality.zone) - timedelta(days=1)
            slots, mode = slots_of(self.settings, domain), self.settings.planner.mode
            found += plans.unmade_runs(self.connection, domain, day, mode, slots)
        return found

    def _run(self, run: RunKey, due_at: datetime, now: datetime) -> Plan | None:
        expires = claim_expires(self.settings, self.clock, now)
        if not plans.claim_run(self.connection, run, self.name, now, expires, due_at):
            return None
        try:
            return self._made(run, now)
        finally:
            plans.leave_run(self.connection, run)

    def _made(self, run: RunKey, now: datetime) -> Plan | None:
        """The plan of a run that is claimed, published; None where there is none, with the reason kept."""
        try:
            kind = self.services[run.domain].snapshot
            snapshot = read_snapshot(
                self.connection, self.settings, kind, now, slot=run.slot, day=run.service_day, clock=self.clock
            )
            made = make(snapshot, self.executor, self.services)
            now_out = self.clock.now()
            plan = publish(self.connection, made.plan, now_out, run=run, claimed_by=self.name, curves=made.kept)
        except Conflict as conflict:
            log.info("run taken over", extra={"domain": run.domain, "slot": run.slot, "why": str(conflict)})
            return None
        except psycopg.OperationalError:
            raise
        except Exception as error:  # any fault of one domain must not stop the other two
            self._failed(run, error, now)
            return None
        log.info("plan published", extra={"domain": run.domain, "slot": run.slot, "version": plan.version})
        show_roads(self.connection, made, self.clock.now())
        return plan

    def _failed(self, run: RunKey, error: Exception, now: datetime) -> None:
        spoken = words(self.settings.municipality.language)
        problem = error.said(spoken) if isinstance(error, DagsplanError) else f"{type(error).__name__}: {error}"
        log.error("plan failed", extra={"domain": run.domain, "slot": run.slot, "problem": problem}, exc_info=error)
        with self.connection.transaction():
            plans.fail_run(self.connection, run, self.name, problem, now + RETRY)


def claim_expires(settings: Settings, clock: Clock, now: datetime) -> datetime:
    """When a claim of now has run out: ``planner.claim_s`` are real seconds, however fast time is played."""
    return now + timedelta(seconds=settings.planner.claim_s / clock.real_seconds(1.0))


def show_roads(connection: Connection, made: Made, now: datetime) -> None:
    """After a plan is out: the outlook of every street, for the map. Its failure costs the map alone."""
    if made.outlook is None:
        return
    try:
        publish_outlook(connection, *made.outlook(), now)
    except psycopg.OperationalError:
        raise
    except Exception:
        log.exception("the roads' outlook failed; the map keeps the one before", extra={"slot": made.snapshot.slot})


def snapshot_by_hand(
    connection: Connection,
    settings: Settings,
    domain: Domain,
    clock: Clock,
    *,
    at: datetime | None = None,
    day: date | None = None,
    dry_run: bool = False,
) -> Snapshot:
    """The snapshot of a plan that a person asks for: now, or as if it were ``at``. Raises PlanNotPossible for a day
    that is refused, see :func:`check_day`."""
    moment = clock.now() if at is None else at
    check_day(settings, domain, moment, day, None if dry_run else clock.now())
    slot = f"event:by-hand:{moment.isoformat()}"
    return read_snapshot(connection, settings, SNAPSHOTS[domain], moment, slot=slot, day=day, clock=clock)


def check_day(settings: Settings, domain: Domain, moment: datetime, day: date | None, now: datetime | None) -> None:
    """Raises PlanNotPossible where a plan from what is known at ``moment`` is not about a service day, or where it
    would be published while another day is, ``now``; None: it is not published."""
    zone = settings.municipality.zone
    about = service_day(moment, domain, zone)
    day = about if day is None else day
    if day not in (about, about + timedelta(days=1)):
        raise PlanNotPossible(message("error.plan.other_day", day=day.isoformat(), about=about.isoformat()))
    if now is not None and day != service_day(now, domain, zone):
        present = service_day(now, domain, zone).isoformat()
        raise PlanNotPossible(message("error.plan.not_its_day", day=day.isoformat(), present=present))


def plan_by_hand(connection: Connection, snapshot: Snapshot, clock: Clock, *, dry_run: bool = False) -> Plan:
    """The plan of such a snapshot, checked against the schema; published unless ``dry_run``."""
    made = make(snapshot)
    check_schema(made.plan)
    if dry_run:
        return made.plan
    published = publish(connection, made.plan, clock.now(), curves=made.kept)
    show_roads(connection, made, clock.now())
    return published


def look(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    events: Sequence[str],
    executor: Executor | None,
    known: Services,
) -> None:
    """The watch: at its interval, and at once where something was noted. One of several schedulers looks."""
    now, every_s = clock.now(), settings.planner.watch_s
    slot = f"watch:{int(now.timestamp() // every_s)}" if every_s > 0 else ""
    if slot and _claim_look(connection, settings, slot, now, claim_expires(settings, clock, now)):
        events = [*events, slot]
    if events:
        watched(connection, settings, clock, events[0], executor, known)


def _claim_look(connection: Connection, settings: Settings, slot: str, now: datetime, expires: datetime) -> bool:
    """Whether this scheduler is the one that looks at a time; the look stands among the runs of the first domain."""
    due = RunKey(DOMAINS[0], service_day(now, DOMAINS[0], settings.municipality.zone), slot, settings.planner.mode)
    if not plans.claim_run(connection, due, "watch", now, expires, now):
        return False
    plans.finish_run(connection, due, None, now)
    plans.leave_run(connection, due)
    return True


def keep_plans_due(connect: Callable[[], Connection], settings: Settings, clock: Clock, stop: threading.Event) -> None:
    """Asks what is due now and at every ring, on a fresh connection each time, until ``stop`` is set; passes on what
    nobody acknowledged, and follows the vehicles that are out, at every ring too."""

    known, changes, one_at_a_time = services(), ChangeListener(connect), threading.Lock()

    def plan(connection: Connection) -> None:
        scheduler = Scheduler(connection, settings, clock, executor, known)
        scheduler.ensure_due(clock.now())
        scheduler.replan_for_crew(clock.now())
        look(connection, settings, clock, [e for e in changes.drain() if not e.startswith(CREW)], executor, known)
        keep_up(connection, settings, clock.now())

    def ask() -> None:
        with one_at_a_time:
            step(connect, plan)

    def call_on() -> None:
        step(connect, lambda connection: escalate(connection, settings, clock.now()))

    def follow_on() -> None:
        step(connect, lambda connection: follow(connection, clock.now()))

    def prepare() -> None:
        try:
            for service in known.values():
                with connect() as connection:
                    kind, now = service.snapshot, clock.now()
                    snapshot = read_snapshot(connection, settings, kind, now, slot="prepare", clock=clock)
                steps = service.prepare(snapshot)
                while not stop.is_set():
                    with one_at_a_time:
                        if next(steps, None) is None:
                            break
        except (psycopg.Error, DagsplanError) as error:
            log.info("work ahead was not done: %s", str(error).strip().splitlines()[0])

    every_s = max(1.0, min(settings.planner.ring_s, clock.real_seconds(settings.planner.ring_s)))
    # who is out at night, or called out, does not wait for the planning
    beside = [ring(call_on, every_s), ring(follow_on, every_s), let_calls_leave(connect, settings, clock, stop)]
    with workers(settings.planner.dask) as executor:
        ask()
        silence = ring(ask, every_s)
        threading.Thread(target=prepare, name="prepare", daemon=True).start()
        changes.listen(ask, stop)
        silence()
    for hush in beside:
        hush()


def let_calls_leave(
    connect: Callable[[], Connection], settings: Settings, clock: Clock, stop: threading.Event
) -> Callable[[], None]:
    """Sends what is due until ``stop``, in threads of its own, and rings for receipts; gives how to end that,
    after ``stop``."""
    office = Office(connect, settings, clock, lines_of(settings))
    leaving, made = CallsLeave(office), ChangeListener(connect, CALL)

    def wake() -> None:
        made.drain()
        leaving.wake()

    beside = [
        threading.Thread(target=leaving.run, args=(stop,), name="calls", daemon=True),
        threading.Thread(target=made.listen, args=(wake, stop), name="calls made", daemon=True),
    ]
    for thread in beside:
        thread.start()
    silence = ring(receipts_ring(office), settings.calls.receipts_s)

    def end() -> None:
        silence()
        for thread in beside:
            thread.join(settings.calls.timeout_s)

    return end


def step(connect: Callable[[], Connection], work: Callable[[Connection], object]) -> None:
    """One step of the scheduler on a connection of its own; where the database is away, the next ring tries again."""
    try:
        with connect() as connection:
            work(connection)
    except (psycopg.Error, StoreUnavailable) as error:
        log.warning(str(error).strip().splitlines()[0])


def keep_up(connection: Connection, settings: Settings, now: datetime) -> list[str]:
    """Computes the hours that have ended, and does the housekeeping of the day; gives the tasks that were done."""
    rollups.refresh(connection, rollups.hour_of(now), timeout_s=settings.store.housekeeping_timeout_s)
    return keep_house(connection, settings.store, settings.municipality.zone, now)


def ring(ask: Callable[[], object], every_s: float) -> Callable[[], None]:
    """Starts APScheduler as alarm clock: calls ``ask`` now and every ``every_s`` seconds; gives how to stop it."""
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    scheduler.add_job(ask, "interval", seconds=every_s)
    scheduler.start()
    return lambda: scheduler.shutdown(wait=True)
