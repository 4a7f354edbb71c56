"""The steps of ``dagsplan init`` that write into the database: each looks first whether it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from city.catalogue.message import Message, message
from city.clock import Clock
from city.entities import Room
from city.errors import DagsplanError, NeedsYes
from city.settings import Settings
from city.vocabulary import STAND_IN, Domain
from deploy.founding.done import Founded, providers
from deploy.opening import words_of
from ingest.opendata.elevation import DATASET, dataset
from ingest.opendata.fetch import Tell
from ingest.opendata.place import TownArea
from ingest.opendata.standins import (
    accepted_fractions,
    closed_days,
    fleet_file,
    stand_in_fleet,
    stand_in_vessels,
    write_calendar,
    write_rooms,
)
from ingest.registers.asked import Asked
from ingest.registers.fleet import import_fleet
from ingest.roads import import_roads
from ingest.weather.client import WeatherClient
from store import facts
from store.connect import Connection
from store.roads import load_datasets, load_segments, save_dataset


@dataclass
class Taking:
    """The steps that write into the database: each looks first whether it is done."""

    connection: Connection
    clock: Clock
    settings: Settings
    tell: Tell
    town: TownArea
    home: Path
    done: Founded
    yes: bool = False

    def steps(self, extract: Path, heights: Sequence[Path]) -> list[tuple[str, Callable[[], None]]]:
        """Names and work, in order."""
        return [
            ("roads", lambda: self.take_roads(extract, heights)),
            ("gaps", lambda: self.name_what_streets_lack(heights)),
            ("calendar", self.take_calendar),
            ("fleet", self.take_fleet),
            ("vessels", lambda: self.take_vessels(extract)),
            ("forecast", self.take_forecast),
        ]

    def name_what_streets_lack(self, heights: Sequence[Path]) -> None:
        """Who keeps the streets is seldom in the map; the heights are those of roofs and trees too."""
        segments = load_segments(self.connection)
        if n := sum(segment.keeper == "unknown" for segment in segments):
            self.done.unknown.append(message("cli.init.keepers", n=n, all=float(len(segments))))
        said = message("cli.init.surface") if heights else message("cli.init.without_heights")
        self.done.unknown.append(said)

    def take_roads(self, extract: Path, heights: Sequence[Path]) -> None:
        """Streets, terrain, schools and waste places. Raises NeedsYes where other streets would be replaced."""
        known = {row.name: row for row in load_datasets(self.connection)}
        before, tiles = known.get("OpenStreetMap"), dataset([file.stem for file in heights])
        ours = f"OpenStreetMap extract {extract.name}"
        if before is not None and before.source != ours and not self.yes:
            raise NeedsYes(extract, message("error.opendata.other_streets", source=before.source))
        mark = self.home / "imported"
        here = f"{extract.stat().st_mtime_ns} {tiles.source} {self._database}"
        there = before is not None and before.source == ours and (not heights or DATASET in known)
        if there and mark.exists() and mark.read_text("utf-8") == here:
            self.done.lines.append(message("cli.init.roads_there", file=extract.name))
            return
        report = import_roads(
            self.connection,
            extract,
            heights,
            self.clock.now(),
            rules=self.settings.streets,
            spoken=words_of(self.settings),
            yes=self.yes,
            progress=self.tell,
        )
        if heights:
            save_dataset(self.connection, tiles, self.clock.now())
        mark.write_text(here, "utf-8")
        self.done.lines += list(report.lines())

    @property
    def _database(self) -> str:
        """Which database it is: the embedded one lies beside what was fetched, another by its host and name."""
        info = self.connection.info
        return f"{info.host}/{info.dbname}" if self.settings.database.dsn else "embedded"

    def take_calendar(self) -> None:
        """Public holidays, on which schools are closed, where nobody said what is on that day; terms are not known."""
        self.done.unknown.append(message("cli.init.no_terms"))
        days = closed_days(self.town.country, self.clock.now().date())
        if not days:
            self.done.unknown.append(message("cli.init.no_holidays", country=self.town.country))
            return
        told = facts.calendar_days(self.connection, days[0].day, days[-1].day)
        known = {(one.calendar, one.day) for one in told}
        facts.save_calendar(self.connection, [one for one in days if (one.calendar, one.day) not in known])
        file = self.home / "calendar.csv"
        if not file.exists():
            write_calendar(file, days)
        self.done.lines.append(_named(file, message("cli.init.holidays", n=len(days))))

    def take_fleet(self) -> None:
        """An assumed fleet for the services that have no vehicle that somebody told us of."""
        lacking = self._without_vehicles()
        if not lacking:
            self.done.lines.append(message("cli.init.own_fleet"))
            return
        file = self.home / "fleet.toml"
        if not file.exists():
            stops = [room for room in facts.rooms(self.connection) if room.kind != "room"]
            words = words_of(self.settings)
            names = words("cli.init.depot"), words("cli.init.tip")
            place = self.town.lon, self.town.lat
            made = stand_in_fleet(load_segments(self.connection), len(stops), place, names)
            fleet = replace(made, vehicles=tuple(one for one in made.vehicles if one.domain in lacking))
            file.write_text(fleet_file(fleet, words("cli.init.fleet_remarks").splitlines()), "utf-8")
        zone, middle = self.settings.municipality.zone, (self.town.lon, self.town.lat)
        report = import_fleet(self.connection, file, Asked(self.clock.now(), zone, yes=True, near=middle))
        self.done.lines += [_named(file, line) for line in report.said()]
        if self._without_vehicles():
            self.done.unknown.append(message("cli.init.assumed_fleet", file=str(file)))

    def _without_vehicles(self) -> set[Domain]:
        """The services that have no vehicle that somebody told us of."""
        driven: tuple[Domain, ...] = ("snow", "waste")
        fleets = {domain: facts.vehicles(self.connection, domain) for domain in driven}
        return {domain for domain, fleet in fleets.items() if all(one.id.startswith(STAND_IN) for one in fleet)}

    def take_vessels(self, extract: Path) -> None:
        """Assumed vessels for the waste places that have none."""
        rooms, vessels = facts.rooms(self.connection), facts.vessels(self.connection)
        bare = _without(rooms, {vessel.room for vessel in vessels})
        made = stand_in_vessels(bare, accepted_fractions(extract))
        file = self.home / "rooms.csv"
        if file.exists():
            file = self.home / f"rooms-{self.clock.now():%Y-%m-%d}.csv"
        if made:
            facts.save_vessels(self.connection, made)
            write_rooms(file, bare, made)
            self.done.lines.append(message("cli.init.vessels", n=len(made)))
        if made or any(vessel.id.startswith(STAND_IN) for vessel in vessels):
            named = str(file if made else self.home / "rooms.csv")
            self.done.unknown.append(message("cli.init.assumed_vessels", file=named))
        elif not rooms:
            self.done.unknown.append(message("cli.init.no_rooms"))

    def take_forecast(self) -> None:
        """A forecast for the municipality's point; where none is to be had, that is said and the rest stays."""
        client = WeatherClient(self._settings_of_town(), self.clock)
        try:
            for provider in providers(self.settings, self.town.country):
                self._one_forecast(client, provider)
        finally:
            client.close()

    def _one_forecast(self, client: WeatherClient, provider: str) -> None:
        try:
            forecast = client.fetch(self.connection, provider)
        except DagsplanError as error:
            self.done.unknown.append(message("cli.init.no_forecast", problem=error.message))
            return
        if forecast is None:
            self.done.lines.append(message("cli.init.forecast_there", provider=provider))
            return
        issued = forecast.issued_at.astimezone(self.settings.municipality.zone)
        said = message("cli.import.weather", n=len(forecast.steps), provider=provider, issued=issued)
        self.done.lines.append(said)

    def _settings_of_town(self) -> Settings:
        """The settings with the municipality's point and the contact, for the weather client."""
        point = {"longitude": self.town.lon, "latitude": self.town.lat}
        settings = self.settings
        contact = settings.weather.contact or settings.opendata.contact
        town = msgspec.structs.replace(settings.municipality, **point)
        asked: Settings = msgspec.structs.replace(
            settings, municipality=town, weather=msgspec.structs.replace(settings.weather, contact=contact)
        )
        return asked


def _without(rooms: Sequence[Room], taken: set[str]) -> list[Room]:
    return [room for room in rooms if room.id not in taken]


def _named(file: Path, said: Message) -> Message:
    return message("cli.init.file", file=str(file), said=said)
