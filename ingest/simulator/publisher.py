"""Publishes messages to a broker as devices would: QoS 1, a bounded window, at a pace or as fast as it goes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.clock import Clock, aware
from city.errors import ImportRefused
from city.tables import at_line
from ingest.publisher import Publication, Publisher
from ingest.session import Address


def publish_live(where: Address, messages: Iterable[Publication], clock: Clock, stop: threading.Event) -> int:
    """Publishes each message at its own time of the installation's clock, until ``stop`` is set.

    Gives how many the broker has acknowledged. Raises SourceUnavailable where it does not acknowledge the last ones.
    """
    count = 0
    with Publisher(where, "dagsplan-simulator-live") as publisher:
        for publication in messages:
            wait = clock.real_seconds((publication.time - clock.now()).total_seconds())
            if wait > 0 and stop.wait(wait):
                break
            publisher.send(publication)
            count += 1
        publisher.settle(count, timeout_s=10.0)
    return count


def recorded(file: Path, start: datetime | None = None) -> Iterator[Publication]:
    """Messages of a recorded day: JSON lines ``{"time", "topic", "payload"}``, moved to begin at ``start``.

    Raises ImportRefused naming the line.
    """
    shift = None
    for number, line in _lines(file):
        try:
            part = json.loads(line)
            time = aware(datetime.fromisoformat(part["time"]))
            topic, payload = str(part["topic"]), part["payload"]
            raw = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            problem = message("error.file.placed", where=at_line(number), problem=in_our_words(error))
            raise ImportRefused(file, problem, message("error.file.replay_line")) from error
        if shift is None:
            shift = (start - time) if start else (time - time)
        yield Publication(time + shift, topic, raw)


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    try:
        with file.open(encoding="utf-8") as stream:
            yield from ((number, line) for number, line in enumerate(stream, start=1) if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        problem = message("error.file.unreadable_as", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.file.replay_lines")) from error
