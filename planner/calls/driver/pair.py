"""How a phone is let in for a vehicle and a shift, and how it is taken out. No names: a phone stands for a vehicle."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.catalogue.message import message
from city.clock import Clock
from city.errors import Conflict, NotFound
from city.report import Phone
from city.vocabulary import DOMAINS
from store import facts, pages, phones
from store.connect import Connection

SHIFT = timedelta(hours=12)
"""How long a phone is in, and how long a sheet or a call's link lets one in: as long as the longest shift. A choice
of ours."""
CODE_S = 600.0
"""How long six digits wait for a phone, on the wall [s]: somebody reads them out, and somebody taps them in."""
TRIES = 20


@dataclass(frozen=True)
class PairingCode:
    """Six digits that let one phone in for a vehicle, until a time."""

    vehicle: str
    code: str
    until: datetime


@dataclass(frozen=True)
class Paired:
    """A phone that was let in, with the token by which it is known from now on, and the call that its link was of."""

    phone: Phone
    token: str
    call_id: str | None


def make_code(connection: Connection, clock: Clock, vehicle: str, *, lasts_s: float = CODE_S) -> PairingCode:
    """Six digits for a vehicle. Raises NotFound for an unknown vehicle."""
    _known(connection, vehicle)
    now = clock.now()
    until = now + timedelta(seconds=lasts_s / clock.real_seconds(1.0))
    for _ in range(TRIES):
        code = f"{secrets.randbelow(10**6):06d}"
        if phones.add_pairing(connection, code, vehicle, "code", now, until):
            return PairingCode(vehicle, code, until)
    raise Conflict(message("error.phone.no_code"))


def sheet_secret(connection: Connection, clock: Clock, vehicle: str) -> str:
    """The secret of a printed sheet: whoever holds the paper is let in for its vehicle. Raises as ``make_code``."""
    _known(connection, vehicle)
    secret, now = secrets.token_urlsafe(12), clock.now()
    phones.add_pairing(connection, secret, vehicle, "sheet", now, now + shift(clock))
    return secret


def pair(connection: Connection, clock: Clock, secret: str, *, by_link: bool = False) -> Paired:
    """Lets a phone in by what was given out. Six digits open once; the secret of a call's link opens only where that is
    answered (``by_link``). Raises NotFound where it opens nothing."""
    now = clock.now()
    with connection.transaction():
        found = phones.pairing(connection, secret, now)
        if found is None or (found.way == "call") != by_link:
            raise NotFound(message("error.phone.wrong_code"))
        if found.way == "code":
            phones.spend(connection, secret, now)
        until, token = now + shift(clock), secrets.token_urlsafe(24)
        phone = Phone(str(uuid.uuid4()), found.vehicle, found.way, now, until)
        phones.add_phone(connection, phone, token)
        pages.tell(connection, "phones")
    return Paired(phone, token, found.call_id)


def shift(clock: Clock) -> timedelta:
    """How long twelve hours of the wall are by the installation's clock, however fast that is played."""
    return SHIFT / clock.real_seconds(1.0)


def take_out(connection: Connection, phone_id: str, now: datetime, who: str) -> str:
    """Takes a phone out, and voids whatever else would let one in for its vehicle: a lost phone is out with its sheet.
    Gives the vehicle. Raises NotFound for an unknown phone."""
    with connection.transaction():
        vehicle = phones.end_phone(connection, phone_id, now, who)
        if vehicle is None:
            raise NotFound(message("error.phone.unknown", id=phone_id[:60]))
        phones.void(connection, vehicle)
        pages.tell(connection, "phones")
    return vehicle


def _known(connection: Connection, vehicle: str) -> None:
    if all(row.id != vehicle for domain in DOMAINS for row in facts.vehicles(connection, domain)):
        raise NotFound(message("error.manning.no_vehicle", vehicle=vehicle[:40]))
