"""The watch's row: one sentence in one place, of constant height, whatever the watch has found or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from city.plan import Plan
from dashboards.pages.draft import ChangeLine, DraftBox, why_withdrawn
from dashboards.web.locale import Locale
from store.drafts import WATCH, Answer, Draft, WatchNow

RECENT = timedelta(minutes=20)
"""How long the row says what was answered."""
MISSED_LOOKS = 3
"""After so many looks that did not come, the watch is called silent."""
ROW_HOLDS = 125
"""So many signs of a draft stand in the row on a phone without being cut; a longer one is opened before it is taken."""


@dataclass(frozen=True)
class DraftUndo:
    """A draft that was taken and of which nothing has left: it can be taken back for ``seconds`` more, real ones."""

    draft_id: str
    taken_at: datetime
    seconds: int


@dataclass(frozen=True)
class WatchRow:
    """What the row says: ``lead`` and ``more``, and the ``price`` of a draft; ``opens`` where a draft may be opened
    below it, ``takes`` where the row says all of it, so that it can be taken there, ``undo`` where the one that was
    taken can be taken back."""

    look: str
    icon: str
    lead: str
    more: str
    price: str = ""
    opens: bool = False
    takes: bool = False
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
        return WatchRow("is-info", "info", t("watch.found", clock=box.made, what=found), t("watch.holds"))
    price, only = t("watch.price", price=box.prices[0].value), box.only
    if only is not None:
        lead = t("watch.draft_adds" if box.added else "watch.draft_drops", clock=box.made, tur=only.name)
        more = _adds(only, locale) if box.added else only.why
        whole = len(lead) + len(more) <= ROW_HOLDS
        return WatchRow("is-warn", "eye", lead, more, price, opens=True, takes=whole)
    back = t("draft.called_back", vehicles=box.back) if box.back else ""
    return WatchRow("is-warn", "eye", t("watch.draft", clock=box.made, changes=box.changes), back, price, opens=True)


def _adds(line: ChangeLine, locale: Locale) -> str:
    """'Torr snö 3,4 cm kl. 04.00, gräns 3,0. G02, start 02.10. G01 svarade inte 00.07.'"""
    t, why = locale.words, line.why.rstrip(".")
    starts = t("draft.starts", clock=line.starts) if line.starts else ""
    who = ", ".join(part for part in (line.vehicle or t("draft.no_vehicle"), starts) if part)
    silent = f" {line.silent}." if line.silent else ""
    return f"{why[:1].upper()}{why[1:]}. {who}.{silent}"


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
