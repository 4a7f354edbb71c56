"""Signing in, step by step: a password, then a second factor where the role wants one; wrong ones wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from city.account import SECOND_FACTOR, account_name, crowd_waits_until, waits_until
from city.catalogue.message import Message, message
from city.errors import BadValue
from dashboards.web.context import AppContext
from dashboards.web.proof import digest, is_password, new_secret, new_token, pair_of, step_of
from dashboards.web.provider import Person
from store import accounts, doorbook
from store.accounts import AccountProof, Stage, WebSession
from store.connect import Connection

UNKNOWN = "?"
"""Who was wrong, in the book of the door, where nobody has that name."""


@dataclass(frozen=True)
class Entered:
    """What came of a step: a token for the browser and what is still wanted, or why not and until when it waits."""

    stage: Stage | None = None
    token: str = field(default="", repr=False)
    problem: Message | None = None
    until: datetime | None = None


def by_password(context: AppContext, typed: str, password: str, place: str, before: str = "") -> Entered:
    """The first step. A name that nobody has is answered as one whose password is wrong, and as slowly. ``before`` is
    what the browser held so far: it opens nothing any more once the password was right."""
    name = _named(typed)
    return _in_turn(context, name, place, lambda now: _password_step(context, name, password, place, now, before))


def by_code(context: AppContext, token: str, session: WebSession, code: str, place: str) -> Entered:
    """The second step, of a session that is on its way."""
    return _in_turn(context, session.name, place, lambda now: _code_step(context, token, session, code, place, now))


def by_provider(context: AppContext, person: Person, place: str) -> Entered:
    """Lets in whom the identity provider knows, in the role of their groups; it has asked for a second factor, or not,
    as the municipality wants it."""
    now, role = context.clock.now(), context.settings.oidc.role_of(person.groups)
    with context.connection() as connection, connection.transaction():
        if role is None or not accounts.provide_account(connection, person.name, role, now):
            doorbook.note(connection, now, person.name, "wrong", "no role" if role is None else "ended", place)
            return Entered(problem=message("door.no_role", name=person.name))
        token = new_token()
        accounts.add_session(connection, digest(token), person.name, now, by_second_factor=True)
        doorbook.note(connection, now, person.name, "signed_in", f"as {role}", place)
        return Entered("open", token)


def _named(typed: str) -> str:
    """A typed name as an account would be called; one that no account can have stays as it is."""
    try:
        return account_name(typed)
    except BadValue:
        return typed


def _in_turn(context: AppContext, name: str, place: str, step: Callable[[datetime], Entered]) -> Entered:
    """Does a step when it is its turn, unless the name or the address waits."""
    with context.sign_ins.turn(place) as free:
        now = context.clock.now()
        if not free:
            return Entered(problem=message("door.busy"), until=now)
        with context.connection() as connection:
            until = _waits(connection, name, place, now)
        if until is not None and until > now:
            at = until.astimezone(context.settings.municipality.zone)
            return Entered(problem=message("door.waits", at=at), until=until)
        return step(now)


def _waits(connection: Connection, name: str, place: str, now: datetime) -> datetime | None:
    own = waits_until(doorbook.wrong_of_pair(connection, place, pair_of(name), now))
    crowd = crowd_waits_until(doorbook.wrong_of_place(connection, place, now))
    return max((until for until in (own, crowd) if until is not None), default=None)


def _password_step(context: AppContext, name: str, password: str, place: str, now: datetime, before: str) -> Entered:
    with context.connection() as connection:
        proof = accounts.proof_of(connection, name)
    right = is_password(password, None if proof is None else proof.password_hash)
    with context.connection() as connection, connection.transaction():
        if not right or proof is None:
            who = UNKNOWN if proof is None else name
            doorbook.note(connection, now, who, "wrong", place=place, pair=pair_of(name))
            return Entered(problem=message("door.wrong"))
        stage: Stage = _wanted(context, proof)
        token, secret = new_token(), new_secret() if stage == "set_up" else None
        accounts.end_session(connection, digest(before), now)
        accounts.add_session(connection, digest(token), name, now, stage=stage, secret=secret)
        if stage == "open":
            doorbook.note(connection, now, name, "signed_in", place=place, pair=pair_of(name))
        return Entered(stage, token)


def _wanted(context: AppContext, proof: AccountProof) -> Stage:
    """What is still wanted after the password. Who has a second factor shows it, whatever the role."""
    if not context.settings.web.second_factor:
        return "open"
    if proof.second_factor is not None:
        return "code"
    return "set_up" if proof.role in SECOND_FACTOR else "open"


def _code_step(context: AppContext, token: str, session: WebSession, code: str, place: str, now: datetime) -> Entered:
    pair = pair_of(session.name)
    secret = session.account_secret if session.stage == "code" else session.secret
    with context.connection() as connection, connection.transaction():
        if secret is None or (session.stage == "set_up" and session.account_secret is not None):
            accounts.end_session(connection, digest(token), now)
            return Entered(problem=message("door.again"))
        step = step_of(secret, code, now)
        if step is None or not accounts.use_code(connection, session.name, step):
            doorbook.note(connection, now, session.name, "wrong", "second factor", place, pair)
            return Entered(problem=message("door.wrong_code" if step is None else "door.used_code"))
        if session.stage == "set_up":
            accounts.set_second_factor(connection, session.name, secret)
            doorbook.note(connection, now, session.name, "account", "second factor set up", place)
        accounts.end_session(connection, digest(token), now)
        opened = new_token()
        accounts.add_session(connection, digest(opened), session.name, now, by_second_factor=True)
        doorbook.note(connection, now, session.name, "signed_in", "second factor", place, pair)
        return Entered("open", opened)
