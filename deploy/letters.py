"""The command on dead letters: what was rejected is listed, or read again and stored."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from city.catalogue.message import Message, message
from deploy.opening import note, opened_store, say, telling, words_of

if TYPE_CHECKING:
    from city.settings import Settings
    from ingest.deadletters import Replayed


def run_deadletters(options: argparse.Namespace, settings: Settings) -> int:
    """Lists what was rejected, or stores what can be stored of it by now."""
    return (_list if options.action == "list" else _replay)(options, settings)


def _list(options: argparse.Namespace, settings: Settings) -> int:
    """The newest letters first; how many there are beyond those shown goes to standard error."""
    from store import readings

    which = {"reason": options.reason, "device": options.device}
    with opened_store(settings, "deadletters") as (connection, _):
        found = readings.dead_letters(connection, options.limit, **which)
        more = readings.count_dead_letters(connection, **which) - len(found)
    for row in found:
        say(json.dumps(_plain(row), ensure_ascii=False) if options.json else _line(row, settings))
    if more > 0:
        telling(settings, note)(message("cli.letters.more", n=more))
    return 0


def _replay(options: argparse.Namespace, settings: Settings) -> int:
    """Exit status 1 where letters were tried and nothing of them could be stored."""
    from ingest.deadletters import replay

    with opened_store(settings, "deadletters") as (connection, clock):
        which = {"reason": options.reason, "device": options.device, "progress": _progress(settings)}
        done = replay(connection, settings, clock.now(), **which)
    if options.json:
        say(json.dumps(dataclasses.asdict(done), ensure_ascii=False))
    else:
        for sentence in replayed(done):
            telling(settings)(sentence)
    return 0 if done.useful else 1


def replayed(done: Replayed) -> Iterator[Message]:
    """What a replay did, a sentence a line: what was stored, and for each reason what remains and what to do."""
    if not done.messages and not done.remaining:
        yield message("cli.letters.none")
        return
    yield message("cli.letters.stored", n=done.messages, rows=done.rows, known=done.known)
    if done.conflicts:
        yield message("cli.letters.conflicts", n=done.conflicts)
    if done.positions:
        yield message("cli.letters.positions", n=done.positions)
    for left in done.remaining:
        yield message("cli.letters.remain", n=left.messages, reason=left.reason, detail=left.detail)


def _progress(settings: Settings, every: int = 10_000) -> Callable[[int], None]:
    tell = telling(settings, note)

    def told(tried: int) -> None:
        if tried % every == 0:
            tell(message("cli.letters.tried", n=tried))

    return told


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, datetime) else value for key, value in row.items()}


def _line(row: dict[str, Any], settings: Settings) -> str:
    at = row["received_at"].astimezone(settings.municipality.zone)
    stored = "" if row["replayed_at"] is None else words_of(settings)("cli.letters.since_stored")
    return f"{at:%Y-%m-%d %H:%M:%S}  {row['reason']:<15} {row['topic']}  {row['detail']}{stored}"
