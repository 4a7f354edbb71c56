"""Changes of the manning until a time: noted, taken back, and listed with the call-out lists as they hold."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, cast, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import Message, message
from city.errors import NotFound
from city.manning import CallOut, CrewChange
from city.vocabulary import Channel, CrewChangeKind
from dashboards.api.orders import NOTE_LENGTH, WHO, body_of, note_of
from dashboards.pages import manning as manning_page
from dashboards.pages.crew import DRIVEN, crew_anchor
from dashboards.pages.manning import TypedChange
from dashboards.web.context import context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of
from planner.night.manned import manned
from store import calls, facts, manning, pages
from store.connect import Connection

router = APIRouter(prefix="/api/v1/manning", tags=["manning"])
KINDS = get_args(CrewChangeKind)
LONGEST = timedelta(days=366)
FIELDS = ("kind", "vehicle", "who", "channel", "address", "starts_at", "ends", "until_at", "why")
NUMBER = re.compile(r"\+?[\d\s().\-/]{3,30}")

CHANGE = {
    "type": "object",
    "required": ["kind", "vehicle", "until_at"],
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "vehicle": {"type": "string"},
        "who": {"type": "string", "description": "away, number: the place of the vehicle's call-out list"},
        "channel": {
            "type": "string",
            "enum": list(get_args(Channel)),
            "description": "number: as usual if left out",
        },
        "address": {"type": "string", "description": "number: the one that holds instead"},
        "starts_at": {"type": "string", "description": "now unless it is given"},
        "until_at": {
            "type": ["string", "null"],
            "description": "RFC 3339; without an offset it is local time; null: until somebody ends it",
        },
        "why": {"type": "string", "maxLength": NOTE_LENGTH, "description": "vehicle_out alone"},
    },
}


class CrewRefused(HttpProblem):
    """A change that cannot be, with the field that is wrong."""

    def __init__(self, wrong: str, detail: Message) -> None:
        super().__init__(422, detail)
        self.wrong = wrong


@router.get("", summary="What the manning departs in, and the call-out lists as they hold now")
def list_changes(request: Request) -> Response:
    """Changes that are not over, by when they begin; of the lists who can be called, each in its order."""
    context = context_of(request)
    now = context.clock.now()
    with context.connection() as connection:
        found = manning.changes(connection, now)
        lists = manned(calls.call_out_lists(connection), found, now)
    return _json({"changes": found, "lists": lists})


@router.post(
    "", status_code=201, summary="Note a vehicle out, a place away, another number", openapi_extra=body_of(CHANGE)
)
def add_change(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with the change; another of the same kind and place in that time is over now. A vehicle that is out is in no
    plan from then on, and the schedulers look at once."""
    context = context_of(request)
    now, zone = context.clock.now(), context.settings.municipality.zone
    try:
        with context.connection() as connection:
            change = _read(connection, got, now, zone)
            for before in manning.changes(connection, now):
                if _replaces(change, before):
                    manning.end_change(connection, before.id, now, WHO)
            manning.add_change(connection, change)
            _tell(connection, change.id)
    except CrewRefused as refused:
        if not got.by_form:
            raise
        return manning_page.show(request, _as_typed(request, got, refused), status=422)
    return _answer(request, got, {"change": change}, change.id, change, 201)


