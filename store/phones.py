"""Phones that stand for a vehicle, and what lets them in. Of secrets and tokens only a hash is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from city.report import Phone
from city.vocabulary import PhoneWay
from store.connect import Connection
from store.rows import select
from store.sql import query


@dataclass(frozen=True)
class Pairing:
    """What a secret opens: a vehicle's phone, and the call that it was the link of."""

    vehicle: str
    way: PhoneWay
    call_id: str | None


def hashed(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def add_pairing(
    connection: Connection,
    secret: str,
    vehicle: str,
    way: PhoneWay,
    at: datetime,
    until: datetime,
    call_id: str | None = None,
) -> bool:
    """Keeps what lets a phone in; False where the same secret is still good for another vehicle's."""
    parameters = {"hash": hashed(secret), "vehicle": vehicle, "way": way, "call_id": call_id, "at": at, "until": until}
    return connection.execute(query("phones", "add_pairing"), parameters).fetchone() is not None


def pairing(connection: Connection, secret: str, now: datetime) -> Pairing | None:
    """What a secret opens now, held until the end of the transaction; None where it opens nothing."""
    found = select(connection, query("phones", "pairing"), {"hash": hashed(secret), "now": now}, Pairing)
    return found[0] if found else None


def spend(connection: Connection, secret: str, now: datetime) -> None:
    """From now on the secret opens nothing."""
    connection.execute(query("phones", "spend"), {"hash": hashed(secret), "now": now})


def void(connection: Connection, vehicle: str) -> None:
    """From now on nothing that was given out lets a phone in for a vehicle."""
    connection.execute(query("phones", "void"), {"vehicle": vehicle})


def add_phone(connection: Connection, phone: Phone, token: str) -> None:
    """Keeps a phone, which is known by its token."""
    parameters = {"id": phone.id, "vehicle": phone.vehicle, "way": phone.way, "since": phone.since}
    connection.execute(query("phones", "add_phone"), parameters | {"until": phone.until, "hash": hashed(token)})


def by_token(connection: Connection, token: str, now: datetime) -> Phone | None:
    """The phone of a token; None where it is unknown, was taken out, or its time is out."""
    found = select(connection, query("phones", "by_token"), {"hash": hashed(token), "now": now}, Phone)
    return found[0] if found else None


def phones(connection: Connection, now: datetime) -> tuple[Phone, ...]:
    """The phones that are in now, by vehicle."""
    return select(connection, query("phones", "phones"), {"now": now}, Phone)


def end_phone(connection: Connection, phone_id: str, now: datetime, who: str) -> str | None:
    """Takes a phone out, and gives its vehicle; None for an unknown one."""
    row = connection.execute(query("phones", "end_phone"), {"id": phone_id, "now": now, "who": who}).fetchone()
    return None if row is None else str(row[0])
