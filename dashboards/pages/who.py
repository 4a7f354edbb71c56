"""Who says something: a role at a desk by its name in the catalogue, a driver by the vehicle."""

from __future__ import annotations

from city.catalogue.words import LANGUAGES, words
from dashboards.web.locale import Locale


def who_said(who: str, locale: Locale) -> str:
    """'arbetsledare', 'förare P11'."""
    role = locale.words.known(f"who.{who}", "")
    return role or locale.words("who.driver_of", vehicle=who)


def by_word_of(who: str, locale: Locale) -> str:
    """The role whose word something is; empty where a driver said it."""
    return "" if who == "driver" else locale.words.known(f"who.{who}", "")


def is_of_draft(note: str) -> bool:
    """Whether a note was written by the watch, of a draft that somebody took."""
    return _key_of(note) is not None


def note_said(note: str, locale: Locale) -> str:
    """A note as it was written; one that the watch wrote in the language of the page, whichever it is kept in."""
    key = _key_of(note)
    return note if key is None else locale.words(key)


def _key_of(note: str) -> str | None:
    keys = ("plan.night.from_draft", "plan.night.stood_down")
    return next((key for key in keys for language in LANGUAGES if note == words(language)(key)), None)


def crew_said(name: str, locale: Locale) -> str:
    """The name of a contractor; the city's own crew in the language of the page, whichever it is kept in."""
    own = {words(language)("row.own_crew") for language in LANGUAGES}
    return locale.words("row.own_crew") if name in own else name
