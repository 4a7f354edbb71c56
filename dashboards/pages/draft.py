"""The watch's draft as the day page shows it: what it found, what it would change, and one tap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from city.catalogue.message import Message, message
from city.draft import Bust, Change
from dashboards.web.locale import Locale
from store.drafts import Draft


@dataclass(frozen=True)
class ChangeLine:
    """One tur that comes in or drops out."""

    added: bool
    code: str
    title: str
    vehicle: str
    starts: str
    why: str


@dataclass(frozen=True)
class DraftBox:
    """The box above the answer; ``busts`` say what did not hold, ``cost`` what the change comes to."""

    id: str
    title: str
    made: str
    busts: tuple[str, ...]
    lines: tuple[ChangeLine, ...]
    button: str
    cost: str


def draft_box(draft: Draft, locale: Locale, currency: str) -> DraftBox:
    """A draft in words."""
    told, t = draft.difference, locale.words
    lines = [_line(change, True, locale) for change in told.added]
    lines += [_line(change, False, locale) for change in told.dropped]
    changes = said_changes(len(told.added), len(told.dropped))
    return DraftBox(
        draft.id,
        _title(told.busts, locale),
        locale.clock(draft.made_at),
        tuple(_bust(bust, draft.made_at, locale) for bust in told.busts),
        tuple(lines),
        t("draft.accept", changes=changes) if lines else t("draft.accept_plan"),
        _cost(told.cost, currency, locale),
    )


def said_changes(added: int, dropped: int) -> tuple[Message, ...]:
    """How many turer come in and drop out, only what there is: '5 turer tillkommer'."""
    counted = (("draft.added", added), ("draft.dropped", dropped))
    return tuple(message(key, n=n) for key, n in counted if n) or (message("draft.same"),)


def _title(busts: tuple[Bust, ...], locale: Locale) -> str:
    if not busts:
        return locale.words("draft.changed")
    return locale.words("draft.more" if busts[0].more else "draft.less")


def _bust(bust: Bust, made_at: datetime, locale: Locale) -> str:
    """'9,0 cm kl. 04.00 på P1-1. Planen räknade med 4,0 cm (3,1–5,2).'"""
    key = "draft.bust_seen" if bust.seen else "draft.bust_ahead"
    return locale.words(
        key,
        cm=locale.figure(bust.cm),
        tur=bust.tur,
        clock=locale.moment(bust.at, made_at),
        expected=locale.figure(bust.expected_cm),
        span=locale.span(bust.low_cm, bust.high_cm),
        share=round(100 * bust.share),
    )


def _line(change: Change, added: bool, locale: Locale) -> ChangeLine:
    return ChangeLine(
        added,
        change.target,
        change.title.removeprefix(change.target).strip() or locale.words("row.no_name"),
        change.vehicle or "",
        locale.clock(change.starts_at) if change.starts_at else "",
        locale.kept(change, "why"),
    )


def _cost(cost: float, currency: str, locale: Locale) -> str:
    if abs(cost) < 50:
        return ""
    key = "draft.dearer" if cost > 0 else "draft.cheaper"
    return locale.words(key, amount=locale.money(abs(cost), currency))
