"""``/bemanning``: vehicles out of service, places of a call-out list that are away, other numbers, until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from city.vocabulary import DOMAINS, Channel
from dashboards.pages.crew import CrewKnown, CrewLine, CrewList, crew_known, list_lines, said_change, vehicle_lines
from dashboards.pages.freshness import freshness
from dashboards.pages.phones import code_lines, phone_lines
from dashboards.pages.services.view import KeyFigure
from dashboards.web.context import context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from planner.calls.driver.pair import PairingCode
from planner.night.manned import away_places, holds, manned, out_of_service
from store import phones

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class TypedChange:
    """A form that was sent and refused: what was typed, the field that is wrong (empty: none of the form's), and
    why."""

    opens: str
    kind: str
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    problem: str = ""


@router.get("/bemanning")
def crew(request: Request, opened: str = "", saved: str = "") -> Response:
    """The manning of now. ``?opened=P05`` opens a vehicle, ``P05/Jour 2`` a place of its list; ``saved`` says what was
    noted under an id, or that it was taken back."""
    return show(request, TypedChange(opened, ""), saved=saved)


def show(
    request: Request, form: TypedChange, *, saved: str = "", status: int = 200, code: PairingCode | None = None
) -> Response:
    """The page, with a row opened and what was typed in it, or with the ``code`` that lets a phone in."""
    context, locale = context_of(request), locale_of(request)
    now = context.clock.now()
    request.state.form_of = "/bemanning"
    with context.connection() as connection:
        known = crew_known(context, connection, now)
        fresh = freshness(context, connection, DOMAINS[0], context.live(connection, DOMAINS[0]), locale)
        paired = phone_lines(phones.phones(connection, now), now, locale)
    vehicles, lists = vehicle_lines(known, locale), list_lines(known, locale)
    return page(
        request,
        "bemanning.html",
        status,
        nav="bemanning",
        fresh=fresh,
        headline=_headline(known, locale),
        lead=_lead(known, locale),
        figures=_figures(known, vehicles, lists, locale),
        vehicles=vehicles,
        phones=paired,
        code=None if code is None else code_lines(context, code, locale),
        lists=lists,
        form=form,
        lost=form.problem if not form.wrong or not _is_there(form, vehicles, lists) else "",
        notice=_saved(known, saved, locale),
        today=_typed_time(now, locale),
        channels=[(name, locale.words(f"manning.channel.{name}")) for name in get_args(Channel)],
    )


def _is_there(form: TypedChange, vehicles: Sequence[CrewLine], lists: Sequence[CrewList]) -> bool:
    """Whether the row of a form is on the page, so that its problem can stand in its field."""
    return any(line.opens == form.opens for line in (*vehicles, *(line for each in lists for line in each.lines)))


def _saved(known: CrewKnown, saved: str, locale: Locale) -> str:
    """What is said after a form: the change as it holds, with what follows, or that it is taken back."""
    if not saved:
        return ""
    if saved.startswith("phone."):
        return locale.words("phone.out", vehicle=saved.removeprefix("phone."))
    change = next((change for change in known.changes if change.id == saved), None)
    if change is None:
        return locale.words("manning.taken_back")
    said = said_change(change, known.at, locale)
    return f"{said} {locale.words('manning.replanned')}" if change.kind == "vehicle_out" else said


def _typed_time(at: datetime, locale: Locale) -> str:
    """A time as a field for times wants it."""
    return at.astimezone(locale.zone).strftime("%Y-%m-%dT%H:%M")


def _headline(known: CrewKnown, locale: Locale) -> str:
    t, out = locale.words, out_of_service(known.changes, known.at)
    n, m = len(known.vehicles), sum(vehicle.id in out for vehicle in known.vehicles)
    if not n:
        return t("manning.no_fleet")
    said = t.count("manning.in_service", n, some=n - m)
    return f"{said} {t.count('manning.bare', known.without_vehicle)}" if known.without_vehicle else said


def _lead(known: CrewKnown, locale: Locale) -> str:
    """Who is out and who is away, in one paragraph."""
    if not known.vehicles:
        return locale.words("manning.no_fleet_more")
    now = [change for change in known.changes if holds(change, known.at)]
    said = [said_change(change, known.at, locale) for change in now if change.kind != "number"]
    return " ".join(said) or locale.words("manning.all_there")


def _figures(
    known: CrewKnown, vehicles: Sequence[CrewLine], lists: Sequence[CrewList], locale: Locale
) -> list[KeyFigure]:
    t, now = locale.words, known.at
    out = sorted(out_of_service(known.changes, now))
    there = manned(known.lists, known.changes, now)
    numbers = sum(change.kind == "number" and holds(change, now) for change in known.changes)
    of_fleet = t("manning.of", some=len(vehicles) - len(out), all=len(vehicles))
    on_lists = t("manning.of", some=len(there), all=len(known.lists)) if lists else t("manning.none")
    turns = {vehicle for vehicle, turns in known.turns.items() if turns[0].starts_at <= now}
    ends = [turn.ends_at for each in known.turns.values() for turn in each[:1] if turn.starts_at <= now]
    until = t("manning.until", until=locale.moment(max(ends), now)) if ends else t("manning.no_turns")
    names = t("manning.out_names", vehicles=tuple(out)) if out else t("manning.none_out")
    away = away_places(known.lists, known.changes, now)
    places = tuple(t("manning.place_out", vehicle=vehicle, who=who) for vehicle, who in sorted(away))
    said = [t("manning.cannot_ring", places=places)] if places else []
    said += [t.count("manning.numbers", numbers)] if numbers else []
    return [
        KeyFigure(t("manning.figure.vehicles"), of_fleet, names),
        KeyFigure(t("manning.figure.turns"), str(len(turns)), until),
        KeyFigure(t("manning.figure.lists"), on_lists, "; ".join(said) or t("manning.numbers_usual")),
    ]
