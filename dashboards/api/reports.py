"""What drivers report: one tap is one report, taken in once however often it comes; and what the depot answers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import unquote, urlencode

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import NotFound
from city.report import DriverReport, Phone
from city.stopsaid import StopSaid
from city.vocabulary import DOMAINS, ReportKind
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, body_of, note_of
from dashboards.api.stopsaid import stop_said
from dashboards.pages.heard import became_of
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.phones import phone_of
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of
from planner.calls.driver.report import take_in
from store import pages, reports

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
SENT_AT = "Dagsplan-Sent-At"
"""What the phone's clock showed when it sent: with it a wrong clock still tells how long a report has waited."""
VEHICLE = "Dagsplan-Vehicle"
"""The vehicle that the phone stood for when it was tapped, as a part of an address: what was tapped for one is never
taken for another that the phone was paired with since."""
LONGEST = timedelta(days=3)
"""A report that says it is older counts as so old: too old to plan by."""

REPORT_BODY = {
    "type": "object",
    "required": ["kind", "at", "n"],
    "properties": {
        "kind": {"type": "string", "enum": list(get_args(ReportKind))},
        "at": {"type": "string", "format": "date-time", "description": "by the phone's clock"},
        "n": {"type": "integer", "minimum": 0, "description": "its place among the reports of its phone"},
        "order": {"type": ["string", "null"], "format": "uuid"},
        "call": {"type": ["string", "null"], "format": "uuid", "description": "with accepted and refused"},
        "segment": {"type": ["string", "null"]},
        "room": {"type": ["string", "null"]},
        "vessels": {
            "type": ["array", "null"],
            "items": {"type": "object"},
            "description": "as of an order's stop_done",
        },
        "about": {"type": ["string", "null"], "format": "uuid", "description": "with undo, or a second tap"},
        "value": {"type": ["number", "null"], "description": "snow in cm"},
        "detail": {"type": "string"},
        "note": {"type": "string", "maxLength": NOTE_LENGTH},
        "lon": {"type": ["number", "null"]},
        "lat": {"type": ["number", "null"]},
        "heading": {"type": ["number", "null"]},
        "since": {"type": ["string", "null"], "format": "date-time", "description": "with dark: from when"},
    },
}
ANSWER_BODY = {"type": "object", "required": [], "properties": {"text": {"type": "string", "maxLength": NOTE_LENGTH}}}


class SentReport(msgspec.Struct, frozen=True):
    """A report as a phone sends it. What it holds beyond this is kept and not looked at."""

    kind: ReportKind
    at: datetime
    n: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    order: uuid.UUID | None = None
    call: uuid.UUID | None = None
    segment: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    room: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    about: uuid.UUID | None = None
    value: Annotated[float, msgspec.Meta(ge=0.0, lt=400.0)] | None = None
    detail: Annotated[str, msgspec.Meta(max_length=60)] = ""
    note: Annotated[str, msgspec.Meta(max_length=NOTE_LENGTH)] = ""
    lon: Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)] | None = None
    heading: Annotated[float, msgspec.Meta(ge=0.0, le=360.0)] | None = None


