"""``/overlamning``: what happened in the night and what the next shift must do, on one page to read and to sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from city.serviceday import service_day
from dashboards.pages.freshness import freshness
from dashboards.pages.status import LOOKS
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from planner.night.handover import Handover, PassedOn, Remark, TurNight
from planner.night.progress import Street
from planner.night.report import night_of
from store import facts, plans
from store.connect import Connection

router = APIRouter()
MOST_NAMES = 6


@dataclass(frozen=True)
class HandoverLine:
    """One tur as the page prints it; every field is a text."""

    code: str
    title: str
    vehicle: str
    contractor: str
    state: str
    look: str
    icon: str
    called: str
    acknowledged: str
    started: str
    ended: str
    share: str
    left: str
    streets: str
    late: str
    said: tuple[str, ...]
    todo: str


@router.get(
    "/api/v1/handover/{day}", tags=["orders"], summary="What became of a service day's snow turer, and what is left"
)
def as_json(request: Request, day: date) -> Response:
    """``left`` is null where nobody can say what is done; ``todo`` is what the next shift must do, null for nothing."""
    context = context_of(request)
    with context.connection() as connection:
        found = _night(context, connection, day)
    return Response(msgspec.json.encode(found), media_type="application/json")


@router.get("/overlamning", include_in_schema=False)
def sheet(request: Request, on: Annotated[date | None, Query(alias="day")] = None) -> Response:
    """The page of a service day; the present one unless it is asked for another."""
    context, locale = context_of(request), locale_of(request)
    zone = context.settings.municipality.zone
    day = on or service_day(context.clock.now(), "snow", zone)
    with context.connection() as connection:
        found = _night(context, connection, day)
        names = {contractor.id: contractor.name for contractor in facts.contractors(connection)}
        days = plans.days(connection, "snow", context.mode)
        fresh = freshness(context, connection, "snow", context.live(connection, "snow"), locale)
    lines = [_line(tur, found, names, locale) for tur in found.turer if tur.state != "proposed"]
    waiting = [tur.target for tur in found.turer if tur.state == "proposed"]
    return page(
        request,
        "overlamning.html",
        nav="overlamning",
        domain="snow",
        fresh=fresh,
        day=day,
        days=[(one.isoformat(), locale.date(one)) for one in days],
        span=f"{locale.date(day)}–{locale.date(day + timedelta(days=1))}",
        at=locale.moment(found.at, found.at),
        answer=_answer(found, locale),
        todo=[line for line in lines if line.todo],
        lines=lines,
        waiting=waiting,
    )


def _night(context: AppContext, connection: Connection, day: date) -> Handover:
    return night_of(
        connection, day, context.mode, context.clock.now(), lambda plan_id: context.shelf.get(connection, plan_id)
    )


def _answer(found: Handover, locale: Locale) -> str:
    """The night in a sentence or two."""
    t = locale.words
    if not found.turer:
        return t("night.nothing")
    called = sum(n for state, n in found.states.items() if state != "proposed")
    said = [t.count("night.called", called), t("night.done", n=found.states.get("done", 0))]
    if waiting := found.states.get("proposed", 0):
        said.append(t.count("night.proposed", waiting))
    if found.left_streets:
        said.append(t.count("night.left", found.left_streets, km=locale.km(found.left_m)))
    if found.unknown:
        said.append(t.count("night.unknown", found.unknown))
    return " ".join(said)


def _line(tur: TurNight, found: Handover, names: Mapping[str, str], locale: Locale) -> HandoverLine:
    look, icon = LOOKS[tur.state]
    t = locale.words

    def clock(at: object) -> str:
        return locale.clock(at) if at is not None else ""  # type: ignore[arg-type]  # a time

    return HandoverLine(
        code=tur.target,
        title=tur.title.removeprefix(tur.target).strip() or t("row.no_name"),
        vehicle=tur.vehicle or "",
        contractor=names.get(tur.contractor or "", tur.contractor or ""),
        state=t(f"state.{tur.state}"),
        look=look,
        icon=icon,
        called=clock(tur.called_at),
        acknowledged=clock(tur.acknowledged_at),
        started=clock(tur.started_at),
        ended=clock(tur.ended_at),
        share=_share(tur, locale),
        left=_left(tur, locale),
        streets=_streets(tur.left or (), locale),
        late="" if tur.late_s is None else locale.age(tur.late_s),
        said=tuple(_said(tur, found, locale)),
        todo="" if tur.todo is None else _todo(tur, found, locale),
    )


def _share(tur: TurNight, locale: Locale) -> str:
    return locale.words("night.not_known") if tur.share is None else f"{100 * tur.share:.0f}\N{NO-BREAK SPACE}%"


def _left(tur: TurNight, locale: Locale) -> str:
    if tur.left is None:
        return locale.words("night.not_known")
    return locale.words.count("row.segments", len(tur.left)) if tur.left else ""


def _streets(left: tuple[Street, ...], locale: Locale) -> str:
    """The names of streets, each once; beyond some how many more there are."""
    names = list(dict.fromkeys(street.name or locale.words("row.no_name") for street in left))
    more = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES])
    return shown + " " + locale.words("night.more", n=more) if more > 0 else shown


def _said(tur: TurNight, found: Handover, locale: Locale) -> list[str]:
    """What happened on the way, in the order of time."""
    t = locale.words
    lines = [(one.at, _passed(one, locale)) for one in tur.passed_on]
    lines += [(one.at, _remark(one, locale)) for one in tur.remarks]
    said = [f"{locale.moment(at, found.at)} {text}" for at, text in sorted(lines)]
    if tur.feed == "silent" and tur.heard_at is not None:
        said.append(t("night.silent", clock=locale.moment(tur.heard_at, found.at)))
    if tur.unseen:
        said.append(t("night.unseen", streets=_streets(tur.unseen, locale)))
    return said


def _passed(one: PassedOn, locale: Locale) -> str:
    key = "night.passed" if one.to_vehicle else "night.exhausted"
    who = f" ({one.who})" if one.who else ""
    return locale.words(key, vehicle=one.from_vehicle or "–", age=locale.age(one.waited_s), to=f"{one.to_vehicle}{who}")


def _remark(one: Remark, locale: Locale) -> str:
    t = locale.words
    said = f"{t(f'event.{one.kind}')}, {t.known(f'who.{one.who}', one.who)}"
    return f"{said}: {one.note}" if one.note else said


def _todo(tur: TurNight, found: Handover, locale: Locale) -> str:
    t = locale.words
    if tur.todo == "follow" and tur.ready_at is not None:
        return t("todo.follow_until", clock=locale.moment(tur.ready_at, found.at))
    return t(f"todo.{tur.todo}")
