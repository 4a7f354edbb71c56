"""From a template to a page: language, theme, words, addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from city.catalogue.words import LANGUAGES, is_language, words
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale

THEMES = ("auto", "light", "dark")
YEAR_S = 365 * 86_400


@cache
def environment() -> Environment:
    """The templates: everything is escaped, an unknown name is a fault."""
    made = Environment(
        loader=PackageLoader("dashboards", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = fingerprint
    return made


@cache
def fingerprint(name: str) -> str:
    """A static file's name with what its contents hash to, so that it may be kept for ever."""
    digest = hashlib.sha256((files("dashboards") / "static" / name).read_bytes()).hexdigest()[:10]
    return f"{name}?v={digest}"


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks: by its Accept header, and never under a path made for programs' reads."""
    return "text/html" in request.headers.get("accept", "")


def language_of(request: Request, accepted: str | None = None) -> str:
    """The language: asked for in the address, else remembered, else ``accepted``, else the municipality's."""
    asked = (
        request.query_params.get("lang"),
        request.cookies.get("lang"),
        accepted,
        context_of(request).settings.municipality.language,
    )
    return next((code for code in asked if code is not None and is_language(code)), LANGUAGES[0])


def accepted_language(request: Request) -> str | None:
    """The language that a program would rather hear, of those that there are words of (RFC 9110, Accept-Language)."""
    ranked = []
    for place, part in enumerate(request.headers.get("accept-language", "").split(",")):
        name, _, weight = part.partition(";q=")
        code = name.strip().lower().partition("-")[0]
        if is_language(code) and (rank := _weight(weight)) > 0.0:
            ranked.append((-rank, place, code))
    return min(ranked)[2] if ranked else None


def _weight(text: str) -> float:
    """How much a language is wanted, 0 to 1; one without a weight wholly, one with a broken weight not at all."""
    try:
        return float(text) if text.strip() else 1.0
    except ValueError:
        return 0.0


def theme_of(request: Request) -> str:
    """The theme: asked for, remembered, or the system's."""
    asked = (request.query_params.get("theme"), request.cookies.get("theme"))
    return next((name for name in asked if name in THEMES), "auto")


def locale_of(request: Request) -> Locale:
    """How this request is answered in words and figures."""
    return Locale(words(language_of(request)), context_of(request).settings.municipality.zone)


def page(request: Request, template: str, status: int = 200, **parts: Any) -> Response:  # noqa: ANN401 - of templates
    """A whole page; remembers language and theme where they were asked for."""
    context, locale = context_of(request), locale_of(request)
    body = (
        environment()
        .get_template(template)
        .render(
            t=locale.words,
            locale=locale,
            base=context.base,
            municipality=context.settings.municipality.name,
            accounts=context.settings.web.accounts,
            by_itself=_by_itself(context),
            signed_in=getattr(request.state, "caller", None),
            language=locale.words.language,
            theme=theme_of(request),
            next_theme=THEMES[(THEMES.index(theme_of(request)) + 1) % 3],
            here=_address(request),
            **parts,
        )
    )
    response = HTMLResponse(body, status, {"Cache-Control": "no-cache", "Vary": "Cookie"})
    _remember(request, response)
    return response


def _by_itself(context: AppContext) -> bool:
    """Whether this is a demonstration that everybody on its host may do all in, which its pages say."""
    web = context.settings.web
    return context.clock.simulated and not web.accounts and not web.sign_in_by_proxy


def _address(request: Request) -> Callable[..., str]:
    """This page's address with some query parameters changed: ``here(lang="en")``; None takes one out.

    A page that answers a form has no address of its own: its links lead to the page of the form where that says so
    (``request.state.form_of``), else to the day page.
    """
    context = context_of(request)
    path = request.url.path if request.method == "GET" else getattr(request.state, "form_of", "/idag")
    path = path if path.startswith(f"{context.base}/") else f"{context.base}{path}"

    def here(**changes: str | None) -> str:
        kept = dict(request.query_params) | changes
        query = urlencode({name: value for name, value in kept.items() if value is not None})
        return f"{path}?{query}" if query else path

    return here


def _remember(request: Request, response: Response) -> None:
    path = context_of(request).base or "/"
    for name, allowed in (("lang", is_language), ("theme", THEMES.__contains__)):
        value = request.query_params.get(name)
        if value is not None and allowed(value):
            response.set_cookie(name, value, max_age=YEAR_S, path=path, samesite="lax")
