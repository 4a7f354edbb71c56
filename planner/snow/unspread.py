"""Streets that get slippery and that nothing is spread on: it is too cold for salt there and they are no place for
sand, or their class is sanded at its places alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from city.serviceday import bounds
from models.slipperiness import friction_of
from planner.snow.criteria import Criteria
from planner.snow.need import Need, Needs
from planner.snow.rule import NONE, first_below, hundredths

HOUR = timedelta(hours=1)


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
    snapshot, rules = needs.snapshot, needs.service.rules
    rows = [int(i) for i in np.flatnonzero((needs.group_of >= 0) & ~needs.needed & ~needs.spots)]
    mid = needs.ahead.mid
    friction = hundredths(friction_of(mid.condition[rows], mid.surface_c[rows]))
    with np.errstate(invalid="ignore"):
        cold = mid.surface_c[rows] < rules.value("snow.salt_lowest_c")
    _, ends = bounds(snapshot.service_day, snapshot.domain, snapshot.zone)
    hold, until = max(1, round(rules.value("snow.slip_hold_h"))), _free_from(needs)
    for k, i in enumerate(rows):
        own = needs.criteria_of(i)
        if own.anti_slip == "none":
            continue
        curve = np.where(cold[k] | (own.anti_slip != "salt"), friction[k], np.int16(NONE))
        curve[: until.get(i, 0)] = NONE
        first = int(first_below(curve, _target(own, wet_ice), hold))
        if first != NONE and needs.groups.hour(first) < ends:
            yield Unspread(needs.slippery_from(i, first, curve), own.anti_slip == "salt")


def _target(own: Criteria, wet_ice: float) -> int:
    return own.friction_limit if own.anti_slip == "salt" else min(own.friction_limit, round(100.0 * wet_ice))


def _free_from(needs: Needs) -> dict[int, int]:
    """The hour ahead until which salt or sand still acts on a street, or somebody saw that it is not slippery."""
    snapshot, found = needs.snapshot, dict[int, int]()
    index = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    lasts = timedelta(hours=needs.service.rules.value("snow.treatment_lasts_h"))

    def acts(row: int | None, until: datetime | None) -> None:
        hours = needs.weather.hours if until is None else int(np.ceil((until - needs.weather.start) / HOUR))
        if row is not None:
            found[row] = max(found.get(row, 0), hours)

    for row, salt in needs.salt.now.items():
        acts(row, salt.until)
    for one in snapshot.treatments:
        if "sand" in one.action.split("_"):
            acts(index.get(one.segment), one.done_at + lasts)
    for seen in snapshot.observations:
        if seen.quantity == "slippery" and not seen.value and seen.holds(snapshot.at):
            for name in seen.segments:
                acts(index.get(name), seen.until)
    return found
