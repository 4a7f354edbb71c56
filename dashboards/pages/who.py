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


def crew_said(name: str, locale: Locale) -> str:
    """The name of a contractor; the city's own crew in the language of the page, whichever it is kept in."""
    own = {words(language)("row.own_crew") for language in LANGUAGES}
    return locale.words("row.own_crew") if name in own else name
