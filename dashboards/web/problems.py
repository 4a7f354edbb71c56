"""What went wrong, said once: as problem+json to programs (RFC 9457), as a kind page to people, each in the language
that the request asks for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

import msgspec
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.catalogue.words import words
from city.errors import Conflict, DagsplanError, NotFound, PlanNotPossible, Sentence, StoreUnavailable, as_message
from dashboards.web.render import accepted_language, language_of, page, wants_page
from store.refusal import refusal as of_the_schema

log = logging.getLogger("dagsplan.web")
TITLES = frozenset({400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503})
"""The statuses that have a title."""
PAGES = frozenset({401, 403, 404, 409, 422, 503})
REFUSED: Mapping[str, str] = {"cross-site": "error.request.cross_site", "host": "error.request.host"}
"""What the guard stops."""


class HttpProblem(DagsplanError):
    """A refusal with its status."""

    def __init__(self, status: int, detail: Sentence) -> None:
        super().__init__(detail)
        self.status = status


def answer(request: Request, status: int, detail: Message, *, key: str = "") -> Response:
    """A problem for a program, or a page for a person; ``key`` is of its words where the status has several."""
    if wants_page(request):
        mark = str(status) if status in PAGES else "500"
        said = words(language_of(request)).say(detail) if key or status in {404, 409, 422} else ""
        return page(request, "problem.html", status, mark=mark, key=key or mark, detail=said)
    say = words(language_of(request, accepted_language(request))).say
    body = {"type": "about:blank", "title": say(_title(status)), "status": status, "detail": say(detail)}
    raw = msgspec.json.encode(body | {"instance": request.url.path})
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Response(raw, status, headers, "application/problem+json")


def _title(status: int) -> Message:
    """The name of a status; one that has none of its own has that of its hundred, 400 or 500."""
    named = status if status in TITLES else max(status, 400) // 100 * 100
    return message(f"error.status.{named}")


def refusal(scope: Scope, problem: str) -> Response:
    """The answer to a request that the guard stopped."""
    return answer(Request(scope), 403, message(REFUSED[problem]))


def install(app: FastAPI) -> None:
    """Takes over how the application answers every kind of failure."""
    statuses: list[tuple[type[Exception], int]] = [(NotFound, 404), (Conflict, 409), (PlanNotPossible, 409)]
    for kind, status in statuses:
        app.add_exception_handler(kind, _saying(status))
    for unavailable in (StoreUnavailable, psycopg.OperationalError):
        app.add_exception_handler(unavailable, _unavailable)
    app.add_exception_handler(HttpProblem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(msgspec.ValidationError, _saying(422))
    app.add_exception_handler(psycopg.DataError, _fault_of_input)
    app.add_exception_handler(Exception, _fault)


def _saying(status: int) -> Callable[[Request, Exception], Response]:
    def handler(request: Request, error: Exception) -> Response:
        return answer(request, status, in_our_words(error))

    return handler


def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("database unavailable: %s", str(error).splitlines()[0] if str(error) else type(error).__name__)
    return answer(request, 503, message("error.request.no_store"))


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem)
    return answer(request, error.status, error.message)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = str(error.detail)
    plain = said in {HTTPStatus(error.status_code).phrase, ""}
    return answer(request, error.status_code, _title(error.status_code) if plain else as_message(said))


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    parts = tuple(_at_field(found["loc"], found["msg"]) for found in error.errors())
    return answer(request, 422, message("format.clauses", parts=parts))


def _at_field(place: Sequence[str | int], said: str) -> Message:
    return message("error.request.at_field", field=".".join(map(str, place)), problem=in_our_words(said))


def _fault_of_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, psycopg.Error)
    return answer(request, 422, of_the_schema(error))


def _fault(request: Request, error: Exception) -> Response:
    return answer(request, 500, message("error.request.fault"))
