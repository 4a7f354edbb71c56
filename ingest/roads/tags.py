"""What the tags of an OpenStreetMap way say about a street, whatever a mapper wrote into them.

Every function takes the tags as a mapping of strings and gives a value or a default; none of them fails on junk.
Meanings and defaults follow the OpenStreetMap wiki (Key:highway, Key:access, Key:oneway, Key:maxspeed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from city.vocabulary import Keeper, Network, RouteClass

Tags = Mapping[str, str]

ROUTE_CLASS: dict[str, RouteClass] = {
    "motorway": "P1",
    "trunk": "P1",
    "primary": "P1",
    "secondary": "P1",
    "motorway_link": "P1",
    "trunk_link": "P1",
    "primary_link": "P1",
    "secondary_link": "P1",
    "tertiary": "P2",
    "tertiary_link": "P2",
    "unclassified": "P2",
    "residential": "P3",
    "living_street": "P3",
    "service": "P3",
    "road": "P3",
}
USUAL_KMH: dict[str, float] = {
    "motorway": 100.0,
    "trunk": 80.0,
    "primary": 70.0,
    "secondary": 60.0,
    "motorway_link": 60.0,
    "trunk_link": 60.0,
    "primary_link": 50.0,
    "secondary_link": 50.0,
    "tertiary": 50.0,
    "tertiary_link": 50.0,
    "unclassified": 50.0,
    "residential": 40.0,
    "road": 40.0,
    "service": 20.0,
    "living_street": 10.0,
}
CYCLE_KMH = 20.0
WORDED_KMH: dict[str, float] = {
    "walk": 7.0,
    "living_street": 7.0,
    "bicycle_road": 30.0,
    "urban": 50.0,
    "motorway": 110.0,
}
RURAL_KMH: dict[str, float] = {"SE": 70.0, "NO": 80.0, "FI": 80.0, "DK": 80.0, "IS": 80.0, "DE": 100.0, "AT": 100.0}
KMH_PER_MILE = 1.609344

STATE = re.compile(
    r"trafikverket|statens vegvesen|v[äa]yl[äa](virasto)?\b|liikennevirasto|\bely\b|vejdirektoratet", re.I
)
MUNICIPAL = re.compile(r"kommun|kaupun[kg]i|\bstads?\b|\bstadt\b|munici", re.I)
PRIVATE = re.compile(r"samf[äa]llighet|vägförening|veglag|tiekunta|enskild|privat", re.I)
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_FEET = re.compile(r"^\s*([-+]?\d+(?:[.,]\d+)?)\s*(?:'|ft\b|feet\b)")


def network(tags: Tags) -> Network | None:
    """Which network a way belongs to: a street a lorry may drive, a way a cycle plough clears, or none."""
    if tags.get("area") == "yes":
        return None
    if _is_street(tags):
        return "street"
    return "cycle" if _is_cycle_way(tags) else None


def bus_only(tags: Tags) -> bool:
    """Whether a way is closed to traffic but for buses: it is left out of the streets and counted."""
    return (
        tags.get("highway") in ROUTE_CLASS
        and not _is_street(tags)
        and (
            tags.get("service") != "parking_aisle"
            and {tags.get("bus"), tags.get("psv")} & {"yes", "designated"} != set()
        )
    )


def _is_street(tags: Tags) -> bool:
    closed = any(tags.get(key) == "no" for key in ("access", "vehicle", "motor_vehicle"))
    return tags.get("highway") in ROUTE_CLASS and tags.get("service") != "parking_aisle" and not closed


def _is_cycle_way(tags: Tags) -> bool:
    highway, bicycle = tags.get("highway"), tags.get("bicycle")
    if highway == "cycleway":
        return bicycle != "no" and tags.get("access") != "no"
    if highway not in {"path", "footway", "pedestrian", "track"}:
        return False
    shared = bicycle == "yes" and (tags.get("foot") == "designated" or "segregated" in tags)
    return bicycle == "designated" or shared


def route_class(tags: Tags, kind: Network) -> RouteClass:
    """Service level from the highway class: P1 to P3 for streets, C1 for cycleways proper, C2 for shared ways."""
    if kind == "cycle":
        return "C1" if tags.get("highway") == "cycleway" else "C2"
    return ROUTE_CLASS.get(tags.get("highway", ""), "P3")


def keeper(tags: Tags) -> Keeper:
    """Who keeps the way, as far as its tags say; a named keeper outranks what class and access suggest."""
    named = ";".join(tags[key] for key in ("operator", "ownership", "maintenance", "owner") if key in tags)
    if STATE.search(named) or tags.get("ownership") in {"national", "state"}:
        return "state"
    if MUNICIPAL.search(named):
        return "municipal"
    if PRIVATE.search(named):
        return "private"
    if tags.get("highway") in {"motorway", "motorway_link"}:
        return "state"
    closed = tags.get("access") == "private" or tags.get("service") == "driveway"
    return "private" if closed else "unknown"


def direction(tags: Tags, kind: Network = "street") -> Literal[-1, 0, 1]:
    """1 one-way as drawn, -1 one-way against the drawing, 0 both ways (also where the tag cannot be read)."""
    said = tags.get("oneway", "")
    if kind == "cycle":
        said = tags.get("oneway:bicycle", said)
    said = said.strip().lower()
    if said in {"yes", "true", "1"}:
        return 1
    if said in {"-1", "reverse"}:
        return -1
    if said in {"no", "false", "0"}:
        return 0
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    return 1 if implied else 0


def speed_kmh(tags: Tags, kind: Network = "street") -> float:
    """The posted speed [km/h], or what is usual for the class where none can be read."""
    usual = CYCLE_KMH if kind == "cycle" else USUAL_KMH.get(tags.get("highway", ""), 40.0)
    for part in tags.get("maxspeed", "").split(";"):
        read = _speed(part.strip())
        if read is not None and 3.0 <= read <= 150.0:
            return read
    return usual


def _speed(text: str) -> float | None:
    worded = _worded_speed(text)
    if worded is not None:
        return worded
    value = first_number(text)
    if value is None:
        return None
    return round(value * KMH_PER_MILE, 1) if "mph" in text.lower() else value


def _worded_speed(text: str) -> float | None:
    """'walk' and national codes such as 'SE:urban', 'NO:rural' [km/h]."""
    country, _, word = text.rpartition(":")
    if word.lower() == "rural":
        return RURAL_KMH.get(country.upper(), 70.0)
    return WORDED_KMH.get(word.lower())


def lanes(tags: Tags) -> int | None:
    """Number of lanes, 1 to 12, or None."""
    value = first_number(tags.get("lanes", ""))
    return int(value) if value is not None and 1 <= value <= 12 else None


def width_m(tags: Tags) -> float | None:
    """Carriageway width [m] between 0.3 and 100, or None."""
    value = metres(tags.get("width", ""))
    return value if value is not None and 0.3 <= value <= 100.0 else None


def surface(tags: Tags) -> str:
    """The first surface named, in small letters; '' where none is."""
    return tags.get("surface", "").split(";")[0].strip().lower()[:40]


def crosses(tags: Tags, key: Literal["bridge", "tunnel"]) -> bool:
    """Whether the way is on a bridge or in a tunnel."""
    return tags.get(key, "no").strip().lower() not in {"no", "false", "0", "none", ""}


def incline_pct(tags: Tags) -> float | None:
    """A tagged incline [%], positive uphill as drawn; +1 or -1 where only 'up' or 'down' is said; else None."""
    said = tags.get("incline", "").strip().lower()
    if said in {"up", "down"}:
        return 1.0 if said == "up" else -1.0
    value = first_number(said)
    return value if value is not None and "%" in said and abs(value) <= 60 else None


def elevation_m(tags: Tags) -> float | None:
    """A spot height [m] from ``ele``: '12', '12,5', '12 m', '40 ft'; None where it is none or not on Earth."""
    value = metres(tags.get("ele", ""))
    return value if value is not None and -450.0 <= value <= 8900.0 else None


def metres(text: str, metres_per_foot: float = 0.3048) -> float | None:
    """The first length in a text [m]; feet are turned into metres."""
    feet = _FEET.match(text)
    if feet:
        return float(feet.group(1).replace(",", ".")) * metres_per_foot
    value = first_number(text)
    return value / 100.0 if value is not None and re.search(r"\d\s*cm\b", text) else value


def first_number(text: str) -> float | None:
    """The first number in a text, decimal point or comma; None where there is none."""
    found = _NUMBER.search(text)
    return float(found.group().replace(",", ".")) if found else None
