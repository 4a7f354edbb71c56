"""What would change the verdict: the tur that drops out first, the one that comes in first, and the range between; by
depth, by the road's temperature, and by how long snow stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from city.catalogue.message import Figure, Message, message
from city.vocabulary import READINGS
from planner.snow.freeze import Freezing
from planner.snow.groups import call_out, read_by
from planner.snow.need import Needs
from planner.snow.rule import FAR_UNDER, NONE, Ints

MOST_K = 5.0
"""Farther from freezing a night is not said to be."""


def turer_range(freezing: Freezing) -> tuple[int, int]:
    """How many turer the low and the high reading of the forecast would call out, the road's temperature with it."""
    needs = freezing.needs
    rules, asked = needs.service.rules, frozenset(needs.snapshot.asked)
    low, high = (set(call_out(read_by(needs.groups, reading), rules, asked).turer) for reading in (0, 2))
    low, high = (low, high) if len(low) <= len(high) else (high, low)
    return len(low - freezing.may_stay_out), len(high | freezing.may_come_in)


def flip_of(freezing: Freezing) -> Message:
    """In digits: how much less snow or a warmer road takes the first tur out, how much more snow, a colder road or
    snow that stays longer brings the next one in. On a night of ice alone the next centimetres are not said."""
    needs = freezing.needs
    ice = (*_warmer(freezing), *_colder(freezing))
    depth = (_first_out(needs), None if ice and needs.slips.any() and not needs.over.any() else _next_in(needs))
    return message("format.sentences", parts=(*(sentence for sentence in depth if sentence is not None), *ice))


def _warmer(freezing: Freezing) -> Iterator[Message]:
    """The tur that a warmer road takes out first."""
    if freezing.warmer_k:
        name = min(sorted(freezing.warmer_k), key=freezing.warmer_k.__getitem__)
        yield message("plan.snow.flip.warmer", k=Figure(max(0.1, freezing.warmer_k[name])), name=name)


def _colder(freezing: Freezing) -> Iterator[Message]:
    """The tur that a colder road brings in first, where that is near."""
    near = {name: k for name, k in freezing.colder_k.items() if k <= MOST_K}
    if near:
        name = min(sorted(near), key=near.__getitem__)
        yield message("plan.snow.flip.colder", k=Figure(max(0.1, near[name])), name=name)


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
        return _stays(needs, int(row))
    return message("plan.snow.flip.next_in", cm=Figure(cm), name=name)


def _stays(needs: Needs, row: int) -> Message:
    """How much longer snow must stay that is over the limit of a group for less than the rule asks."""
    hold, held = held_hours(needs, np.flatnonzero(needs.group_of == row))
    return message("plan.snow.flip.stays", n=max(1, hold - held), name=needs.called.groups.tur[row])


def held_hours(needs: Needs, rows: Sequence[int] | Ints) -> tuple[int, int]:
    """For how many hours on end any of some streets must be over its limit, and for how many it is [h]."""
    own = needs.criteria_of(int(rows[0]))
    over = (needs.curves.depth[READINGS.index(own.reading), rows] >= needs.limit[rows]).any(axis=0)
    runs = np.diff(np.flatnonzero(np.concatenate([[True], ~over, [True]]))) - 1
    return own.hold_h, int(runs.max())
