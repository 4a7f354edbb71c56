"""Who may use a way by its access tags: the most specific tag decides (OpenStreetMap wiki, Key:access).

For a vehicle that clears streets the ladder is motorcar, goods and hgv over motor_vehicle over vehicle over access;
for cyclists bicycle over vehicle over access; for walkers foot over access. A ban of heavy traffic alone
(``hgv=no``) closes nothing: who keeps a road is excepted from it. A word that nobody knows says nothing, and the next
tag is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Tags = Mapping[str, str]
Right = Literal["open", "private", "closed"]
"""``private``: only those may who own it, work there or buy there, or as long as they let others; they keep it too."""
Along = Literal["", ":forward", ":backward"]
"""For both directions, as drawn or against it."""
DIRECTIONS: tuple[Along, Along] = (":forward", ":backward")

CLOSED = frozenset({"no", "none", "closed", "emergency", "use_sidepath", "psv", "bus", "foot", "bicycle"})
PRIVATE = frozenset(
    {
        "private",
        "permissive",
        "customers",
        "agricultural",
        "forestry",
        "military",
        "employees",
        "members",
        "staff",
        "tenants",
    }
)
OPEN = frozenset(
    {"yes", "designated", "official", "public", "destination", "delivery", "permit", "residents"}
    | {"discouraged", "unloading", "local", "limited"}
)
OF_CARS, OF_GOODS = "motorcar", ("goods", "hgv")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b")
_RULE = re.compile(r"([^@;]*?)\s*@\s*(\([^)]*\)|[^;]*)\s*(?:;|$)")
_HOURS_OR_DAYS = re.compile(r"\d:\d\d|\b(mo|tu|we|th|fr|sa|su|ph|sh)\b|sun(rise|set)|dawn|dusk")


@dataclass(frozen=True, slots=True)
class AccessRight:
    """Whether a kind of traffic may use a way, and the tag that says so (``motor_vehicle=no``), '' where none does."""

    right: Right = "open"
    by: str = ""


def for_vehicles(tags: Tags, along: Along = "") -> AccessRight:
    """What holds for a motor vehicle that clears streets."""
    own = [found for key in (OF_CARS, *OF_GOODS) if (found := _said(tags, key + along))]
    for right in ("open", "private"):
        for said in own:
            if said.right == right:
                return said
    return _first(tags, tuple(f"{key}{along}" for key in (OF_CARS, "motor_vehicle", "vehicle", "access")))


def for_cycles(tags: Tags) -> AccessRight:
    """What holds for cyclists."""
    return _first(tags, ("bicycle", "vehicle", "access"))


def for_walkers(tags: Tags) -> AccessRight:
    """What holds for walkers."""
    return _first(tags, ("foot", "access"))


def _first(tags: Tags, keys: tuple[str, ...]) -> AccessRight:
    return next((said for key in keys if (said := _said(tags, key))), AccessRight())


def _said(tags: Tags, key: str) -> AccessRight | None:
    """What one tag says, with its conditions; None where it says nothing that is known.

    Closed all winter is closed; open at some hours or to some is open, as who clears comes at those hours; what holds
    outside winter alone, or for vehicles of some weight or length, changes nothing.
    """
    plain = _judged(tags.get(key, ""))
    for value, condition in _conditions(tags.get(f"{key}:conditional", "")):
        right, winter = _judged(value), _in_winter(condition)
        if right == "closed" and winter == "always":
            return AccessRight("closed", f"{key}:conditional={value} @ {condition}")
        if right not in {None, "closed"} and plain == "closed" and winter != "never":
            return AccessRight("open", f"{key}:conditional={value} @ {condition}")
    return AccessRight(plain, f"{key}={tags[key]}") if plain else None


def _judged(value: str) -> Right | None:
    """The widest right of a list of words (``destination;delivery``)."""
    words = {word.strip().lower() for word in re.split("[;,|]", value)}
    if words & OPEN:
        return "open"
    if words & PRIVATE:
        return "private"
    return "closed" if words & CLOSED else None


def _conditions(text: str) -> Iterator[tuple[str, str]]:
    """``no @ (Nov-Mar); yes @ 10:00-12:00`` as (value, condition)."""
    for found in _RULE.finditer(text):
        yield found[1].strip().lower(), found[2].strip("() ").lower()


def _in_winter(condition: str) -> Literal["always", "sometimes", "never"]:
    """Whether a condition holds all winter, at some of its times, or never in January."""
    if "summer" in condition:
        return "never"
    months = _months(condition)
    if months and "jan" not in months:
        return "never"
    whole = not _HOURS_OR_DAYS.search(condition)
    return "always" if whole and (months or re.search(r"\bwinter\b|\bsnow\b", condition)) else "sometimes"


def _months(condition: str) -> frozenset[str]:
    """The months that a condition names, with those between two of a range; empty where it names none."""
    named = [(MONTHS.index(found[1]), found.start(), found.end()) for found in _MONTH.finditer(condition)]
    inside = {place for place, _, _ in named}
    for (first, _, end), (last, start, _) in pairwise(named):
        if "-" in condition[end:start] and "," not in condition[end:start]:
            inside |= {(first + step) % 12 for step in range((last - first) % 12 + 1)}
    return frozenset(MONTHS[place] for place in inside)
