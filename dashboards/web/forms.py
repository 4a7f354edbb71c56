"""What a request carries: a form of a page, or JSON of a program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import msgspec
from fastapi import Request

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from dashboards.web.problems import HttpProblem

LIMIT_BYTES = 256 * 1024
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class SentForm:
    """The fields that were sent, each a list, and whether a page sent them (it is then answered with a page)."""

    fields: dict[str, Any]
    by_form: bool

    def text(self, name: str, otherwise: str = "") -> str:
        """One field as text."""
        value = self.fields.get(name, otherwise)
        value = value[0] if isinstance(value, list) and value else value
        if not isinstance(value, str):
            raise HttpProblem(422, message("error.request.a_text", name=name))
        return value.strip()

    def texts(self, name: str) -> list[str]:
        """One field as a list of texts, each once, in their order."""
        value = self.fields.get(name, [])
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise HttpProblem(422, message("error.request.texts", name=name))
        return list(dict.fromkeys(value))


def pairs_of(texts: Iterable[str]) -> dict[str, str]:
    """KEY=VEHICLE, each, as a form says which vehicle something has; one that names no vehicle is left out."""
    return {key: vehicle for key, _, vehicle in (text.rpartition("=") for text in texts) if key and vehicle}


async def body_within(request: Request, limit: int) -> bytes:
    """What a request carries. Raises HttpProblem 413 once it is longer than ``limit`` [bytes]; the rest is not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HttpProblem(413, message("error.request.too_long", kb=limit // 1024))
    return bytes(body)


async def sent(request: Request) -> SentForm:
    """Reads a form or JSON. Raises HttpProblem 413 where it is too long, 415 and 422 where it is neither."""
    body = await body_within(request, LIMIT_BYTES)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == FORM:
        return SentForm(_form(body), by_form=True)
    if kind != "application/json":
        raise HttpProblem(415, message("error.request.kind", form=FORM))
    return SentForm(_json(body), by_form=False)


def _form(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=2000))
    except ValueError as error:
        raise HttpProblem(422, message("error.request.form")) from error


def _json(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise HttpProblem(422, message("error.request.no_object", problem=in_our_words(error))) from error
