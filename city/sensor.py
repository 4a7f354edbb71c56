"""What a city says of a sensor: the row of its list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sensor:
    """What a city says of a sensor. ``eui`` is the name of its radio, ``quantity`` what it measures (several by ``|``),
    ``mounting_m`` how high it hangs, ``stands_for`` the vessel, building or street that it tells of
    (``vessel:k1``)."""

    id: str
    eui: str | None = None
    name: str = ""
    model: str | None = None
    quantity: str | None = None
    lon: float | None = None
    lat: float | None = None
    mounting_m: float | None = None
    stands_for: str | None = None
    simulated: bool = False
