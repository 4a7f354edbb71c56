"""The command that takes away what could tell where a driver was."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from city.catalogue.message import Message, message
from city.errors import Conflict
from deploy.opening import opened_store, say, words_of

if TYPE_CHECKING:
    from city.settings import Settings


def run_erase(options: argparse.Namespace, settings: Settings) -> int:
    """Takes away positions, reports, phones and messages of a vehicle; what was planned and treated stays."""
    from store.erasure import erase

    with opened_store(settings, "erase") as (connection, clock):
        before = options.before or clock.now()
        if not (options.yes or options.dry_run):
            raise Conflict(message("error.erase.sure", vehicle=options.vehicle))
        with connection.transaction(force_rollback=options.dry_run):
            gone = erase(connection, options.vehicle, before)
    if options.json:
        say(json.dumps({"erased": gone, "dry_run": options.dry_run}))
        return 0
    at = before.astimezone(settings.municipality.zone)
    lines: list[Message] = [message("cli.erase.head", vehicle=options.vehicle, at=at)]
    lines += [message(f"cli.erase.of.{name}", n=n) for name, n in gone.items()]
    lines += [message("cli.forget.nothing_done")] if options.dry_run else []
    say("\n".join(words_of(settings).say(line) for line in lines))
    return 0
