"""What the tags of an OpenStreetMap way say about a street, whatever a mapper wrote into them.

Every function takes the tags as a mapping of strings and gives a value or a default; none of them fails on junk.
Meanings and defaults follow the OpenStreetMap wiki (Key:highway, Key:access, Key:oneway, Key:maxspeed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from city.vocabulary import Keeper, Network, RouteClass
from ingest.roads import access

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
"""Kinds of ways that are streets as such, with their class. Others are streets where the city says so."""
RULED_CLASS: dict[str, RouteClass] = {"busway": "P1", "pedestrian": "P3"}
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
    "busway": 50.0,
    "pedestrian": 10.0,
}
CYCLE_KMH = 20.0
ONEWAY_STREET = ("oneway:motorcar", "oneway:hgv", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
ONEWAY_CYCLE = ("oneway:bicycle", "oneway")
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


def route_class(tags: Tags, kind: Network) -> RouteClass:
    """Service level from the highway class: P1 to P3 for streets, C1 for cycleways proper, C2 for shared ways."""
    if kind == "cycle":
        return "C1" if tags.get("highway") == "cycleway" else "C2"
    return (ROUTE_CLASS | RULED_CLASS).get(tags.get("highway", ""), "P3")


def keeper(tags: Tags, kind: Network = "street") -> Keeper:
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
    return "private" if tags.get("service") == "driveway" or _is_private(tags, kind) else "unknown"


def _is_private(tags: Tags, kind: Network) -> bool:
    """Whether only its owners and their guests may use it: a cycle way neither to ride nor to walk on."""
    if kind == "street":
        return access.for_vehicles(tags).right == "private"
    return access.for_walkers(tags).right == access.for_cycles(tags).right == "private"


def direction(tags: Tags, kind: Network = "street") -> Literal[-1, 0, 1]:
    """1 one-way as drawn, -1 one-way against the drawing, 0 both ways (also where the tag cannot be read).

    A street is one-way too where vehicles may not go along it in one direction (``vehicle:backward=no``).
    """
    drawn = _said_direction(tags, kind)
    if drawn or kind == "cycle":
        return drawn
    there, back = (access.for_vehicles(tags, along).right == "closed" for along in access.DIRECTIONS)
    return 0 if there == back else (-1 if there else 1)


def _said_direction(tags: Tags, kind: Network) -> Literal[-1, 0, 1]:
    """By the most specific ``oneway`` tag, else by what the kind of way implies."""
    keys = ONEWAY_CYCLE if kind == "cycle" else ONEWAY_STREET
    said = next((tags[key] for key in keys if key in tags), "").strip().lower()
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


def name(tags: Tags) -> str:
    """The name on the signs, or ''."""
    return tags.get("name", "").replace("\x00", "").strip()


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
