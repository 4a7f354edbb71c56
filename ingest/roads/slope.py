"""Elevation and grade of segments.

Rule: each line is sampled every ``step_m`` or closer; the grade of a segment is the steepest rise over any stretch
of it that is as long as the base: 60 m, or two cells of the terrain model where these are longer, as over less than
two cells a model shows its own noise; and at least so long that the noise which the source shows at the streets makes
no more than 3 percentage points of a grade (``ingest.roads.noise``). A segment of 60 m or more that is shorter than
the base counts as a whole. One shorter than 60 m, or than the noise demands, is lengthened at both ends along the
neighbour that goes on straightest (turning at most 45°); where the road ends before, the chord there counts, unless it
is too short for the noise: then no grade is told. Bridges and tunnels run straight between the ends of the whole
structure, whatever the ground does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from city.entities import Segment
from city.geo import GEOD
from ingest.roads.noise import least_run_m, noise_m
from ingest.roads.straight import Continuations
from ingest.roads.terrain import SPOT_HEIGHTS, ElevationSource

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sloped:
    """Segments with their terrain. ``cover`` is the share of their length whose elevation is known, 0 to 1.

    ``steeper_than_allowed`` are ids whose grade was clamped; ``inclines_agree`` of ``inclines_compared`` tagged
    inclines have the sign of the grade found. ``noise_m`` is the noise of each source [m]; segments of ``too_short``
    ids have no grade because of it.
    """

    segments: list[Segment]
    cover: float
    steeper_than_allowed: tuple[str, ...]
    inclines_compared: int
    inclines_agree: int
    noise_m: Mapping[str, float] = field(default_factory=dict)
    too_short: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeightProfile:
    """All lines as one chain of samples, with a gap of a metre between lines so that none runs into the next.

    ``first`` (n_segments + 1,) sample index where each begins; ``chain`` (n_samples,) [m], ``lon``, ``lat`` [°];
    ``start_m`` and ``end_m`` (n_segments,) chain of both ends.
    """

    first: Ints
    chain: Floats
    lon: Floats
    lat: Floats
    start_m: Floats
    end_m: Floats

    @property
    def owner(self) -> Ints:
        """(n_samples,) the segment of each sample."""
        return np.repeat(np.arange(len(self.start_m)), np.diff(self.first))


def with_terrain(
    segments: Sequence[Segment],
    sources: Sequence[ElevationSource],
    inclines: Mapping[str, float] | None = None,
    *,
    base_m: float = 60.0,
    cells: float = 2.0,
    step_m: float = 10.0,
    steepest_pct: float = 20.0,
    error_pct: float = 3.0,
) -> Sloped:
    """The segments with elevation, grade, source and resolution; None where no source has a value.

    The noise of its source makes no more than ``error_pct`` of a grade (in 95 of 100), or it is not told. Grades
    beyond ``steepest_pct`` are set to it and named. Raster sources complete each other point by point;
    spot heights serve only segments that no raster touches, as the two need not agree on where zero is.
    """
    if not segments or not sources:
        return Sloped(list(segments), 0.0, (), 0, 0)
    profile = lay_out(segments, step_m)
    z, which = sample_all(sources, profile)
    cover = float(np.isfinite(z).mean())
    z = straighten_structures(segments, profile, z)
    noise = [noise_m(source, profile.lon, profile.lat) for source in sources]
    least_run = _of_source(which, [least_run_m(noise_of, error_pct=error_pct) for noise_of in noise], profile)
    resolution = _of_source(which, [source.resolution_m for source in sources], profile)
    base = np.maximum(np.maximum(base_m, cells * resolution), least_run)
    grade, too_short = grades_pct(segments, profile, z, base_m, base, least_run)
    steep = np.abs(grade) > steepest_pct
    found = np.clip(grade, -steepest_pct, steepest_pct)
    compared, agree = _compare(segments, found, inclines or {})
    done = _filled(segments, profile, z, found, which, sources)
    named = {source.name: round(noise_of, 2) for source, noise_of in zip(sources, noise, strict=True)}
    return Sloped(done, cover, _ids(segments, steep), compared, agree, named, _ids(segments, too_short))


def _ids(segments: Sequence[Segment], marked: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(segments[i].id for i in np.flatnonzero(marked).tolist())


def lay_out(segments: Sequence[Segment], step_m: float = 10.0) -> HeightProfile:
    """Samples every line at equal spacing, at most ``step_m``, both ends included."""
    starts = np.cumsum([0] + [len(s.geometry) for s in segments])
    points = np.array([point for s in segments for point in s.geometry], float)
    steps = GEOD.inv(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])[2]
    steps[starts[1:-1] - 1] = 1.0
    along = np.concatenate([[0.0], np.cumsum(steps)])
    start_m, end_m = along[starts[:-1]], along[starts[1:] - 1]
    pieces = np.maximum(np.ceil((end_m - start_m) / step_m).astype(np.int64), 1)
    first = np.concatenate([[0], np.cumsum(pieces + 1)])
    owner = np.repeat(np.arange(len(segments)), pieces + 1)
    share = (np.arange(first[-1]) - first[owner]) / pieces[owner]
    chain = start_m[owner] + share * (end_m - start_m)[owner]
    lon, lat = np.interp(chain, along, points[:, 0]), np.interp(chain, along, points[:, 1])
    return HeightProfile(first, chain, lon, lat, start_m, end_m)


def sample_all(sources: Sequence[ElevationSource], profile: HeightProfile) -> tuple[Floats, Ints]:
    """Elevation of each sample (n_samples,) [m] and the index of the source it came from (-1 = none)."""
    z = np.full(len(profile.chain), np.nan)
    which = np.full(len(z), -1, np.int64)
    for place, source in enumerate(sources):
        wanted = np.isnan(z)
        if source.name == SPOT_HEIGHTS:
            touched = np.logical_or.reduceat(~wanted, profile.first[:-1])
            wanted = ~touched[profile.owner]
        if not wanted.any():
            continue
        found = source.sample(profile.lon[wanted], profile.lat[wanted])
        z[wanted] = found
        which[np.flatnonzero(wanted)[np.isfinite(found)]] = place
    return z, which


def straighten_structures(segments: Sequence[Segment], profile: HeightProfile, z: Floats, rounds: int = 500) -> Floats:
    """Elevation with bridges and tunnels laid straight between the ends of the whole structure (n_samples,) [m].

    A node where only bridges or tunnels meet gets the mean of its neighbours weighted by 1/length, as a straight
    line would; a structure that touches the ground nowhere in the extract has no elevation.
    """
    built = np.array([s.bridge or s.tunnel for s in segments], bool)
    if not built.any():
        return z
    ends = np.array([(s.from_node, s.to_node) for s in segments], np.int64)
    nodes, index = np.unique(ends, return_inverse=True)
    index = index.reshape(-1, 2)
    raw = np.stack([z[profile.first[:-1]], z[profile.first[1:] - 1]], axis=1)
    height = np.full(len(nodes), np.nan)
    height[index[~built].ravel()] = raw[~built].ravel()
    floating = np.ones(len(nodes), bool)
    floating[index[~built].ravel()] = False
    length = np.maximum(profile.end_m - profile.start_m, 0.01)
    height = _settle(height, floating, index[built], 1.0 / length[built], rounds)
    owner = profile.owner
    share = (profile.chain - profile.start_m[owner]) / length[owner]
    straight = height[index[owner, 0]] * (1 - share) + height[index[owner, 1]] * share
    return np.where(built[owner], straight, z)


def _settle(height: Floats, floating: npt.NDArray[np.bool_], edges: Ints, weight: Floats, rounds: int) -> Floats:
    """Heights of floating nodes by repeated weighted means of their known neighbours."""
    a = np.concatenate([edges[:, 0], edges[:, 1]])
    b = np.concatenate([edges[:, 1], edges[:, 0]])
    w = np.concatenate([weight, weight])
    for _ in range(rounds):
        known = np.isfinite(height[b])
        total = np.bincount(a[known], w[known] * height[b[known]], minlength=len(height))
        share = np.bincount(a[known], w[known], minlength=len(height))
        new = np.where(floating & (share > 0), total / np.where(share > 0, share, 1.0), height)
        settled = np.array_equal(np.isnan(new), np.isnan(height)) and np.nanmax(np.abs(new - height), initial=0) < 1e-3
        height = new
        if settled:
            break
    return height


def _of_source(which: Ints, values: Sequence[float], profile: HeightProfile) -> Floats:
    """(n_segments,) the largest value of the sources that a segment's heights came from, 0 where it has none."""
    found: Floats = np.maximum.reduceat(np.array([*values, 0.0])[which], profile.first[:-1])
    return found


