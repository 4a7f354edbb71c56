"""Plans for programs and spreadsheets: ``/api/v1/plans/{domain}/{date|latest}`` as JSON, CSV or GeoJSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.errors import NotFound
from city.plan import Plan, to_json
from city.vocabulary import Domain
from dashboards.api.export import plan_csv, plan_geojson
from dashboards.web.context import AppContext, context_of
from dashboards.web.problems import HttpProblem
from store import pages
from store.connect import Connection

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])
SUFFIXES = {".json": "application/json", ".csv": "text/csv", ".geojson": "application/geo+json"}


@router.get("/{domain}/{name}", summary="One plan: the newest, or the newest of a service day")
def plan(
    request: Request,
    domain: Domain,
    name: Annotated[str, Path(description="`latest` or `2026-11-24`, with `.json`, `.csv` or `.geojson` if wished")],
) -> Response:
    """The format follows the suffix, else the Accept header, else it is JSON. ETag is the plan's id and format."""
    which, kind = _split(request, name)
    context = context_of(request)
    with context.connection() as connection:
        found = _found(context, connection, domain, which)
    headers = {"ETag": f'"{found.id}-{kind}"', "Cache-Control": "no-cache", "Vary": "Accept"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if kind == "text/csv":
        file = f"dagsplan-{domain}-{found.service_day.isoformat()}-v{found.version}.csv"
        headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return Response(_writers(context)[kind](found), headers=headers, media_type=kind)


def _writers(context: AppContext) -> dict[str, Callable[[Plan], bytes]]:
    return {
        "application/json": to_json,
        "text/csv": lambda plan: plan_csv(plan, context.settings.municipality.zone),
        "application/geo+json": plan_geojson,
    }


def _split(request: Request, name: str) -> tuple[str, str]:
    """The date or ``latest``, and the media type that is wanted."""
    for suffix, kind in SUFFIXES.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix), kind
    if "." in name:
        raise HttpProblem(404, message("error.request.no_format", format=name.split(".", 1)[1]))
    accepted = request.headers.get("accept", "")
    return name, next((kind for kind in SUFFIXES.values() if kind in accepted), "application/json")


def _found(context: AppContext, connection: Connection, domain: Domain, which: str) -> Plan:
    day = None if which == "latest" else _day(which)
    head = next((head for head in pages.heads(connection, context.mode, day) if head.domain == domain), None)
    found = None if head is None else context.shelf.get(connection, head.id)
    if found is None:
        what = message(f"cli.domain.{domain}")
        if day is None:
            raise NotFound(message("error.request.no_plan_yet", what=what, domain=domain))
        raise NotFound(message("error.request.no_plan_for", what=what, domain=domain, day=day.isoformat()))
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HttpProblem(422, message("error.request.no_date", text=text)) from error
