"""The quantities that we know: canonical name, unit, and the range outside which a value is no measurement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """Unit and plausible range of a quantity."""

    unit: str
    low: float
    high: float


KNOWN: dict[str, Quantity] = {
    "snow_depth": Quantity("cm", -2.0, 500.0),
    "air_temperature": Quantity("°C", -60.0, 60.0),
    "road_temperature": Quantity("°C", -60.0, 80.0),
    "indoor_temperature": Quantity("°C", -20.0, 60.0),
    "humidity": Quantity("%", 0.0, 105.0),
    "dew_point": Quantity("°C", -80.0, 40.0),
    "wind_speed": Quantity("m/s", 0.0, 100.0),
    "fill_level": Quantity("%", 0.0, 150.0),
    "distance": Quantity("mm", 0.0, 20_000.0),
    "co2": Quantity("ppm", 0.0, 40_000.0),
    "battery": Quantity("%", 0.0, 100.0),
    "heat_energy": Quantity("kWh", 0.0, 1e9),
    "heat_power": Quantity("kW", -1e5, 1e5),
}
ANY = Quantity("", -1e12, 1e12)
"""A quantity that we do not know is kept as it is, without a unit."""


def quantity(name: str) -> Quantity:
    """What is known of a quantity."""
    return KNOWN.get(name, ANY)
