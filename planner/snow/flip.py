"""What would change the verdict: the tur that drops out first, the one that comes in first, and the range between."""

from __future__ import annotations

import numpy as np

from city.catalogue.message import Figure, Message, message
from planner.snow.groups import call_out, read_by
from planner.snow.need import Needs
from planner.snow.rule import FAR_UNDER, NONE


def turer_range(needs: Needs) -> tuple[int, int]:
    """How many turer the low and the high reading of the forecast would call out."""
    rules, asked = needs.service.rules, frozenset(needs.snapshot.asked)
    low, high = (len(call_out(read_by(needs.groups, reading), rules, asked).turer) for reading in (0, 2))
    return min(low, high), max(low, high)


def flip_of(needs: Needs) -> Message:
    """In digits: how much less snow takes the first tur out, how much more brings the next one in."""
    said = tuple(sentence for sentence in (_first_out(needs), _next_in(needs)) if sentence is not None)
    return message("format.sentences", parts=said)


def _first_out(needs: Needs) -> Message | None:
    """Of the turer that depth alone calls: the one with the smallest margin of its deepest group."""
    called = needs.called
    slips = {called.groups.tur[row] for row in np.flatnonzero(called.by_friction != NONE)}
    margins: dict[str, int] = {}
    for row in np.flatnonzero(called.by_depth != NONE):
        name = called.groups.tur[row]
        margins[name] = max(int(called.margin[row]), margins.get(name, FAR_UNDER))
    out = {name: margin for name, margin in margins.items() if name not in slips}
    if not out:
        return None
    name = min(sorted(out), key=out.__getitem__)
    cm = out[name] / 100.0 + 0.01
    return message("plan.snow.flip.first_out", cm=Figure(cm), name=name)


def _next_in(needs: Needs) -> Message | None:
    """The tur that is not called and has least missing to its limit."""
    called, going = needs.called, needs.called.turer
    rows = [row for row in np.flatnonzero(called.margin > FAR_UNDER) if called.groups.tur[row] not in going]
    if not rows:
        return None
    row = max(rows, key=lambda row: int(called.margin[row]))
    cm, name = -int(called.margin[row]) / 100.0, called.groups.tur[row]
    if cm <= 0.0:  # over its limit, but not for as long as it must be
        return None
    return message("plan.snow.flip.next_in", cm=Figure(cm), name=name)
