"""Streets that get slippery and that nothing is spread on: it is too cold for salt there and they are no place for
sand, or their class is sanded at its places alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.snow.criteria import Criteria, slip_hold_h
from planner.snow.need import Need, Needs
from planner.snow.rule import NONE, first_below


@dataclass(frozen=True)
class Unspread:
    """A street on which nothing is spread though it gets slippery: as a need, and whether it is too ``cold`` for the
    salt of its class; else its class is sanded, and only at its places."""

    need: Need
    cold: bool


def unspread(needs: Needs, *, wet_ice: float = 0.15) -> Iterator[Unspread]:
    """All of them that get slippery before the service day is over and that nothing else asks for. Of classes that are
    sanded, which are left to ice by policy but for their places, those under ``wet_ice`` (a design choice: what a
    person calls slippery)."""
    rules = needs.service.rules
    rows = [int(i) for i in np.flatnonzero((needs.group_of >= 0) & ~needs.needed & ~needs.spots)]
    with np.errstate(invalid="ignore"):
        cold = needs.ahead.mid.surface_c < rules.value("snow.salt_lowest_c")
    for i in rows:
        own = needs.criteria_of(i)
        if own.anti_slip == "none":
            continue
        curve = np.where(cold[i] | (own.anti_slip != "salt"), needs.everywhere[i], np.int16(NONE))
        first = int(first_below(curve, _target(own, wet_ice), slip_hold_h(rules)))
        if first != NONE and needs.groups.hour(first) < needs.snapshot.day_ends:
            yield Unspread(needs.slippery_from(i, first, curve), own.anti_slip == "salt")


def _target(own: Criteria, wet_ice: float) -> int:
    return own.friction_limit if own.anti_slip == "salt" else min(own.friction_limit, round(100.0 * wet_ice))
