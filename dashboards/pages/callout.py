"""The board of the call-out on the day page, once it has begun. Each field is a text to print."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from city.clock import Clock
from city.vocabulary import Domain, OrderState
from dashboards.pages.who import crew_said, note_said
from dashboards.web.locale import Locale
from planner.calls.board import (
    Act,
    Board,
    BoardCounts,
    BoardNext,
    BoardRow,
    BoardTur,
    BoardWord,
    UndoOffer,
)
from planner.calls.call_out import WAITS

LOOKS: Mapping[BoardWord, tuple[str, str]] = {
    "leaves": ("is-wait", "ring"),
    "leaving": ("is-wait", "sent"),
    "waits": ("is-late", "warn"),
    "sent": ("is-go", "sent"),
    "delivered": ("is-go", "sent"),
    "no_answer": ("is-stop", "stop"),
    "acknowledged": ("is-go", "seen"),
    "late_yes": ("is-late", "warn"),
    "refused": ("is-stop", "no"),
    "failed": ("is-stop", "stop"),
    "unsure": ("is-late", "ask"),
    "by_hand": ("is-late", "phone"),
    "stopped": ("is-wait", "no"),
    "stop_sent": ("is-wait", "no"),
}
"""How each state looks: the class of its text and its icon."""
TIMED: frozenset[BoardWord] = frozenset({"no_answer", "acknowledged", "stopped", "stop_sent", "refused", "late_yes"})
"""States that say since when."""
LOUD = frozenset({"failed", "unsure", "unanswered", "refused", "by_hand", "waits"})
"""What happened last is drawn as a warning."""
SHOWN = 3
"""Rows of a quiet board that stand open; who has answered is folded beyond them."""
SLOTS: tuple[tuple[Act, ...], tuple[Act, ...]] = (("rang",), ("stop", "withdraw"))
"""The two places of a row, each with the acts that may stand in it."""


@dataclass(frozen=True)
class ActButton:
    """What can be done with a row: the last part of the address, the word, and what is said to who cannot see."""

    act: str
    word: str
    said: str
    stops: bool


@dataclass(frozen=True)
class Countdown:
    """Seconds that run down on the page: ``text`` with them in it, ``left`` real ones at ``at_once`` a second."""

    text: str
    left: str
    seconds: int


@dataclass(frozen=True)
class Stamp:
    """When something was, as the board prints it: the time of day alone, which is plain within a night; ``day`` is the
    date where it is another one, for who points at it or cannot see it."""

    clock: str
    day: str = ""


NEVER = Stamp("–")


@dataclass(frozen=True)
class CallRow:
    """One call to a vehicle of the board, by a ``name`` that is no other's on the page; ``other`` are the keys of turer
    that nobody on the list will drive, for which another vehicle can be chosen on the sheet."""

    call_id: str
    name: str
    vehicle: str
    contractor: str
    turer: str
    to: str
    address: str
    tel: str
    sent: Stamp
    unsure: bool
    delivered: Stamp
    answered: Stamp
    word: str
    since: Stamp | None
    look: str
    icon: str
    second: str
    count: Countdown | None
    slots: tuple[ActButton | None, ActButton | None]
    more: tuple[ActButton, ...]
    more_text: str
    other: tuple[str, ...]


@dataclass(frozen=True)
class ReceiptLine:
    """What happened last, and what can be taken back."""

    text: str
    icon: str
    loud: bool
    undo: str
    undo_ids: tuple[str, ...]
    undo_act: str
    undo_left: int


@dataclass(frozen=True)
class BoardBox:
    """The board as it is printed: ``open`` rows, and those that are ``folded`` away, of ``folded_vehicles``."""

    summary: str
    receipt: ReceiptLine
    open: tuple[CallRow, ...]
    folded: tuple[CallRow, ...]
    folded_vehicles: tuple[str, ...]


def tel_of(address: str) -> str:
    """A number as a link can dial it; empty where it is no number."""
    digits = re.sub(r"[^+\d]", "", address)
    return digits if len(digits) >= 5 and re.fullmatch(r"[+\d\s()/-]+", address) else ""


def in_order(names: Sequence[str], locale: Locale) -> str:
    """Turer in driving order: 'P1-1, sedan P3-2 omg 2'."""
    if len(names) < 2:
        return "".join(names)
    return locale.words("board.then", first=names[0], rest=locale.words("standing.names", parts=tuple(names[1:])))


def with_run(name: str, run: int, locale: Locale) -> str:
    """'P3-2 omg 2'; a first run by its name alone."""
    return name if run <= 1 else f"{name} {locale.words('row.run', n=run)}"


def _tur_name(one: BoardTur, domain: Domain, locale: Locale) -> str:
    """A tur by its code, with what nobody drives of it: 'C1-2 (kan inte)'."""
    name = with_run(one.title if domain == "waste" else one.target, one.run, locale)
    if one.state in {"refused", "aborted"}:
        return locale.words("board.not_driven", tur=name, state=locale.words(f"event.{one.state}"))
    return name


def crew_of(contractor: str | None, names: Mapping[str, str], locale: Locale) -> str:
    """Whose a vehicle is, by the ``names`` of contractors."""
    return crew_said(names.get(contractor, contractor), locale) if contractor else locale.words("row.own_crew")


def board_box(
    found: Board,
    locale: Locale,
    clock: Clock,
    now: datetime,
    names: Mapping[str, str],
    domain: Domain,
    keys: Collection[str] = (),
    out: Collection[tuple[str, str | None]] = (),
) -> BoardBox | None:
    """The board in words; None while nobody was called. ``keys`` are the live plan's, whose turer can be given to
    another vehicle on the sheet; ``out`` those whose vehicle was called and is out of service, each with it."""
    if not found.rows:
        return None
    named, rows = _names(found.rows), []
    for row in found.rows:
        made = replace(_row(row, locale, clock, now, names, domain, keys), name=named[row.call_id])
        rows.append((row, _warned(made, row, out, locale)))
    urgent = [made for row, made in rows if row.place in {"hand", "waiting"}]
    quiet = [made for row, made in rows if row.place not in {"hand", "waiting"}]
    shown = max(0, SHOWN - len(urgent)) if len(urgent) + len(quiet) > SHOWN + 1 else len(quiet)
    folded = quiet[shown:]
    return BoardBox(
        summary=_summary(found.counts, domain, locale),
        receipt=_receipt(found, locale, clock, now),
        open=tuple([*urgent, *quiet[:shown]]),
        folded=tuple(folded),
        folded_vehicles=tuple(dict.fromkeys(row.vehicle for row in folded)),
    )


def _names(rows: Sequence[BoardRow]) -> dict[str, str]:
    """What each call's row is called on the page, by call id: its vehicle, with a number from the second on. In the
    order in which they were made, so that a row keeps its name where it changes its place."""
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for row in sorted(rows, key=lambda row: (row.made_at, row.call_id)):
        seen[row.vehicle] += 1
        found[row.call_id] = row.vehicle if seen[row.vehicle] == 1 else f"{row.vehicle}-{seen[row.vehicle]}"
    return found


def _warned(made: CallRow, row: BoardRow, out: Collection[tuple[str, str | None]], locale: Locale) -> CallRow:
    """A row that says of a vehicle which is out of service that it will not come, whatever it has answered."""
    if row.kind == "stop" or not any((tur.key, row.vehicle) in out for tur in row.turer):
        return made
    second = " · ".join(part for part in (locale.words("board.out"), made.second) if part)
    return replace(made, look="is-stop", icon="warn", second=second)


def without_undo(found: Board, made_at: datetime) -> Board:
    """A board whose *Ångra* leaves the calls alone that were made at a time."""
    if found.undo is None or found.undo.kind != "withdraw":
        return found
    alone = {row.call_id for row in found.rows if row.made_at == made_at}
    ids = tuple(one for one in found.undo.ids if one not in alone)
    return replace(found, undo=replace(found.undo, ids=ids) if ids else None)


def _summary(counts: BoardCounts, domain: Domain, locale: Locale) -> str:
    """'14 fordon, 25 turer: 12 kvitterade, 1 väntar, 1 utan svar'."""
    t = locale.words
    kinds = ("acknowledged", "leaving", "waiting", "no_answer", "refused", "failed", "unsure", "by_hand", "stopped")
    parts = [t.count(f"board.count.{kind}", n) for kind in kinds if (n := getattr(counts, kind))]
    turer = t.count(f"standing.noun.{domain}", counts.turer)
    return t.count("board.summary", counts.vehicles, turer=turer, parts=tuple(parts))


def _row(
    row: BoardRow,
    locale: Locale,
    clock: Clock,
    now: datetime,
    names: Mapping[str, str],
    domain: Domain,
    keys: Collection[str],
) -> CallRow:
    t = locale.words
    look, icon = LOOKS[row.word]
    word = t(f"board.word.{row.word}")
    acts, other = row.acts, _other(row, keys)
    more = tuple(_act(act, row, locale) for act in ("next", "again", "cannot") if act in acts)
    return CallRow(
        call_id=row.call_id,
        name=row.vehicle,
        vehicle=row.vehicle,
        contractor=crew_of(row.contractor, names, locale),
        turer=in_order([_tur_name(one, domain, locale) for one in row.turer], locale),
        to=_to(row, locale),
        address=row.address,
        tel=tel_of(row.address),
        sent=_stamp(row.sent_at or (row.state_at if row.word == "unsure" else None), locale, now),
        unsure=row.word == "unsure",
        delivered=_stamp(row.delivered_at, locale, now),
        answered=_stamp(row.answered_at, locale, now),
        word=word,
        since=_stamp(row.state_at, locale, now) if row.word in TIMED else None,
        look=look,
        icon=icon,
        second=" · ".join(_second(row, locale)),
        count=_counting(row, locale, clock),
        slots=(_slot(SLOTS[0], row, acts, locale), _slot(SLOTS[1], row, acts, locale)),
        more=more,
        more_text=_on(row, locale) if more or other else "",
        other=other,
    )


def _other(row: BoardRow, keys: Collection[str]) -> tuple[str, ...]:
    """The turer of a row that wait for an answer which nobody on the list is left to give."""
    if row.word not in {"refused", "no_answer"} or not row.needs:
        return ()
    free = WAITS if row.next is None else frozenset[OrderState]()
    return tuple(tur.key for tur in row.turer if tur.state in free | {"refused"} and tur.key in keys)


def _to(row: BoardRow, locale: Locale) -> str:
    """Who is called, and how."""
    channel = locale.words(f"channel.{row.channel}")
    return locale.words("board.to", who=row.who, channel=channel) if row.who else channel


def _on(row: BoardRow, locale: Locale) -> str:
    """Who could be called instead."""
    if row.next is None:
        return locale.words("board.nobody_left")
    return locale.words("board.next_free", vehicle=row.next.vehicle, who=row.next.who)


def _second(row: BoardRow, locale: Locale) -> Iterator[str]:
    """What is said below the state."""
    t = locale.words
    if row.by_dispatcher:
        yield t("board.by_dispatcher")
    if row.instead_of:
        yield t("board.instead_of", vehicle=row.instead_of.vehicle)
    if row.word == "unsure":
        yield t("board.ring", number=row.address)
    if row.note and row.word in {"failed", "refused", "waits", "no_answer"}:
        yield row.note
    if row.word == "by_hand":
        yield t("board.not_rung")


def _counting(row: BoardRow, locale: Locale, clock: Clock) -> Countdown | None:
    """What runs down in a row: until it leaves, or until the next one is called."""
    if row.word == "leaves" and row.leaves_in is not None:
        return _countdown("board.leaves_in", clock.real_seconds(row.leaves_in), locale)
    if row.word in {"sent", "delivered"} and row.next is not None and row.next.seconds is not None:
        return _countdown("board.next_in", clock.real_seconds(row.next.seconds), locale, row.next)
    return None


def _countdown(key: str, seconds: float, locale: Locale, who: BoardNext | None = None) -> Countdown:
    left = max(0, round(seconds))
    named = "" if who is None else locale.words("board.who", vehicle=who.vehicle, who=who.who)
    return Countdown(locale.words(key, who=named), length(left, locale), left)


def length(seconds: int, locale: Locale) -> str:
    """A countdown: '58 s', '4 min 12 s'; 4.12 would read as a clock."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return locale.words("board.seconds", n=rest)
    return locale.words("board.minutes", n=minutes, rest=rest)


