"""What the drives of a snow plan are worth, part by part, as a city's own routes are scored: for ``totals.score``."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from planner.snow.need import Need

if TYPE_CHECKING:
    from planner.snow.work import DrivenTur

MINUTE = timedelta(minutes=1)


def plan_score(driven: Sequence[DrivenTur], needs: Sequence[Need]) -> dict[str, Any]:
    """Of the ``needs`` of turer that are due: the share of the needed segments that is served; by class also the
    deadlines met and when it is clear (None where a segment is not served); metres, the share of them without work,
    U-turns, overtime [min]; and each tur with the metres under which no drive does its work.

    Orders that are already out are not in it.
    """
    done_at = _done_at(driven)
    metres = math.fsum(item.drive.metres for item in driven)
    classes: defaultdict[str, list[Need]] = defaultdict(list)
    for need in needs:
        if need.needed:
            classes[need.route_class].append(need)
    wanted = sum(len(of) for of in classes.values())
    return {
        "served": round(len(done_at) / wanted, 4) if wanted else 1.0,
        "distance_m": round(metres, 1),
        "deadhead_share": round(math.fsum(item.drive.deadhead_m for item in driven) / metres, 4) if metres else 0.0,
        "u_turns": sum(item.drive.score.u_turns for item in driven),
        "overtime_min": round(math.fsum(_overtime_min(item) for item in driven), 1),
        "classes": {name: _class(of, done_at) for name, of in sorted(classes.items())},
        "turer": {item.tur.id: _tur(item) for item in driven if not item.run},
    }


def _done_at(driven: Sequence[DrivenTur]) -> dict[int, datetime]:
    """When each segment that is served is done for the first time."""
    done: dict[int, datetime] = {}
    for item in (one for one in driven if not one.again):
        for segment, seconds in item.drive.done_s.items():
            at = item.assignment.starts_at + timedelta(seconds=seconds)
            done[segment] = min(at, done.get(segment, at))
    return done


def _overtime_min(item: DrivenTur) -> float:
    """How far a drive goes beyond the turn of its vehicle [min]; 0 where no turn is known."""
    ends = item.assignment.turn_ends
    return 0.0 if ends is None else max(0.0, (item.assignment.ready_by - ends) / MINUTE)


def _class(needs: Sequence[Need], done_at: Mapping[int, datetime]) -> dict[str, Any]:
    done = [(need, done_at[need.segment]) for need in needs if need.segment in done_at]
    clear = max((at for _, at in done), default=None) if len(done) == len(needs) else None
    return {
        "segments": len(needs),
        "served": len(done),
        "deadlines_met": round(sum(at <= need.deadline for need, at in done) / len(needs), 4),
        "clear_at": None if clear is None else clear.isoformat(timespec="seconds"),
    }


def _tur(item: DrivenTur) -> dict[str, Any]:
    score = item.drive.score
    return {
        "distance_m": round(score.metres, 1),
        "least_m": round(item.drive.least_m, 1),
        "deadhead_share": round(score.deadhead_share, 4),
        "u_turns": score.u_turns,
    }
