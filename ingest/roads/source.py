"""A file of roads as it was read, from wherever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from city.catalogue.message import Message
from city.entities import Dataset, Segment
from city.upkeep import SegmentOrigin
from ingest.roads.cut import Cut, way_of
from ingest.roads.extract import Extract


@dataclass(frozen=True)
class RoadSource:
    """A file of roads as it was read: what it holds, the segments cut from it, where it is from, what is to be told.

    ``left_out`` are ways that the file has and that are in no network, by source and number; ``drawn``: it may hold
    what lies round the streets too.
    """

    extract: Extract
    cut: Cut
    dataset: Dataset
    notes: tuple[Message, ...] = ()
    left_out: frozenset[str] = frozenset()
    drawn: bool = False

    def origins(
        self, segments: Sequence[Segment], before: Mapping[str, SegmentOrigin], pieces: Mapping[str, str]
    ) -> list[SegmentOrigin]:
        """What is said of each segment: by the file, or by an earlier one of a street that stays."""
        keepers = {s.id: s.keeper for s in self.cut.segments}
        numbers = {way.id: way.tags.get("ref", "").strip() for way in self.extract.ways}
        rows = []
        for segment in segments:
            keeper = keepers.get(pieces.get(segment.id, segment.id))
            if keeper is None:
                rows.append(before.get(segment.id, SegmentOrigin(segment.id, "", segment.keeper)))
            else:
                rows.append(SegmentOrigin(segment.id, numbers.get(way_of(segment), ""), keeper))
        return rows
