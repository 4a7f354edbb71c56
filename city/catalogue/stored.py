"""Sentences that are kept: a stored value holds them in each language that the catalogue had when it was made.

The field itself is Swedish, ``…_en`` English, any further language stands under ``languages``, by its code and the
field's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from city.catalogue.message import Message
from city.catalogue.words import LANGUAGES, words

Languages = dict[str, dict[str, str]]
"""Of a stored value: language -> field -> sentence, of all languages but Swedish and English."""


def in_all_languages(**fields: Message) -> dict[str, Any]:
    """The fields of a value that keeps these sentences: ``text=`` gives ``text``, ``text_en`` and, where there are more
    languages, ``languages``."""
    return _kept({code: {name: words(code).say(each) for name, each in fields.items()} for code in LANGUAGES})


def clauses_of(values: Iterable[Struct], field: str, into: str) -> dict[str, Any]:
    """One kept sentence of several values, joined by semicolons, as the fields of another value that keeps them
    ``into`` one of its own."""
    kept = tuple(values)
    joined = {code: tuple(sentence_of(value, field, code) for value in kept) for code in LANGUAGES}
    return _kept({code: {into: words(code)("format.clauses", parts=parts)} for code, parts in joined.items()})


def _kept(said: Languages) -> dict[str, Any]:
    found: dict[str, Any] = {**said["sv"], **{f"{name}_en": text for name, text in said["en"].items()}}
    further = {code: said[code] for code in further_languages()}
    return found | ({"languages": further} if further else {})


def further_languages() -> tuple[str, ...]:
    """The languages beside Swedish and English."""
    return tuple(code for code in LANGUAGES if code not in {"sv", "en"})


def sentence_of(value: Struct, field: str, language: str) -> str:
    """A kept sentence in a language; in English where the value was made before there was that language."""
    if language == "sv":
        return str(getattr(value, field))
    kept: Any = getattr(value, "languages", None)
    further = kept.get(language, {}) if isinstance(kept, dict) else {}
    return str(further.get(field, getattr(value, f"{field}_en")))
