"""Health for machines: is the process alive, can it serve, and a few figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from city.errors import SchemaMismatch, StoreUnavailable
from city.metrics import MetricValue, figure, registry
from city.version import code_version
from dashboards.web.context import AppContext, context_of
from store import health, pages, readings, weather
from store.connect import Connection
from store.migrate import check_schema

router = APIRouter(tags=["health"])


@router.get("/livez", summary="The process answers", response_class=PlainTextResponse)
def livez() -> str:
    """Asks nothing of anybody."""
    return "ok"


@router.get("/readyz", summary="Database and schema are there")
@router.get("/healthz", include_in_schema=False)
def readyz(request: Request) -> JSONResponse:
    """Names each check; 503 where one fails."""
    checks = {"database": "ok", "schema": "ok"}
    try:
        with context_of(request).connection() as connection:
            check_schema(connection)
    except SchemaMismatch as error:
        checks["schema"] = str(error)
    except (StoreUnavailable, psycopg.OperationalError):
        checks = {"database": "the database does not answer", "schema": "not known"}
    good = all(found == "ok" for found in checks.values())
    return JSONResponse({"status": "ok" if good else "failing", "checks": checks}, 200 if good else 503)


@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Plain text of the Prometheus exposition format; without the database only what the process knows itself."""
    context = context_of(request)
    text = generate_latest(registry(lambda: _figures(context)))
    return PlainTextResponse(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _figures(context: AppContext) -> Iterator[MetricValue]:
    yield figure("build_info", 1, version=code_version())
    yield figure("sse_clients", context.hub.clients)
    try:
        with context.connection() as connection:
            stored = [figure("database_up", 1), *_stored(context, connection)]
    except (StoreUnavailable, psycopg.OperationalError):
        stored = [figure("database_up", 0)]
    yield from stored


def _stored(context: AppContext, connection: Connection) -> Iterator[MetricValue]:
    now = context.clock.now()
    for head in pages.heads(connection, context.mode):
        yield figure("plan_version", head.version, domain=head.domain)
        yield figure("plan_last_success_timestamp_seconds", head.created_at.timestamp(), domain=head.domain)
        yield figure("plan_interventions", head.interventions, domain=head.domain)
    for count in pages.order_counts(connection, now - timedelta(days=1)):
        yield figure("orders", count.orders, domain=count.domain, state=count.state)
    fresh = readings.freshness(connection, now)
    yield figure("devices", fresh.devices)
    yield figure("devices_silent", fresh.silent)
    if fresh.last_time is not None:
        yield figure("reading_age_seconds", (now - fresh.last_time).total_seconds())
    for daemon in health.daemons(connection, now):
        yield from health.figures(daemon, now)
    issue = weather.newest_issue(connection, now)
    if issue is not None:
        yield figure("forecast_age_seconds", (now - issue.issued_at).total_seconds())
