"""How a file of roads changes the streets that are there: what comes, what goes, and what a person is asked first.

A segment whose id is not in the file any more is either *drawn anew* (others run along its course) or *gone*. Those
that are gone stay until somebody says that they go, so that a smaller extract takes no street away unseen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from city.catalogue.message import Message, message
from city.catalogue.words import Words
from city.entities import Point, Segment
from city.geo import distance_m, local_xy
from ingest.roads.slope import lay_out
from ingest.roads.terrain import SPOT_HEIGHTS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Renewal:
    """What an import does to the segments that are there. ``others`` came from another source and are replaced whole.

    ``stay`` of the ``gone`` are kept. ``heights_kept`` segments have the heights of an earlier terrain file; ``asks``
    is what a person has to say yes to; ``routes`` of today drive segments that go; ``looked``: nothing was stored.
    """

    added: int
    changed: int
    unchanged: int
    redrawn: int
    gone: int
    stay: int
    gone_names: tuple[str, ...]
    others: int = 0
    heights_kept: int = 0
    routes: tuple[str, ...] = ()
    asks: tuple[Message, ...] = ()
    looked: bool = False

    @property
    def removed(self) -> int:
        """How many segments that were there are taken away."""
        return self.redrawn + self.gone - self.stay + self.others

    def lines(self) -> Iterator[Message]:
        """What is told of it, a sentence a line."""
        yield message(
            "cli.renewal.counts",
            added=self.added,
            changed=self.changed,
            unchanged=self.unchanged,
            redrawn=self.redrawn,
            gone=self.gone,
        )
        if self.others:
            yield message("cli.renewal.others", n=self.others)
        if self.stay:
            yield message("cli.renewal.stay", n=self.stay, names=named(self.gone_names))
        if self.gone - self.stay:
            yield message("cli.renewal.removed", n=self.gone - self.stay, names=named(self.gone_names))
        if self.heights_kept:
            yield message("cli.renewal.heights", n=self.heights_kept)
        if self.routes:
            yield message("cli.renewal.routes", n=len(self.routes), routes=self.routes)
        if self.looked and self.asks:
            yield message("cli.renewal.asks", losses=self.asks)
        if self.looked:
            yield message("cli.import.looked")

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, its sentences in a language."""
        counts = ("added", "changed", "unchanged", "redrawn", "gone", "stay", "removed", "others", "heights_kept")
        said = {"gone_names": list(self.gone_names), "routes": list(self.routes)}
        said["asks"] = [words.say(ask) for ask in self.asks]
        return {name: getattr(self, name) for name in counts} | said | {"dry_run": self.looked}


def named(names: Sequence[str]) -> Message:
    """Some names, as many as a line holds."""
    return message("cli.renewal.named", names=tuple(names)) if names else message("cli.renewal.nameless")


@dataclass(frozen=True)
class Parted:
    """The segments that are there and not in a file: those that others are drawn along, and those that are gone."""

    redrawn: tuple[Segment, ...]
    gone: tuple[Segment, ...]


def parted(
    present: Sequence[Segment],
    made: Sequence[Segment],
    left_out: Container[str] = frozenset(),
    *,
    near_m: float = 6.0,
    moved_m: float = 30.0,
    share: float = 0.9,
) -> Parted:
    """Which of the segments that the file does not have are drawn anew in it.

    So is one of whose course nine tenths lie within ``near_m`` (a quarter of its length, where that is less) of a
    segment of its network or of a new one, or within ``moved_m`` of what the same way has become. One of a way that the
    file has and that is ``left_out`` of the networks, by its name, counts as drawn anew: the file says what it is.
    """
    known, there = {s.id for s in made}, {s.id for s in present}
    missing = [s for s in present if s.id not in known]
    closed = tuple(s for s in missing if way_name(s.id) in left_out)
    missing = [s for s in missing if way_name(s.id) not in left_out]
    if not missing or not made:
        return Parted(closed, tuple(missing))
    origin = missing[0].geometry[0]
    old, new = lay_out(missing, 2.0), lay_out(made, 2.0)
    # A short link lies near the streets that it leads between: it has to be followed more closely than it is long.
    within = np.clip((old.end_m - old.start_m) / 4.0, 1.5, near_m)[old.owner]
    asked = np.column_stack(local_xy(old.lon, old.lat, origin))
    given = np.column_stack(local_xy(new.lon, new.lat, origin))
    fresh = np.array([s.id not in there for s in made])[new.owner]
    covered = _near_network(missing, made, asked, old.owner, given, new.owner, fresh, within)
    covered |= _near_own_way(missing, made, asked, old.first, given, new.first, moved_m)
    drawn = np.add.reduceat(covered.astype(float), old.first[:-1]) >= share * np.diff(old.first)
    pairs = list(zip(missing, drawn.tolist(), strict=True))
    return Parted((*closed, *(s for s, on in pairs if on)), tuple(s for s, on in pairs if not on))


