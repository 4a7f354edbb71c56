"""The stops of a round in order: rooms with what asks for them, places with their snow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import UnsetType

from city.plan import Intervention, PlaceStop, RoomBasis, RoundStop
from city.stopsaid import StopSaid, VesselSaid
from dashboards.pages.why import exact
from dashboards.web.locale import NBSP, Locale
from store.orders import OrderNow


@dataclass(frozen=True)
class StopLine:
    """One stop. A room has ``level``, ``full_by``, ``days`` since it was emptied and ``why`` in a word or two; a plan
    of before these were kept, and a place, has one ``reason``."""

    arrives: str
    name: str
    room: str
    vessels: str
    litres: str
    reason: str
    level: str = ""
    full_by: str = ""
    days: str = ""
    why: str = ""
    said: str = ""
    may_say: bool = False


@dataclass(frozen=True)
class SaidStops:
    """What a crew has said of its stops, by room, and whether more may be said of them now."""

    by_room: Mapping[str, StopSaid]
    open: bool


def said_of(order: OrderNow | None, said: Mapping[str, Sequence[StopSaid]], *, live: bool) -> SaidStops:
    """Of an order; more may be said while it is under way."""
    if order is None:
        return SaidStops({}, open=False)
    by_room: dict[str, dict[str, VesselSaid]] = {}
    last: dict[str, datetime | None] = {}
    for stop in said.get(order.id, ()):
        by_room.setdefault(stop.room, {}).update({one.vessel: one for one in stop.vessels})
        last[stop.room] = stop.at
    newest = {room: StopSaid(room, tuple(vessels.values()), last[room]) for room, vessels in by_room.items()}
    return SaidStops(newest, live and order.state == "started")


def stops_of(
    item: Intervention, litres: Mapping[str, float], said: SaidStops, now: datetime, locale: Locale
) -> tuple[StopLine, ...]:
    """The stops of an intervention; none of a tur."""
    if isinstance(item.places, tuple):
        return tuple(_place(number, place, locale) for number, place in enumerate(item.places, start=1))
    return tuple(_stop(stop, litres, said, now, locale) for stop in item.stops) if isinstance(item.stops, tuple) else ()


def _place(number: int, place: PlaceStop, locale: Locale) -> StopLine:
    """A place as a stop: its number in place of a time, which nobody has promised."""
    kind = locale.words(f"place.{place.kind}")
    depth = f"{locale.figure(place.depth_cm, 1)}{NBSP}cm"
    return StopLine(str(number), place.name or kind, place.id, kind, depth, locale.minutes(place.minutes))


def _stop(stop: RoundStop, litres: Mapping[str, float], said: SaidStops, now: datetime, locale: Locale) -> StopLine:
    spoken = said.by_room.get(stop.room)
    held = sum(litres[vessel] for vessel in stop.vessels if vessel in litres)
    return StopLine(
        arrives=locale.clock(stop.arrives_at),
        name=stop.name,
        room=stop.room,
        vessels=locale.words.count("row.vessels", len(stop.vessels)),
        litres=f"{locale.figure(held, 0)}{NBSP}l" if held else "",
        reason=capital(locale.kept(stop, "reason")),
        said="" if spoken is None else _said(stop, spoken, locale),
        may_say=said.open,
        **_columns(stop.basis, now, locale),
    )


def _said(stop: RoundStop, spoken: StopSaid, locale: Locale) -> str:
    """What was said of a stop: its time, and how many vessels each thing was said of; those of which nothing was said
    stand as they were."""
    counts = Counter(one.outcome for one in spoken.vessels)
    unsaid = len(stop.vessels) - len(spoken.vessels)
    parts = [locale.words(f"stop.said.{outcome}", n=n) for outcome, n in counts.items()]
    parts += [locale.words("stop.said.nothing", n=unsaid)] if unsaid > 0 else []
    return f"{locale.clock(spoken.at)}: {', '.join(parts)}" if spoken.at else ", ".join(parts)


def _columns(basis: RoomBasis | UnsetType, now: datetime, locale: Locale) -> dict[str, str]:
    """What asks for a stop, column by column; an unknown figure is said to be that."""
    if not isinstance(basis, RoomBasis):
        return {}
    t, unknown = locale.words, locale.words("opened.unknown")
    full = unknown if basis.level_pct is None else t("stop.not_soon")
    if basis.full_by is not None:
        full = t("stop.full_now") if basis.full_by <= now else locale.day(basis.full_by)
    days = unknown
    if basis.emptied_days is not None and basis.most_days is not None:
        days = t("stop.days_of", days=locale.figure(basis.emptied_days, 0), most=exact(basis.most_days, locale))
    return {
        "level": unknown if basis.level_pct is None else f"{locale.figure(basis.level_pct, 0)}{NBSP}%",
        "full_by": full,
        "days": days,
        "why": t(f"stop.{basis.cause}"),
    }


def capital(text: str) -> str:
    """A sentence from its first letter on."""
    return text[:1].upper() + text[1:]
