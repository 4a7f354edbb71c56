"""What all imports of lists share: all of a file or nothing, where its rows are of, the sensors that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from city.catalogue.message import Message, message
from city.entities import Dataset
from city.errors import ImportRefused
from ingest.registers.asked import Asked
from ingest.registers.sheet import SEE
from store import roads
from store.connect import Connection
from store.refusal import refusal


@contextmanager
def all_or_nothing(connection: Connection, file: Path, asked: Asked) -> Iterator[None]:
    """One transaction, undone where it is only a look. Raises ImportRefused where the schema refuses a row."""
    try:
        with connection.transaction(force_rollback=asked.dry_run):
            yield
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise ImportRefused(file, refusal(error), SEE) from error


def own_dataset(connection: Connection, file: Path, asked: Asked) -> None:
    """Notes that rows come from a file of the city's own."""
    own = Dataset(file.name, str(file.name), "own data", "the municipality")
    roads.save_dataset(connection, own, asked.at)


def told(adopted: Sequence[str]) -> tuple[Message, ...]:
    """That sensors were taken in because rows name them."""
    return (message("cli.list.adopted", n=len(adopted), names=tuple(adopted[:5])),) if adopted else ()