def _near_network(
    missing: Sequence[Segment],
    made: Sequence[Segment],
    asked: Floats,
    asked_of: npt.NDArray[np.int64],
    given: Floats,
    given_of: npt.NDArray[np.int64],
    fresh: npt.NDArray[np.bool_],
    within: Floats,
) -> npt.NDArray[np.bool_]:
    """(n_samples,) whether a segment of the same network, or a new one of either, runs ``within`` so far [m]."""
    covered = np.zeros(len(asked), bool)
    on, of = np.array([s.network for s in missing])[asked_of], np.array([s.network for s in made])[given_of]
    for network in sorted(set(on.tolist())):
        chosen = fresh | (of == network)
        if chosen.any():
            away, _ = cKDTree(given[chosen]).query(asked[on == network])
            covered[on == network] = away <= within[on == network]
    return covered


def _near_own_way(
    missing: Sequence[Segment],
    made: Sequence[Segment],
    asked: Floats,
    asked_first: npt.NDArray[np.int64],
    given: Floats,
    given_first: npt.NDArray[np.int64],
    moved_m: float,
) -> npt.NDArray[np.bool_]:
    """(n_samples,) whether the way that a segment was cut from still runs there."""
    covered = np.zeros(len(asked), bool)
    ways: defaultdict[str, list[int]] = defaultdict(list)
    for place, segment in enumerate(made):
        ways[way_name(segment.id)].append(place)
    for place, segment in enumerate(missing):
        if pieces := ways.get(way_name(segment.id)):
            points = np.concatenate([given[given_first[i] : given_first[i + 1]] for i in pieces])
            samples = slice(asked_first[place], asked_first[place + 1])
            covered[samples] = cKDTree(points).query(asked[samples])[0] <= moved_m
    return covered


def way_name(segment: str) -> str:
    """The source and the way that a segment was cut from, of its id."""
    return "/".join(segment.split("/")[:2])


def with_heights_kept(
    segments: Sequence[Segment], present: Mapping[str, Segment]
) -> tuple[list[Segment], frozenset[str]]:
    """Where no terrain file that is given reaches: those whose course is unchanged have the height and grade of before.

    Gives the segments, and the ids of those that it kept them for.
    """
    kept, out = set[str](), []
    for segment in segments:
        before = present.get(segment.id)
        known = before is not None and from_terrain(before) and not from_terrain(segment)
        if before is not None and known and _same_course(segment, before):
            kept.add(segment.id)
            segment = replace(  # noqa: PLW2901 - the same segment, with its height
                segment,
                elevation_m=before.elevation_m,
                grade_pct=before.grade_pct,
                slope_source=before.slope_source,
                dem_resolution_m=before.dem_resolution_m,
            )
        out.append(segment)
    return out, frozenset(kept)


def _same_course(a: Segment, b: Segment) -> bool:
    return (a.geometry, a.bridge, a.tunnel) == (b.geometry, b.bridge, b.tunnel)


def from_terrain(segment: Segment) -> bool:
    """Whether a terrain file gave its height; heights in an extract are read again with it."""
    return segment.elevation_m is not None and segment.slope_source not in (None, SPOT_HEIGHTS)


def losses(
    present: Sequence[Segment],
    final: Sequence[Segment],
    gone: int,
    others: Mapping[str, int],
    *,
    most: float = 0.5,
    far_m: float = 5000.0,
    less: float = 0.1,
) -> Iterator[Message]:
    """What a person has to say yes to: another source, most streets gone, a town elsewhere, heights lost."""
    if not present:
        return
    if others:
        yield message("error.renewal.other_source", n=sum(others.values()), sources=tuple(others))
    if gone > most * len(present):
        yield message("error.renewal.most_gone", gone=gone, n=len(present))
    away = distance_m(_centre(present), _centre(final))
    if away > far_m:
        yield message("error.renewal.elsewhere", km=away / 1000.0)
    before, after = _height_share(present), _height_share(final)
    if before - after > less:
        yield message("error.renewal.heights", before=100.0 * before, after=100.0 * after)


def _centre(segments: Sequence[Segment]) -> Point:
    """The middle of the first points, by their medians: a few streets far off do not move it."""
    lon, lat = np.median(np.array([s.geometry[0] for s in segments], float), axis=0).tolist()
    return lon, lat


def _height_share(segments: Sequence[Segment]) -> float:
    """The share of the length whose height comes from a terrain file, 0 to 1."""
    whole = sum(s.length_m for s in segments)
    return sum(s.length_m for s in segments if from_terrain(s)) / whole if whole else 0.0


def names_of(segments: Sequence[Segment], most: int = 5) -> tuple[str, ...]:
    """The names of some streets, each once."""
    return tuple(dict.fromkeys(s.name for s in segments if s.name))[:most]


def compared(present: Mapping[str, Segment], final: Sequence[Segment]) -> tuple[int, int, int]:
    """How many segments are added, changed and unchanged."""
    added = sum(s.id not in present for s in final)
    unchanged = sum(present.get(s.id) == s for s in final)
    return added, len(final) - added - unchanged, unchanged
