"""The stops of a round in order: rooms with what asks for them, places with their snow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from city.plan import Intervention, PlaceStop, RoundStop
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
    )


def capital(text: str) -> str:
    """A sentence from its first letter on."""
    return text[:1].upper() + text[1:]
