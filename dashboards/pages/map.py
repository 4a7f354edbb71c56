"""The map page, its parts that are fetched anew, and the browser's own wishes."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from city.plan import Plan
from city.vocabulary import DOMAINS, Domain
from dashboards.pages.freshness import Freshness, freshness
from dashboards.pages.headline import Headline, headline
from dashboards.pages.maplist import map_list
from dashboards.pages.mapnow import map_now
from dashboards.pages.nightnow import standing_of
from dashboards.pages.services.known import VIEWS
from dashboards.pages.turpanel import tur_panel
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from store.connect import Connection

router = APIRouter(include_in_schema=False)
SOONEST_S = 10.0
"""The map asks no sooner than that [s], however fast the clock runs."""


@router.get("/karta")
def chart(request: Request, domain: Domain = "snow") -> Response:
    """The map of a domain's live plan with its list. Everything that it says also stands in the day page's table."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        shown = map_now(context, connection, domain, locale)
        fresh, answer = _head(context, connection, domain, shown.plan, locale)
    return page(
        request,
        "karta.html",
        nav="karta",
        domain=domain,
        domains=DOMAINS,
        view=VIEWS[domain],
        by_street=VIEWS[domain].by_street,
        plan=shown.plan,
        groups=map_list(shown, domain, locale),
        clock=f"{locale.day(shown.at)} {locale.clock(shown.at)}",
        again_ms=_again_ms(context),
        fresh=fresh,
        answer=answer,
    )


@router.get("/karta/huvud")
def head(request: Request, domain: Domain = "snow") -> Response:
    """What stands above the map as it stands now; the map page takes it in."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        fresh, answer = _head(context, connection, domain, context.live(connection, domain), locale)
    return page(request, "karthuvudnu.html", domain=domain, fresh=fresh, answer=answer)


def _head(
    context: AppContext, connection: Connection, domain: Domain, plan: Plan | None, locale: Locale
) -> tuple[Freshness, Headline | None]:
    """How fresh the data are, and the answer; None without a plan."""
    answer = None
    if plan is not None:
        stands, by_call = standing_of(context, connection, plan), not VIEWS[domain].advice
        answer = headline(stands, plan, locale, certain="", open_draft=False, by_call=by_call)
    return freshness(context, connection, domain, plan, locale), answer


def _again_ms(context: AppContext) -> int:
    """How often the map asks how things stand though nothing came in: each minute of the clock, which may run fast."""
    return round(1000 * min(60.0, max(SOONEST_S, context.clock.real_seconds(60.0))))


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
