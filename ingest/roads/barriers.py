"""Bollards and blocks on streets: lorries do not pass them, and small vehicles that clear cycle ways do.

Gates, booms and chains are open to who has the key, which the town has; so are bollards that can be taken out or sunk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from city.entities import Segment
from ingest.roads import access

Tags = Mapping[str, str]

FIXED = frozenset(
    {"bollard", "block", "jersey_barrier", "planter", "log", "debris", "cycle_barrier", "motorcycle_barrier"}
    | {"stile", "turnstile", "full-height_turnstile", "kissing_gate", "fence", "wall", "hedge", "guard_rail"}
)
TAKEN_OUT = frozenset({"removable", "rising", "foldable", "flexible", "retractable"})


def bars_lorries(tags: Tags) -> str:
    """The tag by which a node stops lorries, or '': a fixed barrier that no tag opens to motor vehicles."""
    kind = tags.get("barrier", "")
    if kind not in FIXED or tags.get(kind) in TAKEN_OUT:
        return ""
    right = access.for_vehicles(tags)
    return "" if right.by and right.right != "closed" else f"barrier={kind}"


def barred_turns(barriers: Collection[int], segments: Sequence[Segment]) -> Iterator[tuple[str, int, str]]:
    """The turns (from, via, to) of lorries that barriers stop: from each street at such a node to every other."""
    at: defaultdict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        if segment.network == "street":
            for node in (segment.from_node, segment.to_node):
                if node in barriers:
                    at[node].append(segment)
    for node, ends in sorted(at.items()):
        for before in ends:
            for after in ends:
                arrives = before.to_node == node or not before.oneway
                leaves = after.from_node == node or not after.oneway
                if before is not after and arrives and leaves:
                    yield before.id, node, after.id


def ended_at_barriers(segments: Sequence[Segment], barriers: Collection[int]) -> list[Segment]:
    """The segments as lorries find them: each ends at a barrier at a node of its own."""
    free = min((min(s.from_node, s.to_node) for s in segments), default=0)
    free = min(free, 0) - 1
    own = []
    for segment in segments:
        ends = []
        for node in (segment.from_node, segment.to_node):
            ends.append(free if node in barriers else node)
            free -= node in barriers
        changed = ends != [segment.from_node, segment.to_node]
        own.append(replace(segment, from_node=ends[0], to_node=ends[1]) if changed else segment)
    return own
