"""What the next shift must do, each thing once: the most urgent first, streets by name and the way to the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from dashboards.pages.nightlines import said_streets
from dashboards.pages.record import tur_of
from dashboards.web.locale import Locale
from planner.night.handover import TurNight
from planner.night.report import NightReport
from store.record import OpenCall

STILL_OPEN = frozenset({"call", "send", "wait", "follow", "no_vehicle"})
"""What somebody was called out for, or is to be, and is not done."""
ONE_LINE = ("decide", "send", "wait", "no_vehicle")
"""What is said of all its turer in one line; the others have a line for each tur."""
LOOKS = {
    "call": ("is-stop", "stop"),
    "overlap": ("is-stop", "stop"),
    "vehicle_out": ("is-stop", "stop"),
    "no_vehicle": ("is-stop", "stop"),
    "draft": ("is-wait", "ring"),
    "decide": ("is-wait", "ring"),
    "rest": ("is-wait", "cross"),
    "send": ("is-wait", "ring"),
    "wait": ("is-go", "sent"),
    "look": ("is-wait", "info"),
    "follow": ("is-go", "run"),
}


@dataclass(frozen=True)
class TodoLine:
    """One thing to do: what (``look`` and ``icon`` with it), of which turer, and where that is; ``link`` is a path with
    its query below the base path."""

    look: str
    icon: str
    what: str
    text: str
    second: str
    link: str
    link_text: str


def todo_lines(
    report: NightReport, names: Mapping[str, str], locale: Locale, out: Sequence[str] = ()
) -> list[TodoLine]:
    """The list. Of a tur that was driven several times there is one line of a kind; ``out`` says which vehicles are out
    of service."""
    lines = [*_calls(report, names, locale), *_overlaps(report, names, locale)]
    manning = locale.words("site.manning")
    lines += [_todo("vehicle_out", said, "", "/bemanning", manning, locale) for said in out]
    for what in ("no_vehicle", "draft", "decide", "rest", "send", "wait", "look", "follow"):
        if what == "draft":
            lines += _draft(report, names, locale)
        else:
            turer = [tur for tur in report.night.turer if tur.todo == what]
            lines += _lines(what, turer, report, names, locale)
    return lines


def _lines(
    what: str, turer: Sequence[TurNight], report: NightReport, names: Mapping[str, str], locale: Locale
) -> Iterator[TodoLine]:
    if not turer:
        return
    if what in ONE_LINE:
        said = ", ".join(dict.fromkeys(_named(tur, names, locale) for tur in turer))
        link = f"/idag?domain={report.domain}&day={report.night.service_day.isoformat()}"
        yield _todo(what, said, "", link, locale.words("site.day"), locale)
        return
    for tur in {tur.target: tur for tur in turer}.values():
        streets = tur.unseen if what == "look" else tur.left or ()
        second = said_streets(streets, locale) if what != "follow" else _until(tur, report, locale)
        link = f"/karta?domain={report.domain}&key={tur.key}"
        yield _todo(what, _named(tur, names, locale), second, link, locale.words("site.map"), locale)


def _named(tur: TurNight, names: Mapping[str, str], locale: Locale) -> str:
    """'P1-1 Storgatan, P02'."""
    title = tur.title.removeprefix(tur.target).strip()
    said = tur_of(tur.key, locale, names)
    said = said if tur.key in names or not title else f"{said} {title}"
    return f"{said}, {tur.vehicle}" if tur.vehicle and tur.order_id else said


def _overlaps(report: NightReport, names: Mapping[str, str], locale: Locale) -> Iterator[TodoLine]:
    """Turer of one vehicle, each called out and not done, of which one is to begin before the other is ready."""
    open_ = [tur for tur in report.night.turer if tur.todo in STILL_OPEN and tur.vehicle and tur.starts_at]
    for vehicle in dict.fromkeys(tur.vehicle for tur in open_):
        own = sorted((tur for tur in open_ if tur.vehicle == vehicle), key=_starts)
        for one, then in pairwise(own):
            ready = one.ready_at or one.ready_by
            if ready is not None and _starts(then) < ready:
                turer = [tur_of(tur.key, locale, names) for tur in (one, then)]
                clocks = {
                    "ready": locale.moment(ready, report.night.at),
                    "start": locale.moment(_starts(then), report.night.at),
                }
                said = locale.words("todo.overlaps", vehicle=vehicle or "", first=turer[0], second=turer[1], **clocks)
                yield _todo("overlap", said, "", f"/idag?domain={report.domain}", locale.words("site.day"), locale)


def _starts(tur: TurNight) -> datetime:
    return tur.started_at or tur.starts_at or datetime.max.replace(tzinfo=UTC)


def _until(tur: TurNight, report: NightReport, locale: Locale) -> str:
    if tur.ready_at is None:
        return ""
    return locale.words("todo.until", clock=locale.moment(tur.ready_at, report.night.at))


def _calls(report: NightReport, names: Mapping[str, str], locale: Locale) -> Iterator[TodoLine]:
    """Whom somebody must ring: of calls that came to nothing, and of orders that nobody has answered."""
    said: set[str] = set()
    for call in report.calls:
        waiting = [tur for tur in report.night.turer if tur.key in call.keys and tur.todo == "call"]
        if waiting and not said.issuperset(call.keys):
            said.update(call.keys)
            yield _todo(
                "call", _called(call, names, locale), _why(call, locale), "/idag", locale.words("site.day"), locale
            )
    for tur in report.night.turer:
        if tur.todo == "call" and tur.key not in said:
            yield _todo("call", _named(tur, names, locale), "", "/idag", locale.words("site.day"), locale)


def _called(call: OpenCall, names: Mapping[str, str], locale: Locale) -> str:
    turer = ", ".join(tur_of(key, locale, names) for key in call.keys)
    return f"{', '.join(part for part in (call.vehicle, call.who) if part)}: {turer}"


def _why(call: OpenCall, locale: Locale) -> str:
    return locale.words(f"todo.call_{call.state}", clock=locale.clock(call.state_at))


def _draft(report: NightReport, names: Mapping[str, str], locale: Locale) -> Iterator[TodoLine]:
    if report.draft is None:
        return
    change, said = report.draft.difference, []
    for way, turer in (("added", change.added), ("dropped", change.dropped)):
        if turer:
            named = ", ".join(tur_of(one.key, locale, names) for one in turer)
            said.append(locale.words(f"moment.{way}", turer=named))
    why = "; ".join(f"{tur_of(one.key, locale, names)}: {locale.kept(one, 'why')}" for one in change.added[:3])
    text = locale.words(
        "todo.draft_of", clock=locale.clock(report.draft.made_at), changes="; ".join(said) or locale.words("draft.same")
    )
    yield _todo("draft", text, why, "/idag", locale.words("site.day"), locale)


def _todo(what: str, text: str, second: str, link: str, link_text: str, locale: Locale) -> TodoLine:
    look, icon = LOOKS[what]
    return TodoLine(look, icon, locale.words(f"todo.{what}"), text, second, link, link_text)
