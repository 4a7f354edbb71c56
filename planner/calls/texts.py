"""What is said to the one who is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from city.catalogue.message import Message, Part, message
from city.plan import Intervention

_LINK = re.compile(r"\s*[^.:]*:\s*https?://\S+/svar/[\w-]+$")


def call_text(items: Sequence[Intervention], vehicle: str, zone: ZoneInfo, now: datetime | None = None) -> Message:
    """Which turer in driving order, which vehicle, and when, as far as the plan says: the start of the first; until
    when it is to be done, of each where these differ. What should have begun ``now`` is to begin at once."""
    first, *others = items
    alike = len({item.deadline for item in items}) == 1
    named = [_named(item, zone, alike=alike) for item in items]
    what: Part = named[0]
    if others:
        what = message("plan.calls.then", first=named[0], others=tuple(named[1:]))
    starts, ready = first.starts_at, first.deadline if alike else None
    parts = (message("plan.night.call", vehicle=vehicle, title=what), *_times(starts, ready, zone, now))
    return message("format.sentences", parts=(*parts, message("plan.night.call_answer")))


def without_link(text: str) -> str:
    """What a call says, without the sentence that ends it where it has a link: for who reads it where that is answered
    already."""
    return _LINK.sub("", text)


def stop_text(items: Sequence[Intervention], vehicle: str) -> Message:
    """Which turer a vehicle is not to drive after all."""
    return message("plan.calls.stop", vehicle=vehicle, turer=tuple(item.title for item in items))


def _named(item: Intervention, zone: ZoneInfo, *, alike: bool) -> Part:
    if alike or item.deadline is None:
        return item.title
    return message("plan.calls.by", title=item.title, ready=item.deadline.astimezone(zone))


def _times(
    starts_at: datetime | None, ready_by: datetime | None, zone: ZoneInfo, now: datetime | None
) -> Iterator[Message]:
    starts, ready = (None if at is None else at.astimezone(zone) for at in (starts_at, ready_by))
    if starts is not None and now is not None and starts < now:
        yield message("plan.night.call_now")
        starts = None
    if starts is not None and ready is not None:
        yield message("plan.night.call_times", starts=starts, ready=ready)
    elif starts is not None:
        yield message("plan.night.call_start", starts=starts)
    elif ready is not None:
        yield message("plan.night.call_ready", ready=ready)
