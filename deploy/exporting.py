"""The command that writes a list as a file again, as its import takes it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import ConfigError
from deploy.opening import opened_store, say, telling

if TYPE_CHECKING:
    from city.settings import Settings


def run_export(options: argparse.Namespace, settings: Settings) -> int:
    """To a file, or to standard output."""
    from ingest.registers.written import exported

    with opened_store(settings, "export") as (connection, clock):
        parts = exported(connection, options.kind, clock.now())
        if options.output is None:
            for part in parts:
                say(part.removesuffix("\n"))
            return 0
        try:
            with options.output.open("w", encoding="utf-8", newline="") as file:
                file.writelines(parts)
        except OSError as error:
            problem = message("error.file.placed", where=str(options.output), problem=in_our_words(error))
            raise ConfigError(problem) from error
    telling(settings)(message("cli.done.kept", file=str(options.output)))
    return 0
