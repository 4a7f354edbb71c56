"""``/tillganglighet``: how far these pages can be used by everybody, what is known not to work, and where to say so."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.web.context import context_of
from dashboards.web.render import locale_of, page

router = APIRouter(include_in_schema=False)
TESTED = ("axe", "keyboard", "zoom", "contrast", "script", "language")
"""What was tried, in the order in which the page says it."""
FAILS = ("map", "reader", "print")
"""What is known not to work as it should."""
AUTHORITIES = {"SE": "se", "FI": "fi", "NO": "no", "DK": "dk"}
"""The countries whose supervising authority has a name in the catalogue."""


@router.get("/tillganglighet")
def statement(request: Request) -> Response:
    """The statement, under the municipality's name."""
    context, t = context_of(request), locale_of(request).words
    settings = context.settings
    contact = (settings.web.contact or settings.weather.contact).strip()
    country = AUTHORITIES.get(settings.municipality.country)
    return page(
        request,
        "tillganglighet.html",
        tested=[t(f"access.tested.{name}") for name in TESTED],
        fails=[t(f"access.fails.{name}") for name in FAILS],
        contact=contact,
        link=_link(contact),
        authority=t(f"access.authority.{country}") if country else "",
    )


def _link(contact: str) -> str:
    """Where a contact leads: an address of a page, or of mail; empty where it is neither."""
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
