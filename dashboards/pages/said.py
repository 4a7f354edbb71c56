"""What a form has done, in a sentence: the page that follows it says so, with script or without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from city.observation import Observation
from dashboards.pages.observations import ObservationLine
from dashboards.web.locale import Locale
from store.drafts import Answer


def said(done: str, lines: Sequence[ObservationLine], answer: Answer | None, now: datetime, locale: Locale) -> str:
    """The sentence of ``noted.ID``, ``ended.ID`` or ``draft.ID``, empty where that is not so (any more); of an act its
    own."""
    kind, _, name = done.partition(".")
    t = locale.words
    if kind == "noted":
        return next((t("observation.saved", what=line.text) for line in lines if line.id == name), "")
    if kind == "ended":
        return "" if any(line.id == name for line in lines) else t("observation.ended")
    if kind == "draft" and answer is not None and answer.draft_id == name:
        return said_answer(answer, now, locale)
    if kind == "choice":
        return t("choice.now", vehicle=name[:40]) if name else ""
    if kind == "called_out" and name:
        return _called_out(name, locale)
    return t.known(f"said.{kind}", "")


def first_use(done: str, seen: Sequence[Observation], due: datetime | None, now: datetime, locale: Locale) -> str:
    """Before the first plan: that it will take in what was noted, where that still holds when it is ``due`` (None: any
    time now)."""
    noted = next((one for one in seen if done == f"noted.{one.id}"), None)
    if noted is None:
        return ""
    if due is None:
        return locale.words("observation.first", clock=locale.moment(noted.until, now))
    key = "observation.first_by" if noted.until > due else "observation.first_late"
    return locale.words(key, clock=locale.moment(due, now))


def _called_out(counts: str, locale: Locale) -> str:
    """What a call-out came to, of '3.1': how many a machine tells, and how many somebody rings."""
    t = locale.words
    machine, by_hand = (int(n) if n.isdecimal() else 0 for n in (counts + ".").split(".")[:2])
    parts = [t.count("sheet.by_machine", machine)] if machine else []
    parts += [t.count("sheet.by_hand", by_hand)] if by_hand else []
    if not parts:
        return t("said.called_out")
    return t("sheet.done" if machine else "sheet.done_ring", what=t("standing.names", parts=tuple(parts)))


def said_answer(answer: Answer, now: datetime, locale: Locale) -> str:
    """'03.36: arbetsledare tog utkastet, plan 18.'"""
    t, clock = locale.words, locale.moment(answer.at, now)
    who = t.known(f"who.{answer.who}", answer.who)
    if answer.accepted:
        return t("draft.was_taken", clock=clock, who=who, n=answer.version or 0)
    return t("draft.was_left", clock=clock, who=who)
