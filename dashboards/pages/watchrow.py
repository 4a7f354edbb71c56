"""The watch's row: one sentence in one place, of constant height, whatever the watch has found or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from city.plan import Plan
from dashboards.pages.draft import ChangeLine, DraftBox, why_withdrawn
from dashboards.web.locale import Locale
from store.drafts import WATCH, Answer, Draft, WatchNow

RECENT = timedelta(minutes=20)
"""How long the row says what was answered."""
MISSED_LOOKS = 3
"""After so many looks that did not come, the watch is called silent."""
ROW_HOLDS: tuple[tuple[Literal["any", "wide"], int], ...] = (("any", 125), ("wide", 165))
"""So many signs of a draft stand in the row without being cut: at any width but the least, and on a wide screen. A
longer one is opened before it is taken."""


@dataclass(frozen=True)
class DraftUndo:
    """A draft that was taken and of which nothing has left: it can be taken back for ``seconds`` more, real ones."""

    draft_id: str
    taken_at: datetime
    seconds: int


@dataclass(frozen=True)
class WatchRow:
    """What the row says: ``lead`` and ``more``, and the ``price`` of a draft; ``opens`` where a draft may be opened
    below it, ``takes`` at which widths the row says what matters of it, so that it can be taken there, ``undo`` where
    the one that was taken can be taken back."""

    look: str
    icon: str
    lead: str
    more: str
    price: str = ""
    opens: bool = False
    takes: Literal["any", "wide"] | None = None
    undo: DraftUndo | None = None


def watch_row(
    plan: Plan,
    box: DraftBox | None,
    stands: WatchNow,
    every_s: float,
    now: datetime,
    locale: Locale,
    undo: DraftUndo | None = None,
) -> WatchRow:
    """The row beside a live plan: a draft before all, then what was answered lately, then that there is nothing.

    ``every_s``: how often the watch means to look [s]; 0: only where something is noted.
    """
    answer = stands.answer
    if undo is not None and answer is not None:
        return replace(
            _of_answer(plan, answer, stands.draft, locale), more=locale.words("watch.nothing_left"), undo=undo
        )
    if box is not None:
        return _of_draft(box, locale)
    if answer is not None and now - answer.at <= RECENT:
        return _of_answer(plan, answer, stands.draft, locale)
    since = max(plan.created_at, answer.at) if answer is not None else plan.created_at
    return _quiet(since, stands.last_look, every_s, now, locale)


def _of_draft(box: DraftBox, locale: Locale) -> WatchRow:
    t = locale.words
    if not box.has_choice:
        found = box.busts[0] if box.busts else box.title
        return WatchRow("is-info", "info", t("watch.found", clock=box.made, what=found), box.below or t("watch.holds"))
    price = t("watch.price", price=box.prices[0].value)
    if box.few:
        key = "watch.draft_adds" if box.added else "watch.draft_drops"
        lead = t(key, clock=box.made, turer=tuple(line.name for line in box.few))
        more = _adds(box.few, locale) if box.added else " ".join(dict.fromkeys(line.why for line in box.few))
        holds = next((width for width, most in ROW_HOLDS if len(lead) + len(more) <= most), None)
        return WatchRow("is-warn", "eye", lead, more, price, opens=True, takes=holds)
    back = t("draft.called_back", vehicles=box.back) if box.back else ""
    return WatchRow("is-warn", "eye", t("watch.draft", clock=box.made, changes=box.changes), back, price, opens=True)


def _adds(lines: Sequence[ChangeLine], locale: Locale) -> str:
    """'Torr snö kl. 04.00 3,4 cm, gräns 3,0 cm. G02, start 02.10. G01 svarade inte 00.07.'"""
    whys = dict.fromkeys(_in_short(line.why) for line in lines)
    starts = dict.fromkeys(line.starts for line in lines)
    said = [*whys, *(_who(lines, start, locale) for start in starts), *(line.silent for line in lines if line.silent)]
    return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.')}." for part in said if part)


def _who(lines: Sequence[ChangeLine], start: str, locale: Locale) -> str:
    """'P01 och P02, start 20.05'"""
    t = locale.words
    vehicles = tuple(dict.fromkeys(line.vehicle or t("draft.no_vehicle") for line in lines if line.starts == start))
    who = t("watch.who", vehicles=vehicles)
    return f"{who}, {t('draft.starts', clock=start)}" if start else who


def _in_short(why: str) -> str:
    """The figure and its limit, without the street, the range and what else is known: those stand in the draft."""
    first = re.sub(r" \([^)]*\)", "", why.split(";", maxsplit=1)[0])
    street, _, rest = first.partition(": ")
    return rest if rest and not re.search(r"\d", street) else first


def _of_answer(plan: Plan, answer: Answer, draft: Draft | None, locale: Locale) -> WatchRow:
    t, clock = locale.words, locale.clock(answer.at)
    if plan.slot == f"event:undo:{answer.draft_id}":
        return WatchRow("", "eye", t("watch.undone", clock=locale.clock(plan.created_at)), t("watch.undone_more"))
    if answer.accepted:
        return WatchRow("is-ok", "done", t("watch.taken", clock=clock, n=answer.version or 0), t("watch.taken_more"))
    if answer.who == WATCH:
        return WatchRow("", "eye", t("watch.withdrawn", clock=clock), _withdrawn(answer, draft, locale))
    who = t.known(f"who.{answer.who}", answer.who)
    return WatchRow("", "eye", t("watch.left", clock=clock, who=who), t("watch.left_more"))


def _withdrawn(answer: Answer, draft: Draft | None, locale: Locale) -> str:
    """Why the watch took a draft back, where it is still known which."""
    if draft is None or draft.id != answer.draft_id:
        return ""
    told = draft.difference
    more = told.busts[0].more if told.busts else None
    return locale.words("watch.withdrawn_more", why=why_withdrawn(len(told.added), len(told.dropped), more, locale))


def _quiet(since: datetime, last: datetime | None, every_s: float, now: datetime, locale: Locale) -> WatchRow:
    t = locale.words
    if every_s <= 0:
        return WatchRow("", "eye", t("watch.quiet", clock=locale.moment(since, now)), t("watch.on_note"))
    heard = last or since
    if (now - heard).total_seconds() > MISSED_LOOKS * every_s:
        return WatchRow("is-warn", "warn", t("watch.silent", clock=locale.moment(heard, now)), t("watch.silent_more"))
    following = datetime.fromtimestamp((now.timestamp() // every_s + 1) * every_s, UTC)
    parts = {"age": locale.age(every_s), "clock": locale.clock(following)}
    more = t("watch.every", last=locale.clock(last), **parts) if last else t("watch.not_yet", **parts)
    return WatchRow("", "eye", t("watch.quiet", clock=locale.moment(since, now)), more)
