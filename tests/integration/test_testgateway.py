"""The test gateway: it obeys its contract, shows what it was given, and misbehaves where a number asks for it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from city.clock import FixedClock
from city.errors import ConfigError
from city.settings import Municipality, Settings
from deploy.testgateway import ServedGateway, served_gateway
from tests.calls import AT


@pytest.fixture(scope="module")
def gateway() -> Iterator[ServedGateway]:
    with served_gateway(Settings(), clock=FixedClock(AT), hang_s=0.2) as served:
        yield served


def send(gateway: ServedGateway, call: str, to: str = "070", **parts: object) -> httpx.Response:
    body = {"id": call, "channel": "sms", "to": to, "text": "Utkallning P11.", "language": "sv", "answers": ["1", "2"]}
    return httpx.post(f"{gateway.url}/messages", json=body | parts, headers={"Idempotency-Key": call})


def test_the_same_key_and_body_gives_the_same_answer(gateway: ServedGateway) -> None:
    """Another body under the key is a conflict, and a key that is not the id a fault."""
    first, again = send(gateway, "a"), send(gateway, "a")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.json()["state"] == "accepted"
    assert send(gateway, "a", text="another").status_code == 409
    assert httpx.post(f"{gateway.url}/messages", json={"id": "b"}).status_code == 400
    assert send(gateway, "b", text=1).status_code == 400


@pytest.mark.parametrize(
    ("number", "first", "second"),
    [("busy", 503, 201), ("fail", 500, 201), ("hang", 500, 201), ("lose", 500, 201), ("late", 201, 201),
     ("no", 422, 422), ("garble", 200, 201), ("lost", 201, 201)],
)  # fmt: skip
def test_a_number_asks_for_its_manner(number: str, first: int, second: int, gateway: ServedGateway) -> None:
    assert [send(gateway, f"m-{number}", f"070-{number}").status_code for _ in range(2)] == [first, second]


def test_receipts_say_what_became_of_it(gateway: ServedGateway) -> None:
    def receipt(call: str) -> dict[str, str]:
        found: dict[str, str] = httpx.get(f"{gateway.url}/messages/{call}").json()
        return found

    for call, to in (("r1", "070"), ("r2", "070-lost")):
        send(gateway, call, to)
    assert receipt("r1")["state"] == "delivered"
    assert (receipt("r2")["state"], receipt("r2")["problem"]) == ("failed", "no such subscriber")
    assert httpx.get(f"{gateway.url}/messages/none").status_code == 404
    assert httpx.get(f"{gateway.url}/health").status_code == 200


def test_its_page_shows_what_came_and_takes_the_driver_s_answer(gateway: ServedGateway) -> None:
    """In Swedish first, with what it says escaped, nothing loaded from elsewhere, and no answer from another site."""
    send(gateway, "p1", "<b>070</b>", text="Kör ut 03.00 & strax")
    page = httpx.get(f"{gateway.url}/")
    assert "Ingenting lämnar datorn" in page.text
    assert "&lt;b&gt;070&lt;/b&gt;" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for name in re.findall(r'(?:href|src)="(/[^"#]+)"', page.text):
        assert httpx.get(f"{gateway.url}{name}").status_code == 200
    other = httpx.post(f"{gateway.url}/messages/p1/yes", headers={"Sec-Fetch-Site": "cross-site"})
    assert other.status_code == 403
    assert httpx.post(f"{gateway.url}/messages/p1/yes").status_code == 303
    assert httpx.get(f"{gateway.url}/messages/p1").json()["state"] == "acknowledged"
    assert "<strong>Kör</strong>" in httpx.get(f"{gateway.url}/").text


def test_an_empty_one_says_what_to_do_in_the_town_s_language() -> None:
    with served_gateway(Settings(municipality=Municipality(language="en"))) as served:
        assert "Nothing has come yet." in httpx.get(f"{served.url}/").text


def test_a_port_that_is_taken_is_said(gateway: ServedGateway) -> None:
    port = int(gateway.url.rpartition(":")[2])
    for taken in (port, 70_000):
        with pytest.raises(ConfigError, match="--port"), served_gateway(Settings(), taken):
            pass


def test_the_command_serves_it_until_it_is_told_to_end() -> None:
    with served_gateway(Settings()) as free:
        port = free.url.rpartition(":")[2]
    running = subprocess.Popen(
        [sys.executable, "-m", "dagsplan", "gateway", "--port", port], stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        assert f"http://127.0.0.1:{port}/" in running.stdout.readline()
        assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    finally:
        running.terminate()
    assert running.wait(60) == 0
