"""What the map draws: streets as compact arrays, which change with an import, and how things stand on them."""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from city.entities import Dataset, Point, Segment
from city.vocabulary import ROUTE_CLASSES, Domain
from dashboards.pages.mapnow import map_now
from dashboards.pages.mapwords import item_json, streets_json, vehicle_json
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of
from store import facts, pages, roads
from store.connect import Connection

router = APIRouter(prefix="/api/v1", tags=["map"])
SCALE = 1e5
"""Coordinates are whole hundred-thousandths of a degree: about a metre, finer than a drawn line."""


NO_GROUND = b'{"areas":[],"lines":[],"labels":[]}'
"""What is sent where no import held any."""


@router.get("/segments.json", summary="All streets as compact arrays for drawing")
def segments(request: Request) -> Response:
    """``points`` holds for each segment lon, lat of its first point and then steps, in 1e-5 degrees."""
    context = context_of(request)
    with context.connection() as connection:
        stamp = pages.streets_stamp(connection)
        headers = {"ETag": f'"{stamp}"', "Cache-Control": "no-cache"}
        if f'"{stamp}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = _streets(context, connection, stamp)
    return Response(body, headers=headers, media_type="application/json")


@router.get("/map/base.json", summary="Water, parks, buildings and railways round the streets, for drawing")
def base_map(request: Request) -> Response:
    """``areas`` (rings), ``lines`` and ``labels`` in 1e-6 degrees, lon and lat in turn; empty where there are none."""
    with context_of(request).connection() as connection:
        stamp = pages.streets_stamp(connection)
        headers = {"ETag": f'"{stamp}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if f'"{stamp}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        doc = roads.base_map(connection)
    if doc is None:
        return Response(NO_GROUND, headers=headers, media_type="application/json")
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(doc, headers=headers | {"Content-Encoding": "gzip"}, media_type="application/json")
    return Response(gzip.decompress(doc), headers=headers, media_type="application/json")


@router.get("/map/{domain}.json", summary="How streets, rooms or buildings stand in the live plan")
def status(request: Request, domain: Domain, segments: bool = True) -> Response:
    """Interventions with their status; how each street stands, in the order of ``segments.json``, or each room or
    building; and the vehicles that are out, each where it was last seen. ``segments`` by id, those of the plan alone,
    can be left out."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        body = _status(context, connection, domain, locale)
        if segments or not VIEWS[domain].by_street:
            body |= VIEWS[domain].on_map(connection, context.live(connection, domain), locale)
    return Response(msgspec.json.encode(body), headers={"Cache-Control": "no-cache"}, media_type="application/json")


def _streets(context: AppContext, connection: Connection, stamp: str) -> bytes:
    """The encoded streets, kept until the next import."""
    return context.streets.get(
        stamp,
        lambda: msgspec.json.encode({"stamp": stamp} | _compact(roads.load_segments(connection)) | _origin(connection)),
    )


def _compact(streets: Sequence[Segment]) -> dict[str, Any]:
    names = sorted({street.name for street in streets})
    place = {name: number for number, name in enumerate(names)}
    lons = [lon for street in streets for lon, _ in street.geometry]
    lats = [lat for street in streets for _, lat in street.geometry]
    return {
        "bbox": [min(lons), min(lats), max(lons), max(lats)] if streets else None,
        "scale": SCALE,
        "classes": list(ROUTE_CLASSES),
        "names": names,
        "id": [street.id for street in streets],
        "name": [place[street.name] for street in streets],
        "class": [ROUTE_CLASSES.index(street.route_class) for street in streets],
        "points": [_steps(street.geometry) for street in streets],
    }


def _steps(line: Sequence[Point]) -> list[int]:
    """First point, then the steps from point to point."""
    whole = [(round(lon * SCALE), round(lat * SCALE)) for lon, lat in line]
    return [*whole[0], *(part for a, b in pairwise(whole) for part in (b[0] - a[0], b[1] - a[1]))]


def _origin(connection: Connection) -> dict[str, Any]:
    sets = roads.load_datasets(connection)
    return {
        "datasets": [
            {
                "name": d.name,
                "attribution": d.attribution,
                "licence": d.licence,
                "date": d.data_date,
                "simulated": d.simulated,
            }
            for d in sets
        ]
    }


def _credits(sets: Sequence[Dataset], locale: Locale) -> list[str]:
    """Whom the map is drawn after, each once: files of the municipality's own are one."""
    said = [
        locale.words("map.own_data")
        if d.licence == "own data"
        else locale.words("map.credit", attribution=d.attribution, licence=d.licence)
        for d in sets
    ]
    return list(dict.fromkeys(said))


def _status(context: AppContext, connection: Connection, domain: Domain, locale: Locale) -> dict[str, Any]:
    shown = map_now(context, connection, domain, locale)
    plan = shown.plan
    body: dict[str, Any] = {"domain": domain, "plan": None, "simulated": context.clock.simulated}
    if plan is not None:
        body |= {
            "plan": {"id": plan.id, "version": plan.version},
            "simulated": plan.simulated or context.clock.simulated,
        }
    body["items"] = [item_json(tur) for tur in shown.turer]
    body["credits"] = _credits(roads.load_datasets(connection), locale)
    body["depots"] = [{"name": d.name, "kind": d.kind, "lon": d.lon, "lat": d.lat} for d in facts.depots(connection)]
    body["not_cared"] = [dataclasses.asdict(one) for one in shown.not_cared]
    body["vehicles"] = [vehicle_json(seen, shown, locale) for seen in shown.vehicles]
    if shown.streets:
        body["streets"] = msgspec.Raw(
            context.standing.encoded(
                shown.streets, locale.words.language, lambda: msgspec.json.encode(streets_json(shown, locale))
            )
        )
    clock = f"{locale.day(shown.at)} {locale.clock(shown.at)}"
    return body | {"at": shown.at, "clock": clock}
