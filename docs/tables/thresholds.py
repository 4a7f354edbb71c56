"""``docs/thresholds.md`` from the table of thresholds."""

from __future__ import annotations

from collections.abc import Iterator

from city.catalogue.words import words
from city.vocabulary import PLACE_KINDS
from planner.thresholds.table import ALL, CLASSES, FLEETS, OURS, PLACES, TABLE, WASTE, Declaration

SAY = words("en").say
HEAD = """# Thresholds

What decides is data: each threshold is a row with who, when and why, and a change is the next version of its row.
`dagsplan threshold list` says those that hold, `dagsplan threshold set KEY --scope SCOPE --value X --by WHO --why
WHY` (or `--text WORD`) adds a version. A scope is a route class, a kind of place, a network (`street`,
`cycle`), a fraction, or `*` for all that have no value of their own. Version 1, below, is added to a database where
it lacks the key or the scope, in an old database as from its upgrade; what somebody has set is never touched, nor is
a scope added where somebody has set the key for all of them. *Ours* is a
default of dagsplan that no municipality publishes: try it and change it. How the snow thresholds work together:
[snow.md](snow.md).

`python -m docs.tables` writes this page from `planner/thresholds/table.py`, and a test holds the two together."""
PARTS = {"snow": "Snow", "waste": "Waste", "heating": "Heating"}
SPOKEN = {"clock": "time of day, HH:MM", "day": "day of the year, MM-DD"}
SET_FOR = {
    ALL: "all at once",
    CLASSES: "a route class or all",
    PLACE_KINDS: "a kind of place",
    PLACES: "a kind of place or all",
    WASTE: "a fraction or all",
    FLEETS: "a network or all",
}


def page() -> str:
    """The whole page."""
    return "\n\n".join([HEAD, *(_part(domain, title) for domain, title in PARTS.items())]) + "\n"


def _part(domain: str, title: str) -> str:
    rows = [_row(one) for one in TABLE if one.key.startswith(f"{domain}.")]
    head = "| threshold | what it means | what it may be | set for | first value | where that is from |"
    return "\n".join([f"## {title}", "", head, "|---|---|---|---|---|---|", *rows])


def _row(one: Declaration) -> str:
    what, values = (f"`{one.key}`", SAY(one.means), _may_be(one), _set_for(one)), ", ".join(_values(one))
    cells = (*what, values, "; ".join(_reasons(one)))
    return f"| {' | '.join(cells)} |"


def _may_be(one: Declaration) -> str:
    if one.kind == "word":
        return ", ".join(f"`{word}`" for word in one.words)
    if one.kind != "number":
        return SPOKEN[one.kind]
    unit = "" if one.unit == "1" else one.unit
    return f"{one.low:g} to {one.high:,g} {unit}".rstrip()


def _set_for(one: Declaration) -> str:
    return SET_FOR[one.scopes]


def _values(one: Declaration) -> Iterator[str]:
    for scope, value in one.defaults.items():
        said = value if isinstance(value, str) else f"{value:g}"
        yield said if scope == "*" else f"{scope} {said}"


def _reasons(one: Declaration) -> Iterator[str]:
    yield "ours" if one.why is OURS else SAY(one.why)
    yield from (f"{scope}: {SAY(why)}" for scope, why in one.why_of.items())
