"""What a phone shows of its vehicle, as JSON with words: turer with their streets or stops, the call, words back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from city.entities import Vessel
from city.plan import RoundStop
from city.report import Phone
from dashboards.pages.heard import words_back
from dashboards.pages.paper.why import why_of, word_of
from dashboards.pages.record import tur_of
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext
from dashboards.web.locale import NBSP, Locale
from planner.calls.driver.drive import DrivePart, DriveTur, drive_of
from planner.calls.texts import without_link
from store import facts, orders
from store.connect import Connection

DIGITS = 6
"""Decimals of a place: a tenth of a metre."""
BACK = timedelta(hours=36)
NARROW_M, LIGHT_T = 3.5, 12.0
"""A street that only narrower or lighter vehicles may pass is told beside its name."""


def drive_now(context: AppContext, connection: Connection, phone: Phone, locale: Locale) -> dict[str, Any]:
    """All that the phone needs until it can ask again; what it shows without network is the last of these."""
    now = context.clock.now()
    found = drive_of(connection, phone.vehicle, now, lambda plan_id: context.shelf.get(connection, plan_id))
    vessels = {one.id: one for one in facts.vessels(connection)} if any(tur.stops for tur in found.turer) else {}
    back = words_back(connection, phone.vehicle, now, locale)
    return {
        "vehicle": phone.vehicle,
        "until": phone.until,
        "now": now,
        "simulated": context.clock.simulated,
        "stamp": orders.vehicle_stamp(connection, phone.vehicle, now - BACK),
        "ring": context.settings.web.phone,
        "call": {"id": found.call.id, "text": without_link(found.call.text)} if found.call else None,
        "turer": [_tur(one, context, vessels, locale) for one in found.turer],
        "back": [{"id": one.id, "clock": locale.clock(one.at), "text": one.text} for one in back[:20]],
    }


def _tur(one: DriveTur, context: AppContext, vessels: Mapping[str, Vessel], locale: Locale) -> dict[str, Any]:
    view, item = VIEWS[one.order.domain], one.item
    ready = item.deadline or item.ready_by
    code = tur_of(item.key, locale) if view.code(item) else ""
    return {
        "order": one.order.id,
        "key": item.key,
        "domain": one.order.domain,
        "short": code or view.title(item, locale),
        "title": f"{code} {view.title(item, locale)}".strip(),
        "why": why_of(item, locale, longest=90),
        "state": one.order.state,
        "starts": locale.clock(item.starts_at) if item.starts_at else "",
        "ready": locale.clock(ready) if ready else "",
        "expected": locale.clock(one.progress.ready_at) if one.progress.ready_at else "",
        "metres": round(item.distance_m),
        "line": [[round(lon, DIGITS), round(lat, DIGITS)] for lon, lat in one.line],
        "parts": [_part(part, locale) for part in one.parts],
        "stops": [_stop(stop, one, vessels, locale) for stop in one.stops],
    }


def _part(part: DrivePart, locale: Locale) -> dict[str, Any]:
    """A street of a tur: what is done, where it lies on the line [m], what to mind."""
    act = part.action
    return {
        "id": part.id,
        "name": part.name or locale.words("row.no_name"),
        "act": _act(part, locale),
        "passes": act.passes if act else 1,
        "from": None if part.from_m is None else round(part.from_m, 1),
        "to": None if part.to_m is None else round(part.to_m, 1),
        "said": part.said,
        "driven": part.driven,
        "later": part.later,
        "mind": _mind(part, locale),
    }


def _act(part: DrivePart, locale: Locale) -> str:
    """'Plog + salt, 15 g/m²'."""
    if part.action is None:
        return ""
    word, dose = word_of(part.action.action, locale), part.action.dose_g_m2
    return f"{word}, {locale.figure(dose, 0)}{NBSP}g/m²" if dose > 0 else word


def _mind(part: DrivePart, locale: Locale) -> list[str]:
    """What to take heed of on a street: how wide and heavy a vehicle may be, a bridge."""
    if part.street is None:
        return []
    said = []
    width, weight = part.street.max_width_m, part.street.max_weight_t
    if width is not None and width <= NARROW_M:
        said.append(locale.words("drive.mind.width", n=locale.short(width)))
    if weight is not None and weight <= LIGHT_T:
        said.append(locale.words("drive.mind.weight", n=locale.short(weight)))
    if part.street.bridge:
        said.append(locale.words("drive.mind.bridge"))
    return said


def _stop(stop: RoundStop, one: DriveTur, vessels: Mapping[str, Vessel], locale: Locale) -> dict[str, Any]:
    """A room of a round: where, what asks for it, its vessels and what was said of each."""
    said = {each.vessel: each.outcome for held in one.spoken if held.room == stop.room for each in held.vessels}
    return {
        "room": stop.room,
        "name": stop.name or stop.room,
        "lon": stop.lon,
        "lat": stop.lat,
        "arrives": locale.clock(stop.arrives_at),
        "why": locale.kept(stop, "reason"),
        "vessels": [_vessel(name, vessels.get(name), said.get(name), locale) for name in stop.vessels],
    }


def _vessel(name: str, known: Vessel | None, said: str | None, locale: Locale) -> dict[str, Any]:
    fraction = locale.words.known(f"fraction.{known.fraction}", known.fraction) if known else ""
    litres = f"{locale.figure(known.litres, 0)}{NBSP}l" if known else ""
    return {"id": name, "fraction": fraction, "litres": litres, "said": said}
