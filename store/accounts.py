"""Accounts, sessions of browsers and keys of programs. What opens the door is kept as its hash alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from psycopg import Cursor

from city.account import Caller, Role
from store.connect import Connection
from store.rows import select
from store.sql import query

Stage = Literal["code", "set_up", "open"]
IDLE = timedelta(hours=12)
"""A session that is not used for so long is over."""
WHOLE = timedelta(days=7)
"""And at the latest after this."""
ON_THE_WAY = timedelta(minutes=10)
"""So long a right password waits for its second factor."""
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session or a key was last used."""
KEPT_AFTER = timedelta(days=30)
"""How long a session that is over stays."""


@dataclass(frozen=True)
class Account:
    """An account as a list shows it."""

    name: str
    role: Role
    second_factor: bool
    made_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class AccountProof:
    """What the owner of an account must show."""

    name: str
    role: Role
    password_hash: str = field(repr=False)
    second_factor: str | None = field(repr=False)


@dataclass(frozen=True)
class WebSession:
    """A browser that gave a right password: whose it is, what is still wanted of it, and the secrets for that."""

    name: str
    role: Role
    stage: Stage
    by_second_factor: bool
    secret: str | None = field(repr=False)
    last_used: datetime
    account_secret: str | None = field(repr=False)


@dataclass(frozen=True)
class ApiKey:
    """A key as a list shows it."""

    name: str
    role: Role
    since: datetime
    last_used: datetime | None
    ended_at: datetime | None


def _found(done: Cursor[tuple[Any, ...]]) -> bool:
    """Whether what was asked for met a row."""
    return done.fetchone() is not None


def accounts(connection: Connection) -> tuple[Account, ...]:
    """All accounts by name, ended ones too."""
    return select(connection, query("accounts", "accounts"), {}, Account)


def proof_of(connection: Connection, name: str) -> AccountProof | None:
    """What the owner of an account must show; None where there is none that holds."""
    return next(iter(select(connection, query("accounts", "account"), {"name": name}, AccountProof)), None)


def has_admin(connection: Connection) -> bool:
    """Whether somebody may do all."""
    return connection.execute(query("accounts", "has_admin")).fetchone() == (True,)


def add_account(connection: Connection, name: str, role: Role, password_hash: str, at: datetime) -> bool:
    """Makes an account; False where one of that name holds."""
    return _found(
        connection.execute(
            query("accounts", "add_account"), {"name": name, "role": role, "password_hash": password_hash, "at": at}
        )
    )


def provide_account(connection: Connection, name: str, role: Role, at: datetime) -> bool:
    """Makes or renews the account of somebody whom an identity provider signs in, and ends the sessions of another
    role; False where it was ended here."""
    before = proof_of(connection, name)
    if before is not None and before.role != role:
        end_sessions(connection, name, at)
    return _found(connection.execute(query("accounts", "provide_account"), {"name": name, "role": role, "at": at}))


def set_role(connection: Connection, name: str, role: Role, at: datetime) -> bool:
    """Gives an account another role and ends its sessions; whether there is one."""
    return _found(connection.execute(query("accounts", "set_role"), {"name": name, "role": role})) and end_sessions(
        connection, name, at
    )


def set_password(connection: Connection, name: str, password_hash: str, at: datetime) -> bool:
    """Gives an account another password and ends its sessions; whether there is one."""
    known = _found(
        connection.execute(query("accounts", "set_password"), {"name": name, "password_hash": password_hash})
    )
    return known and end_sessions(connection, name, at)


def reset_second_factor(connection: Connection, name: str, at: datetime) -> bool:
    """Takes the second factor of an account away, so that it is set up anew, and ends its sessions."""
    return set_second_factor(connection, name, None) and end_sessions(connection, name, at)


def set_second_factor(connection: Connection, name: str, secret: str | None) -> bool:
    """Gives an account the secret of its codes; whether there is one."""
    return _found(connection.execute(query("accounts", "set_second_factor"), {"name": name, "secret": secret}))


def use_code(connection: Connection, name: str, step: int) -> bool:
    """Takes the code of a time step; False where it or a later one was taken already."""
    return _found(connection.execute(query("accounts", "use_code"), {"name": name, "step": step}))


def end_account(connection: Connection, name: str, at: datetime) -> bool:
    """Ends an account and its sessions; whether there is one."""
    return _found(connection.execute(query("accounts", "end_account"), {"name": name, "at": at})) and end_sessions(
        connection, name, at
    )


def end_sessions(connection: Connection, name: str, at: datetime) -> bool:
    """Ends all sessions of an account; True."""
    connection.execute(query("accounts", "end_sessions"), {"name": name, "at": at})
    return True


def add_session(
    connection: Connection,
    token_hash: bytes,
    name: str,
    at: datetime,
    *,
    stage: Stage = "open",
    by_second_factor: bool = False,
    secret: str | None = None,
) -> None:
    """A browser that gave a right password; ``secret`` is that of a second factor that it sets up."""
    until = at + (WHOLE if stage == "open" else ON_THE_WAY)
    parts = {"token_hash": token_hash, "name": name, "stage": stage, "secret": secret, "at": at, "until": until}
    connection.execute(query("accounts", "drop_old_sessions"), {"before": at - KEPT_AFTER})
    connection.execute(query("accounts", "add_session"), {**parts, "by_second_factor": by_second_factor})


def session(connection: Connection, token_hash: bytes, at: datetime, *, used: bool = True) -> WebSession | None:
    """The session of a token, where it holds at a time; notes that it is in use, where this is one."""
    parts = {"token_hash": token_hash, "at": at, "idle_since": at - IDLE}
    found = next(iter(select(connection, query("accounts", "session"), parts, WebSession)), None)
    if used and found is not None and at - found.last_used >= NOTED_EVERY:
        connection.execute(query("accounts", "use_session"), {"token_hash": token_hash, "at": at})
    return found


def end_session(connection: Connection, token_hash: bytes, at: datetime) -> bool:
    """Ends a session; whether there was one."""
    return _found(connection.execute(query("accounts", "end_session"), {"token_hash": token_hash, "at": at}))


def keys(connection: Connection) -> tuple[ApiKey, ...]:
    """All keys by name, ended ones too."""
    return select(connection, query("accounts", "keys"), {}, ApiKey)


def add_key(connection: Connection, name: str, key_hash: bytes, role: Role, at: datetime) -> bool:
    """A key of a program; False where one of that name holds."""
    return _found(
        connection.execute(query("accounts", "add_key"), {"name": name, "key_hash": key_hash, "role": role, "at": at})
    )


def key_caller(connection: Connection, key_hash: bytes, at: datetime) -> Caller | None:
    """Who comes in by a key, as ``key:NAME``, which no account is called; notes that it is in use."""
    row = connection.execute(query("accounts", "key"), {"key_hash": key_hash}).fetchone()
    if row is None:
        return None
    name, role, last_used = row
    if last_used is None or at - last_used >= NOTED_EVERY:
        connection.execute(query("accounts", "use_key"), {"key_hash": key_hash, "at": at})
    return Caller(role, f"key:{name}")


def end_key(connection: Connection, name: str, at: datetime) -> bool:
    """Ends a key; whether there is one."""
    return _found(connection.execute(query("accounts", "end_key"), {"name": name, "at": at}))
