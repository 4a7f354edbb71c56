"""The steps of ``dagsplan init`` that fetch: which place, its map, its heights; then what takes them in."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from city.catalogue.message import Message, message
from city.errors import ImportRefused
from city.settings import OpenData, Settings
from deploy.founding.done import Founded, lacking_settings, setup_command, timed
from deploy.founding.taking import Taking
from deploy.opening import opened_store
from ingest.opendata.cutout import cut_out
from ingest.opendata.elevation import tile_names, wanted_heights
from ingest.opendata.fetch import Fetcher, Tell, Wanted
from ingest.opendata.place import TownArea, find_town, wanted_place
from ingest.opendata.streets import fetch_tile, no_streets, tiles, wanted_tile


@dataclass
class Founding:
    """The steps, each in its own method: fetch what is wanted, take it in, say what was found."""

    settings: Settings
    fetcher: Fetcher
    tell: Tell
    folder: Path
    options: argparse.Namespace

    def look(self) -> Founded:
        """What would be asked, and of whom; nothing is."""
        wanted = self._wanted_place()
        seen = Founded(self.options.place)
        if not self.fetcher.has(wanted):
            seen.lines = [
                message("cli.init.would_ask", source=wanted.source, url=wanted.url, what=self.options.place),
                message("cli.init.then", streets=self._asked.overpass_url, heights=self._asked.elevation_url),
            ]
            return seen
        town = find_town(self.fetcher, wanted, self.options.place, self.options.pick)
        seen.place = town.said
        seen.lines = [*self._would_fetch(town)]
        return seen

    def found(self) -> Founded:
        """All steps. Raises DagsplanError where one cannot be done; the steps before it stay."""
        done = Founded(self.options.place)
        town, extract, heights = self.fetched(done)
        with opened_store(self.settings, "init") as (connection, clock):
            home = extract.parent
            taking = Taking(connection, clock, self.settings, self.tell, town, home, done, yes=self.options.yes)
            for step, work in taking.steps(extract, heights):
                with timed(done, step):
                    work()
        if len(town.zones) > 1 and self.settings.municipality.time_zone not in town.zones:
            done.unknown.append(message("cli.init.zones", zone=town.zones[0]))
        done.settings = lacking_settings(self.settings, town)
        first = [setup_command(self.settings, town)] if done.settings else []
        done.following = [*first, "plan snow", "plan waste", "plan heating", "up"]
        return done

    def fetched(self, done: Founded) -> tuple[TownArea, Path, list[Path]]:
        """The municipality, its extract and its height files. Raises DagsplanError."""
        self.fetcher.check_contact()
        with timed(done, "place"):
            town = find_town(self.fetcher, self._wanted_place(), self.options.place, self.options.pick)
        done.place = town.said
        self.tell(message("cli.init.place", name=town.said))
        with timed(done, "streets"):
            extract = self._extract(town, self.folder / town.id)
        with timed(done, "heights"):
            heights = self._heights(town)
        done.requests = self.fetcher.asked
        return town, extract, heights

    @property
    def _asked(self) -> OpenData:
        return self.settings.opendata

    def _wanted_place(self) -> Wanted:
        asked = self._asked
        return wanted_place(asked.nominatim_url, self.options.place, self.options.country, self.folder, asked.keep_days)

    def _would_fetch(self, town: TownArea) -> Iterator[Message]:
        asked = self._asked
        grid = tiles(town.rings, town.box)
        wanted = [wanted_tile(asked.overpass_url, tile, self.folder / "osm", asked.keep_days) for tile in grid]
        names = tile_names(town.rings, town.box)
        wanted += [wanted_heights(asked.elevation_url, name, self.folder / "heights") for name in names]
        for one in wanted:
            key = "cli.init.is_here" if self.fetcher.has(one) else "cli.init.would_ask"
            yield message(key, source=one.source, url=one.url, what=one.to.name)

    def _extract(self, town: TownArea, home: Path) -> Path:
        """The municipality's part of the map. Raises ImportRefused where it has no street, SourceUnavailable."""
        grid = tiles(town.rings, town.box)
        if len(grid) > self._asked.most_tiles:
            said = message("error.opendata.too_wide", n=len(grid), most=str(self._asked.most_tiles))
            raise ImportRefused(town.said, said, message("error.opendata.other_name"))
        if not town.drawn:
            self.tell(message("cli.init.no_border", name=town.name))
        answers: list[Path] = []
        for number, tile in enumerate(grid, start=1):
            self.tell(message("cli.init.streets", number=str(number), n=len(grid)))
            answers += fetch_tile(self.fetcher, tile, self.folder / "osm")
        home.mkdir(parents=True, exist_ok=True)
        extract = home / f"{town.id}.osm.pbf"
        if not _newer(extract, answers) and not cut_out(answers, town.rings, extract):
            extract.unlink(missing_ok=True)
            raise no_streets(town.said)
        return extract

    def _heights(self, town: TownArea) -> list[Path]:
        """The height files; where there is only sea, and where none is published, there is none."""
        found = []
        for name in tile_names(town.rings, town.box):
            wanted = wanted_heights(self._asked.elevation_url, name, self.folder / "heights")
            self.tell(message("cli.init.heights", name=name))
            if self.fetcher.fetch(wanted):
                found.append(wanted.to)
            else:
                self.tell(message("cli.init.no_heights", name=name))
        return found


def _newer(file: Path, sources: Sequence[Path]) -> bool:
    """Whether a file is there and not older than what it is made of."""
    if not file.exists():
        return False
    made = file.stat().st_mtime_ns
    return all(source.stat().st_mtime_ns <= made for source in sources)
