"""Which network an OpenStreetMap way belongs to, and what leaves a way of the town out of both.

A street is what a lorry that clears may drive; a cycle way is what a small vehicle clears. Three kinds of streets
belong where the city says (``StreetRules``): pedestrian streets, streets that are closed to motor vehicles but open to
walkers, and streets for buses only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from city.settings import StreetRules
from city.vocabulary import Network
from ingest.roads import access
from ingest.roads.tags import ROUTE_CLASS

Tags = Mapping[str, str]
LeftBecause = Literal["pedestrian", "car_free", "bus_only", "closed", "rough", "not_there", "not_in_winter"]
"""Why a street or cycle way of the town is in no network."""

GONE = ("abandoned", "disused", "demolished", "razed", "removed", "dismantled", "destroyed", "proposed", "planned")
DEAD_RAILS = frozenset({"abandoned", "disused", "razed", "dismantled", "demolished", "removed", "historic"})
ROUGH = frozenset({"ground", "dirt", "earth", "grass", "mud", "sand", "rock", "woodchips", "soil", "roots", "snow"})
HARD = frozenset(
    {"paved", "asphalt", "concrete", "concrete:plates", "concrete:lanes", "paving_stones", "sett", "cobblestone"}
    | {"compacted", "fine_gravel", "chipseal", "bricks", "metal", "wood"}
)
IMPASSABLE = frozenset({"very_bad", "horrible", "very_horrible", "impassable"})
TRAILS = frozenset({"path", "footway", "track"})
AS_USUAL = StreetRules()


@dataclass(frozen=True, slots=True)
class Belonging:
    """The network of a way; where it is None, ``because`` says why a way of the town is left out, ``by`` which tag.

    Both None: it is no way that a town clears with its streets and cycle ways.
    """

    network: Network | None = None
    because: LeftBecause | None = None
    by: str = ""


NO_WAY = Belonging()


def belonging(tags: Tags, rules: StreetRules = AS_USUAL) -> Belonging:
    """Where a way belongs by its tags and the city's rules; ways in the making, given up or unknown are none."""
    highway = tags.get("highway", "")
    if tags.get("area") == "yes":
        return NO_WAY
    if highway in ROUTE_CLASS:
        found = NO_WAY if highway == "service" and tags.get("service") == "parking_aisle" else _street(tags, rules)
    elif highway == "busway":
        found = _as_ruled(rules.bus_only, "bus_only", "highway=busway")
    elif highway == "pedestrian":
        found = _pedestrian(tags, rules)
    else:
        found = _cycle_way(tags)
    if found is NO_WAY:
        return found
    return _left_out(tags) or found


def _left_out(tags: Tags) -> Belonging | None:
    """A way that is not there any more or not yet, or that nobody clears in winter."""
    flag = _given_up(tags)
    if flag:
        return Belonging(None, "not_there", flag)
    flag = _not_in_winter(tags)
    return Belonging(None, "not_in_winter", flag) if flag else None


def _given_up(tags: Tags) -> str:
    """The tag by which a way is given up or in the making, or ''. Beside rails that are gone it means the rails."""
    of_rails = tags.get("railway") in DEAD_RAILS
    for key in GONE:
        if tags.get(key) == "yes" and not of_rails:
            return f"{key}=yes"
        if tags.get(f"{key}:highway") == tags.get("highway") and not of_rails:
            return f"{key}:highway={tags[f'{key}:highway']}"
    return "construction=yes" if tags.get("construction") == "yes" else ""


def _not_in_winter(tags: Tags) -> str:
    """The tag by which a way is not cleared: signed so, a ski track in winter, or there in summer alone; else ''."""
    for key, values in (
        ("winter_service", {"no"}),
        ("snowplowing", {"no"}),
        ("seasonal", {"summer"}),
        ("piste:type", {"nordic", "downhill", "sled", "skitour"}),
    ):
        if tags.get(key) in values:
            return f"{key}={tags[key]}"
    return ""


def _street(tags: Tags, rules: StreetRules) -> Belonging:
    by = _closed_by(tags)
    if not by:
        return Belonging("street")
    if {tags.get("bus"), tags.get("psv")} & {"yes", "designated"}:
        return _as_ruled(rules.bus_only, "bus_only", by)
    if tags.get("bicycle") == "designated":
        return Belonging("cycle")
    if access.for_walkers(tags).right != "closed":
        return _as_ruled(rules.car_free, "car_free", by)
    return Belonging(None, "closed", by)


def _closed_by(tags: Tags) -> str:
    """The tag that closes a street to vehicles that clear, as a whole or in both directions; '' where it is open."""
    whole = access.for_vehicles(tags)
    if whole.right == "closed":
        return whole.by
    there, back = (access.for_vehicles(tags, along) for along in access.DIRECTIONS)
    return there.by if there.right == back.right == "closed" else ""


def _pedestrian(tags: Tags, rules: StreetRules) -> Belonging:
    """A pedestrian street is closed where neither walkers nor vehicles may go."""
    if _is_signed(tags):
        return Belonging("cycle")
    walkers = access.for_walkers(tags)
    if walkers.right == "closed" and access.for_vehicles(tags).right == "closed":
        return Belonging(None, "closed", walkers.by)
    return _as_ruled(rules.pedestrian, "pedestrian", "highway=pedestrian")


def _as_ruled(rule: Network | Literal["count"], because: LeftBecause, by: str) -> Belonging:
    return Belonging(None, because, by) if rule == "count" else Belonging(rule)


def _cycle_way(tags: Tags) -> Belonging:
    """A cycle way, or a path that is signed for cyclists, that is open and in a state in which it can be cleared."""
    highway = tags.get("highway")
    if highway not in TRAILS | {"cycleway"} or not (highway == "cycleway" or _is_signed(tags)):
        return NO_WAY
    if highway == "cycleway" and tags.get("bicycle") == "no":
        return NO_WAY
    riders, walkers = access.for_cycles(tags), access.for_walkers(tags)
    if riders.right == walkers.right == "closed":
        return Belonging(None, "closed", riders.by)
    rough = _rough_by(tags) if highway in TRAILS else ""
    if rough:
        return Belonging(None, "rough", rough)
    signed = highway != "track" or tags.get("bicycle") == "designated" or _is_hard(tags)
    return Belonging("cycle") if signed else NO_WAY


def _is_signed(tags: Tags) -> bool:
    """Designated for cyclists, or allowed on a way that is designated for walkers or parted between both."""
    bicycle = tags.get("bicycle")
    shared = bicycle == "yes" and (tags.get("foot") == "designated" or "segregated" in tags)
    return bicycle == "designated" or shared


def _rough_by(tags: Tags) -> str:
    """The tag by which no vehicle clears a trail: its surface, its state, or what it is graded for; else ''."""
    surface = tags.get("surface", "").split(";")[0].strip()
    for key, bad in (
        ("surface", surface in ROUGH),
        ("smoothness", tags.get("smoothness") in IMPASSABLE),
        ("tracktype", tags.get("tracktype") in {"grade3", "grade4", "grade5"}),
        ("mtb:scale", tags.get("mtb:scale", "0")[:1] not in {"0", ""}),
        ("sac_scale", tags.get("sac_scale", "hiking") not in {"hiking", "strolling"}),
        ("informal", tags.get("informal") == "yes"),
    ):
        if bad:
            return f"{key}={tags[key]}"
    return ""


def _is_hard(tags: Tags) -> bool:
    return tags.get("tracktype") == "grade1" or tags.get("surface", "").split(";")[0] in HARD
