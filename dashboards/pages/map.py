"""The map page, its parts that are fetched anew, and the browser's own wishes."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from city.vocabulary import DOMAINS, Domain
from dashboards.pages.freshness import freshness
from dashboards.pages.headline import headline
from dashboards.pages.maplist import map_list
from dashboards.pages.mapnow import map_now
from dashboards.pages.nightnow import standing_of
from dashboards.pages.services.known import VIEWS
from dashboards.pages.turpanel import tur_panel
from dashboards.web.context import context_of
from dashboards.web.render import locale_of, page

router = APIRouter(include_in_schema=False)


@router.get("/karta")
def chart(request: Request, domain: Domain = "snow") -> Response:
    """The map of a domain's live plan with its list. Everything that it says also stands in the day page's table."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        shown = map_now(context, connection, domain, locale)
        fresh = freshness(context, connection, domain, shown.plan, locale)
        stands = standing_of(context, connection, shown.plan) if shown.plan else None
    answer = None
    if stands is not None and shown.plan is not None:
        by_call = not VIEWS[domain].advice
        answer = headline(stands, shown.plan, locale, certain="", open_draft=False, by_call=by_call)
    return page(
        request,
        "karta.html",
        nav="karta",
        domain=domain,
        domains=DOMAINS,
        view=VIEWS[domain],
        by_street=VIEWS[domain].by_street,
        fresh=fresh,
        plan=shown.plan,
        groups=map_list(shown, domain, locale),
        answer=answer,
        clock=f"{locale.day(shown.at)} {locale.clock(shown.at)}",
    )


@router.get("/karta/turer")
def turer(request: Request, domain: Domain = "snow") -> Response:
    """The list beside the map as it stands now; the map page takes it in."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        shown = map_now(context, connection, domain, locale)
    groups, by_street = map_list(shown, domain, locale), VIEWS[domain].by_street
    return page(request, "turer.html", domain=domain, plan=shown.plan, groups=groups, by_street=by_street)


@router.get("/karta/tur")
def tur(request: Request, key: str, domain: Domain = "snow") -> Response:
    """One tur as it stands now; the map page puts it beside itself."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        shown = map_now(context, connection, domain, locale)
        panel = tur_panel(connection, shown, key, locale)
    return page(request, "tur.html", domain=domain, panel=panel)


@router.get("/favicon.ico")
def favicon() -> Response:
    """The mark, for browsers that ask for it by its old name."""
    return Response((files("dashboards") / "static" / "icon.svg").read_bytes(), media_type="image/svg+xml")
