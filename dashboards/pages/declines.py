"""What was turned down, as the day page shows it: last, with its cause and who it was, to be taken back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from city.plan import Plan
from city.vocabulary import NON_ROUTE_KINDS
from dashboards.pages.rows import PlanRow
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from planner.night.declined import without_declined
from planner.night.prices import Prices, price_of
from store import facts, judgements
from store.connect import Connection
from store.judgements import Decline

MOST_NAMED = 6
"""So many turer are named on the button that declines them."""


@dataclass(frozen=True)
class DeclineForm:
    """A decline that was sent and refused: of which row (empty: the ticked ones), what is wrong with its cause, and the
    note that was written."""

    key: str = ""
    problem: str = ""
    note: str = ""


@dataclass(frozen=True)
class DeclinedLine:
    """One declined row: its tur and figure, what was said of it and by whom, and its key to take it back."""

    key: str
    anchor: str
    code: str
    title: str
    figure: str
    said: str
    by: str
    note: str


def declined_of(connection: Connection, plan: Plan | None, at: datetime) -> dict[str, Decline]:
    """The declines that hold at a time of what a plan proposes, by key."""
    return {} if plan is None else judgements.declined(connection, at, [item.key for item in plan.interventions])


def left_of(context: AppContext, connection: Connection, plan: Plan, declined: Collection[str]) -> Plan:
    """The plan with the figures of what is left of it."""
    if not declined:
        return plan
    usual = context.settings.planner.full_call_out_cost_per_h
    prices = Prices(usual, {one.id: one for one in facts.contractors(connection)})
    return without_declined(plan, declined, partial(price_of, prices, facts.vehicles(connection, plan.domain)))


def lead_after(left: Plan, n: int, sentences: Sequence[str], locale: Locale) -> str:
    """What is said beside the answer once ``n`` turer are declined: the vehicles that still go, what of the plan's own
    ``sentences`` holds as before, and how many were declined."""
    t = locale.words
    vehicles = len({item.vehicle for item in left.interventions if item.vehicle})
    kept = [said for said in sentences[1:] if said != t("plan.snow.verdict.whole")]
    return " ".join([t.count("decline.vehicles", vehicles), *kept, t.count("decline.turer", n)])


def decline_button(ticked: Sequence[PlanRow], locale: Locale) -> str:
    """'Avstå 2 turer: C1-1, C1-2': what the button declines."""
    names = list({row.target: row.code or row.title for row in ticked}.values())
    if not names:
        return locale.words("decline.save_none")
    said = ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    return locale.words.count("decline.save_ticked", len(names), turer=said)


def targets_left(plan: Plan, declined: Collection[str]) -> int:
    """How many turer, rounds or buildings of a plan nobody has declined."""
    items = (item for item in plan.interventions if item.kind not in NON_ROUTE_KINDS)
    return len({item.target for item in items if item.key not in declined})


def flip_after(flip: str, plan: Plan, declined: Collection[str]) -> str:
    """What would change the answer; empty where that is of a tur that was declined."""
    gone = {item.target for item in plan.interventions if item.key in declined}
    return "" if any(re.search(rf"(?<![\w-]){re.escape(target)}(?![\w-])", flip) for target in gone) else flip


def said_of(decline: Decline, now: datetime, locale: Locale) -> str:
    """'Avstådd 03.12: drivsnö'."""
    clock, cause = locale.moment(decline.at, now), locale.words(f"cause.{decline.cause}")
    return locale.words("decline.said", clock=clock, cause=cause)


def split_rows(table: Sequence[PlanRow], declined: Mapping[str, Decline]) -> tuple[list[PlanRow], list[PlanRow]]:
    """The rows that stay in the table, and those that were turned down and wait for nobody. One that is under way all
    the same stays."""
    out = [row for row in table if row.key in declined and row.choose]
    gone = {row.key for row in out}
    return [row for row in table if row.key not in gone], out


def declined_lines(
    table: Sequence[PlanRow], declined: Mapping[str, Decline], now: datetime, locale: Locale
) -> list[DeclinedLine]:
    """Declined rows as lines, in the order of the table."""
    return [_line(row, declined[row.key], now, locale) for row in table]


def _line(row: PlanRow, decline: Decline, now: datetime, locale: Locale) -> DeclinedLine:
    figure = " ".join(part for part in (row.figure, row.beside) if part)
    who = locale.words.known(f"who.{decline.who}", decline.who)
    said = said_of(decline, now, locale)
    return DeclinedLine(row.key, row.anchor, row.code, row.title, figure, said, who, decline.note)