@router.put("/{report_id}", summary="Take a driver's report in", openapi_extra=body_of(REPORT_BODY))
def put_report(request: Request, report_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 once it is stored, 200 where it was before: sent again after a lost answer it does nothing. 401 from a phone
    that is not paired, 412 where it was tapped for another vehicle (``Dagsplan-Vehicle``), 409 where the number was
    used for another report, 422 where it says nothing that can be."""
    context, phone, now = context_of(request), phone_of(request), context_of(request).clock.now()
    refuse_another(request, phone)
    report = _read(context, phone, as_id(report_id, "report"), got, now, _kept(request, got))
    stop = _stop(report)
    with context.connection() as connection:
        kept, new = take_in(connection, context.settings, report, stop)
    body = {
        "id": kept.id,
        "observed_at": kept.observed_at,
        "received_at": kept.received_at,
        "became": kept.became,
        "said": became_of(kept, locale_of(request)),
    }
    return _json(body, 201 if new else 200)


@router.get("", summary="What drivers reported")
def list_reports(request: Request, since: datetime | None = None) -> Response:
    """In the order in which it was seen, of the last twelve hours unless a time is given; with what became of each."""
    context = context_of(request)
    begin = context.clock.now() - timedelta(hours=12) if since is None else since
    if begin.tzinfo is None:
        raise HttpProblem(422, message("error.request.offset"))
    with context.connection() as connection:
        found = reports.reports(connection, begin)
    return _json({"reports": found})


@router.post("/{report_id}/answers", status_code=201, summary="Answer a report", openapi_extra=body_of(ANSWER_BODY))
def answer_report(request: Request, report_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """Somebody has seen it; what is said to it the driver reads. 404 for an unknown report."""
    context, text = context_of(request), note_of(got, "text")
    with context.connection() as connection:
        if not reports.answer(connection, as_id(report_id, "report"), context.clock.now(), WHO, text):
            raise NotFound(message("error.report.unknown", id=report_id[:60]))
        pages.tell(connection, "reports")
    if got.by_form:
        asked = urlencode({"domain": got.text("domain") or DOMAINS[0], "said": "report_seen"})
        return RedirectResponse(f"{context.base}/idag?{asked}#drivers", 303)
    return _json({"answered": report_id}, 201)


def _read(
    context: AppContext, phone: Phone, report_id: str, got: SentForm, now: datetime, kept: timedelta
) -> DriverReport:
    """The report that was sent. Raises msgspec.ValidationError (422) with the field that cannot be."""
    if got.by_form:
        raise HttpProblem(415, message("error.request.kind", form="application/json"))
    said = msgspec.convert(got.fields, SentReport)
    if said.at.tzinfo is None:
        raise HttpProblem(422, message("error.request.offset"))
    return DriverReport(
        id=report_id,
        vehicle=phone.vehicle,
        phone=phone.id,
        n=said.n,
        kind=said.kind,
        said_at=said.at.astimezone(UTC),
        observed_at=now - kept / context.clock.real_seconds(1.0),
        received_at=now,
        content=got.fields,
        order=str(said.order) if said.order else None,
        segment=said.segment,
        room=said.room,
        lon=said.lon,
        lat=said.lat,
        heading=said.heading,
        about=str(said.about) if said.about else None,
    )


def refuse_another(request: Request, phone: Phone) -> None:
    """Raises HttpProblem 412 where a phone sends what it made for another vehicle than it stands for now."""
    said = unquote(request.headers.get(VEHICLE, ""))
    if said and said != phone.vehicle:
        raise HttpProblem(412, message("error.phone.another", vehicle=said[:60], now=phone.vehicle))


def _kept(request: Request, got: SentForm) -> timedelta:
    """How long the phone has kept a report, by its own clock; nothing where that cannot be, and no more than what is
    too old to plan by."""
    try:
        at, sent_at = (datetime.fromisoformat(str(text)) for text in (got.fields.get("at"), request.headers[SENT_AT]))
        kept = sent_at - at
    except (KeyError, ValueError, TypeError):
        return timedelta()
    return min(LONGEST, max(timedelta(), kept))


def _stop(report: DriverReport) -> StopSaid | None:
    """What a report says of a stop. Raises HttpProblem 422 where it names no room or no vessel."""
    if report.kind != "stop_done":
        return None
    if not report.room or not report.content.get("vessels"):
        raise HttpProblem(422, message("error.request.no_room_named"))
    return stop_said(SentForm(report.content, by_form=False), ())


def _json(body: Any, status: int = 200) -> Response:  # noqa: ANN401 - of frozen values
    return Response(msgspec.json.encode(body), status, media_type="application/json")
