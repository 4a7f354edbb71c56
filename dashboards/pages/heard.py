"""What drivers reported, in words: what became of each for who drives, and what waits to be seen for the depot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from city.report import KeptReport
from city.vocabulary import SEEN_REPORTS, Domain, ReportKind
from dashboards.web.locale import NBSP, Locale
from store import judgements, reports
from store.connect import Connection
from store.reports import TreatedSince, WaitingReport

BACK = timedelta(hours=12)
"""What was seen longer ago is of no work that is under way."""


@dataclass(frozen=True)
class HeardLine:
    """A report for the depot: when, from whom, what and where; ``problem`` where it could not be done."""

    id: str
    clock: str
    vehicle: str
    what: str
    where: str
    note: str
    problem: str
    became: str
    photo: bool


def became_of(kept: KeptReport, locale: Locale) -> str:
    """What became of a report when it came: 'Vakten räknar om'."""
    if kept.became == "conflict":
        return locale.words("heard.conflict", problem=kept.problem)
    return locale.words(f"heard.became.{kept.became}")


def named(kind: ReportKind, content: Mapping[str, Any], locale: Locale) -> str:
    """What was reported: 'Halt, is', 'Mer snö, 8 cm'."""
    said = [locale.words(f"heard.kind.{kind}")]
    detail, value = str(content.get("detail") or ""), content.get("value")
    if detail:
        said.append(locale.words.known(f"heard.detail.{detail}", detail))
    if isinstance(value, int | float):
        said.append(f"{locale.short(float(value))}{NBSP}cm")
    return ", ".join(said)


def heard_lines(connection: Connection, domain: Domain, now: datetime, locale: Locale) -> list[HeardLine]:
    """What drivers of a service saw and nobody at the depot has said to have seen, and reports that could not be done;
    the newest first."""
    return [_line(one, now, locale) for one in reports.waiting(connection, domain, now - BACK)]


def _line(one: WaitingReport, now: datetime, locale: Locale) -> HeardLine:
    return HeardLine(
        id=one.id,
        clock=locale.moment(one.observed_at, now),
        vehicle=one.vehicle,
        what=named(one.kind, one.content, locale),
        where=one.street or one.room or "",
        note=str(one.content.get("note") or ""),
        problem=one.problem,
        became=locale.words(f"heard.became.{one.became}") if one.became == "observation" else "",
        photo=one.photo,
    )


@dataclass(frozen=True)
class ToldLine:
    """A report in the hand-over: when, from whom, what and where, and what the depot said to it."""

    clock: str
    vehicle: str
    text: str
    second: str
    photo: str


def told_lines(
    connection: Connection, domain: Domain, begins: datetime, ends: datetime, locale: Locale
) -> list[ToldLine]:
    """What drivers of a service said from one time to another, in its order."""
    return [_told(one, locale) for one in reports.told(connection, domain, begins, ends)]


def _told(one: WaitingReport, locale: Locale) -> ToldLine:
    where, note = one.street or one.room or "", str(one.content.get("note") or "")
    text = _dark(one, locale) if one.kind == "dark" else named(one.kind, one.content, locale)
    text = f"{text}{f', {where}' if where else ''}{f': {note}' if note else ''}"
    second = locale.words("heard.conflict_title", problem=one.problem) if one.problem else (one.answer or "")
    return ToldLine(locale.clock(one.observed_at), one.vehicle, text, second, one.id if one.photo else "")


def _dark(one: WaitingReport, locale: Locale) -> str:
    """From when to when a phone slept: by its own clock how long, by ours until when."""
    try:
        at, since = (datetime.fromisoformat(str(one.content[name])) for name in ("at", "since"))
        length = max(timedelta(), at - since)
    except (KeyError, ValueError, TypeError):
        return locale.words("heard.kind.dark")
    return locale.words("heard.dark", span=locale.stretch(one.observed_at - length, one.observed_at))


@dataclass(frozen=True)
class WordBack:
    """What a driver is told of a report of theirs: what the depot said, or that its street was treated since."""

    id: str
    at: datetime
    text: str


def words_back(connection: Connection, vehicle: str, now: datetime, locale: Locale) -> list[WordBack]:
    """What became of the reports of a vehicle, as far as its driver has not seen it already; the newest first."""
    found = [one for one in reports.reports(connection, now - BACK, vehicle) if not one.taken_back]
    streets = sorted({one.segment for one in found if one.segment and one.kind in SEEN_REPORTS})
    treated = reports.treated_since(connection, streets, now - BACK) if streets else ()
    names = judgements.names_of(connection, streets)
    said = [back for one in found for back in _back(one, treated, names, locale)]
    return sorted(said, key=lambda back: back.at, reverse=True)


def _back(one: KeptReport, treated: Sequence[TreatedSince], names: Mapping[str, str], locale: Locale) -> list[WordBack]:
    where = names.get(one.segment or "", "") or one.room or ""
    what = f"{named(one.kind, one.content, locale)}{f', {where}' if where else ''}"
    back = []
    if one.answered_at is not None:
        said = one.answer or locale.words("heard.seen")
        back.append(WordBack(one.id, one.answered_at, locale.words("heard.answered", what=what, said=said)))
    after = next((row for row in treated if row.segment == one.segment and row.at > one.observed_at), None)
    if after is not None and one.kind in SEEN_REPORTS:
        act = locale.words.known(f"action.{after.action}", after.action)
        back.append(
            WordBack(
                f"{one.id}+",
                after.at,
                locale.words("heard.treated", act=act, where=where, clock=locale.clock(after.at)),
            )
        )
    return back
