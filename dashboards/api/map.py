"""What the map draws: streets as compact arrays, which change with an import, and how things stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from city.entities import Dataset, Point, Segment
from city.plan import Plan
from city.vocabulary import ROUTE_CLASSES, Domain
from dashboards.pages.rows import Known, PlanRow, rows
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of
from store import facts, orders, pages, roads
from store.connect import Connection

router = APIRouter(prefix="/api/v1", tags=["map"])
SCALE = 1e5
"""Coordinates are whole hundred-thousandths of a degree: about a metre, finer than a drawn line."""


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


@router.get("/map/{domain}.json", summary="How streets, rooms or buildings stand in the live plan")
def status(request: Request, domain: Domain) -> Response:
    """Interventions with their status, and for each segment, room or building which of them it belongs to."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        body = _status(context, connection, domain, locale)
    return Response(msgspec.json.encode(body), headers={"Cache-Control": "no-cache"}, media_type="application/json")


def _streets(context: AppContext, connection: Connection, stamp: str) -> bytes:
    """The encoded streets, kept until the next import."""
    return context.streets.get(
        stamp, lambda: msgspec.json.encode(_compact(roads.load_segments(connection)) | _origin(connection))
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
    plan, now = context.live(connection, domain), context.clock.now()
    body: dict[str, Any] = {"domain": domain, "plan": None, "simulated": context.clock.simulated, "items": []}
    if plan is not None:
        body |= {
            "plan": {"id": plan.id, "version": plan.version},
            "simulated": plan.simulated or context.clock.simulated,
        }
        body["items"] = _items(plan, rows(plan, _known(connection, plan, context), locale))
    body["credits"] = _credits(roads.load_datasets(connection), locale)
    body["depots"] = [{"name": d.name, "kind": d.kind, "lon": d.lon, "lat": d.lat} for d in facts.depots(connection)]
    return body | VIEWS[domain].on_map(connection, plan, locale) | {"at": now}


def _known(connection: Connection, plan: Plan, context: AppContext) -> Known:
    now = context.clock.now()
    since = min(now, plan.valid_from) - timedelta(hours=36)
    newest: dict[str, orders.OrderNow] = {}
    for order in orders.orders(connection, since, domain=plan.domain, limit=1000):
        newest.setdefault(order.key, order)
    return Known(now, newest, {}, contractors={c.id: c.name for c in facts.contractors(connection)})


def _items(plan: Plan, table: Sequence[PlanRow]) -> list[dict[str, Any]]:
    """The interventions in the plan's own order, in words."""
    by_key = {row.key: row for row in table}
    return [_item(by_key[item.key]) for item in plan.interventions]


def _item(row: PlanRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "anchor": row.anchor,
        "title": row.name,
        "under": row.under,
        "state": row.status.state,
        "status": row.status.word,
        "figure": row.figure,
        "beside": row.beside,
        "limit": ", ".join(part for part in (row.range_line, row.limit) if part),
        "action": row.action,
        "vehicle": " · ".join(part for part in (row.vehicle, row.contractor) if part),
        "times": row.times,
    }
