"""The few settings that every town needs: what is asked, what is checked, and the file that holds them.

A file that is there keeps all that was not asked for: other settings, remarks, the order of its lines.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel.core import get_global

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.catalogue.words import Words, words
from city.errors import BadValue, ConfigError
from city.settings import Settings
from city.tomltext import tables, value
from city.whereabouts import UNNAMED, check_country, check_name, check_point, check_providers, check_sides, check_zone

ORDER = ("name", "latitude", "longitude", "time_zone", "country", "language")


@dataclass(frozen=True)
class Answers:
    """What a town says of itself; a point in degrees. Nobody is asked for forecasts but ``providers``."""

    name: str
    latitude: float
    longitude: float
    time_zone: str
    country: str
    language: str
    providers: tuple[str, ...] = ()
    contact: str = ""

    def check(self) -> None:
        """Raises ConfigError for what cannot be."""
        check_name(self.name)
        check_point(self.longitude, self.latitude)
        check_country(self.country)
        check_zone(self.time_zone)
        check_sides(self.longitude, self.latitude, self.time_zone)
        check_providers(self.providers, placed=True, contact=self.contact)

    def tree(self) -> dict[str, dict[str, Any]]:
        """As a tree of settings."""
        weather: dict[str, Any] = {"providers": list(self.providers)}
        if self.contact:
            weather["contact"] = self.contact
        return {"municipality": {name: getattr(self, name) for name in ORDER}, "weather": weather}


def answered(settings: Settings) -> dict[str, Any]:
    """What effective settings say already, of what is asked: nothing of what is only a default's."""
    town, weather = settings.municipality, settings.weather
    said: dict[str, Any] = {"language": town.language, "providers": weather.providers, "contact": weather.contact}
    if town.longitude is not None:
        said |= {"latitude": town.latitude, "longitude": town.longitude}
    if town.name != UNNAMED:
        said |= {"name": town.name, "time_zone": town.time_zone, "country": town.country}
    return said


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country, by name; empty for an unknown one."""
    return tuple(sorted(zone for zone, of in get_global("zone_territories").items() if of == country))


def zone_for(country: str) -> str | None:
    """The time zone of a country that has one; None where it has several, or where nobody knows it."""
    zones = zones_of(country)
    return zones[0] if len(zones) == 1 else None


def degrees(text: str) -> float:
    """An angle [degrees], with a point or a comma. Raises BadValue."""
    try:
        return float(text.replace(",", ".").replace("\N{MINUS SIGN}", "-").removesuffix("°").strip())
    except ValueError:
        raise BadValue(message("error.usage.no_number", text=text)) from None


def settings_file(answers: Answers, before: str = "") -> str:
    """The text of the settings file: a new one with a remark on each line, or the one that is there with what changed.

    Raises ConfigError where an answer cannot be, or where the file that is there is no TOML.
    """
    answers.check()
    spoken = words(answers.language)
    if not before.strip():
        return _new(answers, spoken)
    try:
        wanted = _merged(tomllib.loads(before), answers.tree())
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(message("setup.no_toml", problem=in_our_words(error))) from error
    edited = _edited(before, answers)
    return edited if _reads_as(edited, wanted) else f"{tables(wanted)}\n"


def _new(answers: Answers, spoken: Words) -> str:
    name = "".join(letter for letter in answers.name if letter.isprintable())
    made = [f"# {spoken('setup.file.head', name=name)}", f"# {spoken('setup.file.more')}"]
    for section, part in answers.tree().items():
        made += ["", f"[{section}]"]
        for name, held in part.items():
            remark = spoken(f"setup.file.{name}")
            made.append(f"{f'{name} = {value(held)}':<36}  # {remark}")
    return "\n".join(made) + "\n"


def _merged(before: Mapping[str, Any], changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The tree with the changes in it. Raises ConfigError where a section of it is no table."""
    merged = dict(before)
    for section, part in changes.items():
        held = merged.get(section, {})
        if not isinstance(held, Mapping):
            raise ConfigError(message("setup.no_table", section=section))
        merged[section] = {**held, **part}
    return merged


def _edited(before: str, answers: Answers) -> str:
    """The lines of a file with those that changed in their places, and what is new at the end of its section."""
    lines = before.splitlines()
    for section, part in answers.tree().items():
        start, end = _bounds(lines, section)
        if start is None:
            lines += ["", f"[{section}]", *(f"{name} = {value(held)}" for name, held in part.items())]
            continue
        for name, held in part.items():
            place = next((n for n in range(start, end) if re.match(rf"\s*{name}\s*=", lines[n])), None)
            if place is not None:
                lines[place] = _line(name, held, lines[place])
            else:
                last = max((n for n in range(start - 1, end) if lines[n].strip()), default=start - 1)
                lines.insert(last + 1, f"{name} = {value(held)}")
                end += 1
    return "\n".join(lines) + "\n"


def _bounds(lines: list[str], section: str) -> tuple[int | None, int]:
    """The lines of a section, without its head."""
    head = next((n for n, line in enumerate(lines) if re.match(rf"\s*\[\s*{section}\s*\]", line)), None)
    if head is None:
        return None, len(lines)
    return head + 1, next((n for n in range(head + 1, len(lines)) if re.match(r"\s*\[", lines[n])), len(lines))


def _line(name: str, held: object, before: str) -> str:
    """A setting's line with its new value; as it was where the value is the same, with its remark where it has one."""
    if _reads_as(before, {name: held}):
        return before
    made = f"{name} = {value(held)}"
    at = next(_remarks(before), None)
    return made if at is None else f"{made}  ".ljust(at) + before[at:]


def _remarks(line: str) -> Iterator[int]:
    """Where the remark of a line begins: the first sign for one that does not stand within a text."""
    return (at for at, letter in enumerate(line) if letter == "#" and _reads(line[:at]) is not None)


def _reads_as(text: str, wanted: Mapping[str, Any]) -> bool:
    return _reads(text) == wanted


def _reads(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
