"""The quantities that we know, in one table: unit, plausible range, what stands for an hour, and who reads them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from city.catalogue.message import Message, Part, brief, message
from city.vocabulary import Domain


@dataclass(frozen=True)
class Quantity:
    """A quantity: its ``unit``, and from ``low`` to ``high`` what a device may say of it; anything else is no
    measurement.

    ``readers`` are the services whose plans are made from it; one that nobody reads is kept and shown alone. ``hour``
    is what stands for an hour of readings: their mean, or the last of a level or a meter. ``hint`` is told to whoever
    sends what is out of range.
    """

    unit: str
    low: float
    high: float
    readers: tuple[Domain, ...] = ()
    hour: Literal["mean", "last"] = "mean"
    hint: Message | None = None


KNOWN: Mapping[str, Quantity] = MappingProxyType(
    {
        "snow_depth": Quantity("cm", -2.0, 500.0, ("snow",)),
        "air_temperature": Quantity("°C", -60.0, 60.0, ("snow", "heating")),
        "road_temperature": Quantity("°C", -60.0, 80.0, ("snow",)),
        "friction": Quantity("1", 0.0, 1.2, ("snow",), hint=message("error.reading.hint.friction")),
        "indoor_temperature": Quantity("°C", -20.0, 60.0, ("heating",)),
        "humidity": Quantity("%", 0.0, 105.0),
        "dew_point": Quantity("°C", -80.0, 40.0),
        "wind_speed": Quantity("m/s", 0.0, 100.0),
        "fill_level": Quantity("%", 0.0, 150.0, ("waste",), "last"),
        "distance": Quantity("mm", 0.0, 20_000.0, hour="last"),
        "co2": Quantity("ppm", 0.0, 40_000.0),
        "battery": Quantity("%", 0.0, 100.0, hour="last"),
        "heat_energy": Quantity("kWh", 0.0, 1e9, ("heating",), "last"),
        "heat_power": Quantity("kW", -1e5, 1e5, ("heating",)),
        "set_point": Quantity("°C", -20.0, 60.0, ("heating",), "last"),
        "ventilation": Quantity("1", 0.0, 1.0, ("heating",)),
    }
)
"""By canonical name. Friction is a coefficient: VTI meddelande 911A (Wallman and Åström 2001) lists 0.8 to 1.0 for a
dry road, the highest of all; 1.2 leaves room for an instrument that reads high."""
ANY = Quantity("", -1e12, 1e12)
"""A quantity that we do not know is kept as it is, without a unit."""


def quantity(name: str) -> Quantity:
    """What is known of a quantity."""
    return KNOWN.get(name, ANY)


def meant(name: str) -> str | None:
    """The quantity that a name we do not know is probably a misspelling of (``snow_dept``, ``SnowDepth``)."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_").replace(" ", "_")
    close = difflib.get_close_matches(plain[:100], KNOWN, n=1, cutoff=0.8)
    return close[0] if close else None


def out_of_range(name: str, value: float) -> Message | None:
    """Why a value cannot be one of a quantity, with what could be one and a hint; None where it can."""
    known = quantity(name)
    if known.low <= value <= known.high:
        return None
    said = outside(name, value, known.low, known.high, known.unit)
    return said if known.hint is None else message("format.clauses", parts=(said, known.hint))


def outside(name: str, value: float, low: float, high: float, unit: str) -> Message:
    """That a value is no measurement, with what could be one."""
    parts: dict[str, Part] = {"name": name, "value": brief(value), "low": brief(low), "high": brief(high)}
    if unit in {"", "1"}:
        return message("error.reading.out_of_share", **parts)
    return message("error.reading.out_of_range", **parts, unit=unit)


def solution_g_m2(dry_g_m2: float, *, pct: float = 23.3) -> float:
    """How much of a solution of ``pct`` of salt by weight holds so much dry salt [g/m²]; the default is saturated."""
    return 100.0 * dry_g_m2 / pct
