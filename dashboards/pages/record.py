"""The record of a day in words: one line a decision, with who took it and which turer it was about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from dashboards.pages.draft import why_withdrawn
from dashboards.pages.who import is_of_draft
from dashboards.web.locale import Locale
from store.drafts import WATCH
from store.record import Happening

DECISIONS = frozenset({"answer", "observation", "decline", "decline_end", "choice", "change", "call"})
"""Kinds that the hand-over tells whole; of plans, drafts and steps of orders it tells those that somebody decided."""
DECIDED = frozenset({"decided", "sent", "refused", "aborted", "unanswered", "overridden"})
_AFTER = {step: n for n, step in enumerate(("decided", "overridden", "sent", "acknowledged", "started", "done"))}
"""In which order steps of the same time are told."""
BY_HAND = frozenset({"dispatcher", "duty", "simulated_duty", "engineer"})


@dataclass(frozen=True)
class RecordLine:
    """A line of the record: when, who, what; ``taken_back`` where it counts for nothing any more."""

    at: datetime
    clock: str
    who: str
    what: str
    taken_back: bool

    @property
    def text(self) -> str:
        """The line in one piece: 'P3-1 avstådd: drivsnö, arbetsledare'."""
        return f"{self.what}, {self.who}" if self.who else self.what


def said_who(who: str, locale: Locale) -> str:
    """Who did something: a role in words, or the driver of a vehicle."""
    if not who:
        return ""
    return locale.words.known(f"who.{who}", locale.words("moment.driver", vehicle=who))


def tur_of(key: str, locale: Locale, names: Mapping[str, str] | None = None) -> str:
    """A tur by its key, with its run where it is not the first: 'C1-1 omg 2'; ``names`` of those that have another."""
    whole, _, run = key.rpartition(":")
    tur = (names or {}).get(key) or whole.rpartition(":")[0].partition(":")[2]
    return locale.words("moment.run", tur=tur, n=int(run)) if run.isdigit() and int(run) > 1 else tur


def told(
    found: Iterable[Happening], locale: Locale, names: Mapping[str, str] | None = None, beside: datetime | None = None
) -> list[RecordLine]:
    """The record in words; what one person did to several turer in the same minute is one line. ``beside``: times of
    another day than this say their day."""
    groups: dict[tuple[object, ...], list[Happening]] = {}
    for one in sorted((one for one in found if not _told_by_draft(one)), key=_when):
        groups.setdefault(_together(one), []).append(one)
    return [_line(group, locale, names or {}, beside) for group in groups.values()]


def decisions(found: Iterable[Happening]) -> list[Happening]:
    """What of a record somebody decided, or what came in the way: the hand-over's own choice of it."""
    return [
        one
        for one in found
        if one.kind in DECISIONS
        or (one.kind == "order" and (one.step in DECIDED or one.who in BY_HAND or one.undone_at is not None))
    ]


def _told_by_draft(one: Happening) -> bool:
    """Whether a step came of a draft: that it was taken says so with its turer."""
    return one.kind == "order" and is_of_draft(one.note)


def _when(one: Happening) -> tuple[datetime, int]:
    return one.at, _AFTER.get(one.step, 0) if one.kind == "order" else 0


def _together(one: Happening) -> tuple[object, ...]:
    """Equal for what is told in one line."""
    minute = one.at.replace(second=0, microsecond=0)
    vehicle = one.vehicle if one.kind == "call" or one.more.get("passed") else ""
    alone = one.at if one.kind not in {"order", "call", "decline", "decline_end"} else None
    return (minute, one.kind, one.step, one.who, one.note, one.undone_at is not None, vehicle, alone)


def _line(group: Sequence[Happening], locale: Locale, names: Mapping[str, str], beside: datetime | None) -> RecordLine:
    first = group[0]
    turer = ", ".join(dict.fromkeys(tur_of(one.key, locale, names) for one in group if one.key))
    what = _WORDS[first.kind](first, turer, len({one.key for one in group}), locale, names)
    if first.undone_at is not None:
        what = locale.words("moment.undone", said=what, clock=locale.clock(first.undone_at))
    clock = locale.clock(first.at) if beside is None else locale.moment(first.at, beside)
    return RecordLine(first.at, clock, said_who(first.who, locale), what, first.undone_at is not None)


