"""The commands on who may come in: accounts of people, keys of programs. Nothing secret is said but a new key, once."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from city.account import account_name, check_password, new_name
from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import ConfigError, Conflict, NotFound
from deploy.opening import opened_store, say, words_of

if TYPE_CHECKING:
    from datetime import datetime

    from city.settings import Settings
    from store.accounts import Account, ApiKey
    from store.connect import Connection


def run_user_add(options: argparse.Namespace, settings: Settings) -> int:
    """Makes an account."""
    from dashboards.web.proof import hash_of
    from store import accounts

    name = new_name(options.account)
    kept = hash_of(_password(name, options, settings))
    with opened_store(settings, "accounts") as (connection, clock), connection.transaction():
        if not accounts.add_account(connection, name, options.role, kept, clock.now()):
            raise Conflict(message("error.account.there", name=name))
        _note(connection, clock.now(), "account", f"{name} made as {options.role}")
    return _done(options, settings, message("cli.accounts.made", name=name, role=options.role))


def run_user_role(options: argparse.Namespace, settings: Settings) -> int:
    """Gives an account another role; the last admin keeps theirs."""
    from store import accounts

    def change(connection: Connection, name: str, at: datetime) -> bool:
        return accounts.set_role(connection, name, options.role, at) and _admin_left(connection, name)

    said = message("cli.accounts.role", name=account_name(options.account), role=options.role)
    return _change(options, settings, change, f"now {options.role}", said)


def run_user_password(options: argparse.Namespace, settings: Settings) -> int:
    """Gives an account another password."""
    from dashboards.web.proof import hash_of
    from store import accounts

    kept = hash_of(_password(new_name(options.account), options, settings))

    def change(connection: Connection, name: str, at: datetime) -> bool:
        return accounts.set_password(connection, name, kept, at)

    said = message("cli.accounts.password", name=new_name(options.account))
    return _change(options, settings, change, "new password", said)


def run_user_second_factor(options: argparse.Namespace, settings: Settings) -> int:
    """Takes the second factor of an account away."""
    from store import accounts

    said = message("cli.accounts.reset", name=account_name(options.account))
    return _change(options, settings, accounts.reset_second_factor, "second factor taken away", said)


def run_user_end(options: argparse.Namespace, settings: Settings) -> int:
    """Ends an account; the last admin stays."""
    from store import accounts

    def change(connection: Connection, name: str, at: datetime) -> bool:
        return accounts.end_account(connection, name, at) and _admin_left(connection, name)

    return _change(
        options, settings, change, "ended", message("cli.accounts.ended", name=account_name(options.account))
    )


def run_user_list(options: argparse.Namespace, settings: Settings) -> int:
    """All accounts."""
    from store import accounts

    with opened_store(settings, "accounts") as (connection, _):
        found = accounts.accounts(connection)
    second = {True: [message("cli.accounts.second")], False: []}
    return _list(options, settings, found, message("cli.accounts.none"), lambda one: second[one.second_factor])


def run_key_add(options: argparse.Namespace, settings: Settings) -> int:
    """Makes a key and shows it, once."""
    from dashboards.web.proof import digest, new_key
    from store import accounts

    name, key = new_name(options.account), new_key()
    with opened_store(settings, "accounts") as (connection, clock), connection.transaction():
        if not accounts.add_key(connection, name, digest(key), options.role, clock.now()):
            raise Conflict(message("error.account.key_there", name=name))
        _note(connection, clock.now(), "key", f"{name} made as {options.role}")
    if options.json:
        say(json.dumps({"name": name, "role": options.role, "key": key}, ensure_ascii=False))
        return 0
    say(words_of(settings)("cli.accounts.key", name=name, role=options.role))
    say(key)
    return 0


def run_key_end(options: argparse.Namespace, settings: Settings) -> int:
    """Ends a key."""
    from store import accounts

    name = account_name(options.account)
    with opened_store(settings, "accounts") as (connection, clock), connection.transaction():
        if not accounts.end_key(connection, name, clock.now()):
            raise NotFound(message("error.account.no_key", name=name))
        _note(connection, clock.now(), "key", f"{name} ended")
    return _done(options, settings, message("cli.accounts.key_ended", name=name))


def run_key_list(options: argparse.Namespace, settings: Settings) -> int:
    """All keys; never what they open the door with."""
    from store import accounts

    with opened_store(settings, "accounts") as (connection, _):
        found = accounts.keys(connection)

    def used(one: ApiKey) -> list[Message]:
        if one.last_used is None:
            return [message("cli.accounts.unused")]
        return [message("cli.accounts.used", at=one.last_used.astimezone(settings.municipality.zone))]

    return _list(options, settings, found, message("cli.accounts.no_keys"), used)


RUN_ACCOUNTS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {
    "user add": run_user_add,
    "user list": run_user_list,
    "user role": run_user_role,
    "user password": run_user_password,
    "user second-factor": run_user_second_factor,
    "user end": run_user_end,
    "key add": run_key_add,
    "key list": run_key_list,
    "key end": run_key_end,
}


def _change(
    options: argparse.Namespace,
    settings: Settings,
    change: Callable[[Connection, str, datetime], bool],
    noted: str,
    said: Message,
) -> int:
    """Changes one account, notes it, and says so. Raises NotFound where there is none of that name."""
    name = account_name(options.account)
    with opened_store(settings, "accounts") as (connection, clock), connection.transaction():
        if not change(connection, name, clock.now()):
            raise NotFound(message("error.account.none", name=name))
        _note(connection, clock.now(), "account", f"{name} {noted}")
    return _done(options, settings, said)


def _admin_left(connection: Connection, name: str) -> bool:
    """True. Raises Conflict, which takes the change back, where nobody is left who may do all."""
    from store import accounts

    if not accounts.has_admin(connection):
        raise Conflict(message("error.account.last_admin", name=name))
    return True


def _note(connection: Connection, at: datetime, kind: Any, about: str) -> None:  # noqa: ANN401 - a kind of the book
    from store import doorbook

    doorbook.note(connection, at, os.environ.get("USER") or doorbook.COMMAND, kind, about)


def _password(name: str, options: argparse.Namespace, settings: Settings) -> str:
    """A password that may be one, of a file or typed twice. Raises ConfigError where there is none, BadValue."""
    password = _from_file(options.password_file) if options.password_file else _typed(settings)
    check_password(name, password)
    return password


def _from_file(file: Path) -> str:
    try:
        return next(iter(file.read_text(encoding="utf-8").splitlines()), "")
    except (OSError, UnicodeDecodeError) as error:
        problem = in_our_words(error)
        raise ConfigError(message("error.setting.unreadable", file=str(file), problem=problem)) from error


def _typed(settings: Settings) -> str:
    if not sys.stdin.isatty():
        raise ConfigError(message("error.account.no_password"))
    t = words_of(settings)
    password = getpass.getpass(t("cli.accounts.ask"))
    if getpass.getpass(t("cli.accounts.ask_again")) != password:
        raise ConfigError(message("error.account.not_twice"))
    return password


def _done(options: argparse.Namespace, settings: Settings, said: Message) -> int:
    spoken = words_of(settings).say(said)
    say(json.dumps({"done": True, "said": [spoken]}, ensure_ascii=False) if options.json else spoken)
    return 0


def _list(
    options: argparse.Namespace, settings: Settings, found: Sequence[Any], none: Message, of: Callable[[Any], list[Any]]
) -> int:
    """One line each, or one JSON array."""
    import dataclasses

    if options.json:
        say(json.dumps([dataclasses.asdict(one) for one in found], ensure_ascii=False, default=str))
        return 0
    spoken = words_of(settings)
    for line in [_line(one, of(one), settings) for one in found] or [none]:
        say(spoken.say(line))
    return 0


def _line(one: Account | ApiKey, own: Sequence[Message], settings: Settings) -> Message:
    zone, since = settings.municipality.zone, getattr(one, "since", None) or getattr(one, "made_at", None)
    parts: list[Any] = [message("cli.accounts.since", at=since.astimezone(zone)) if since else "", *own]
    if one.ended_at is not None:
        parts.append(message("cli.accounts.until", at=one.ended_at.astimezone(zone)))
    return message("cli.accounts.line", name=one.name, role=one.role, parts=tuple(parts))
