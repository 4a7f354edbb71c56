"""The heights that an import is given: terrain files, spot heights from a file, and those of the extract itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from city.catalogue.message import Message, message
from city.entities import Segment
from city.errors import ImportRefused
from city.geo import bbox
from ingest.roads.extract import Extract
from ingest.roads.slope import Sloped
from ingest.roads.spots import SPOT_ENDINGS, open_spots
from ingest.roads.terrain import ElevationSource, Raster, SpotHeights, open_raster, spot_height_source


@dataclass(frozen=True)
class Heights:
    """All that knows heights, in the order in which it is asked; ``given`` are the files that a person named."""

    sources: tuple[ElevationSource, ...]
    given: tuple[Raster | SpotHeights, ...]
    files: tuple[Path, ...]

    def notes(self, sloped: Sloped) -> tuple[Message, ...]:
        """What is told of the files: a reference system that was guessed, how far apart spot heights lie, and which
        gave no street its height."""
        guessed = (message("cli.roads.crs_guessed", file=s.name, crs=s.guessed) for s in self.given if s.guessed)
        spots = (
            message("cli.roads.spots", file=s.name, n=len(s.lon), metres=s.resolution_m)
            for s in self.given
            if isinstance(s, SpotHeights)
        )
        used = {s.slope_source for s in sloped.segments}
        idle = tuple(source.name for source in self.given if source.name not in used)
        return (*guessed, *spots, *([message("cli.roads.terrain_idle", files=idle)] if idle else []))

    def checked(self, sloped: Sloped) -> Sloped:
        """The segments with their heights. Raises ImportRefused where none of the files that were given has one."""
        named = {source.name for source in self.given}
        if self.given and not any(s.slope_source in named for s in sloped.segments):
            raise ImportRefused(self.files[0], _nothing(self.given), message("error.terrain.give"))
        return sloped


def _nothing(given: Sequence[Raster | SpotHeights]) -> Message:
    """Why no height came of the files."""
    if all(isinstance(source, Raster) and source.is_empty() for source in given):
        return message("error.terrain.all_nodata", n=len(given))
    return message("error.terrain.nowhere", n=len(given))


def _is_points(file: Path) -> bool:
    """Whether a file is one of points, by its name; an ASCII grid may have the same ending."""
    if not file.name.lower().endswith(SPOT_ENDINGS):
        return False
    try:
        with file.open("rb") as stream:
            return not stream.read(16).lstrip().lower().startswith((b"ncols", b"nrows"))
    except OSError:
        return True  # the reader of points says why it cannot be read


def elevation_sources(
    extract: Extract, segments: Sequence[Segment], terrain: Sequence[Path], crs: str | None = None
) -> Heights:
    """The terrain files in the order given, then the extract's spot heights.

    ``crs`` is that of files that name none. Raises ImportRefused.
    """
    roads = bbox(point for segment in segments for point in segment.geometry)
    given = tuple(
        open_spots(file, roads, crs) if _is_points(file) else open_raster(file, roads, crs) for file in terrain
    )
    heights = spot_height_source(extract.spot_heights)
    return Heights(given if heights is None else (*given, heights), given, tuple(terrain))
