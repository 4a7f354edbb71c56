"""The test gateway as a real HTTP server on loopback: the contract, and a page that shows what came."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.catalogue.words import Words, words
from city.clock import Clock, SystemClock
from city.errors import ConfigError
from city.settings import Settings
from deploy.testgateway.book import Answer, GatewayBook, KeptMessage, Manner, Manners, WantedMessage, by_number
from deploy.testgateway.page import STYLES, guarded, listing

HOST = "127.0.0.1"
MOST_BYTES = 65_536
SAID: dict[str, Answer] = {"yes": "acknowledged", "no": "refused"}


@dataclass(frozen=True)
class ServedGateway:
    """A gateway that runs: its address, and its book."""

    url: str
    book: GatewayBook


@contextmanager
def served_gateway(
    settings: Settings,
    port: int = 0,
    *,
    clock: Clock | None = None,
    manners: Manners = by_number,
    hang_s: float = 60.0,
) -> Iterator[ServedGateway]:
    """Serves on loopback, on any free port where ``port`` is 0, until the end of the context. Who hangs or is late does
    so for ``hang_s``. Raises ConfigError where the port is taken."""
    book = GatewayBook(clock or SystemClock(), manners)
    listening = _listening(port)
    app = application(book, words(settings.municipality.language), settings, hang_s)
    options = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="off")
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run, args=([listening],), name="gateway", daemon=True)
    thread.start()
    try:
        yield ServedGateway(f"http://{HOST}:{listening.getsockname()[1]}", book)
    finally:
        server.should_exit = True
        thread.join(10.0)
        listening.close()


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        said = message("error.setting.gateway_port", port=str(port), problem=in_our_words(error))
        raise ConfigError(said) from error
    listening.listen(128)
    return listening


def application(book: GatewayBook, spoken: Words, settings: Settings, hang_s: float) -> Starlette:
    """The contract and the page over a book."""

    async def take(request: Request) -> Response:
        wanted = await _wanted(request)
        if isinstance(wanted, str):
            return _problem(400, wanted)
        return await _met(book, wanted, book.manner(wanted), hang_s)

    async def receipt(request: Request) -> Response:
        kept = book.receipt(request.path_params["id"])
        return _problem(404, "no such message") if kept is None else JSONResponse(_receipt(kept))

    async def health(_: Request) -> Response:
        return JSONResponse({"state": "ok"})

    async def page(_: Request) -> Response:
        return guarded(listing(book.newest(), spoken, settings.municipality.zone))

    async def answer(request: Request) -> Response:
        said = SAID.get(request.path_params["answer"])
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"} or said is None:
            return _problem(403, "only from its own page")
        book.answer(request.path_params["id"], said)
        return RedirectResponse(f"/#m-{request.path_params['id']}", status_code=303)

    async def style(request: Request) -> Response:
        place = STYLES.get(request.path_params["name"])
        if place is None:
            return PlainTextResponse("", status_code=404)
        body = files(place[0]).joinpath(place[1]).read_bytes()
        kind = "text/javascript" if place[1].endswith(".js") else "text/css"
        return Response(body, media_type=kind, headers={"X-Content-Type-Options": "nosniff"})

    return Starlette(
        routes=[
            Route("/messages", take, methods=["POST"]),
            Route("/messages/{id}", receipt),
            Route("/health", health),
            Route("/", page),
            Route("/messages/{id}/{answer}", answer, methods=["POST"]),
            Route("/style/{name}", style),
        ]
    )


async def _wanted(request: Request) -> WantedMessage | str:
    """The message that is asked for, or what is wrong with the request."""
    try:
        body = await request.body()
    except ClientDisconnect:
        return "it was cut off"
    if len(body) > MOST_BYTES:
        return "too long"
    try:
        wanted = msgspec.json.decode(body, type=WantedMessage)
    except msgspec.DecodeError as error:
        return str(error)
    if request.headers.get("Idempotency-Key") != wanted.id:
        return "the header Idempotency-Key must be the id of the message"
    return wanted


async def _met(book: GatewayBook, wanted: WantedMessage, manner: Manner, hang_s: float) -> Response:
    """The answer to a request, in the manner that it is to be met."""
    if manner in {"lose", "late"}:
        await asyncio.sleep(hang_s)
    if manner in {"no", "busy", "lose"}:
        return _not_taken(manner)
    kept = book.take(wanted)
    if kept is None:
        return _problem(409, "the key stands for another message")
    if manner == "hang":
        await asyncio.sleep(hang_s)
    if manner in {"hang", "fail"}:
        return _problem(500, "something went wrong after it was taken")
    if manner == "garble":
        return PlainTextResponse("OK")
    return JSONResponse({"ref": kept.ref, "state": "accepted"}, 201)


def _not_taken(manner: Manner) -> Response:
    if manner == "no":
        return _problem(422, "the number cannot be called")
    if manner == "busy":
        return JSONResponse({"problem": "too many at once"}, 503, {"Retry-After": "1"})
    return _problem(500, "nothing was taken")


def _receipt(kept: KeptMessage) -> dict[str, str]:
    at = (kept.since or kept.at).isoformat()
    return {"state": kept.state, "ref": kept.ref, "at": at} | ({"problem": kept.problem} if kept.problem else {})


def _problem(status: int, problem: str) -> Response:
    return JSONResponse({"problem": problem}, status)
