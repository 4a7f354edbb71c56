"""The stops of a round in order: rooms with what asks for them, places with their snow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import UnsetType

from city.plan import Intervention, PlaceStop, RoomBasis, RoundStop
from dashboards.pages.why import exact
from dashboards.web.locale import NBSP, Locale


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


def stops_of(item: Intervention, litres: Mapping[str, float], now: datetime, locale: Locale) -> tuple[StopLine, ...]:
    """The stops of an intervention; none of a tur."""
    if isinstance(item.places, tuple):
        return tuple(_place(number, place, locale) for number, place in enumerate(item.places, start=1))
    return tuple(_stop(stop, litres, now, locale) for stop in item.stops) if isinstance(item.stops, tuple) else ()


def _place(number: int, place: PlaceStop, locale: Locale) -> StopLine:
    """A place as a stop: its number in place of a time, which nobody has promised."""
    kind = locale.words(f"place.{place.kind}")
    depth = f"{locale.figure(place.depth_cm, 1)}{NBSP}cm"
    return StopLine(str(number), place.name or kind, place.id, kind, depth, locale.minutes(place.minutes))


def _stop(stop: RoundStop, litres: Mapping[str, float], now: datetime, locale: Locale) -> StopLine:
    held = sum(litres[vessel] for vessel in stop.vessels if vessel in litres)
    return StopLine(
        arrives=locale.clock(stop.arrives_at),
        name=stop.name,
        room=stop.room,
        vessels=locale.words.count("row.vessels", len(stop.vessels)),
        litres=f"{locale.figure(held, 0)}{NBSP}l" if held else "",
        reason=capital(locale.kept(stop, "reason")),
        **_columns(stop.basis, now, locale),
    )


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
