"""The page of the test gateway: each message as it would have come, and the two answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from zoneinfo import ZoneInfo

import jinja2
from starlette.responses import HTMLResponse, Response

from city.catalogue.words import Words
from deploy.testgateway.book import KeptMessage

STYLES = {
    "tokens.css": ("dashboards", "static/tokens.css"),
    "dagsplan.css": ("dashboards", "static/dagsplan.css"),
    "gateway.css": ("deploy.testgateway", "static/gateway.css"),
    "gateway.js": ("deploy.testgateway", "static/gateway.js"),
}
"""What the page takes along: file names by package."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("deploy.testgateway", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("messages.html")


def listing(messages: Sequence[KeptMessage], spoken: Words, zone: ZoneInfo) -> str:
    """The page with these messages, in a language, with times in a zone."""
    rows = [(kept, kept.at.astimezone(zone), kept.since and kept.since.astimezone(zone)) for kept in messages]
    return _template().render(rows=rows, t=spoken, language=spoken.language)


def guarded(html: str) -> Response:
    """A page that loads nothing from elsewhere and stands in no frame."""
    return HTMLResponse(
        html, headers={"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    )
