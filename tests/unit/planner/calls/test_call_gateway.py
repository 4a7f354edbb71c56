"""What each answer of a gateway means: taken, surely not sent, to be tried again, or nobody knows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from city.catalogue.words import words
from planner.calls.channels.gateway import GatewayLine
from planner.calls.channels.line import CallReceipt, CallTaken, NoAnswer, Refused, TryAgain
from tests.calls import AT, call_now, calling

CALL = call_now()


@dataclass
class Answering:
    """A server that gives one answer to all, and remembers what it was asked."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def gateway() -> Iterator[Answering]:
    says = Answering()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            says.asked.append((self.command, self.path, dict(self.headers), body))
            if says.status == 0:  # hangs up without a word
                self.close_connection = True
                return
            self.send_response(says.status)
            for name, value in says.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(says.body)))
            self.end_headers()
            try:
                self.wfile.write(says.body)
            except OSError:
                pass

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    says.url = f"http://127.0.0.1:{server.server_address[1]}/in/"
    yield says
    server.shutdown()
    server.server_close()
    thread.join()


def line(gateway: Answering, **others: object) -> GatewayLine:
    return GatewayLine(calling(gateway.url, **others))


def test_a_call_goes_out_as_the_contract_says(gateway: Answering) -> None:
    gateway.status, gateway.body = 202, b'{"ref": "r-1", "state": "delivered", "more": 1}'
    assert line(gateway, gateway_token="secret").send(CALL) == CallTaken("r-1", "delivered")
    ((method, path, headers, body),) = gateway.asked
    assert (method, path) == ("POST", "/in/messages")
    assert (headers["Idempotency-Key"], headers["Authorization"]) == (CALL.id, "Bearer secret")
    assert json.loads(body) == {
        "id": CALL.id, "channel": "sms", "to": "0700000001", "text": "Utkallning P11.", "language": "sv",
        "answers": ["1 = jag kör", "2 = kan inte"],
    }  # fmt: skip


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 301, 307])
def test_what_is_refused_was_surely_not_sent(status: int, gateway: Answering) -> None:
    """A redirect too: nothing is handed to a place that nobody named."""
    gateway.status, gateway.body, gateway.headers = status, b'{"problem": "no such number"}', {"Location": "/other"}
    outcome = line(gateway).send(CALL)
    assert isinstance(outcome, Refused)
    assert words("en").say(outcome.problem) == f"status {status}: no such number"
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("status", [425, 429, 503])
def test_what_is_busy_is_tried_again(status: int, gateway: Answering) -> None:
    gateway.status, gateway.headers = status, {"Retry-After": "7"}
    outcome = line(gateway).send(CALL)
    assert isinstance(outcome, TryAgain)
    assert outcome.rest_s == 7


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""), (502, b"<html>"), (504, b""), (408, b""), (409, b'{"problem": "other body"}'), (204, b""),
        (200, b"OK"), (200, b'{"state": "accepted"}'), (201, b'{"ref": 1}'), (200, b"x" * 200_000), (0, b""),
    ],
)  # fmt: skip
def test_what_is_no_answer_leaves_it_open(status: int, body: bytes, gateway: Answering) -> None:
    """A page of somebody else's with status 200 is no message that was taken."""
    gateway.status, gateway.body = status, body
    assert isinstance(line(gateway).send(CALL), NoAnswer)


@pytest.mark.parametrize(
    ("status", "body", "receipt"),
    [
        (
            200,
            b'{"state": "delivered", "at": "2027-01-12T02:00:00Z", "ref": "r"}',
            CallReceipt("delivered", AT, "", "r"),
        ),
        (200, b'{"state": "failed", "problem": "off"}', CallReceipt("failed", None, "off")),
        (200, b'{"state": "read"}', None),
        (404, b'{"problem": "no such message"}', CallReceipt("never")),
        (404, b"<html>nothing here</html>", None),
        (404, b'{"detail": "Not Found"}', None),
        (500, b"", None),
        (0, b"", None),
    ],
)
def test_a_receipt_is_believed_where_it_is_one(
    status: int, body: bytes, receipt: CallReceipt | None, gateway: Answering
) -> None:
    """404 of a web server in the way is not the gateway's word that it never had a call."""
    gateway.status, gateway.body = status, body
    assert line(gateway).ask(CALL) == receipt
    assert gateway.asked[0][1] == f"/in/messages/{CALL.id}"


def test_its_health_is_asked_for(gateway: Answering) -> None:
    assert line(gateway).health() is None
    gateway.status = 503
    problem = line(gateway).health()
    assert problem is not None
    assert words("en").say(problem) == "the gateway answered with status 503"
    assert gateway.asked[0][:2] == ("GET", "/in/health")
