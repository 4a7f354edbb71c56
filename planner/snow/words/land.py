"""What height, shade, sky, traffic and a bridge do to a road's temperature, in words; pages say it too."""

from __future__ import annotations

from collections.abc import Mapping

from city.catalogue.message import Message, message


def land_felt(land: Mapping[str, float], *, least_k: float = 0.3) -> tuple[Message, ...]:
    """What of the land moves the surface by more than ``least_k``, each with its share [K]."""
    return tuple(message(f"plan.snow.land.{name}", k=kelvin) for name, kelvin in land.items() if abs(kelvin) > least_k)
