"""How crews are called: whether each channel of the call-out lists has a line, and whether that answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from city.catalogue.message import Message, message
from city.settings import Settings
from deploy.doctor.finding import Finding
from planner.calls.channels.lines import lines_of
from store.calls import call_out_lists
from store.connect import Connection


def calls(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """One finding for each channel that a call-out list names. Where none has a line people ring, which is no fault."""
    lines = lines_of(settings)
    asked: dict[int, Message | None] = {}
    for channel, n in sorted(Counter(row.channel for row in call_out_lists(connection)).items()):
        line = lines.get(channel)
        if line is None:
            way = "email" if channel == "email" else "gateway" if channel in settings.calls.gateway_channels else "hand"
            yield Finding("calls", True, message(f"doctor.calls.{way}", n=n), channel, note=way != "hand")
            continue
        if id(line) not in asked:
            asked[id(line)] = line.health()
        yield _found(asked[id(line)], channel, n)


def _found(problem: Message | None, channel: str, n: int) -> Finding:
    if problem is None:
        return Finding("calls", True, message("doctor.calls.answers", n=n), channel)
    setting = "calls.smtp_url" if channel == "email" else "calls.gateway_url"
    return Finding("calls", False, message("doctor.calls.no_answer", problem=problem, setting=setting), channel)
