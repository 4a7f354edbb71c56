"""The sheet before a call-out in words: who gets what, where and when, and what needs a look. Each field is a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from city.vocabulary import Domain
from dashboards.pages.callout import crew_of, in_order, tel_of, with_run
from dashboards.pages.choice import OptionLine
from dashboards.web.locale import Locale
from planner.calls.sheet import CallSheet, Look, SheetLine, SheetTur


@dataclass(frozen=True)
class SheetWords:
    """What the sheet of a service is told with: ``contractors`` by id, what turer are called by key, ``more`` sentences
    of what is not called out, and the vehicles to choose from of a tur whose own cannot, by key."""

    domain: Domain
    contractors: Mapping[str, str]
    turer: Mapping[str, str]
    more: Sequence[str] = ()
    options: Mapping[str, Sequence[OptionLine]] = field(default_factory=dict)


@dataclass(frozen=True)
class TurChoice:
    """The list of vehicles of a tur whose own cannot drive it; ``vehicle`` is the one that stands there, ``chosen`` by
    somebody or only proposed."""

    key: str
    label: str
    vehicle: str
    chosen: bool
    options: tuple[OptionLine, ...]


@dataclass(frozen=True)
class SendLine:
    """One vehicle of the sheet."""

    vehicle: str
    contractor: str
    turer: str
    keys: tuple[str, ...]
    notes: tuple[str, ...]
    choices: tuple[TurChoice, ...]
    who: str
    address: str
    tel: str
    channel: str
    starts: str
    planned: str
    ready: str
    late: bool
    callable: bool


@dataclass(frozen=True)
class SendSheet:
    """The sheet: those that need a look first, then as usual; ``send`` is on the button, ``sending`` while it is sent,
    ``sums`` beside it."""

    title: str
    lead: str
    look: tuple[SendLine, ...]
    usual: tuple[SendLine, ...]
    sums: str
    more: tuple[str, ...]
    send: str
    sending: str
    plan_id: str


def send_sheet(found: CallSheet, locale: Locale, now: datetime, said: SheetWords) -> SendSheet:
    """The sheet in words."""
    t = locale.words
    lines = [(line, _send_line(line, locale, now, said)) for line in found.lines]
    turer = t.count(f"standing.noun.{said.domain}", found.turer)
    starts = _first(found, locale, now)
    return SendSheet(
        title=t.count("sheet.title", found.vehicles, turer=turer),
        lead=" ".join(part for part in (t("sheet.lead"), starts) if part),
        look=tuple(made for line, made in lines if line.looks or not line.callable),
        usual=tuple(made for line, made in lines if not line.looks and line.callable),
        sums=_sums(found, locale),
        more=tuple(said.more),
        send=_send(found, locale),
        sending=t("sheet.sending" if found.machine else "sheet.putting"),
        plan_id=found.plan_id,
    )


def _first(found: CallSheet, locale: Locale, now: datetime) -> str:
    """When the first begins; what should have begun begins now."""
    late = [line.planned for line in found.lines if line.callable and line.planned and _begins_now(line, now)]
    if late:
        return locale.words("sheet.starts_now", clock=locale.moment(min(late), now))
    return "" if found.starts_at is None else locale.words("sheet.starts", clock=locale.moment(found.starts_at, now))


def _send(found: CallSheet, locale: Locale) -> str:
    """The word on the button: what goes out by machine, else what is put on the board to be rung; none where nobody can
    be called."""
    if found.machine:
        return locale.words.count("sheet.send", found.machine)
    return locale.words.count("sheet.ring", found.by_hand) if found.by_hand else ""


def _sums(found: CallSheet, locale: Locale) -> str:
    t = locale.words
    parts = [t.count("sheet.by_machine", found.machine)] if found.machine else []
    parts += [t.count("sheet.by_hand", found.by_hand)] if found.by_hand else []
    return t("standing.joined", parts=tuple(parts)) if parts else t("sheet.nobody")


def _send_line(line: SheetLine, locale: Locale, now: datetime, said: SheetWords) -> SendLine:
    t = locale.words
    return SendLine(
        vehicle=line.vehicle or "–",
        contractor=crew_of(line.contractor, said.contractors, locale),
        turer=in_order([tur_said(tur.key, tur.target, said.turer, locale, tur.run) for tur in line.turer], locale),
        keys=tuple(tur.key for tur in line.turer),
        notes=tuple(dict.fromkeys(_look(look, line, locale, now) for look in line.looks)),
        choices=tuple(_choice(tur, line, said, locale) for tur in line.turer if said.options.get(tur.key)),
        who=line.who,
        address=line.address,
        tel=tel_of(line.address),
        channel=t(f"channel.{line.channel}") if line.callable else t("channel.none"),
        starts=_starts(line, locale, now),
        planned=_planned(line, locale, now),
        ready=_ready(line, locale, now),
        late=any(tur.deadline and tur.ready_by and tur.ready_by > tur.deadline for tur in line.turer),
        callable=line.callable,
    )


def tur_said(key: str, target: str, names: Mapping[str, str], locale: Locale, run: int = 1) -> str:
    """A tur by its code and street: 'P3-2 Skolgatan omg 2'."""
    return with_run(names.get(key) or target, run, locale)


def _begins_now(line: SheetLine, now: datetime) -> bool:
    """Whether it should have begun, and nothing else keeps its vehicle."""
    late = line.planned is not None and line.planned < now
    return late and line.starts_at is not None and line.starts_at <= now


def _starts(line: SheetLine, locale: Locale, now: datetime) -> str:
    """'05.10', or 'start nu' where that has passed."""
    if line.starts_at is None:
        return ""
    return locale.words("sheet.start_now") if _begins_now(line, now) else locale.moment(line.starts_at, now)


def _planned(line: SheetLine, locale: Locale, now: datetime) -> str:
    """When what begins now was to begin: '(planerad 05.10)'."""
    if line.planned is None or not _begins_now(line, now):
        return ""
    return locale.words("sheet.planned", clock=locale.moment(line.planned, now))


def _ready(line: SheetLine, locale: Locale, now: datetime) -> str:
    """When all of a line is done; at the earliest, where it should have begun."""
    if line.ready_by is None:
        return ""
    key = "sheet.ready_earliest" if _begins_now(line, now) else "sheet.ready"
    return locale.words(key, clock=locale.moment(line.ready_by, now))


def _look(look: Look, line: SheetLine, locale: Locale, now: datetime) -> str:
    """Why a line needs a look."""
    at = "" if look.at is None else locale.moment(look.at, now)
    if look.kind == "out":
        at = locale.until(look.at, now)
    return locale.words(f"sheet.look.{look.kind}", vehicle=line.vehicle or "–", clock=at, what=look.what)


def _choice(tur: SheetTur, line: SheetLine, said: SheetWords, locale: Locale) -> TurChoice:
    name = tur_said(tur.key, tur.target, said.turer, locale, tur.run)
    label = locale.words("sheet.vehicle_of", tur=name)
    chosen = tur.instead is not None and tur.instead.chosen
    return TurChoice(tur.key, label, line.vehicle or "", chosen, tuple(said.options[tur.key]))
