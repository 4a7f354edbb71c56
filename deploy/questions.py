"""Asks a person at a terminal for the first settings, one after the other, each until its answer can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from city.catalogue.message import Message, message
from city.catalogue.words import LANGUAGES, is_language, words
from city.errors import BadValue, ConfigError, DagsplanError
from city.firstsettings import degrees, zone_for
from city.whereabouts import (
    NEED_CONTACT,
    PROVIDERS,
    check_country,
    check_name,
    check_point,
    check_providers,
    check_zone,
)

Ask = Callable[[str], str]
"""Shows a prompt and gives what was typed; raises EOFError where nobody types any more."""


class Questions:
    """Asks what is not given. ``known`` are the answers that are offered, ``say`` tells what is wrong with one."""

    def __init__(
        self, ask: Ask, say: Callable[[str], None], given: Mapping[str, Any], known: Mapping[str, Any]
    ) -> None:
        self.ask, self.say = ask, say
        self.given, self.known = given, known
        self.spoken = words(given.get("language", known["language"]))

    def all(self) -> dict[str, Any]:
        """Every answer. Raises ConfigError where nobody answers any more."""
        try:
            language = self._one("language", read=_language)
            self.spoken = words(language)
            self.say(self.spoken("setup.begin"))
            found = {"language": language, "name": self._one("name", read=_name)}
            found["latitude"] = self._one("latitude", read=lambda text: _degrees(text, "latitude"))
            found["longitude"] = self._one("longitude", read=lambda text: _degrees(text, "longitude"))
            found["country"] = country = self._one("country", read=_country)
            found["time_zone"] = self._one("time_zone", read=_zone, offered=zone_for(country) or "")
            found["providers"] = providers = self._one("providers", read=_providers)
            found["contact"] = self.given.get("contact", self.known.get("contact", ""))
            if NEED_CONTACT & set(providers):
                found["contact"] = self._one("contact", read=lambda text: _contact(text, providers))
        except EOFError as error:
            raise ConfigError(message("setup.unanswered")) from error
        return found

    def _one(self, name: str, *, read: Callable[[str], Any], offered: str = "") -> Any:  # noqa: ANN401 - an answer
        if name in self.given:
            return self.given[name]
        offered = _shown(self.known[name]) if self.known.get(name) not in (None, "") else offered
        while True:
            question = self.spoken(f"setup.ask.{name}", languages=LANGUAGES, providers=PROVIDERS)
            prompt = self.spoken("setup.offered", question=question, offered=offered) if offered else f"{question}: "
            try:
                return read(self.ask(prompt).strip() or offered)
            except DagsplanError as error:
                self.say(f"  {error.said(self.spoken)}")


def said_yes(typed: str) -> bool:
    """Whether a person says yes, in any language that there are words of."""
    return typed.strip().casefold() in {word for code in LANGUAGES for word in words(code)("setup.yes").split()}


def _shown(held: object) -> str:
    if isinstance(held, tuple):
        return ", ".join(held) or "-"
    return f"{held:.10g}" if isinstance(held, float) else str(held)


def _problem(said: Message) -> BadValue:
    return BadValue(said)


def _name(text: str) -> str:
    check_name(text)
    return text


def _language(text: str) -> str:
    if not is_language(text.lower()):
        raise _problem(message("error.setting.choice", name="municipality.language", value=text, choices=LANGUAGES))
    return text.lower()


def _degrees(text: str, name: str) -> float:
    found = degrees(text)
    check_point(**{"longitude": 0.0, "latitude": 0.0, name: found})
    return found


def _country(text: str) -> str:
    check_country(text.upper())
    return text.upper()


def _zone(text: str) -> str:
    check_zone(text)
    return text


def _providers(text: str) -> tuple[str, ...]:
    if text in {"", "-", "none"}:
        return ()
    found = tuple(part for part in text.lower().replace(",", " ").split())
    check_providers(found, placed=True, contact="later")
    return found


def _contact(text: str, providers: tuple[str, ...]) -> str:
    check_providers(providers, placed=True, contact=text)
    return text
