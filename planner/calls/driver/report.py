"""What a driver's report does: a step of the order, an observation that the watch plans by, or a word to the depot.

A report is kept whatever becomes of it. What could not be done with it is kept beside it, for a person to see.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from city.call import CallEvent
from city.catalogue.message import message
from city.catalogue.words import words
from city.errors import Conflict, NotFound
from city.manning import CrewChange
from city.observation import Observation
from city.report import Became, DriverReport, KeptReport
from city.settings import Settings
from city.stopsaid import StopSaid
from city.vocabulary import STEP_REPORTS, OrderEventKind, OrderState, ReportKind
from planner.calls.answers import OrderWord, cannot, said
from planner.calls.steps import happened
from planner.orders import undo_said
from store import calls, judgements, manning, orders, pages, reports
from store.connect import Connection
from store.orders import OrderNow

HOLDS = timedelta(hours=4)
"""How long what a driver saw goes before sensors and model: as long as what an officer saw does by itself."""
BEGINS: frozenset[OrderState] = frozenset({"decided", "sent", "unanswered", "acknowledged"})
"""States of an order that nobody has told the start of: who reports work has begun it."""
ALREADY: Mapping[ReportKind, frozenset[OrderState]] = {
    "started": frozenset({"started", "done"}),
    "done": frozenset({"done"}),
    "aborted": frozenset({"aborted"}),
}
"""States in which a report says nothing new."""


def take_in(
    connection: Connection, settings: Settings, report: DriverReport, stop: StopSaid | None = None
) -> tuple[KeptReport, bool]:
    """Keeps a report and does what it means, in one transaction; gives it as kept, and whether it is new.

    The same report again does nothing. Raises Conflict where its number was used for another report before.
    """
    with connection.transaction():
        reports.lock(connection, report.id)
        known = reports.report(connection, report.id)
        if known is not None:
            if (known.vehicle, known.content) != (report.vehicle, report.content):
                raise Conflict(message("error.report.other", id=report.id))
            return known, False
        report = _in_order(connection, report)
        reports.add(connection, report, _became(connection, settings, report, stop))
        pages.tell(connection, "orders")
        kept = reports.report(connection, report.id)
    if kept is None:
        raise NotFound(message("error.report.unknown", id=report.id))
    return kept, True


def _in_order(connection: Connection, report: DriverReport) -> DriverReport:
    """The report, seen no earlier than what the same phone had tapped before it, whatever its clock did meanwhile."""
    last = reports.before(connection, report)
    if last is None or last <= report.observed_at:
        return report
    return replace(report, observed_at=min(last, report.received_at))


def _became(connection: Connection, settings: Settings, report: DriverReport, stop: StopSaid | None) -> Became:
    """What is done with a report; where it cannot be, it is kept with why."""
    try:
        with connection.transaction():
            if report.kind in STEP_REPORTS:
                return _step(connection, settings, report, stop)
            if report.kind in {"accepted", "refused"}:
                return _answer(connection, settings, report)
            if report.kind == "undo":
                return _undo(connection, report)
            return _seen(connection, settings, report)
    except (Conflict, NotFound) as problem:
        return Became("conflict", problem=words(settings.municipality.language).say(problem.message))


def _step(connection: Connection, settings: Settings, report: DriverReport, stop: StopSaid | None) -> Became:
    order = _own_order(connection, report)
    if order.state in ALREADY.get(report.kind, frozenset()):
        return Became("known")
    if order.state in BEGINS and report.kind not in {"started", "aborted"}:
        _say(connection, settings, report, "started")
    before = orders.steps(connection, order.id)
    _say(connection, settings, report, _as_step(report.kind), stop)
    after = orders.steps(connection, order.id)
    if report.kind == "aborted" and report.detail == "breakdown":
        _out_of_service(connection, report)
    return Became("step", n=after[0].n) if len(after) > len(before) else Became("known")


def _answer(connection: Connection, settings: Settings, report: DriverReport) -> Became:
    """A driver's yes or no to a call; a no goes on to the next of the list at once."""
    call = calls.lock_call(connection, report.call) if report.call else None
    if call is None:
        raise NotFound(message("error.call.unknown", call=str(report.call)))
    if call.vehicle != report.vehicle:
        raise Conflict(message("error.report.not_yours", vehicle=call.vehicle))
    if call.state == ("acknowledged" if report.kind == "accepted" else "refused"):
        return Became("known")
    if report.kind == "accepted":
        happened(connection, CallEvent(call.id, "acknowledged", report.received_at, report.vehicle, report.note))
    else:
        cannot(connection, settings, call.id, report.vehicle, report.received_at, _words_of(settings, report))
    return Became("step")