def _slot(kinds: Sequence[Act], row: BoardRow, acts: Sequence[Act], locale: Locale) -> ActButton | None:
    """The act that stands in a place of a row now; the place stays where there is none."""
    return next((_act(act, row, locale) for act in kinds if act in acts), None)


def _act(act: Act, row: BoardRow, locale: Locale) -> ActButton:
    t = locale.words
    who = row.next.who if act == "next" and row.next is not None else ""
    vehicle = row.next.vehicle if act == "next" and row.next is not None else row.vehicle
    word = t(f"board.act.{act}", vehicle=vehicle, who=who)
    return ActButton("stop" if act == "withdraw" else act, word, t("board.act_of", vehicle=row.vehicle), act != "rang")


def _receipt(found: Board, locale: Locale, clock: Clock, now: datetime) -> ReceiptLine:
    """The line above the table, which has its place from the start."""
    t, last, undo = locale.words, found.receipt, found.undo
    text, loud, icon = t("board.receipt.none"), False, "info"
    if last is not None:
        kind = "by_hand" if last.kind == "made" and not found.counts.leaving else last.kind
        loud = kind in LOUD
        icon = "warn" if loud else "sent" if kind in {"made", "sent"} else "done"
        said = t.count(f"board.receipt.{kind}", last.vehicles, what=last.vehicle or last.target)
        note = f": {note_said(last.note, locale)}" if last.note else ""
        text = f"{locale.clock(last.at)} {said}{note}."
    if undo is None:
        return ReceiptLine(text, icon, loud, "", (), "", 0)
    left = max(1, round(clock.real_seconds(undo.seconds)))
    return ReceiptLine(text, icon, loud, _undo_word(found, undo, locale), undo.ids, undo.kind, left)


def _undo_word(found: Board, undo: UndoOffer, locale: Locale) -> str:
    """What *Ångra* takes back: what the line says, else by name what has not left."""
    last = found.receipt
    if undo.kind != "withdraw" or last is None or last.kind in {"made", "by_hand"}:
        return locale.words("board.undo")
    vehicles = sorted({row.vehicle for row in found.rows if row.call_id in undo.ids})
    return locale.words.count("board.undo_send", len(vehicles), vehicle=vehicles[0] if vehicles else "")


def _stamp(at: datetime | None, locale: Locale, now: datetime) -> Stamp:
    if at is None:
        return NEVER
    clock, moment = locale.clock(at), locale.moment(at, now)
    return Stamp(clock, "" if moment == clock else locale.day(at))
