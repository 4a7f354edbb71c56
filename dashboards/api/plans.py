"""Plans for programs, spreadsheets, navigators, calendars and printers: ``/api/v1/plans/{domain}/{date|latest}`` as
JSON, CSV, GeoJSON, GPX, iCalendar or PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.catalogue.words import words
from city.errors import NotFound
from city.plan import Plan, to_json
from city.vocabulary import Domain
from dashboards.api.diary import plan_ics
from dashboards.api.export import plan_csv, plan_geojson
from dashboards.api.tracks import plan_gpx
from dashboards.pages.paper.depot import depot_sheet
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.problems import HttpProblem
from dashboards.web.render import accepted_language, language_of
from store import pages
from store.connect import Connection

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])
JSON, CSV, GEOJSON = "application/json", "text/csv", "application/geo+json"
GPX, ICS, PDF = "application/gpx+xml", "text/calendar", "application/pdf"
SUFFIXES = {".json": JSON, ".csv": CSV, ".geojson": GEOJSON, ".gpx": GPX, ".ics": ICS, ".pdf": PDF}
IN_WORDS = frozenset({CSV, GPX, ICS, PDF})
"""Formats that are in one language: ``?lang=``, else Accept-Language, else the town's."""
TO_KEEP = frozenset({CSV, GPX, PDF})
"""Formats that a browser saves under a name."""


@router.get("/{domain}/{name}", summary="One plan: the newest, or the newest of a service day")
def plan(
    request: Request,
    domain: Domain,
    name: Annotated[
        str,
        Path(
            description="`latest` or `2026-11-24`, with `.json`, `.csv`, `.geojson`, `.gpx`, `.ics` or `.pdf` if wished"
        ),
    ],
) -> Response:
    """The format follows the suffix, else the Accept header, else it is JSON. ETag is the plan's id and format."""
    which, kind = _split(request, name)
    context = context_of(request)
    locale = Locale(words(language_of(request, accepted_language(request))), context.settings.municipality.zone)
    with context.connection() as connection:
        found = _found(context, connection, domain, which)
        headers = _headers(found, kind, locale)
        if headers.get("ETag", "none") in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = _writers(context, connection, locale)[kind](found)
    return Response(body, headers=headers, media_type=kind)


def _headers(found: Plan, kind: str, locale: Locale) -> dict[str, str]:
    """A sheet of paper says when it was printed and what became of its turer: it is never the one of before."""
    tag = f"{found.id}-{kind}" + (f"-{locale.words.language}" if kind in IN_WORDS else "")
    headers = {"Vary": "Accept, Accept-Language, Cookie"}
    headers |= {"Cache-Control": "no-store"} if kind == PDF else {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}
    if kind in TO_KEEP:
        suffix = next(suffix for suffix, name in SUFFIXES.items() if name == kind)
        file = f"dagsplan-{found.domain}-{found.service_day.isoformat()}-v{found.version}{suffix}"
        way = "inline" if kind == PDF else "attachment"
        headers["Content-Disposition"] = f'{way}; filename="{file}"'
    return headers


def _writers(context: AppContext, connection: Connection, locale: Locale) -> dict[str, Callable[[Plan], bytes]]:
    return {
        JSON: to_json,
        CSV: lambda plan: plan_csv(plan, locale),
        GEOJSON: plan_geojson,
        GPX: lambda plan: plan_gpx(plan, locale),
        ICS: lambda plan: plan_ics(plan, locale, context.settings.municipality.name),
        PDF: lambda plan: _pdf(context, connection, plan, locale),
    }


def _pdf(context: AppContext, connection: Connection, plan: Plan, locale: Locale) -> bytes:
    from dashboards.api.sheetpdf import sheet_pdf  # the library of it is not loaded before somebody prints

    return sheet_pdf(depot_sheet(context, connection, plan, locale))


def _split(request: Request, name: str) -> tuple[str, str]:
    """The date or ``latest``, and the media type that is wanted."""
    for suffix, kind in SUFFIXES.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix), kind
    if "." in name:
        raise HttpProblem(404, message("error.request.no_format", format=name.split(".", 1)[1]))
    accepted = request.headers.get("accept", "")
    return name, next((kind for kind in SUFFIXES.values() if kind in accepted), JSON)


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
