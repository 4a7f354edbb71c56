"""The watch's draft as the day page shows it: what it found, what it would change, and one tap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from city.draft import Bust, Change
from dashboards.web.locale import Voice
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


def draft_box(draft: Draft, voice: Voice, currency: str) -> DraftBox:
    """A draft in words."""
    told, t = draft.difference, voice.words
    lines = [_line(change, True, voice) for change in told.added]
    lines += [_line(change, False, voice) for change in told.dropped]
    return DraftBox(
        draft.id,
        _title(told.busts, voice),
        voice.clock(draft.made_at),
        tuple(_bust(bust, draft.made_at, voice) for bust in told.busts),
        tuple(lines),
        t("draft.take", added=len(told.added), dropped=len(told.dropped)) if lines else t("draft.take_plan"),
        _cost(told.cost, currency, voice),
    )


def _title(busts: tuple[Bust, ...], voice: Voice) -> str:
    if not busts:
        return voice.words("draft.changed")
    return voice.words("draft.more" if busts[0].more else "draft.less")


def _bust(bust: Bust, made_at: datetime, voice: Voice) -> str:
    """'9,0 cm kl. 04.00 på P1-1. Planen räknade med 4,0 cm (3,1–5,2).'"""
    key = "draft.bust_seen" if bust.seen else "draft.bust_ahead"
    return voice.words(
        key,
        cm=voice.figure(bust.cm),
        tur=bust.tur,
        clock=voice.moment(bust.at, made_at),
        expected=voice.figure(bust.expected_cm),
        span=voice.span(bust.low_cm, bust.high_cm),
        share=round(100 * bust.share),
    )


def _line(change: Change, added: bool, voice: Voice) -> ChangeLine:
    return ChangeLine(
        added,
        change.target,
        change.title.removeprefix(change.target).strip() or voice.words("row.no_name"),
        change.vehicle or "",
        voice.clock(change.starts_at) if change.starts_at else "",
        change.why if voice.swedish else change.why_en,
    )


def _cost(cost: float, currency: str, voice: Voice) -> str:
    if abs(cost) < 50:
        return ""
    key = "draft.dearer" if cost > 0 else "draft.cheaper"
    return voice.words(key, amount=voice.money(abs(cost), currency))