def _plan(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    t, version = locale.words, one.more["version"]
    if one.step.startswith("event"):
        kind = next((name for name in ("draft", "undo", "crew") if one.step.startswith(f"event:{name}")), "hand")
        return t(f"moment.plan_{kind}", version=version)
    return t("moment.plan", version=version, slot=_clock_of(one.step))


def _draft(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    key = "moment.bust" if one.more["bust"] else "moment.draft"
    return locale.words(key, changes=_changes(one, locale, names))


def _changes(one: Happening, locale: Locale, names: Mapping[str, str]) -> str:
    """'P2-1, C1-2 omg 2 till; C1-1 utgår'."""
    t, said = locale.words, []
    for way in ("added", "dropped"):
        if keys := one.more[way]:
            said.append(t(f"moment.{way}", turer=", ".join(tur_of(key, locale, names) for key in keys)))
    return "; ".join(said) or t("draft.same")


def _answer(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    changes = _changes(one, locale, names)
    if one.step == "rejected" and one.who == WATCH:
        why = why_withdrawn(len(one.more["added"]), len(one.more["dropped"]), one.more.get("more"), locale)
        return locale.words("moment.withdrawn", why=why, changes=changes)
    return locale.words(f"moment.{one.step}", changes=changes)


def _observation(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    t, value = locale.words, float(one.more["value"])
    if one.step == "snow_depth":
        what = f"{locale.figure(value)}\N{NO-BREAK SPACE}cm"
    else:
        what = t("observation.slippery" if value else "observation.not_slippery")
    streets = ", ".join(one.more["streets"][:3]) or t.count("observation.streets", one.more["segments"])
    return _noted(t("moment.observation", what=what, streets=streets), one.note)


def _decline(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    said = locale.words.count("moment.decline", n, turer=turer, cause=locale.words(f"cause.{one.step}"))
    return f"{said} ({one.note})" if one.note else said


def _decline_end(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    return locale.words("moment.decline_end", turer=turer)


def _choice(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    key = "moment.choice" if one.vehicle else "moment.choice_back"
    return locale.words(key, turer=turer, vehicle=one.vehicle)


def _change(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    ends = one.more["until"]
    until = locale.until(None if ends is None else datetime.fromisoformat(ends), one.at)
    said = locale.words(f"moment.{one.step}", vehicle=one.vehicle, role=one.more["role"], until=until)
    return _noted(said, one.note)


def _order(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    t = locale.words
    step = t("moment.step.passed", vehicle=one.vehicle) if one.more["passed"] else t(f"moment.step.{one.step}")
    return _noted(t("moment.order", turer=turer, step=step), one.note)


def _call(one: Happening, turer: str, n: int, locale: Locale, names: Mapping[str, str]) -> str:
    t, channel = locale.words, one.more["channel"]
    said = t(
        f"moment.call.{one.step}",
        vehicle=one.vehicle,
        role=one.more["role"],
        channel=t(f"moment.channel.{channel}"),
        turer=turer,
    )
    return _noted(said, one.note)


def _noted(said: str, note: str) -> str:
    return f"{said}: {note}" if note else said


def _clock_of(slot: str) -> time | str:
    """The time of day that a plan was due at; a slot of another form as it is."""
    try:
        return time.fromisoformat(slot)
    except ValueError:
        return slot


_WORDS: Mapping[str, Callable[[Happening, str, int, Locale, Mapping[str, str]], str]] = {
    "plan": _plan,
    "draft": _draft,
    "answer": _answer,
    "observation": _observation,
    "decline": _decline,
    "decline_end": _decline_end,
    "choice": _choice,
    "change": _change,
    "order": _order,
    "call": _call,
}
