"""Drafts of the watch and what people answered: rows that are only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from city.draft import Difference, WatchLook
from city.plan import Plan, from_json, to_json
from city.vocabulary import Mode
from store.connect import Connection
from store.rows import only_row, select
from store.sql import query

WATCH = "watch"
"""Who answers a draft that has lost its reason."""


@dataclass(frozen=True)
class Draft:
    """A plan that is proposed. ``accepted`` None: nobody has answered; else ``answered_by`` says who has, and
    ``answered_at`` when."""

    id: str
    base_plan: str
    made_at: datetime
    event: str
    difference: Difference
    accepted: bool | None = None
    answered_by: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What was answered to a draft; ``version`` is that of the plan that it became."""

    draft_id: str
    accepted: bool
    at: datetime
    who: str
    version: int | None


@dataclass(frozen=True)
class TakenDraft:
    """When a draft was accepted, and the plan that it became."""

    at: datetime
    plan_id: str


@dataclass(frozen=True)
class WatchNow:
    """The newest draft against a plan, answered or not, the newest answer to any, and when the watch looked last."""

    draft: Draft | None
    answer: Answer | None
    last_look: datetime | None

    @property
    def open(self) -> Draft | None:
        """The draft that waits for an answer."""
        return self.draft if self.draft is not None and self.draft.accepted is None else None


def add_draft(connection: Connection, draft: Draft, plan: Plan, curves: bytes) -> bool:
    """Adds a draft with its plan; False where the same inputs have given one for the same live plan already."""
    parameters = {
        "draft_id": draft.id,
        "base_plan": draft.base_plan,
        "made_at": draft.made_at,
        "event": draft.event,
        "inputs_hash": plan.inputs_hash,
        "difference": Jsonb(draft.difference, dumps=msgspec.json.encode),
        "doc": Jsonb(plan, dumps=to_json),
        "curves": curves,
    }
    return connection.execute(query("drafts", "add_draft"), parameters).rowcount == 1


def newest(connection: Connection, base_plan: str, at: datetime | None = None) -> Draft | None:
    """The newest draft against a plan, answered or not; with ``at`` as it was known then."""
    row = connection.execute(query("drafts", "newest"), {"base_plan": base_plan, "at": at}).fetchone()
    return None if row is None else _draft(row)


def lock_draft(connection: Connection, draft_id: str) -> tuple[Draft, Plan, bytes] | None:
    """A draft with its plan and curves, held until the end of the transaction."""
    row = connection.execute(query("drafts", "lock_draft"), {"draft_id": draft_id}).fetchone()
    return None if row is None else (_draft(row), from_json(msgspec.json.encode(row[8])), bytes(row[9]))


def answer(connection: Connection, draft_id: str, accepted: bool, at: datetime, who: str, plan_id: str | None) -> None:
    """Notes what somebody answered."""
    parameters = {"draft_id": draft_id, "accepted": accepted, "at": at, "who": who, "plan_id": plan_id}
    connection.execute(query("drafts", "answer"), parameters)


def accepted_as(connection: Connection, draft_id: str) -> TakenDraft | None:
    """When a draft was accepted and as which plan; None where it was not."""
    row = connection.execute(query("drafts", "accepted_as"), {"draft_id": draft_id}).fetchone()
    return None if row is None else TakenDraft(row[0], str(row[1]))


def add_look(connection: Connection, base_plan: str, event: str, look: WatchLook) -> None:
    """Notes what a look found against the live plan."""
    found = {"at": look.at, "added": list(look.added), "dropped": list(look.dropped)}
    connection.execute(query("drafts", "add_look"), {"base_plan": base_plan, "event": event, **found})


def looks(connection: Connection, since: datetime, now: datetime) -> tuple[WatchLook, ...]:
    """What the looks of a time found, whichever plan was live, oldest first."""
    return select(connection, query("drafts", "looks"), {"since": since, "now": now}, WatchLook)


def last_taken(connection: Connection, now: datetime) -> datetime | None:
    """When somebody last took a draft."""
    at: datetime | None = only_row(connection.execute(query("drafts", "last_taken"), {"now": now}))[0]
    return at


def watch_now(
    connection: Connection, base_plan: str | None, mode: Mode, now: datetime, at: datetime | None = None
) -> WatchNow:
    """Where the watch stands beside a plan; with ``at`` as it was known then."""
    parameters = {"base_plan": base_plan, "mode": mode, "now": at or now, "at": at}
    return select(connection, query("drafts", "watch_now"), parameters, WatchNow)[0]


def _draft(row: tuple[Any, ...]) -> Draft:
    told = msgspec.convert(row[4], Difference)
    return Draft(str(row[0]), str(row[1]), row[2], row[3], told, row[5], row[6] or "", row[7])
