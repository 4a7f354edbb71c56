"""The phones of a vehicle on the manning page: digits that let one in, and the tap that takes one out."""

from __future__ import annotations

import re

import httpx

from city.clock import FixedClock
from city.plan import Plan
from planner.calls.driver.pair import sheet_secret
from store.connect import Connection
from tests.unit.dashboards import town
from tests.unit.dashboards.driver import DriversPhone, ordered

PAGE = {"Accept": "text/html"}


def test_digits_are_shown_once_and_a_phone_is_taken_out(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    vehicle = ordered(filled, snow)[1].vehicle
    form = "application/x-www-form-urlencoded"
    page = client.post("/api/v1/phones", data={"vehicle": vehicle}, headers=PAGE | {"Content-Type": form}).text
    digits = re.search(r'class="digits">(\d{3})\s(\d{3})<', page)
    assert digits is not None
    phone = DriversPhone(client)
    assert phone.pair(f"{digits[1]} {digits[2]}").status_code == 201
    there = client.get(f"/bemanning?opened={vehicle}", headers=PAGE).text
    assert "Kopplad med siffror" in there
    assert digits[1] not in there
    (out,) = re.findall(r'action="(/api/v1/phones/[\w-]+/end)"', there)
    after = client.post(out, data={}, headers=PAGE | {"Content-Type": form}).text
    assert f"Telefonen för {vehicle} är frånkopplad" in after
    assert phone.get("/api/v1/drive").status_code == 401


def test_who_guesses_has_to_wait(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    """Six wrong digits from one place; from then on the right ones wait too, and a sheet is let in all the same."""
    from dashboards.api import phones

    phones.GUESSES.forget()
    vehicle = ordered(filled, snow)[1].vehicle
    code = client.post("/api/v1/phones", json={"vehicle": vehicle}).json()["code"]
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 7)]
    assert [DriversPhone(client).pair(one).status_code for one in wrong] == [404] * 6
    assert DriversPhone(client).pair(code).status_code == 429
    sheet = sheet_secret(filled, FixedClock(town.AT), vehicle or "")
    filled.commit()
    assert DriversPhone(client).pair(sheet).status_code == 201
    phones.GUESSES.forget()
    assert DriversPhone(client).pair(code).status_code == 201
