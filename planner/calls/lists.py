"""Call-out lists: who is called for a vehicle, who is next where nobody answers, and by which lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from city.manning import CallOut
from city.plan import Intervention
from city.settings import Settings
from city.vocabulary import Channel, Network
from planner.night.report import clears
from planner.night.rest import Rota
from planner.night.sequence import Engaged

Place = tuple[str, str]
"""A place of a list: the vehicle and who is on it."""


@dataclass(frozen=True)
class Busy:
    """A vehicle that has an order that has not ended, planned from ``begins`` to ``ends``; None is not known.
    ``what`` is its tur, ``key`` its intervention's. What it ``holds`` it was called out for; else nobody was, or none
    answered.
    ``begun``: it is out on it."""

    vehicle: str
    begins: datetime | None
    ends: datetime | None
    what: str = ""
    key: str = ""
    holds: bool = True
    begun: bool = False

    def during(self, begins: datetime, ends: datetime) -> bool:
        """Whether it may be busy at some time of a span."""
        return self.begins is None or self.ends is None or (self.begins < ends and begins < self.ends)


def engaged(busy: Sequence[Busy], vehicle: str, but: Collection[str], now: datetime) -> list[Engaged]:
    """What a vehicle holds at times that are known, without the interventions of some keys; what should have been begun
    and was not takes as long from now on."""
    found = []
    for one in busy:
        if one.vehicle == vehicle and one.holds and one.key not in but and one.begins and one.ends:
            late = timedelta() if one.begun else max(timedelta(), now - one.begins)
            found.append(Engaged(one.what, one.begins + late, one.ends + late))
    return found


@dataclass(frozen=True)
class Crews:
    """The call-out lists as they hold now: ``away`` are the places that nobody answers for now, ``instead`` other
    channels and addresses of places, ``lines`` the channels that a machine serves."""

    lists: Sequence[CallOut]
    lines: Collection[str] = frozenset()
    away: Collection[Place] = frozenset()
    instead: Mapping[Place, tuple[Channel, str]] | None = None

    def list_for(self, network: Network, contractor: str | None) -> list[CallOut]:
        """Who may be called for an order, in order: the contractor's own list of the network, then the one for all;
        without who is away, with the numbers that hold now."""
        return [self._now(call) for call in list_for(self.lists, network, contractor) if _place(call) not in self.away]

    def who(self, vehicle: str, network: Network, contractor: str | None) -> CallOut | None:
        """Who is called for a vehicle; None where no list knows it, or all are away."""
        return next((call for call in self.list_for(network, contractor) if call.vehicle == vehicle), None)

    def gone(self, vehicle: str, network: Network, contractor: str | None) -> list[CallOut]:
        """The places of a vehicle that are away now."""
        places = list_for(self.lists, network, contractor)
        return [call for call in places if call.vehicle == vehicle and _place(call) in self.away]

    def changed(self, call: CallOut) -> bool:
        """Whether another number holds now."""
        return _place(call) in (self.instead or {})

    def machine(self, call: CallOut) -> bool:
        """Whether a line takes the message, so that nobody needs to ring."""
        return call.channel in self.lines and call.address != ""

    def _now(self, call: CallOut) -> CallOut:
        other = (self.instead or {}).get(_place(call))
        return call if other is None else replace(call, channel=other[0], address=other[1])


@dataclass(frozen=True)
class OnCall:
    """Who can be called now: the lists, what everybody is ``busy`` with and has worked, and the ``fleet``, each vehicle
    with the network that it clears."""

    crews: Crews
    busy: Sequence[Busy]
    rota: Rota
    fleet: Mapping[str, Network]

    def next(self, items: Sequence[Intervention], tried: Collection[Place], now: datetime) -> CallOut | None:
        """Who of the lists is called next about some turer: not called yet, of the network, free and rested. The list
        is that of the contractor whom the plan gave them to."""
        begins = max(now, min((item.starts_at or now for item in items), default=now))
        lasts = sum((timedelta(minutes=item.minutes) for item in items), timedelta())
        network, keys = clears(items[0]), {item.key for item in items}
        return next_call(
            self.crews.list_for(network, items[0].contractor),
            tried,
            (begins, begins + lasts),
            [one for one in self.busy if one.key not in keys],
            self.rota,
            {vehicle for vehicle, own in self.fleet.items() if own == network},
        )


def lines_of(settings: Settings) -> frozenset[str]:
    """The channels that a machine serves here."""
    calls = settings.calls
    return frozenset(_lines(calls.gateway_channels if calls.gateway_url else (), mail=bool(calls.smtp_url)))


def _lines(channels: Collection[str], *, mail: bool) -> Iterator[str]:
    yield from channels
    if mail:
        yield "email"


def _place(call: CallOut) -> Place:
    return call.vehicle, call.who


def list_for(calls: Sequence[CallOut], network: Network, contractor: str | None) -> list[CallOut]:
    """The places of the lists that may be called for an order, in order: the contractor's own list of the network, then
    the one for all."""
    fitting = [call for call in calls if call.network == network and call.contractor in (None, contractor)]
    return sorted(fitting, key=lambda call: (call.contractor is None, call.place))


def next_call(
    order: Sequence[CallOut],
    tried: Collection[Place],
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
