"""``dagsplan setup``: the first settings of a town, and what is missing after them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.catalogue.words import Words, words
from city.errors import ConfigError, DagsplanError, NeedsYes
from city.firstsettings import Answers, answered, settings_file, zone_for
from city.settings import FILES, Municipality, Settings, first_language, load
from city.town import TownHas, TownPart, town_parts
from deploy.opening import note, opened_store, say
from deploy.questions import Questions, said_yes

OPTIONS = {
    "name": "--name", "latitude": "--latitude", "longitude": "--longitude", "country": "--country",
    "time_zone": "--time-zone",
}  # fmt: skip
"""What has to be said by somebody, and the option that says it."""


def run_setup(options: argparse.Namespace, settings: Settings) -> int:
    """Asks or takes the first settings, writes them, and tells what is missing next."""
    file = options.output or options.config or next((path for path in FILES if path.is_file()), FILES[0])
    before = _read(file)
    answers = answers_of(options, settings)
    spoken, text = words(answers.language), settings_file(answers, before)
    if options.dry_run:
        say(text.rstrip())
        return 0
    changed = text != before
    if changed:
        if before:
            _agreed(file, spoken, yes=options.yes)
        _write(file, text)
    if options.json:
        told = [_as_dict(part, spoken) for part in missing_next(file)]
        say(json.dumps({"file": str(file), "written": changed, "missing": told}, ensure_ascii=False))
        return 0
    say(spoken("setup.written" if changed else "setup.unchanged", file=str(file)))
    for line in next_lines(missing_next(file), spoken):
        say(line)
    return 0


def settings_to_mend(file: Path | None) -> Settings:
    """The settings as far as they can be had: what is wrong with them is said, and that the file is not there yet is
    no fault, as both are what setup is for."""
    language = first_language(file=file)
    nothing = Settings(municipality=Municipality(language=language))
    if file is not None and not file.exists():
        return nothing
    try:
        return load(file)
    except ConfigError as error:
        note(f"dagsplan: {error.said(words(language))}")
        return nothing


def answers_of(options: argparse.Namespace, settings: Settings) -> Answers:
    """From the options, then from what the settings say already, then from a person at the terminal.

    Raises ConfigError naming the options that are missing where there is nobody to ask.
    """
    named = ("latitude", "longitude", "time_zone", "country", "language", "providers", "contact")
    said = {"name": options.town} | {name: getattr(options, name) for name in named}
    given = {name: answer for name, answer in said.items() if answer is not None}
    if "providers" in given:
        given["providers"] = tuple(one for one in given["providers"] if one != "none")
    known = answered(settings)
    if sys.stdin.isatty() and not options.yes:
        return Answers(**Questions(input, note, given, known).all())
    found = known | given
    zone = zone_for(found.get("country", ""))
    if zone and (given.get("country") or "time_zone" not in found) and "time_zone" not in given:
        found["time_zone"] = zone
    lacking = tuple(option for name, option in OPTIONS.items() if name not in found)
    if "country" not in found:
        lacking = tuple(option for option in lacking if option != "--time-zone")
    if lacking:
        raise ConfigError(message("setup.lacks", options=lacking))
    return Answers(**found)


def missing_next(file: Path) -> list[TownPart]:
    """What the town of a settings file lacks, in the order in which it is needed; of a database that does not answer
    that is said, and everything counts as missing."""
    settings = load(file)
    from city.clock import SystemClock
    from store.town import town

    has, now = TownHas(), SystemClock().now()
    if settings.database.dsn or (settings.state / "postgres").is_dir():
        try:
            with opened_store(settings, "setup") as (connection, clock):
                now = clock.now()
                has = town(connection, now)
        except DagsplanError as error:
            note(f"dagsplan: {error.said(words(settings.municipality.language))}")
    return [part for part in town_parts(has, settings, now) if part.state != "done"]


def next_lines(missing: list[TownPart], spoken: Words) -> list[str]:
    """What to do next, a line for each part and one for its command."""
    if not missing:
        return [spoken("setup.nothing_missing")]
    made = [spoken("setup.next")]
    for part in missing:
        said = (part.text,) if part.then is None else (part.text, part.then)
        made.append(spoken("setup.next_part", part=part.name, said=said))
        if part.command is not None:
            made.append(f"      {spoken.say(part.command)}")
    return [*made, spoken("setup.then_up")]


def _as_dict(part: TownPart, spoken: Words) -> dict[str, Any]:
    command = None if part.command is None else spoken.say(part.command)
    return {"part": part.part, "state": part.state, "text": spoken.say(part.text), "command": command}


def _read(file: Path) -> str:
    """The file that is there; nothing where there is none. Raises ConfigError where it cannot be read."""
    if not file.exists():
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _of("error.setting.unreadable", file, error) from error


def _agreed(file: Path, spoken: Words, *, yes: bool) -> None:
    """Returns where a person lets the file be changed. Raises NeedsYes where they do not, or nobody can be asked."""
    if yes or (sys.stdin.isatty() and said_yes(input(spoken("setup.change", file=str(file))))):
        return
    raise NeedsYes(file, message("setup.is_there"))


def _write(file: Path, text: str) -> None:
    """Puts the text in the file's place at once, so that no reader finds half of it."""
    place = file.resolve()
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        if place.exists():
            beside.chmod(place.stat().st_mode)
        beside.replace(place)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _of("setup.unwritable", file, error) from error


def _of(key: str, file: Path, error: Exception) -> ConfigError:
    return ConfigError(message(key, file=str(file), problem=in_our_words(error)))


__all__ = ["answers_of", "missing_next", "next_lines", "run_setup", "settings_to_mend"]
