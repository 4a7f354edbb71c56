"""``/kor``: the driver's page. It works without network: one shell, a worker that keeps it, and a handful of scripts.

What is said in it stands in the catalogue under ``drive.word``; the scripts are files that a browser reads as they are.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from city.catalogue.words import words
from dashboards.web.context import context_of
from dashboards.web.render import locale_of, page

router = APIRouter(include_in_schema=False)
STYLES = ("tokens.css", "kor/kor.css", "icon.svg")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), screen-wake-lock=(self)",
}
"""The one page that may ask where it is, and keep the screen on."""


@router.get("/kor")
def drive(request: Request) -> Response:
    """The shell of the page; it holds nothing of the town, so that it may be kept on the phone."""
    shown = page(request, "kor.html", words=spoken(locale_of(request).words.language), scripts=scripts())
    shown.headers.update(HEADERS | {"Dagsplan-Version": version()})
    return shown


@router.get("/kor/worker.js")
def worker(request: Request) -> Response:
    """The worker that keeps the page on the phone; it is another one whenever any file of the page is."""
    base = context_of(request).base
    names = [*STYLES, *(f"kor/{name}" for name in scripts())]
    head = msgspec.json.encode([f"{base}/static/{name}" for name in names]).decode()
    send = f'import {{ drain }} from "{base}/static/kor/send.js";\n'
    text = f'{send}const VERSION = "{version()}", FILES = {head};\n{_text("kor/worker.js")}'
    scope = {"Service-Worker-Allowed": f"{base}/kor", "Cache-Control": "no-cache"}
    return Response(text, 200, scope | HEADERS, "text/javascript")


@router.get("/kor/app.webmanifest")
def manifest(request: Request) -> Response:
    """What lets the page stand on the home screen of a phone."""
    base, t = context_of(request).base, locale_of(request).words
    body = {
        "name": t("drive.title"),
        "short_name": "dagsplan",
        "lang": t.language,
        "start_url": f"{base}/kor",
        "scope": f"{base}/kor",
        "display": "standalone",
        "icons": [{"src": f"{base}/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return Response(msgspec.json.encode(body), media_type="application/manifest+json")


@cache
def scripts() -> tuple[str, ...]:
    """The scripts of the page, but for the worker."""
    found = (files("dashboards") / "static" / "kor").iterdir()
    return tuple(sorted(file.name for file in found if file.name.endswith(".js") and file.name != "worker.js"))


@cache
def spoken(language: str) -> str:
    """The words of the page as JSON that may stand in a page."""
    said, before = words(language).table, "drive.word."
    names = [key.removeprefix(before) for key in said if key.startswith(before)]
    table = {name: said[f"drive.word.{name}"] for name in names}
    return msgspec.json.encode(table).decode().replace("<", "\\u003c")


@cache
def version() -> str:
    """Changes when anything does that the phone keeps."""
    names = [*STYLES, *(f"kor/{name}" for name in scripts()), "kor/worker.js"]
    shell = (files("dashboards") / "templates" / "kor.html").read_text(encoding="utf-8")
    parts = [shell, spoken("sv"), spoken("en"), *(_text(name) for name in names)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _text(name: str) -> str:
    return (files("dashboards") / "static" / name).read_text(encoding="utf-8")
