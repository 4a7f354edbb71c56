"""The web application: pages, interface, events and health of one municipality."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import FastAPI
from psycopg_pool import ConnectionPool
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from city.clock import Clock
from city.settings import Settings
from city.version import code_version
from dashboards.api import calls as api_calls
from dashboards.api import choices as api_choices
from dashboards.api import declines as api_declines
from dashboards.api import drive as api_drive
from dashboards.api import events as streams
from dashboards.api import facts as api_facts
from dashboards.api import health
from dashboards.api import manning as api_manning
from dashboards.api import map as api_map
from dashboards.api import observations as api_judgements
from dashboards.api import orders as api_orders
from dashboards.api import phones as api_phones
from dashboards.api import photos as api_photos
from dashboards.api import plans as api_plans
from dashboards.api import reports as api_reports
from dashboards.api import requests as api_requests
from dashboards.api import roads as api_roads
from dashboards.api import standing as api_standing
from dashboards.api import trackers as api_trackers
from dashboards.pages import (
    access,
    answer,
    data,
    day,
    drive,
    handover,
    manning,
    printed,
    privacy,
    sendsheet,
    signin,
    signinby,
    start,
)
from dashboards.pages import map as pages
from dashboards.web import guard, problems
from dashboards.web.context import AppContext
from dashboards.web.door import Door
from dashboards.web.head import HeadAnswers
from store.connect import Connection

__all__ = ["create_app"]


def create_app(settings: Settings, pool: ConnectionPool[Connection], clock: Clock) -> FastAPI:
    """The application. It asks the database only when it is asked itself; the pool stays the caller's to close."""
    context = AppContext(settings, pool, clock)
    app = FastAPI(
        title="dagsplan",
        version=code_version(),
        summary="The day's work of a Nordic municipality: snow clearance, waste and heating.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_lifespan,
    )
    app.state.context = context
    for room in (
        api_plans,
        api_orders,
        api_calls,
        api_standing,
        api_requests,
        api_judgements,
        api_declines,
        api_choices,
        api_manning,
        api_phones,
        api_reports,
        api_photos,
        api_drive,
        api_trackers,
        api_facts,
        api_map,
        api_roads,
        streams,
        health,
        access,
        answer,
        data,
        sendsheet,
        day,
        drive,
        handover,
        manning,
        printed,
        privacy,
        start,
        signin,
        signinby,
        pages,
    ):
        app.include_router(room.router)
    app.mount("/static", _Static(directory=str(files("dashboards") / "static")), name="static")
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1500, compresslevel=5)
    if settings.web.accounts:
        app.add_middleware(Door, routes=app.routes, context=context)
    app.add_middleware(HeadAnswers)
    app.add_middleware(guard.Guard, refusal=_refusal(app), loopback_only=_loopback_only(settings), base=context.base)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.context.hub.close()


def _loopback_only(settings: Settings) -> bool:
    """Without sign-in a service on loopback must not be reached through another name that points there."""
    web = settings.web
    return web.host in guard.LOOPBACK and not web.sign_in_by_proxy and not web.accounts


def _refusal(app: FastAPI) -> guard.Refusal:
    def refuse(scope: Scope, problem: str) -> Response:
        return problems.refusal({**scope, "app": app}, problem)

    return refuse


class _Static(StaticFiles):
    """Own files only; one that was asked for with its fingerprint never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response
