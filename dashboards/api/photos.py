"""Photographs of drivers: one goes with a report, is taken in once, and is looked at by the depot."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from dashboards.api.orders import as_id
from dashboards.api.reports import refuse_another
from dashboards.web.context import context_of
from dashboards.web.forms import body_within
from dashboards.web.phones import phone_of
from dashboards.web.problems import HttpProblem
from store import pages, reports

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
LARGEST = 3_000_000
JPEG = b"\xff\xd8\xff"
PHOTO_BODY = {"requestBody": {"required": True, "content": {"image/jpeg": {"schema": {"type": "string"}}}}}


@router.put("/{report_id}/photo", summary="Take the photograph of a report in", openapi_extra=PHOTO_BODY)
async def put_photo(request: Request, report_id: str) -> Response:
    """201 once it is stored, 200 where it was before; 404 before its report is there, 409 where that has another, 413
    over 3 MB, 415 where it is no JPEG."""
    jpeg = await body_within(request, LARGEST)
    return await run_in_threadpool(_keep, request, as_id(report_id, "report"), jpeg)


def _keep(request: Request, report_id: str, jpeg: bytes) -> Response:
    context, phone = context_of(request), phone_of(request)
    refuse_another(request, phone)
    if not jpeg.startswith(JPEG):
        raise HttpProblem(415, message("error.report.no_jpeg"))
    with context.connection() as connection:
        report = reports.report(connection, report_id)
        if report is None or report.vehicle != phone.vehicle:
            raise NotFound(message("error.report.unknown", id=report_id))
        new = reports.add_photo(connection, report_id, jpeg, context.clock.now())
        if not new and reports.photo(connection, report_id) != jpeg:
            raise Conflict(message("error.report.other_photo", id=report_id))
        pages.tell(connection, "reports")
    return Response(b"{}", 201 if new else 200, media_type="application/json")


@router.get("/{report_id}/photo", summary="The photograph of a report")
def get_photo(request: Request, report_id: str) -> Response:
    """404 where it has none, or has none any more."""
    with context_of(request).connection() as connection:
        jpeg = reports.photo(connection, as_id(report_id, "report"))
    if jpeg is None:
        raise NotFound(message("error.report.no_photo", id=report_id[:60]))
    return Response(jpeg, 200, {"Cache-Control": "private, max-age=86400"}, "image/jpeg")
