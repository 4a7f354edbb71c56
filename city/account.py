"""Who may come in: roles, what an account may be called, and how long a name waits after wrong passwords."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from city.catalogue.message import message
from city.errors import BadValue

Role = Literal["viewer", "dispatcher", "engineer", "admin", "driver", "machine"]
ROLES: tuple[Role, ...] = ("viewer", "dispatcher", "engineer", "admin", "driver", "machine")
ACCOUNT_ROLES: tuple[Role, ...] = ("viewer", "dispatcher", "engineer", "admin")
"""What an account may be; a driver comes in by a phone, a machine by a key."""
KEY_ROLES: tuple[Role, ...] = ("machine", "viewer", "dispatcher", "engineer")
"""What a key may be: none opens what only an admin may."""
SECOND_FACTOR: frozenset[Role] = frozenset({"engineer", "admin"})
"""Who shows a second factor, where ``web.second_factor`` is set."""
PASSWORD_LENGTH = range(12, 201)
_NAME = re.compile(r"(?:oidc:)?[\w.@+-]{1,60}")


@dataclass(frozen=True)
class Caller:
    """Who asks: what they may be, and the name of an account, a key or a vehicle. Empty: nobody was asked to say it."""

    role: Role
    name: str = ""


def account_name(text: str) -> str:
    """The name of an account as it is kept: small letters, no spaces; ``oidc:`` before it where an identity provider
    signs it in. Raises BadValue."""
    name = unicodedata.normalize("NFC", text).strip().lower()
    if not _NAME.fullmatch(name):
        raise BadValue(message("error.account.name", name=text[:60]))
    return name


def new_name(text: str) -> str:
    """A name that is made here, for an account with a password or for a key. Raises BadValue."""
    name = account_name(text)
    if ":" in name:
        raise BadValue(message("error.account.name", name=text[:60]))
    return name


def check_password(name: str, password: str) -> None:
    """Raises BadValue for a password that is too short, too long, or the name."""
    if len(password) not in PASSWORD_LENGTH:
        raise BadValue(message("error.account.length", least=PASSWORD_LENGTH[0], most=PASSWORD_LENGTH[-1]))
    if password.strip().lower() == name:
        raise BadValue(message("error.account.as_name"))


LOOK_BACK = timedelta(hours=1)
"""Wrong tries that are older count no more."""


def waits_until(
    wrong: Sequence[datetime],
    *,
    tries: int = 5,
    within: timedelta = timedelta(minutes=10),
    first: timedelta = timedelta(minutes=1),
    longest: timedelta = timedelta(minutes=15),
) -> datetime | None:
    """Until when a name waits from an address, by when it was wrong there since it was right, the newest first; None
    where it need not. ``tries`` wrong ones ``within`` a time begin it, each further one doubles it."""
    spans = (a - b for a, b in zip(wrong, wrong[tries - 1 :], strict=False))
    if not any(span <= within for span in spans):
        return None
    doublings = min(len(wrong) - tries, 10)
    return wrong[0] + min(longest, first * (1 << doublings))


def crowd_waits_until(
    wrong: Sequence[datetime], *, tries: int = 30, within: timedelta = timedelta(minutes=10)
) -> datetime | None:
    """Until when an address waits, whatever the name, by when anything was wrong there, the newest first: ``tries`` are
    let through ``within`` a time."""
    if len(wrong) < tries or wrong[0] - wrong[tries - 1] > within:
        return None
    return wrong[tries - 1] + within
