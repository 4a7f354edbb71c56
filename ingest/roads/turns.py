"""Turn restrictions of an extract as banned turns between segments (wiki, Relation:restriction).

A way is cut at crossings: what counts is the piece that touches the via node, in the direction in which it arrives
there or leaves. What is left out is counted under a reason.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from city.entities import Segment, TurnBan
from city.vocabulary import Network
from ingest.roads.barriers import barred_turns
from ingest.roads.cut import way_of
from ingest.roads.extract import Restriction

CONDITIONAL = "conditional"
OTHER_VEHICLES = "other_vehicles"
UNCLEAR = "unclear"
VIA_WAY = "via_way"
NOT_THERE = "not_there"
NOT_MET = "not_met"
NOT_ONE = "not_one"
"""Why a restriction is left out, for counting; its ways are no streets here, do not meet at the node, or meet more than
once. The catalogue has the sentences."""

BOUND: dict[str, Network | None] = {"restriction": None, "restriction:motor_vehicle": None, "restriction:hgv": "street"}
"""The tags that concern us, and the vehicles that they bind, by the network that these clear: lorries clear streets."""
LORRIES = frozenset({"hgv", "goods"})
OURS = frozenset({"motor_vehicle", "vehicle", "service", "maintenance", "winter_maintenance", "winter_service"})
"""Words of ``except`` that free snow ploughs: as motor vehicles, or because they keep the road."""
_SAID = re.compile(r"(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)")


class _LeftOut(Exception):
    """A restriction that is not taken, with the reason."""


@dataclass
class Turns:
    """The banned turns, how many restrictions they come from, and how many were left out by reason.

    ``barred`` of them come from barriers.
    """

    bans: tuple[TurnBan, ...] = ()
    taken: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    barred: int = 0


def turn_bans(
    restrictions: Iterable[Restriction], segments: Sequence[Segment], barriers: Collection[int] = ()
) -> Turns:
    """The banned turns of an extract's restrictions, and of lorries at its barriers, in the order of its segments.

    ``only_…`` bans every other street at the node that is of the network of its own, and turning round.
    """
    crossings = _Crossings(segments)
    banned: dict[tuple[str, int, str], Network | None] = {}
    taken, left_out = 0, Counter[str]()
    for restriction in restrictions:
        for key, value in sorted(restriction.tags.items()):
            if not key.startswith("restriction"):
                continue
            try:
                found = list(_bans(restriction, key, value, crossings))
            except _LeftOut as reason:
                left_out[str(reason)] += 1
                continue
            taken += 1
            for turn, only in found:
                banned[turn] = only if banned.get(turn, only) == only else None
    barred = [turn for turn in barred_turns(barriers, segments) if turn not in banned]
    banned |= dict.fromkeys(barred, "street")
    bans = tuple(TurnBan(*turn, only) for turn, only in sorted(banned.items(), key=lambda one: one[0]))
    return Turns(bans, taken, dict(sorted(left_out.items())), len(barred))


def _bans(
    restriction: Restriction, key: str, value: str, crossings: _Crossings
) -> Iterator[tuple[tuple[str, int, str], Network | None]]:
    """The turns (from, via, to) that one tag bans, with whom it binds. Raises _LeftOut."""
    kind, bound = _kind(value), _bound(restriction.tags, key)
    via = _via(restriction)
    befores = [crossings.arriving(way, via) for way in restriction.ways("from")]
    afters = [crossings.leaving(way, via) for way in restriction.ways("to")]
    if not befores or not afters:
        raise _LeftOut(UNCLEAR)
    for before in befores:
        others = [after.id for after in afters]
        if kind == "only":
            others = [other.id for other in crossings.at(via, before.network) if other.id not in others]
        for other in others:
            yield (before.id, via, other), bound


def _kind(value: str) -> str:
    """``no`` or ``only``. Raises _LeftOut."""
    found = _SAID.fullmatch(value.strip().lower())
    if found is None:
        raise _LeftOut(CONDITIONAL if "@" in value else UNCLEAR)
    return found[1]


def _bound(tags: Mapping[str, str], key: str) -> Network | None:
    """Whom a restriction binds: None both kinds of vehicle. Raises _LeftOut where none of ours, or not always."""
    if key.endswith(":conditional") or tags.keys() & {"day_on", "hour_on", "day_off", "hour_off"}:
        raise _LeftOut(CONDITIONAL)
    free = {word.strip().lower() for word in re.split("[;,]", tags.get("except", ""))}
    if key not in BOUND or free & OURS or (free & LORRIES and BOUND[key] == "street"):
        raise _LeftOut(OTHER_VEHICLES)
    return "cycle" if free & LORRIES else BOUND[key]


def _via(restriction: Restriction) -> int:
    """The one node over which it leads. Raises _LeftOut."""
    vias = [(kind, number) for kind, role, number in restriction.members if role == "via"]
    if any(kind == "w" for kind, _ in vias):
        raise _LeftOut(VIA_WAY)
    if [kind for kind, _ in vias] != ["n"]:
        raise _LeftOut(UNCLEAR)
    return vias[0][1]


class _Crossings:
    """The segments of each way at each node."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.ways = {way_of(segment) for segment in segments}
        self._at: defaultdict[int, list[Segment]] = defaultdict(list)
        for segment in segments:
            self._at[segment.from_node].append(segment)
            self._at[segment.to_node].append(segment)

    def arriving(self, way: int, node: int) -> Segment:
        """The piece of a way on which one arrives at a node. Raises _LeftOut where there is not one."""
        return self._only(way, [s for s in self._at.get(node, ()) if s.to_node == node or not s.oneway])

    def leaving(self, way: int, node: int) -> Segment:
        """The piece of a way on which one leaves a node. Raises _LeftOut where there is not one."""
        return self._only(way, [s for s in self._at.get(node, ()) if s.from_node == node or not s.oneway])

    def at(self, node: int, network: Network) -> list[Segment]:
        """The segments of a network that one can leave a node by."""
        return [s for s in self._at[node] if s.network == network and (s.from_node == node or not s.oneway)]

    def _only(self, way: int, segments: Sequence[Segment]) -> Segment:
        pieces = [segment for segment in segments if way_of(segment) == way]
        if way not in self.ways:
            raise _LeftOut(NOT_THERE)
        if len(pieces) != 1:
            raise _LeftOut(NOT_ONE if pieces else NOT_MET)
        return pieces[0]
