"""What a town says of itself: a name, a point, a zone, a country, whom it asks for forecasts. Each with its check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from city.catalogue.message import message
from city.errors import ConfigError

UNNAMED = "Exempelstad"
"""What a town is called while nobody has said its name."""
PROVIDERS = ("smhi", "metno")
NEED_CONTACT = frozenset({"metno"})
"""Providers whose terms want a way to reach the asker in every request."""


def check_name(name: str) -> None:
    """Raises ConfigError for one that says nothing."""
    if not name.strip():
        raise ConfigError(message("error.setting.town_name"))


def check_zone(name: str) -> None:
    """Raises ConfigError where no zone is called so."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(message("error.setting.time_zone", value=name)) from error


def check_country(code: str) -> None:
    """Raises ConfigError for a country whose public holidays nobody knows; two capital letters (ISO 3166-1)."""
    if code in countries():
        return
    capital = code.strip().upper()
    if capital in countries():
        raise ConfigError(message("error.setting.country_capital", value=code, capital=capital))
    raise ConfigError(message("error.setting.country", value=code))


@cache
def countries() -> frozenset[str]:
    """The countries whose public holidays are known, each in two capital letters."""
    from holidays import list_supported_countries

    return frozenset(code for code in list_supported_countries() if len(code) == 2 and code.isascii())


def check_point(longitude: float | None, latitude: float | None) -> None:
    """Raises ConfigError for half a point, or one that is nowhere on Earth [degrees]."""
    if (longitude is None) != (latitude is None):
        named = ("longitude", "latitude") if latitude is None else ("latitude", "longitude")
        raise ConfigError(message("error.setting.half_a_point", there=named[0], lacking=named[1]))
    if longitude is None or latitude is None:
        return
    if not -90.0 <= latitude <= 90.0:
        swapped = -90.0 <= longitude <= 90.0 and -180.0 <= latitude <= 180.0
        key = "error.setting.latitude_swapped" if swapped else "error.setting.latitude"
        raise ConfigError(message(key, value=f"{latitude:g}"))
    if not -180.0 <= longitude <= 180.0:
        raise ConfigError(message("error.setting.longitude", value=f"{longitude:g}"))


def check_sides(longitude: float, latitude: float, zone: str, *, far: float = 29.0, near: float = 30.0) -> None:
    """Raises ConfigError where longitude and latitude have plainly changed places [degrees].

    A zone's standard time is that of a meridian, 15 degrees for each hour. Towns lie within ``far`` of theirs, but for
    some in the west of China; where the latitude is within ``near`` of it and the longitude is not, they are swapped.
    """
    offsets = (ZoneInfo(zone).utcoffset(datetime(2026, month, 1)) for month in (1, 7))  # noqa: DTZ001 - local
    meridian = 15.0 * min(found.total_seconds() for found in offsets if found is not None) / 3600.0
    if _apart(longitude, meridian) > far and _apart(latitude, meridian) < near:
        said = message("error.setting.swapped", lat=f"{latitude:g}", lon=f"{longitude:g}", zone=zone)
        raise ConfigError(said)


def _apart(one: float, other: float) -> float:
    """The angle between two meridians [degrees]."""
    return abs((one - other + 180.0) % 360.0 - 180.0)


def check_providers(providers: Sequence[str], *, placed: bool, contact: str) -> None:
    """Raises ConfigError for a provider that is unknown, or that lacks what it needs: a point, a way to reach us."""
    for provider in sorted(set(providers) - set(PROVIDERS)):
        raise ConfigError(message("error.setting.choice", name="weather.providers", value=provider, choices=PROVIDERS))
    if providers and not placed:
        raise ConfigError(message("error.setting.no_place"))
    if NEED_CONTACT & set(providers) and not contact.strip():
        raise ConfigError(message("error.setting.no_contact"))
