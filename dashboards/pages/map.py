"""The map page, and the browser's own wishes."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from city.vocabulary import DOMAINS, Domain
from dashboards.pages.freshness import freshness
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import context_of
from dashboards.web.render import locale_of, page

router = APIRouter(include_in_schema=False)


@router.get("/karta")
def chart(request: Request, domain: Domain = "snow") -> Response:
    """The map of a domain's live plan. Everything that it says also stands in the day page's table."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        plan = context.live(connection, domain)
        fresh = freshness(context, connection, domain, plan, locale)
    return page(
        request, "karta.html", nav="karta", domain=domain, domains=DOMAINS, view=VIEWS[domain], fresh=fresh, plan=plan
    )


@router.get("/favicon.ico")
def favicon() -> Response:
    """The mark, for browsers that ask for it by its old name."""
    return Response((files("dashboards") / "static" / "icon.svg").read_bytes(), media_type="image/svg+xml")