def grades_pct(
    segments: Sequence[Segment],
    profile: HeightProfile,
    z: Floats,
    least_m: float = 60.0,
    base: Floats | None = None,
    least_run: Floats | None = None,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(n_segments,) steepest grade [%], positive uphill as drawn, NaN where no stretch is known; and (n_segments,)
    whether that is because its stretch is too short for the noise.

    ``base`` (n_segments,) is the length of the stretches [m]; a segment shorter than ``least_m``, or than
    ``least_run`` (n_segments,), is lengthened to that, and has no grade where it comes out shorter than the latter.
    """
    length = profile.end_m - profile.start_m
    shortest = np.zeros(len(length)) if least_run is None else least_run
    least = np.maximum(least_m, shortest)
    base = np.minimum(least if base is None else base, np.maximum(length, least))
    long = length >= least
    owner = profile.owner
    last = (profile.end_m - base)[owner]
    begin = np.minimum(profile.chain, last)[long[owner]]
    of = owner[long[owner]]
    known = np.isfinite(z[profile.first[:-1]]) & np.isfinite(z[profile.first[1:] - 1])
    short = np.flatnonzero(~long & known)
    begin_short, end_short = _stretches(segments, profile, z, short, least)
    run_short = begin_short[1] + end_short[1] + length[short]
    a, b = np.concatenate([begin, begin_short[0]]), np.concatenate([begin + base[of], end_short[0]])
    run = np.concatenate([base[of], run_short])
    rise = np.interp(b, profile.chain, z) - np.interp(a, profile.chain, z)
    grade = _steepest(100.0 * rise / np.maximum(run, 1.0), np.concatenate([of, short]), len(segments))
    noisy = np.zeros(len(segments), bool)
    noisy[short] = run_short < 0.99 * shortest[short]
    return np.where(noisy, np.nan, grade), noisy


def _stretches(
    segments: Sequence[Segment], profile: HeightProfile, z: Floats, short: Ints, least: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """For each short segment where its lengthened stretch begins and ends (chain) and how far out that is [m].

    Half of what is missing is sought beyond the end, the rest before the beginning, and what still lacks, where the
    road ends there, beyond the end.
    """
    ways_on = Continuations(segments, profile.end_m - profile.start_m)
    known = np.isfinite(z)
    begin, end = np.zeros((2, len(short))), np.zeros((2, len(short)))
    for place, i in enumerate(short.tolist()):
        missing = least[i] - (profile.end_m[i] - profile.start_m[i])
        for side, out, sought in ((1, end, None), (0, begin, end), (1, end, begin)):
            wanted = missing / 2 if sought is None else missing - sought[1, place]
            segment, along, gone = ways_on.walk(i, side, wanted)
            chain = profile.start_m[segment] + along
            near = int(np.searchsorted(profile.chain, chain - 1e-9))
            if not known[min(near, len(known) - 1)]:
                chain, gone = (profile.end_m if side == 1 else profile.start_m)[i], 0.0
            out[:, place] = chain, gone
    return (begin[0], begin[1]), (end[0], end[1])


def _steepest(grade: Floats, of: Ints, n: int) -> Floats:
    """Of all stretches of a segment the one with the largest absolute grade, with its sign."""
    known = np.isfinite(grade)
    grade, of = grade[known], of[known]
    order = np.lexsort((np.abs(grade), of))
    result = np.full(n, np.nan)
    result[of[order]] = grade[order]
    return result


def _compare(segments: Sequence[Segment], grade: Floats, inclines: Mapping[str, float]) -> tuple[int, int]:
    pairs = [(inclines[s.id], g) for s, g in zip(segments, grade.tolist(), strict=True) if s.id in inclines]
    real = [(tagged, g) for tagged, g in pairs if tagged and np.isfinite(g) and g]
    return len(real), sum(tagged * g > 0 for tagged, g in real)


def _filled(
    segments: Sequence[Segment],
    profile: HeightProfile,
    z: Floats,
    grade: Floats,
    which: Ints,
    sources: Sequence[ElevationSource],
) -> list[Segment]:
    known = np.isfinite(z)
    share = np.add.reduceat(known.astype(float), profile.first[:-1])
    mean = np.add.reduceat(np.where(known, z, 0.0), profile.first[:-1]) / np.maximum(share, 1)
    half = share >= np.diff(profile.first) / 2
    source = np.maximum.reduceat(which, profile.first[:-1])
    return [
        segment
        if k < 0
        else replace(
            segment,
            elevation_m=round(m, 1) if enough else None,
            grade_pct=round(g, 2) if np.isfinite(g) else None,
            slope_source=sources[k].name,
            dem_resolution_m=sources[k].resolution_m,
        )
        for segment, m, enough, g, k in zip(
            segments, mean.tolist(), half.tolist(), grade.tolist(), source.tolist(), strict=True
        )
    ]
