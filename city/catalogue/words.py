"""The words of a language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from city.catalogue.formats import Formatter
from city.catalogue.message import Message, Part, message, verbatim

PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
"""The plural forms of CLDR; a table of these is one text."""
Entry = str | Mapping[str, str]


def _languages() -> tuple[str, ...]:
    """The codes of the files beside this one, Swedish first."""
    names = {entry.name for entry in files("city.catalogue").iterdir()}
    codes = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return ("sv", *(code for code in codes if code != "sv"))


LANGUAGES: tuple[str, ...] = _languages()


class Words:
    """The words of one language. Called with a key it gives a text, with the parts of its gaps filled."""

    def __init__(self, language: str, table: Mapping[str, Entry]) -> None:
        self.language, self.table = language, table
        self.locale = Locale.parse(language)
        patterns = {name: self.raw(f"format.{name}") for name in ("clock", "day", "span", "span_signed")}
        self.formatter = Formatter(self.locale, patterns, self.say)

    def __call__(self, key: str, /, **parts: Part) -> str:
        """The text of a key. Raises KeyError for an unknown one: a missing word is a fault, not a gap."""
        return self.formatter.vformat(self._form(key, parts), (), parts)

    def say(self, message: Message) -> str:
        """A sentence in this language."""
        return self(message.key, **message.parts)

    def count(self, key: str, n: int, **parts: Part) -> str:
        """The text of a key in the form that ``n`` things take."""
        return self(key, n=n, **parts)

    def raw(self, key: str) -> str:
        """The text of a key with its gaps still open, for a script to fill."""
        return self._form(key, {})

    def known(self, key: str, otherwise: str) -> str:
        """The text of a key that may not be there, such as the name of a fraction that a city made up."""
        return self.raw(key) if key in self.table else otherwise

    def _form(self, key: str, parts: Mapping[str, Part]) -> str:
        entry = self.table[key]
        if isinstance(entry, str):
            return entry
        n = parts.get("n", 2)
        form = self.locale.plural_form(n) if isinstance(n, int | float) else "other"
        return entry.get(form, entry["other"])


def is_language(text: str | None) -> bool:
    """Whether there are words in that language."""
    return text in LANGUAGES


def name_of(key: str, otherwise: str) -> Message:
    """The name of a key that may not be there, such as that of a fraction that a city made up; else that as it is."""
    return message(key) if key in words("sv").table else verbatim(otherwise)


@cache
def words(language: str) -> Words:
    """The words of a language."""
    raw = (files("city.catalogue") / f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, dict(_flat(tomllib.loads(raw))))


def _flat(tree: dict[str, Any], before: str = "") -> Iterator[tuple[str, Entry]]:
    for name, part in tree.items():
        if isinstance(part, dict) and not ("other" in part and part.keys() <= PLURALS):
            yield from _flat(part, f"{before}{name}.")
        else:
            yield f"{before}{name}", part
