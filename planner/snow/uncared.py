"""Streets that are needed and that no intervention sees to: which, why, and by when they are needed.

Every street that a rule asks for is in an intervention or in one of these groups; so are streets of ours that no way
leads to and whose depth comes over their limits, which no rule asks for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from city.catalogue.message import Message
from city.plan import Intervention
from city.vocabulary import PLANNED_KEEPERS, READINGS, ROUTE_CLASSES, Network, NotCaredKind, RouteClass
from planner.routes.check import Refusal
from planner.routes.sectors import Tur
from planner.snow.criteria import all_criteria
from planner.snow.need import Need, Needs
from planner.snow.snapshot import SnowSnapshot
from planner.snow.work import DrivenTur


@dataclass(frozen=True)
class Uncared:
    """Streets of one tur, or of a class where they are of none. ``needs`` are theirs; of streets that no rule asks for
    their rows with when each must be done. ``vehicle``: who leaves them out, or is out; ``refused``: what the checker
    found."""

    target: str
    kind: NotCaredKind
    network: Network
    route_class: RouteClass
    needs: tuple[Need, ...]
    deadline: datetime
    tur: Tur | None = None
    held: Intervention | None = None
    vehicle: str | None = None
    refused: Message | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing of a tur is driven."""
        return self.tur is not None and self.held is None and self.vehicle is None


@dataclass(frozen=True)
class Cared:
    """What a plan sees to: orders that are ``held``, and turer as they are ``driven`` or were ``refused``."""

    held: Mapping[str, Intervention]
    driven: Sequence[DrivenTur]
    refused: Sequence[Refusal] = field(default_factory=tuple)


def uncared(snapshot: SnowSnapshot, turer: Sequence[Tur], needs: Needs, cared: Cared) -> list[Uncared]:
    """All of them, whole turer first."""
    first = {item.tur.id: item for item in cared.driven if not item.run}
    refused = {one.target: one.why for one in cared.refused if not one.run}
    found = list(_unreached(snapshot, needs))
    for tur in turer:
        if needs.asks(tur):
            found += _of_tur(snapshot, tur, needs.of(tur), cared.held.get(tur.id), first.get(tur.id), refused)
    return sorted(found, key=lambda one: (not one.whole, one.route_class[1], one.deadline, one.target))


def _of_tur(
    snapshot: SnowSnapshot,
    tur: Tur,
    wanted: Sequence[Need],
    held: Intervention | None,
    driven: DrivenTur | None,
    refused: Mapping[str, Message],
) -> Iterator[Uncared]:
    """What of a tur nobody sees to; nothing where it is driven whole."""
    if held is not None:
        names = {part.id for part in held.segments} if isinstance(held.segments, tuple) else set()
        missed = [need for need in wanted if snapshot.segments[need.segment].id not in names]
        yield from _some(tur, "not_covered", missed, held=held)
    elif driven is not None and driven.drive.traversals:
        left = set(driven.drive.left_out)
        missed = [need for need in wanted if need.segment in left]
        yield from _some(tur, "left_out", missed, vehicle=driven.assignment.vehicle.id)
    elif driven is not None:
        yield from _some(tur, "unreachable", wanted)
    else:
        why = refused.get(tur.id)
        yield from _some(tur, "no_vehicle" if why is None else "left_out", wanted, refused=why)


def _some(
    tur: Tur,
    kind: NotCaredKind,
    needs: Sequence[Need],
    *,
    held: Intervention | None = None,
    vehicle: str | None = None,
    refused: Message | None = None,
) -> Iterator[Uncared]:
    if needs:
        until = min(need.deadline for need in needs)
        yield Uncared(tur.id, kind, tur.network, tur.route_class, tuple(needs), until, tur, held, vehicle, refused)


def _unreached(snapshot: SnowSnapshot, needs: Needs) -> Iterable[Uncared]:
    """Streets of ours under the sky that hang together with nothing and come over their limits, by class."""
    lost = [
        row
        for row, segment in enumerate(snapshot.segments)
        if not segment.reachable and segment.keeper in PLANNED_KEEPERS and not segment.tunnel
    ]
    if not lost:
        return
    own = all_criteria(needs.service.rules, needs.service.classes)
    by_class: defaultdict[tuple[Network, RouteClass], list[tuple[Need, datetime]]] = defaultdict(list)
    for row in lost:
        route_class = ROUTE_CLASSES[needs.service.served_as[row]]
        over = needs.curves.depth[READINGS.index(own[route_class].reading), row] >= needs.limit[row]
        if over.any():
            begins = needs.groups.hour(int(np.argmax(over)))
            until = needs.service.deadline(route_class, begins)
            by_class[snapshot.segments[row].network, route_class].append((needs[row], until))
    for (network, route_class), some in sorted(by_class.items()):
        yield Uncared(
            route_class, "unreachable", network, route_class, tuple(n for n, _ in some), min(at for _, at in some)
        )
