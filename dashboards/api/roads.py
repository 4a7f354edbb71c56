"""The surface of every street, hour by hour: for the map's colours, and one street in words with its chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from city.outlook import Series
from dashboards.pages.road import Layer, panel
from dashboards.web.context import context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from store import outlook
from store.connect import Connection, snapshot_transaction

router = APIRouter(tags=["map"])
LETTERS = {"dry": "d", "wet": "w", "ice": "i", "snow": "s", "": "-"}


@router.get("/api/v1/roads.json", summary="The surface of every street by the newest snow plan, hour by hour")
def surfaces(request: Request) -> Response:
    """``c`` holds for each street and hour tenths of a degree, ``cm`` tenths of a centimetre of snow, null where not
    known; ``condition`` a letter an hour: dry, wet, ice or frost, snow, or - for not known."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection, snapshot_transaction(connection):
        stamp = f"{outlook.outlook_stamp(connection)}/{locale.words.language}"
        headers = {"ETag": f'"{stamp}"', "Cache-Control": "no-cache", "Vary": "Cookie"}
        if f'"{stamp}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = context.roads.get(stamp, lambda: msgspec.json.encode(_body(connection, locale)))
    return Response(body, headers=headers, media_type="application/json")


@router.get("/karta/gata", include_in_schema=False)
def street(request: Request, segment: str, hour: int = 0, layer: Layer = "road") -> Response:
    """One street in an hour: what the ``layer`` shows of it first, then its surface or snow, what the land does, and
    its day as a chart."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection, snapshot_transaction(connection):
        frame, found = outlook.outlook_frame(connection), outlook.street(connection, segment)
    shown = None if frame is None or found is None else panel(frame, found, hour, context.clock.now(), locale, layer)
    return page(request, "street.html", shown=shown)


def _body(connection: Connection, locale: Locale) -> dict[str, Any]:
    frame = outlook.outlook_frame(connection)
    if frame is None:
        return {
            "at": None,
            "first": None,
            "land": None,
            "hours": [],
            "start": 0,
            "id": [],
            "c": [],
            "cm": [],
            "condition": [],
        }
    rows = outlook.surfaces(connection)
    ends = [frame.first_hour + timedelta(hours=hour) for hour in range(frame.hours)]
    return {
        "at": frame.at,
        "source": frame.source,
        "simulated": frame.simulated,
        "hours": [f"{locale.day(end)} {locale.clock(end)}" for end in ends],
        "first": frame.first_hour,
        "land": outlook.land_known(connection),
        "start": _present(ends, frame.at),
        "id": [row[0] for row in rows],
        "c": [_tenths(row[1]) for row in rows],
        "cm": [_tenths(row[2]) for row in rows],
        "condition": ["".join(LETTERS[name] for name in row[3]) for row in rows],
    }


def _present(ends: Sequence[datetime], at: datetime) -> int:
    """The place among the hours of the one in which the outlook was made."""
    return next((place for place, end in enumerate(ends) if end >= at), 0)


def _tenths(series: Series) -> list[int | None]:
    return [None if value is None else round(10.0 * value) for value in series]
