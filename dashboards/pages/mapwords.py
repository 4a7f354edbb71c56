"""What the map says of a street, a tur and a vehicle, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dashboards.pages.mapnow import MapNow, MapTur
from dashboards.web.locale import NBSP, Locale
from planner.night.streets import STATES, StreetNow
from store.positions import SeenVehicle

SILENT = timedelta(minutes=5)
"""A vehicle that says nothing for so long is drawn as a ring where it was last seen: the design's rule."""


def street_words(street: StreetNow, now: datetime, locale: Locale) -> str:
    """One line: why a street stands as it does, with the figures that say so; empty where its tur tells all."""
    t, parts = locale.words, []
    if street.done_at is not None and street.state in {"done", "doing_done", "left", "doing_left"}:
        key = "map.street.again" if street.cause == "run_again" else "map.street.done"
        parts.append(t(key, clock=locale.moment(street.done_at, now)))
    if street.said:
        parts.append(street.said[:1].upper() + street.said[1:])
    elif street.cause in {"no_way", "keeper", "tunnel", "over_limit", "no_depth"}:
        parts.append(t(f"map.street.{street.cause}"))
    if street.state not in {"done", "doing_done"} and street.cause not in {"tunnel", "keeper"}:
        parts.append(_depth(street, now, locale))
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)


def _depth(street: StreetNow, now: datetime, locale: Locale) -> str:
    """Its snow now, its limit, and when that is reached."""
    depth, t = street.depth, locale.words
    if depth is None:
        return ""
    figure = f"{locale.figure(depth.now_cm)}{NBSP}cm"
    if depth.limit_cm is None:
        return figure
    limit = locale.short(depth.limit_cm)
    if depth.needed_at is None or depth.needed_at <= now:
        return t("map.street.depth", depth=figure, limit=limit)
    return t("map.street.reached", depth=figure, limit=limit, clock=locale.moment(depth.needed_at, now))


def streets_json(shown: MapNow, locale: Locale) -> dict[str, Any]:
    """The streets as arrays in the order of ``/api/v1/segments.json``: state and run of each, and its line of words."""
    place = {tur.row.key: n for n, tur in enumerate(shown.turer)}
    texts: dict[str, int] = {"": 0}
    said: dict[StreetNow, int] = {}

    def line(street: StreetNow) -> int:
        if street not in said:
            words = street_words(street, shown.at, locale)
            said[street] = texts.setdefault(words, len(texts))
        return said[street]

    return {
        "stamp": shown.town.stamp,
        "states": list(STATES),
        "state": [STATES.index(street.state) for street in shown.streets],
        "theirs": [n for n, street in enumerate(shown.streets) if street.cause == "keeper"],
        "item": [-1 if street.key is None else place.get(street.key, -1) for street in shown.streets],
        "text": [line(street) for street in shown.streets],
        "texts": list(texts),
    }


def vehicle_json(seen: SeenVehicle, shown: MapNow, locale: Locale) -> dict[str, Any]:
    """A vehicle: where it was last seen, how long ago, and the place of its tur in ``items``."""
    by_order = {tur.order.id: n for n, tur in enumerate(shown.turer) if tur.order}
    age = shown.at - seen.time
    return {
        "name": seen.vehicle,
        "item": by_order.get(seen.order_id),
        "lon": seen.lon,
        "lat": seen.lat,
        "heading": seen.heading,
        "at": seen.time,
        "age_s": age.total_seconds(),
        "age": locale.age(age.total_seconds()),
        "old": age > SILENT,
    }


def item_json(tur: MapTur) -> dict[str, Any]:
    """A tur as the interface tells it."""
    row, far = tur.row, tur.far
    return {
        "key": row.key,
        "anchor": row.anchor,
        "title": f"{row.code} {row.title}".strip(),
        "code": row.code,
        "name": row.title,
        "under": row.under,
        "group": tur.group,
        "asked": tur.run.asked,
        "state": row.status.state,
        "status": row.status.word,
        "figure": row.figure,
        "beside": row.beside,
        "limit": row.range_line,
        "action": row.action,
        "vehicle": " · ".join(part for part in (row.vehicle, row.contractor) if part),
        "times": row.times,
        "share": far.share if far else None,
        "left_m": far.left_m if far else None,
        "ready_at": far.ready_at if far else None,
    }


def by_vehicle(shown: MapNow) -> Mapping[str, SeenVehicle]:
    """Where the vehicle of each order was last seen, by order."""
    return {seen.order_id: seen for seen in shown.vehicles}
