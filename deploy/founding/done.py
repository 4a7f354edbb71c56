"""What ``dagsplan init`` did, what it does not know, and what the settings should say."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from city.catalogue.message import Message, message
from city.clock import stopwatch
from city.settings import Municipality, Settings

if TYPE_CHECKING:
    from ingest.opendata.place import TownArea


@dataclass
class Founded:
    """What was done: ``seconds`` of each step on the wall, ``lines`` of what was found and of what is not known."""

    place: str
    seconds: dict[str, float] = field(default_factory=dict)
    lines: list[Message] = field(default_factory=list)
    unknown: list[Message] = field(default_factory=list)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    following: list[str] = field(default_factory=list)
    requests: int = 0

    def as_dict(self, words: Callable[[Message], str]) -> dict[str, Any]:
        """As plain values."""
        said = {"found": [*map(words, self.lines)], "unknown": [*map(words, self.unknown)]}
        plain = {"place": self.place, "seconds": self.seconds, "requests": self.requests}
        return {**plain, **said, "settings": self.settings, "next": self.following}

    def text(self, words: Callable[[Message], str]) -> str:
        """As lines for a person."""
        lines = [self.place, *map(words, self.lines)]
        if self.unknown:
            lines += ["", words(message("cli.init.unknown")), *(f"- {words(one)}" for one in self.unknown)]
        if self.following:
            lines += ["", words(message("cli.init.next")), *(f"  dagsplan {one}" for one in self.following)]
        return "\n".join(lines)


def providers(settings: Settings, country: str) -> tuple[str, ...]:
    """Whom to ask for a forecast: those of the settings, else SMHI in Sweden and MET Norway elsewhere."""
    return settings.weather.providers or (("smhi",) if country == "SE" else ("metno",))


def lacking_settings(settings: Settings, town: TownArea) -> dict[str, dict[str, Any]]:
    """What ``dagsplan.toml`` should say of the municipality and does not: by section and key."""
    own = settings.municipality
    told: dict[str, dict[str, Any]] = {
        "municipality": {
            "name": town.name,
            "country": town.country or own.country,
            "time_zone": _zone(own, town),
            "longitude": town.lon,
            "latitude": town.lat,
        },
        "weather": {
            "providers": list(providers(settings, town.country)),
            "contact": settings.weather.contact or settings.opendata.contact,
        },
    }
    held = msgspec.json.decode(msgspec.json.encode(settings))
    close = held["municipality"]["longitude"] is not None and held["municipality"]["name"] != type(own)().name
    lacking = {part: {k: v for k, v in keys.items() if held[part][k] != v} for part, keys in told.items()}
    if close:
        lacking["municipality"] = {k: v for k, v in lacking["municipality"].items() if k in {"country", "time_zone"}}
    return {part: keys for part, keys in lacking.items() if keys}


def setup_command(settings: Settings, town: TownArea) -> str:
    """The command that writes what the settings lack of a municipality."""
    own = settings.municipality
    told = {
        "--name": town.name,
        "--latitude": str(town.lat),
        "--longitude": str(town.lon),
        "--country": town.country or own.country,
        "--time-zone": _zone(own, town),
        "--contact": settings.weather.contact or settings.opendata.contact,
    }
    asked = [word for provider in providers(settings, town.country) for word in ("--provider", provider)]
    return shlex.join(["setup", *(word for pair in told.items() for word in pair), *asked])


def _zone(own: Municipality, town: TownArea) -> str:
    """The zone of the settings where the country has it, else the likeliest of the country."""
    return own.time_zone if own.time_zone in town.zones else next(iter(town.zones), own.time_zone)


@contextmanager
def timed(done: Founded, step: str) -> Iterator[None]:
    """Notes how long a step takes [s]."""
    began = stopwatch()
    yield
    done.seconds[step] = round(stopwatch() - began, 2)
