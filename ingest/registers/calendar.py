"""Days of calendars: CSV with a line a day, or iCalendar (RFC 5545), whose events say what a day is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar
from recurring_ical_events import of as recurring

from city.catalogue.message import Message, message
from city.entities import Building, CalendarDay
from city.errors import ImportRefused
from city.tables import unreadable
from ingest.registers.asked import Asked
from ingest.registers.cells import Columns, ColumnWords, rows_as, word
from ingest.registers.difference import ListReport, ask_first, compare, once, store
from ingest.registers.sheet import SEE, read_sheet, text_of
from ingest.registers.taking import all_or_nothing
from store import registers
from store.connect import Connection

KINDS = ColumnWords(("school", "fritids", "evening", "closed"), "day")
"""A holiday is none of them: where after-school care is open the house must be warm, where it is not, not."""
COLUMNS = Columns({"kind": KINDS})
YEARS = 3
"""So far ahead events that repeat are taken in."""


def import_calendar(
    connection: Connection, file: Path, asked: Asked, *, calendar: str | None = None, kind: str | None = None
) -> ListReport:
    """Takes in days of calendars. ``calendar`` and ``kind`` are those of an iCalendar file that says none itself.

    Raises ImportRefused naming the line, or the event.
    """
    notes: tuple[Message, ...] = ()
    if file.suffix.lower() in {".ics", ".ical"}:
        rows = list(_events(file, asked, calendar, kind))
    else:
        sheet = read_sheet(file, [column.name for column in fields(CalendarDay)], empty_is_fine=asked.remove)
        rows, notes = rows_as(sheet, CalendarDay, file, asked.zone, COLUMNS) if sheet.rows else [], sheet.notes
    days = once(rows, _name, file)
    stored = registers.held(connection, "day", CalendarDay, asked.at)
    named = {day.calendar for day in days} or {one.row.calendar for one in stored if one.source == file.name}
    of_these = [one for one in stored if one.row.calendar in named]
    difference = compare("day", _name, days, of_these, file.name)
    ask_first([difference], file, asked)
    with all_or_nothing(connection, file, asked):
        store(connection, [difference], file.name, asked)
    return ListReport((difference,), asked.remove, asked.dry_run, (*notes, *_unused(connection, named, asked)))


def _unused(connection: Connection, named: set[str], asked: Asked) -> tuple[Message, ...]:
    """Calendars that no building follows, where there are buildings: a name may be misspelt."""
    followed = {one.row.calendar for one in registers.held(connection, "building", Building, asked.at)}
    alone = sorted(named - followed) if followed else []
    return (message("cli.list.calendar_unused", names=tuple(alone), followed=tuple(sorted(followed))),) if alone else ()


def _name(day: CalendarDay) -> str:
    return f"{day.calendar} {day.day.isoformat()}"


def _events(file: Path, asked: Asked, name: str | None, kind: str | None) -> Iterator[tuple[Message, CalendarDay]]:
    """The days of an iCalendar file, one each, with the event that says it."""
    tree = _parsed(file)
    calendar = name or str(tree.get("X-WR-CALNAME") or file.stem).strip()
    first, last = asked.at - timedelta(days=400), asked.at + timedelta(days=366 * YEARS)
    found: dict[date, tuple[Message, CalendarDay]] = {}
    for event in _between(tree, first, last, file):
        where, summary = _at(event)
        said = _kind_of(file, where, summary, event, kind)
        for day in _days_of(event, asked):
            row = CalendarDay(calendar, day, said)
            other = found.setdefault(day, (where, row))
            if other[1] != row:
                raise ImportRefused(
                    file, message("error.file.event_differs", where=where, day=day, other=other[0]), SEE
                )
    if not found:
        raise ImportRefused(file, message("error.file.no_events"), SEE)
    yield from (found[day] for day in sorted(found))


def _at(event: Any) -> tuple[Message, str]:  # noqa: ANN401
    summary = str(event.get("SUMMARY") or "").strip()
    return message("error.file.at_event", name=summary[:60] or "?"), summary


def _between(tree: Calendar, first: datetime, last: datetime, file: Path) -> list[Any]:
    """What happens in a time, by name. Raises ImportRefused for the event and property that cannot be read."""
    for event in tree.walk("VEVENT"):
        wrong = [str(name) for name, _ in event.errors]
        if wrong or not hasattr(event.get("DTSTART"), "dt"):
            problem = message("error.file.event_broken", where=_at(event)[0], name=(wrong or ["DTSTART"])[0])
            raise ImportRefused(file, problem, message("error.file.mend_event"))
    try:
        return sorted(recurring(tree).between(first, last), key=lambda one: str(one.get("SUMMARY", "")))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ImportRefused(file, message("error.file.no_ical"), message("error.file.mend_event")) from error


def _parsed(file: Path) -> Calendar:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    text, _ = text_of(file, content)
    try:
        return Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError) as error:
        raise ImportRefused(file, message("error.file.no_ical"), SEE) from error


def _kind_of(file: Path, where: Message, summary: str, event: Any, kind: str | None) -> str:  # noqa: ANN401
    """What an event makes of its days: by its category, its name, a word of its name, else what was asked for."""
    categories = event.get("CATEGORIES")
    words = [str(one) for one in getattr(categories, "cats", [])] if categories is not None else []
    for said in (*words, summary, *summary.split()):
        plain = said.strip(" ,.:;!()").lower()
        if plain in KINDS.known or plain in KINDS.said:
            return word(plain, KINDS)
    if kind is None:
        raise ImportRefused(file, message("error.file.no_kind", where=where), message("error.file.give_kind"))
    return kind


def _days_of(event: Any, asked: Asked) -> Iterator[date]:  # noqa: ANN401
    """The local days that an event touches; the end of an event is outside it."""
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else start
    if isinstance(start, datetime):
        first = _local(start, asked).date()
        last = (_local(end, asked) - timedelta(seconds=1)).date() if end > start else first
    else:
        first, last = start, (end - timedelta(days=1) if end > start else start)
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def _local(at: datetime, asked: Asked) -> datetime:
    return at.replace(tzinfo=asked.zone) if at.tzinfo is None else at.astimezone(asked.zone)
