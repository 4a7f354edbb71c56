"""What the sensors, meters and valves of a heated building stand for."""

from __future__ import annotations

from dataclasses import dataclass

from city.vocabulary import HeatPointKind


@dataclass(frozen=True, slots=True)
class HeatPoint:
    """What a sensor, meter or valve of a building stands for; ``point`` is one of ``HEAT_POINTS``.

    A ``zone_temperature`` makes the zone that it names, with hours of its own where they differ from the building's;
    ``after_school_opens`` and ``after_school_closes`` are the zone's hours on a day of after-school care alone.
    ``quantity`` is that of its readings where it is not the point's usual one; ``tag`` a Brick or Haystack name.
    """

    building: str
    point: HeatPointKind
    device: str
    zone: str = ""
    quantity: str = ""
    opens: str = ""
    closes: str = ""
    after_school_opens: str = ""
    after_school_closes: str = ""
    tag: str = ""