@router.post("/{change_id}/end", summary="Take a change back")
def end_change(request: Request, change_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """200; taken back twice is no error."""
    context = context_of(request)
    try:
        name = str(uuid.UUID(change_id))
    except ValueError as error:
        raise NotFound(message("error.request.no_change", id=change_id[:60])) from error
    with context.connection() as connection:
        vehicle = manning.end_change(connection, name, context.clock.now(), WHO)
        if vehicle is None:
            raise NotFound(message("error.request.no_change", id=change_id[:60]))
        _tell(connection, name)
    return _answer(request, got, {"ended": name}, name, None, 200)


def _tell(connection: Connection, change_id: str) -> None:
    pages.note(connection, f"crew:{change_id}")
    pages.tell(connection, "manning")


def _replaces(change: CrewChange, before: CrewChange) -> bool:
    """Whether one that holds is of the same place and kind, and touches the time of the new one."""
    same = (change.kind, change.vehicle, change.who) == (before.kind, before.vehicle, before.who)
    return same and before.starts_at < change.ends and change.starts_at < before.ends


def _read(connection: Connection, got: SentForm, now: datetime, zone: ZoneInfo) -> CrewChange:
    """The change that a request asks for. Raises CrewRefused with the field that is wrong."""
    kind, vehicle, who = got.text("kind"), got.text("vehicle"), got.text("who")
    if kind not in KINDS:
        raise CrewRefused("", message("error.request.choice", name="kind", value=kind[:40], choices=KINDS))
    if all(row.id != vehicle for domain in DRIVEN for row in facts.vehicles(connection, domain)):
        raise CrewRefused("", message("error.manning.no_vehicle", vehicle=vehicle[:40]))
    if kind == "vehicle_out":
        who = ""
    elif not (place := _places(calls.call_out_lists(connection), vehicle, who)):
        raise CrewRefused("", message("error.manning.no_place", vehicle=vehicle, who=who[:40]))
    why = note_of(got, "why")
    if why and kind != "vehicle_out":
        raise CrewRefused("", message("error.manning.no_why"))
    channel, address = _number(got, place[0]) if kind == "number" else (None, None)
    starts_at = _moment(got, "starts_at", now, zone) if got.text("starts_at") else now
    until_at = None if _is_open(got) else _until(got, starts_at, now, zone)
    of = cast(CrewChangeKind, kind)
    return CrewChange(str(uuid.uuid4()), of, vehicle, who, channel, address, starts_at, until_at, why, now, WHO)


def _is_open(got: SentForm) -> bool:
    """Whether it holds until somebody ends it: as the form says it, or null of a program."""
    if got.by_form:
        return got.text("ends") == "open"
    return "until_at" in got.fields and got.fields["until_at"] is None


def _until(got: SentForm, starts_at: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    until_at = _moment(got, "until_at", now, zone)
    if until_at <= max(now, starts_at):
        raise CrewRefused("until_at", message("error.manning.over", at=until_at.astimezone(zone)))
    if until_at > now + LONGEST:
        raise CrewRefused("until_at", message("error.manning.too_long"))
    return until_at


def _places(lists: Sequence[CallOut], vehicle: str, who: str) -> list[CallOut]:
    return [call for call in lists if call.vehicle == vehicle and call.who == who]


def _number(got: SentForm, usual: CallOut) -> tuple[Channel, str]:
    """Channel and number that hold instead."""
    known = get_args(Channel)
    channel, address = got.text("channel") or usual.channel, " ".join(got.text("address").split())
    if channel not in known:
        said = message("error.request.choice", name="channel", value=channel[:40], choices=known)
        raise CrewRefused("channel", said)
    good = NUMBER.fullmatch(address) if channel in {"sms", "voice"} else "@" in address or channel != "email"
    if not address or len(address) > 100 or not good:
        raise CrewRefused("address", message(f"error.manning.{'mail' if channel == 'email' else 'number'}"))
    return cast(Channel, channel), address


def _moment(got: SentForm, name: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A time: '2026-11-25T12:00', with an offset or local, '2026-11-25 12.00', or '12.00', which comes next."""
    text = got.text(name)
    try:
        if re.fullmatch(r"\d{1,2}[.:]\d\d", text):
            return _next(time.fromisoformat(text.replace(".", ":").zfill(5)), now, zone)
        at = datetime.fromisoformat(re.sub(r"(\d\d)\.(\d\d)$", r"\1:\2", text))
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CrewRefused(name, message("error.manning.moment")) from error


def _next(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    """When a clock shows a time for the first time after now."""
    today = now.astimezone(zone).date()
    days = [datetime.combine(today + timedelta(days=n), clock, zone) for n in (0, 1)]
    return next(at for at in days if at > now).astimezone(UTC)


def _as_typed(request: Request, got: SentForm, refused: CrewRefused) -> TypedChange:
    vehicle, who, kind = got.text("vehicle"), got.text("who"), got.text("kind")
    typed = {name: got.text(name) for name in FIELDS}
    opens = vehicle if kind == "vehicle_out" else f"{vehicle}/{who}"
    return TypedChange(
        opens, kind, typed, refused.wrong, locale_of(request).words("start.sentence", said=refused.message)
    )


def _answer(
    request: Request, got: SentForm, body: object, saved: str, change: CrewChange | None, status: int
) -> Response:
    if not got.by_form:
        return _json(body, status)
    place = "" if change is None else f"#{crew_anchor(change.vehicle, change.who)}"
    return RedirectResponse(f"{context_of(request).base}/bemanning?{urlencode({'saved': saved})}{place}", 303)


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
