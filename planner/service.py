"""What a service is to the spine: one shape that snow, waste and heating fill, each in a package of its own.

A fourth service is one package with a snapshot and such a class, and one line in ``services.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from city.catalogue.message import Message
from city.draft import Bust
from city.outlook import OutlookFrame, SegmentOutlook
from city.plan import Intervention, Plan
from planner.snapshot import Snapshot

S_contra = TypeVar("S_contra", bound=Snapshot, contravariant=True)
J = TypeVar("J")
"""What a service judged of a snapshot, before anybody is sent."""


@dataclass(frozen=True)
class Kept:
    """What was kept of the live plan beside it, for the watch and for back-tests, as bytes that its service packed."""

    plan: Plan
    raw: bytes | None


@dataclass(frozen=True)
class Second:
    """What the watch found: the ``plan`` of what is known now where the decision is another, the ``busts`` of the live
    plan's forecast, what would be ``kept`` of the plan, what interventions cost by the prices of now, and why a target
    is ``not_asked`` for any more, None where nothing is known of it."""

    plan: Plan | None
    busts: Sequence[Bust] = ()
    kept: bytes | None = None
    cost_of: Callable[[Sequence[Intervention]], float] = field(default=lambda _: 0.0)
    not_asked: Callable[[str], Message | None] = field(default=lambda _: None)


@dataclass(frozen=True)
class Made:
    """A plan, what is ``kept`` beside it, and how to work out the ``outlook`` of the streets for the map, once the
    plan is out."""

    snapshot: Snapshot
    plan: Plan
    kept: bytes | None = None
    outlook: Callable[[], tuple[OutlookFrame, Iterable[SegmentOutlook]]] | None = None


class Service(Protocol[S_contra, J]):
    """One service. It may keep what saves time from plan to plan; its plans are the same without."""

    @property
    def snapshot(self) -> type[Any]:
        """The type of its snapshots."""

    @property
    def watched(self) -> bool:
        """Whether the watch holds its live plan against what is known."""

    @property
    def backtested(self) -> bool:
        """Whether its thresholds can be tried on the past."""

    def judge(self, snapshot: S_contra) -> J:
        """What each street, room or building needs, without any routes."""

    def plan(self, snapshot: S_contra, judged: J, executor: Executor | None = None) -> Made:
        """The plan of a judgement. ``executor``: whose workers search the routes, else all cores here."""

    def look_again(
        self, snapshot: S_contra, live: Kept, executor: Executor | None = None, stays: Set[str] = frozenset()
    ) -> Second:
        """What is known now against the live plan. ``stays``: targets that somebody was called for and that stay,
        whatever is known."""

    def prepare(self, snapshot: S_contra) -> Iterator[str]:
        """Work ahead while nothing else is to be done, step by step, each named."""
