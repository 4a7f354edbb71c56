"""Text messages and voice over one small HTTP contract, ``docs/gateway.md``; the call's id is the key of every try."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeVar

import httpx
import msgspec

from city.call import CallNow
from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.catalogue.words import words
from city.settings import Settings
from planner.calls.channels.line import CallReceipt, CallTaken, NoAnswer, Outcome, Refused, TryAgain

MOST_BYTES = 65_536
NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""What ends a request before a byte of it has left."""
AGAIN = frozenset({425, 429, 503})
IN_DOUBT = frozenset({408, 409})
"""A request that was cut short, and a key that stands for another message: it may be that one of ours left."""
T = TypeVar("T")


class _TakenBody(msgspec.Struct, frozen=True):
    ref: str
    state: Literal["accepted", "delivered"] = "accepted"


class _ReceiptBody(msgspec.Struct, frozen=True):
    state: Literal["accepted", "delivered", "failed", "acknowledged", "refused"]
    at: datetime | None = None
    problem: str = ""
    ref: str = ""


class _ProblemBody(msgspec.Struct, frozen=True):
    problem: str = ""


class GatewayLine:
    """A gateway that speaks the contract. Any number of threads may share one."""

    repeats_safely = True

    def __init__(self, settings: Settings) -> None:
        calls = settings.calls
        spoken = words(settings.municipality.language)
        self.url, self.language = calls.gateway_url.rstrip("/"), settings.municipality.language
        self.answers = [spoken(f"call.answer.{word}") for word in ("yes", "no")]
        self.timeout_s = calls.timeout_s
        token = {"Authorization": f"Bearer {calls.gateway_token}"} if calls.gateway_token else {}
        self._http = httpx.Client(timeout=calls.timeout_s, headers={"User-Agent": "dagsplan", **token})

    def send(self, call: CallNow) -> Outcome:
        """One try. The same call is always the same body under the same key."""
        try:
            status, rest_s, body = self._exchange("POST", "/messages", self._body(call), key=call.id)
        except NOT_BEGUN as error:
            return TryAgain(self._silent(error))
        except httpx.HTTPError as error:
            return NoAnswer(self._silent(error))
        return _outcome(status, rest_s, body)

    def ask(self, call: CallNow) -> CallReceipt | None:
        """What the gateway says of a call; None where it does not answer as the contract says."""
        try:
            status, _, body = self._exchange("GET", f"/messages/{call.id}")
        except httpx.HTTPError:
            return None
        if status == httpx.codes.NOT_FOUND:  # one without a problem is of some server in the way
            never = _decoded(body, _ProblemBody)
            return CallReceipt("never") if never is not None and never.problem else None
        said = _decoded(body, _ReceiptBody) if status == httpx.codes.OK else None
        return None if said is None else CallReceipt(said.state, said.at, said.problem, said.ref)

    def health(self) -> Message | None:
        """What is wrong with it; None where it answers ``GET /health`` with 200."""
        try:
            status, _, _ = self._exchange("GET", "/health")
        except httpx.HTTPError as error:
            return self._silent(error)
        return None if status == httpx.codes.OK else message("call.problem.status", status=str(status))

    def _body(self, call: CallNow) -> bytes:
        said = {
            "id": call.id,
            "channel": call.channel,
            "to": call.address,
            "text": call.text,
            "language": self.language,
        }
        return msgspec.json.encode(said | ({"answers": self.answers} if call.kind == "go" else {}))

    def _exchange(self, method: str, path: str, body: bytes | None = None, key: str = "") -> tuple[int, float, bytes]:
        """Status, seconds of quiet that are asked for, and the body, as far as it is of a sane size."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key} if key else {}
        with self._http.stream(method, f"{self.url}{path}", content=body, headers=headers) as answer:
            found = b""
            for part in answer.iter_bytes():
                found += part
                if len(found) > MOST_BYTES:
                    break
            return answer.status_code, _seconds(answer.headers.get("Retry-After", "")), found

    def _silent(self, error: httpx.HTTPError) -> Message:
        if isinstance(error, httpx.TimeoutException):
            return message("call.problem.silent", seconds=self.timeout_s)
        return message("call.problem.connection", problem=in_our_words(str(error) or type(error).__name__))


def _outcome(status: int, rest_s: float, body: bytes) -> Outcome:
    if status in {200, 201, 202}:
        taken = _decoded(body, _TakenBody)
        return NoAnswer(message("call.problem.no_contract")) if taken is None else CallTaken(taken.ref, taken.state)
    said = _decoded(body, _ProblemBody)
    problem = message("call.problem.status", status=str(status))
    if said is not None and said.problem:
        problem = message("call.problem.said", status=str(status), problem=said.problem[:300])
    if status in AGAIN:
        return TryAgain(problem, rest_s)
    if status < 300 or status >= 500 or status in IN_DOUBT:
        return NoAnswer(problem)
    return Refused(problem)


def _decoded(body: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError:
        return None


def _seconds(text: str) -> float:
    """``Retry-After`` [s]; 0 where it says a date or nothing."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0
