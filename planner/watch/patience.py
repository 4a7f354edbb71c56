"""Patience: a change is proposed when it has stood for a while, so that noise calls nobody out and nobody back.

What the watch finds at each look is kept. A change that has not been asked for without a break for long enough waits
for the next look; what a person noted, a forecast that did not hold, and a call that cannot wait do not. All times here
are design choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from city.draft import Change, Difference, WatchLook
from city.plan import Plan
from city.vocabulary import AGAINST_SLIP

Asked = tuple[Literal["added", "dropped"], str]
"""A change of the live plan: whether it adds or drops, and the key."""
MEMORY = timedelta(hours=2)
"""Looks of longer ago decide nothing."""
OBSERVED = "observation:"
"""How an event begins that a person noted: who noted something is waiting for what comes of it."""


@dataclass(frozen=True)
class AskedSince:
    """``since`` when each change that is asked for now has been asked for without a break; ``gone`` since when each
    that was asked for lately is not any more."""

    now: datetime
    since: Mapping[Asked, datetime]
    gone: Mapping[Asked, datetime]

    def has_gone(self, changes: Iterable[Asked], after: timedelta) -> bool:
        """Whether every one of these has not been asked for during ``after``."""
        return all(self.now - self.gone.get(change, self.now - MEMORY) >= after for change in changes)


def noted(told: Difference, at: datetime) -> WatchLook:
    """What is kept of a difference."""
    return WatchLook(at, tuple(change.key for change in told.added), tuple(change.key for change in told.dropped))


def asked_by(told: Difference) -> frozenset[Asked]:
    """The changes that a difference asks for."""
    return _changes([change.key for change in told.added], [change.key for change in told.dropped])


def _changes(added: Iterable[str], dropped: Iterable[str]) -> frozenset[Asked]:
    return frozenset({*(("added", key) for key in added), *(("dropped", key) for key in dropped)})


def standing(looks: Sequence[WatchLook]) -> AskedSince:
    """How long the changes of the last of these looks have stood. Looks are oldest first; there is one at least."""
    since: dict[Asked, datetime] = {}
    gone: dict[Asked, datetime] = {}
    for look in looks:
        asked = _changes(look.added, look.dropped)
        gone = {change: gone.get(change, look.at) for change in {*gone, *since} - asked}
        since = {change: since.get(change, look.at) for change in asked}
    return AskedSince(looks[-1].at, since, gone)


def outlives(look_s: float, *, of_a_look: float = 0.8) -> timedelta:
    """How long a change must have stood so that it was there at the look before too; ``look_s`` between looks [s]."""
    return timedelta(seconds=of_a_look * max(0.0, look_s))


def ripe(
    told: Difference,
    stood: AskedSince,
    plan: Plan,
    look_s: float,
    *,
    resting: bool = False,
    far: timedelta = timedelta(hours=2),
    far_stands: timedelta = timedelta(minutes=25),
) -> frozenset[Asked]:
    """The changes that have stood long enough. ``plan`` is the one that is proposed.

    What must be called before the next look is ripe at once, and so is what is done against slipperiness alone; what
    begins only in ``far`` must have stood for ``far_stands``, and so must everything else while the watch is
    ``resting``; who was called is called back after that time too, and not once they are on the way.
    """
    soon = stood.now + timedelta(seconds=max(0.0, look_s))
    usual = far_stands if resting else outlives(look_s)
    items = {item.key: item for item in plan.interventions}
    found: set[Asked] = set()
    for change in told.added:
        item = items.get(change.key)
        needed = None if item is None else item.call_by or item.starts_at
        at_once = (needed is not None and needed <= soon) or (item is not None and item.kind in AGAINST_SLIP)
        waits = far_stands if needed is not None and needed - stood.now > far else usual
        if at_once or _stood(stood, ("added", change.key)) >= waits:
            found.add(("added", change.key))
    for change in told.dropped:
        waits = far_stands if change.called_back else usual
        if not on_the_way(change, stood.now) and _stood(stood, ("dropped", change.key)) >= waits:
            found.add(("dropped", change.key))
    return frozenset(found)


def _stood(stood: AskedSince, change: Asked) -> timedelta:
    return stood.now - stood.since.get(change, stood.now)


def on_the_way(change: Change, now: datetime, *, within: timedelta = timedelta(minutes=15)) -> bool:
    """Whether somebody has acknowledged and starts so soon that they have left home."""
    near = change.starts_at is not None and change.starts_at - now <= within
    return change.state == "acknowledged" and near


def held(told: Difference, stays: Set[Asked]) -> frozenset[str]:
    """The targets that go on as they are: of what is dropped, whom somebody has called and whose change is not ripe."""
    return frozenset(c.target for c in told.dropped if c.called_back and ("dropped", c.key) not in stays)


def rests(taken: datetime | None, now: datetime, *, rest: timedelta = timedelta(minutes=25)) -> bool:
    """Whether a draft was taken so lately that changes must have stood for longer."""
    return taken is not None and timedelta(0) <= now - taken < rest
