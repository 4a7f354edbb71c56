"""Who is called next where nobody answers, and what is said to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from city.catalogue.message import Message, message
from city.entities import CallOut
from city.plan import Intervention
from city.vocabulary import Network
from planner.night.rest import Rota


@dataclass(frozen=True)
class Busy:
    """A vehicle that holds an order that has not ended, planned from ``begins`` to ``ends``; None is not known."""

    vehicle: str
    begins: datetime | None
    ends: datetime | None

    def during(self, begins: datetime, ends: datetime) -> bool:
        """Whether it may be busy at some time of a span."""
        return self.begins is None or self.ends is None or (self.begins < ends and begins < self.ends)


def list_for(calls: Sequence[CallOut], network: Network, contractor: str | None) -> list[CallOut]:
    """Who may be called for an order, in order: the contractor's own list of the network, then the one for all."""
    fitting = [call for call in calls if call.network == network and call.contractor in (None, contractor)]
    return sorted(fitting, key=lambda call: (call.contractor is None, call.place))


def next_call(
    order: Sequence[CallOut],
    tried: Collection[tuple[str, str]],
    span: tuple[datetime, datetime],
    busy: Sequence[Busy],
    rota: Rota,
    fleet: Collection[str],
) -> CallOut | None:
    """The first of a list who was not called yet (``tried``: vehicle and who), and whose vehicle is of the ``fleet``
    that can do the work, is free for its ``span``, and has rested for it; None where nobody is left."""
    begins, ends = span
    for call in order:
        fits = call.vehicle in fleet and (call.vehicle, call.who) not in tried
        free = not any(one.vehicle == call.vehicle and one.during(begins, ends) for one in busy)
        if fits and free and rota.earliest(call.vehicle, begins, ends - begins) == begins:
            return call
    return None


def call_text(item: Intervention, vehicle: str, zone: ZoneInfo) -> Message:
    """What is sent to the one who is called: which tur, which vehicle, and when, as far as the plan says."""
    what = message("plan.night.call", vehicle=vehicle, title=item.title)
    return message("format.sentences", parts=(what, *_times(item, zone), message("plan.night.call_answer")))


def _times(item: Intervention, zone: ZoneInfo) -> Iterator[Message]:
    starts, ready = (None if at is None else at.astimezone(zone) for at in (item.starts_at, item.deadline))
    if starts is not None and ready is not None:
        yield message("plan.night.call_times", starts=starts, ready=ready)
    elif starts is not None:
        yield message("plan.night.call_start", starts=starts)
    elif ready is not None:
        yield message("plan.night.call_ready", ready=ready)
