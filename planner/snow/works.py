"""The works of a tur: what asks for it in the same hours is one drive, what asks for it later is another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from planner.routes.sectors import Tur
from planner.snow.criteria import sanded_until, slip_hold_h
from planner.snow.need import Need, Needs
from planner.snow.rule import NONE, first_below
from planner.snow.runs import Served
from planner.snow.salted import SALT, SpreadSalt

Work = tuple[Need, ...]


def works_of(needs: Needs, tur: Tur) -> tuple[Work, ...]:
    """The works of a tur, the first to begin first; none where nothing asks for it.

    Streets are ploughed together where snow lies on each when the first may be begun, and each comes over its limit
    before the first must be done. What gets slippery is treated on the way of a plough that may begin less than
    ``snow.prevent_h`` later and is due after it; else it is a work of its own. What is slippery after the plough
    is left to a later plan: what lies there then is not known before it is ploughed.
    """
    near = timedelta(hours=needs.service.rules.usual("snow.prevent_h"))
    ploughed: list[list[Need]] = []
    for need in sorted((needs.to_plough(i) for i in tur.segments if needs.over[i]), key=_begins):
        _join(ploughed, need, [work for work in ploughed if _lies_with(needs, need, work)])
    treated: list[list[Need]] = []
    for need in sorted((needs.to_treat(i) for i in tur.segments if needs.slips[i]), key=_begins):
        own = next((work for work in ploughed for one in work if one.segment == need.segment), None)
        after = own is not None and needs.asked.slip_reached[need.segment] > needs.asked.depth_reached[need.segment]
        plough = own if after else next((work for work in ploughed if _on_the_way(need, work, near)), None)
        if plough is None:
            _join(treated, need, [work for work in treated if _in_time(needs, need, work)])
        else:
            _take_along(needs, plough, need)
    works = sorted([*ploughed, *treated], key=lambda work: min(map(_begins, work)))
    return tuple(needs.together(work) for work in works)


def treated_again(needs: Needs, served: Sequence[Served], ready: datetime) -> Work:
    """The next work of a tur against slipperiness after all that its runs have ``served``, which is done when they are
    ``ready``: the streets on which that gives out first, so that they freeze before the service day is over. None where
    it lasts, or snow is to be ploughed first: what lies there then is not known."""
    ends, free = needs.snapshot.day_ends, [one for one in served if not needs.over[one.segment]]
    newest = {one.segment: one for one in sorted(free, key=lambda one: one.at) if one.dose_g_m2}
    salt = [one for one in free if SALT & set(one.kind.split("_")) and newest[one.segment].kind != "sand"]
    own = {one.segment: needs.criteria_of(one.segment) for one in salt}
    targets = {row: of.friction_limit for row, of in own.items() if of.anti_slip == "salt"}
    spread = [
        SpreadSalt(one.segment, one.at, one.dose_g_m2, ploughs=one.ploughs, planned=True)
        for one in salt
        if not one.recorded
    ]
    found = needs.salt.after(spread, targets, slip_hold_h(needs.service.rules))
    rested = ready + timedelta(hours=needs.service.rules.usual("snow.salt_again_h"))
    again = [needs.to_treat_again(row, one, rested) for row, one in found.items()]
    sanded = [one for one in newest.values() if one.kind == "sand"]
    again += [need for one in sanded if (need := _sanded_again(needs, one.segment, one.at, ready)) is not None]
    works: list[list[Need]] = []
    for need in sorted((need for need in again if need.reached_at < ends), key=_begins):
        _join(works, need, [work for work in works if _in_time(needs, need, work)])
    return _and_after(needs, spread, works[0], targets, ends) if works else ()


def _sanded_again(needs: Needs, row: int, at: datetime, not_before: datetime) -> Need | None:
    """A street that is sanded at an instant: when it is slippery after ``snow.treatment_lasts_h``."""
    curve = needs.curves.friction[row].copy()
    curve[: sanded_until(needs.service.rules, needs.weather.start, at)] = NONE
    first = int(first_below(curve, needs.criteria_of(row).friction_limit, slip_hold_h(needs.service.rules)))
    if first == NONE:
        return None
    need = needs.slippery_from(row, first, curve)
    return replace(need, begins=max(need.begins, not_before))


def _and_after(
    needs: Needs, spread: Sequence[SpreadSalt], work: Sequence[Need], targets: Mapping[int, int], ends: datetime
) -> Work:
    """A next work as it begins: with when the first of what it spreads gives out in turn before ``ends``."""
    then = [SpreadSalt(n.segment, n.begins, n.action.dose_g_m2, planned=True) for n in work if n.action.kind != "sand"]
    rows = {one.row: targets[one.row] for one in then if one.g_m2 > 0.0 and one.row in targets}
    found = needs.salt.after([*spread, *then], rows, slip_hold_h(needs.service.rules))
    sanded = [_sanded_again(needs, n.segment, n.begins, n.begins) for n in work if n.action.kind == "sand"]
    gives_out = [*(needs.groups.hour(one.since) for one in found.values()), *(n.reached_at for n in sanded if n)]
    first = min(gives_out, default=ends)
    return tuple(replace(need, gives_out_at=first if first < ends else None) for need in work)


def _in_time(needs: Needs, need: Need, treated: list[Need]) -> bool:
    """Whether a street may be treated before the first of a work must be done, and soon after that begins."""
    near = timedelta(hours=needs.service.rules.usual("snow.prevent_h"))
    return need.begins <= min(_due(treated), treated[0].begins + near)


def _begins(need: Need) -> datetime:
    return need.begins


def _due(work: list[Need]) -> datetime:
    return min(need.deadline for need in work)


def _join(works: list[list[Need]], need: Need, homes: list[list[Need]]) -> None:
    """Adds a need to the first of the works that it fits into, else as one of its own."""
    if homes:
        homes[0].append(need)
    else:
        works.append([need])


def _lies_with(needs: Needs, need: Need, work: list[Need]) -> bool:
    return need.begins <= _due(work) and needs.lies_at(need, work[0].begins)


def _on_the_way(need: Need, plough: list[Need], near: timedelta) -> bool:
    return plough[0].begins - near <= need.begins and need.reached_at <= _due(plough)


def _take_along(needs: Needs, plough: list[Need], need: Need) -> None:
    """Treats a street on the way of a plough; one that is ploughed itself is rid of what is slippery with the snow."""
    for place, own in enumerate(plough):
        if own.segment == need.segment:
            plough[place] = replace(own, from_when=min(own.from_when, need.from_when))
            return
    later = needs.once_slippery(need)
    plough.append(replace(later, begins=max(later.begins, plough[0].begins)))
