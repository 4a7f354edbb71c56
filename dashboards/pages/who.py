"""Who says something: a role at a desk by its name in the catalogue, a driver by the vehicle."""

from __future__ import annotations

from dashboards.web.locale import Locale


def who_said(who: str, locale: Locale) -> str:
    """'arbetsledare', 'förare P11'."""
    role = locale.words.known(f"who.{who}", "")
    return role or locale.words("who.driver_of", vehicle=who)


def by_word_of(who: str, locale: Locale) -> str:
    """The role whose word something is; empty where a driver said it."""
    return "" if who == "driver" else locale.words.known(f"who.{who}", "")
