"""How wide and how heavy a vehicle may be, as signs say it and OpenStreetMap writes it down.

Lengths are metres, feet and inches or centimetres, weights tonnes or kilograms (wiki, Key:maxwidth, Key:maxweight).
What is said in other units, or cannot be, is refused and counted: a guess would close a street, or open one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.roads.tags import Tags

WIDTH = ("maxwidth", "maxwidth:physical")
WEIGHT = ("maxweight", "maxweightrating")
NO_LIMIT = frozenset({"", "none", "no", "default", "implicit", "unsigned", "unposted", "below_default"})
_METRES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|cm)?")
_FEET = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|ft)(?:\s*(\d+(?:\.\d+)?)\s*(?:\"|in))?")
_TONNES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(t|kg)?")

Reader = Callable[[str], float | None]


def max_width_m(tags: Tags) -> float | None:
    """The least width that signs or walls allow [m]; None where none is known."""
    return min((value for value in _values(tags, WIDTH, width_m) if value is not None), default=None)


def max_weight_t(tags: Tags) -> float | None:
    """The least weight that signs allow [t]; None where none is known."""
    return min((value for value in _values(tags, WEIGHT, weight_t) if value is not None), default=None)


def refused(tags: Tags) -> int:
    """How many limits of a way say something that is not understood."""
    return sum(value is None for value in (*_values(tags, WIDTH, width_m), *_values(tags, WEIGHT, weight_t)))


def width_m(text: str, *, least: float = 0.5, most: float = 30.0, metres_per_foot: float = 0.3048) -> float | None:
    """A width [m] from '2.5', '2,5 m', '250 cm', 12'6" or '12 ft'; None where it is none, or outside the bounds."""
    metric, feet = _METRES.fullmatch(text), _FEET.fullmatch(text)
    value = None
    if metric:
        value = _number(metric[1]) / (100.0 if metric[2] == "cm" else 1.0)
    elif feet:
        value = (float(feet[1]) + float(feet[2] or 0.0) / 12.0) * metres_per_foot
    return round(value, 3) if value is not None and least <= value <= most else None


def weight_t(text: str, *, least: float = 0.3, most: float = 200.0) -> float | None:
    """A weight [t] from '3.5', '3,5 t' or '3500 kg'; None where it is none, or outside the bounds."""
    found = _TONNES.fullmatch(text)
    if not found:
        return None
    value = _number(found[1]) / (1000.0 if found[2] == "kg" else 1.0)
    return value if least <= value <= most else None


def _values(tags: Tags, keys: tuple[str, ...], read: Reader) -> Iterator[float | None]:
    """What each of the keys says, None where that is not understood; a word for no limit is passed over."""
    for key in keys:
        said = tags.get(key, "").strip().lower()
        if said not in NO_LIMIT:
            yield read(said)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