def _own_order(connection: Connection, report: DriverReport) -> OrderNow:
    """The order that a report is of, held with the call about it, which is held first as everywhere. Raises NotFound,
    or Conflict where another vehicle has it now."""
    newest = calls.newest_about(connection, [str(report.order)]).get(str(report.order)) if report.order else None
    if newest is not None:
        calls.lock_call(connection, newest)
    if report.order:
        orders.lock_order(connection, report.order)
    order = orders.order(connection, report.order) if report.order else None
    if order is None:
        raise NotFound(message("error.order.unknown", order=str(report.order)))
    if order.vehicle != report.vehicle:
        raise Conflict(message("error.report.not_yours", vehicle=order.vehicle or "?"))
    return order


def _as_step(kind: ReportKind) -> OrderEventKind:
    steps: dict[ReportKind, OrderEventKind] = {
        "started": "started",
        "segment_done": "segment_done",
        "stop_done": "stop_done",
        "done": "done",
        "aborted": "aborted",
    }
    return steps[kind]


def _say(
    connection: Connection,
    settings: Settings,
    report: DriverReport,
    kind: OrderEventKind,
    stop: StopSaid | None = None,
) -> None:
    """Adds the step at the time at which it was seen, however late it came."""
    note = _words_of(settings, report)
    segment = report.segment if kind == "segment_done" else None
    word = OrderWord(str(report.order), kind, report.vehicle, note, segment, stop if kind == "stop_done" else None)
    said(connection, settings, word, report.observed_at)


def _words_of(settings: Settings, report: DriverReport) -> str:
    """What was written, else the choice of the second tap in the town's language."""
    spoken = words(settings.municipality.language)
    return report.note or (spoken.known(f"heard.detail.{report.detail}", report.detail) if report.detail else "")


def _out_of_service(connection: Connection, report: DriverReport) -> None:
    """A vehicle that broke down is in no plan until somebody ends that."""
    change = CrewChange(
        id=str(uuid.uuid4()),
        kind="vehicle_out",
        vehicle=report.vehicle,
        who="",
        channel=None,
        address=None,
        starts_at=report.received_at,
        until_at=None,
        why=report.note,
        noted_at=report.received_at,
        noted_by=report.vehicle,
    )
    manning.add_change(connection, change)
    pages.note(connection, f"crew:{change.id}")


def _seen(connection: Connection, settings: Settings, report: DriverReport) -> Became:
    """What was seen, as an observation where the planner can reckon with it: slipperiness, and snow of a stated depth,
    on a street. One of a place, or that came so late that its time is out, is only kept."""
    seen = _quantity(report)
    if report.about is not None:
        _end_observation(connection, report, report.about)
    if seen is None or report.segment is None or report.observed_at + HOLDS <= report.received_at:
        return Became("kept")
    if not judgements.known_segments(connection, [report.segment]):
        return Became("kept")
    observation = Observation(
        id=str(uuid.uuid4()),
        segments=(report.segment,),
        quantity=seen[0],
        value=seen[1],
        at=report.observed_at,
        until=report.observed_at + HOLDS,
        who=report.vehicle,
        why=_words_of(settings, report),
    )
    judgements.add_observation(connection, observation, report.received_at)
    pages.note(connection, f"observation:{observation.id}")
    pages.tell(connection, "observation")
    return Became("observation", id=observation.id)


def _quantity(report: DriverReport) -> tuple[str, float] | None:
    """What an observation of it would say; None where it would say nothing."""
    if report.kind == "slippery":
        return "slippery", 1.0
    if report.kind == "more_snow" and report.value is not None:
        return "snow_depth", report.value
    return None


def _undo(connection: Connection, report: DriverReport) -> Became:
    """Takes another report of the vehicle back. Raises NotFound where there is none such, Conflict for the answer to a
    call, by which somebody else may have been called already."""
    about = reports.report(connection, report.about) if report.about else None
    if about is None or about.vehicle != report.vehicle:
        raise NotFound(message("error.report.unknown", id=str(report.about)))
    if about.taken_back:
        return Became("known", id=about.id)
    if about.kind in {"accepted", "refused"}:
        raise Conflict(message("error.report.answered"))
    if about.became == "step" and about.order is not None and about.became_n is not None:
        undo_said(connection, about.order, about.became_n, report.vehicle, report.received_at)
    if about.became_id is not None:
        _end_observation(connection, report, about.id)
    return Became("undone", id=about.id)


def _end_observation(connection: Connection, report: DriverReport, about_id: str) -> None:
    """Takes back the observation that an earlier report became."""
    about = reports.report(connection, about_id)
    if about is None or about.vehicle != report.vehicle or about.became != "observation" or about.became_id is None:
        return
    judgements.end_observation(connection, about.became_id, report.received_at, report.vehicle)
    pages.note(connection, f"observation:{about.became_id}:end")
    pages.tell(connection, "observation")
