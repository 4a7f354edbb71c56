"""What people saw and what they turned down: rows that are only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from city.observation import Observation
from city.vocabulary import DeclineCause
from store.connect import Connection
from store.rows import columns, select
from store.sql import query


@dataclass(frozen=True)
class Decline:
    """An intervention of a plan that somebody turned down, and why."""

    plan_id: str
    key: str
    cause: DeclineCause
    note: str
    who: str
    at: datetime


def observations(connection: Connection, at: datetime) -> tuple[Observation, ...]:
    """What people saw and still held at a time, as it was known then."""
    return select(connection, query("judgements", "observations"), {"at": at}, Observation)


def add_observation(connection: Connection, observation: Observation, noted_at: datetime) -> None:
    """Notes what somebody saw."""
    connection.execute(query("judgements", "add_observation"), columns(observation) | {"noted_at": noted_at})


def end_observation(connection: Connection, observation_id: str, at: datetime, who: str) -> bool:
    """Takes an observation back; False where there is none of that id."""
    row = connection.execute(
        query("judgements", "end_observation"), {"id": observation_id, "at": at, "who": who}
    ).fetchone()
    return row is not None and bool(row[0])


def known_segments(connection: Connection, segments: Sequence[str]) -> set[str]:
    """Which of these segments there are."""
    rows = connection.execute(query("judgements", "known_segments"), {"segments": list(segments)})
    return {row[0] for row in rows}


def segments_of_street(connection: Connection, name: str) -> tuple[str, ...]:
    """The segments of a street by its name, in whatever case."""
    return tuple(row[0] for row in connection.execute(query("judgements", "segments_of_street"), {"name": name}))


def streets(connection: Connection) -> tuple[str, ...]:
    """The names of all streets."""
    return tuple(row[0] for row in connection.execute(query("judgements", "streets")))


def names_of(connection: Connection, segments: Sequence[str]) -> dict[str, str]:
    """The street's name of each of these segments that has one."""
    rows = connection.execute(query("judgements", "names_of"), {"segments": list(segments)})
    return {row[0]: row[1] for row in rows}


def add_decline(connection: Connection, decline: Decline) -> None:
    """Notes that an intervention was turned down."""
    connection.execute(query("judgements", "add_decline"), columns(decline))


def declined(
    connection: Connection, at: datetime, keys: Sequence[str] | None = None, *, since: datetime | None = None
) -> dict[str, Decline]:
    """The declines that hold at a time, as it was known then, by key: all of them, or those of ``keys``, or those that
    were made ``since`` a time."""
    parameters = {"at": at, "keys": None if keys is None else list(keys), "since": since}
    found = select(connection, query("judgements", "declined"), parameters, Decline)
    return {decline.key: decline for decline in found}


def end_decline(connection: Connection, key: str, at: datetime, who: str) -> bool:
    """Takes the decline of a key back; False where none holds."""
    row = connection.execute(query("judgements", "end_decline"), {"key": key, "at": at, "who": who}).fetchone()
    return row is not None and bool(row[0])


def declines(connection: Connection, since: datetime) -> tuple[Decline, ...]:
    """What was turned down since a time, oldest first."""
    return select(connection, query("judgements", "declines"), {"since": since}, Decline)


def decided_counts(connection: Connection, since: datetime) -> dict[str, int]:
    """How many snow proposals were accepted, and how many declined by cause, since a time."""
    return {row[0]: int(row[1]) for row in connection.execute(query("judgements", "decided_counts"), {"since": since})}
