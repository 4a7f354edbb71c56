"""The command that takes one thing away again."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from city.catalogue.message import message
from deploy.importing import asked_of
from deploy.opening import opened_store, say, words_of

if TYPE_CHECKING:
    from city.settings import Settings


def run_forget(options: argparse.Namespace, settings: Settings) -> int:
    """Takes one thing away; what past plans say of it stays."""
    from ingest.registers.forget import forget

    with opened_store(settings, "forget") as (connection, clock):
        done = forget(connection, options.kind, options.thing, asked_of(options, settings, clock.now()))
    spoken = words_of(settings)
    said = [*done.said, *([message("cli.forget.nothing_done")] if done.dry_run else [])]
    lines = [spoken.say(line) for line in said]
    say(json.dumps({"said": lines, "dry_run": done.dry_run}, ensure_ascii=False) if options.json else "\n".join(lines))
    return 0
