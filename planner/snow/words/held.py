"""A line that is called out already: what it was decided by, marked with its time, beside what is known now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from city.catalogue.message import message
from city.catalogue.stored import in_all_languages
from city.plan import Intervention, Reason
from city.vocabulary import AGAINST_SLIP, NON_ROUTE_KINDS
from planner.snow.need import Needs, deciding
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.depth import snow_reason, why_limit
from planner.snow.words.salt import salt_reason
from planner.snow.words.sensors import sensors
from planner.snow.words.turer import tur_flip
from planner.snow.words.when import when
from planner.words.sentences import text_reason, value_reason

Floats = npt.NDArray[np.floating[Any]]


def as_held(snapshot: SnowSnapshot, needs: Needs, now_cm: Floats, item: Intervention) -> Intervention:
    """The intervention as it was decided, with its reasons marked as of then, and what is known now after them, with
    its flip; ``now_cm`` (n,) is what lies on each street [cm]."""
    if item.kind in NON_ROUTE_KINDS or not item.reasons:
        return item
    first, *rest = item.reasons
    reasons = (first, _decided(snapshot, item), *rest, *_now(snapshot, needs, now_cm, item))
    return msgspec.structs.replace(item, reasons=reasons, **_flip_now(snapshot, needs, item))


def _flip_now(snapshot: SnowSnapshot, needs: Needs, item: Intervention) -> dict[str, Any]:
    """What would take it out by what is known now; or that nothing asks for its streets any more."""
    names = {part.id for part in item.segments} if isinstance(item.segments, tuple) else set[str]()
    rows = [row for row, segment in enumerate(snapshot.segments) if segment.id in names]
    if item.kind in AGAINST_SLIP:
        now = [needs.to_treat(row) for row in rows if needs.slips[row]]
    else:
        now = [needs.to_plough(row) for row in rows if needs.over[row]]
    said = tur_flip(snapshot, needs, now, deciding(now)) if now else message("plan.snow.flip.not_asked")
    return in_all_languages(flip=said)


def idle(snapshot: SnowSnapshot, needs: Needs) -> frozenset[str]:
    """The keys of orders under way that only spread and of whose streets none is asked for any more nor done yet."""
    rows = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    found = set()
    for item in snapshot.running:
        names = {part.id for part in item.segments} if isinstance(item.segments, tuple) else set[str]()
        begun = any(
            one.segment in names and item.starts_at and one.done_at >= item.starts_at for one in snapshot.treatments
        )
        if item.kind in AGAINST_SLIP and names and not begun:
            asked = any(needs.needed[rows[name]] for name in names if name in rows)
            found |= set() if asked else {item.key}
    return frozenset(found)


def _decided(snapshot: SnowSnapshot, item: Intervention) -> Reason:
    if item.decided_at is None:
        return text_reason(message("plan.snow.held.before"))
    return text_reason(message("plan.snow.held.decided", at=item.decided_at.astimezone(snapshot.zone)))


def _now(snapshot: SnowSnapshot, needs: Needs, now_cm: Floats, item: Intervention) -> Iterator[Reason]:
    """What lies on the street that decided it, and how deep it comes to be, as far as it is known now."""
    rows = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    parts = [part.id for part in item.segments] if isinstance(item.segments, tuple) else []
    decided = getattr(item.curve, "segment", None)
    row = next((rows[name] for name in [decided, *parts] if name in rows), None)
    yield text_reason(message("plan.snow.held.now", when=when(snapshot, snapshot.at)))
    if row is not None and item.kind in AGAINST_SLIP:
        yield _friction_now(snapshot, needs, row)
        salt = needs.to_treat(row).salt if needs.slips[row] else needs.salt.now.get(row)
        if salt is not None:
            yield salt_reason(snapshot, row, salt)
    elif row is not None:
        name, need = snapshot.segments[row].name, needs.of_snow(row)
        yield value_reason(message("plan.snow.held.lies"), float(now_cm[row]), "cm", where=name)
        yield snow_reason(snapshot, need, tuple(why_limit(snapshot, need, needs)))
    yield from sensors(snapshot, aged=False)


def _friction_now(snapshot: SnowSnapshot, needs: Needs, row: int) -> Reason:
    """How slippery the street comes to be; or that it does not."""
    if not needs.slips[row]:
        return text_reason(message("plan.snow.held.no_slip"))
    need = needs.to_treat(row)
    what, name = message("plan.snow.held.slips"), snapshot.segments[row].name
    return value_reason(what, need.friction, "", limit=need.friction_limit, digits=2, where=name)
