"""What the next shift must do, each thing once: the most urgent first, streets by name and the way to the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboards.pages.nightlines import said_streets
from dashboards.pages.record import tur_of
from dashboards.web.locale import Locale
from planner.night.handover import TurNight
from planner.night.report import NightReport
from planner.night.standing import RunStanding, Standing
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
    "after": ("is-wait", "ring"),
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
    report: NightReport,
    names: Mapping[str, str],
    locale: Locale,
    out: Sequence[str] = (),
    stands: Standing | None = None,
) -> list[TodoLine]:
    """The list. Of a tur that was driven several times there is one line of a kind; ``out`` says which vehicles are out
    of service, ``stands`` where the night stands."""
    runs = {} if stands is None else {run.key: run for run in stands.runs}
    lines = [*_calls(report, names, locale), *_overlaps(report, runs, names, locale)]
    manning = locale.words("site.manning")
    lines += [_todo("vehicle_out", said, "", "/bemanning", manning, locale) for said in out]
    for what in ("no_vehicle", "draft", "decide", "rest", "send", "after", "wait", "look", "follow"):
        if what == "draft":
            lines += _draft(report, names, locale)
        elif what == "after":
            lines += _after(report, runs, names, locale)
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


def _overlaps(
    report: NightReport, runs: Mapping[str, RunStanding], names: Mapping[str, str], locale: Locale
) -> Iterator[TodoLine]:
    """Turer of one vehicle that are not done, of which one is to begin before another is ready: which of them goes
    first is for somebody to say."""
    open_ = [tur for tur in report.night.turer if tur.todo in STILL_OPEN and tur.vehicle and tur.starts_at]
    for vehicle in dict.fromkeys(tur.vehicle for tur in open_):
        last: tuple[TurNight, datetime] | None = None
        for tur in sorted((tur for tur in open_ if tur.vehicle == vehicle), key=lambda tur: _starts(tur, runs)):
            starts, ready = _starts(tur, runs), _ready(tur, runs)
            if last is not None and starts < last[1]:
                turer = [tur_of(one.key, locale, names) for one in (last[0], tur)]
                clocks = {
                    name: locale.moment(at, report.night.at) for name, at in (("ready", last[1]), ("start", starts))
                }
                said = locale.words("todo.overlaps", vehicle=vehicle or "", first=turer[0], second=turer[1], **clocks)
                yield _on_day("overlap", said, report, locale)
            if ready is not None and (last is None or ready > last[1]):
                last = tur, ready


def _after(
    report: NightReport, runs: Mapping[str, RunStanding], names: Mapping[str, str], locale: Locale
) -> Iterator[TodoLine]:
    """Turer that begin when their vehicle is done with another."""
    for tur in report.night.turer:
        run = runs.get(tur.key)
        if tur.todo not in STILL_OPEN or run is None or run.after is None or run.starts_at is None:
            continue
        own = (one.key for one in runs.values() if one.target == run.after and one.vehicle == run.vehicle)
        before = next((tur_of(key, locale, names) for key in own), run.after)
        start, name = locale.moment(run.starts_at, report.night.at), tur_of(tur.key, locale, names)
        said = locale.words("todo.begins_after", vehicle=tur.vehicle or "", tur=name, before=before, start=start)
        yield _on_day("after", said, report, locale)


def _on_day(what: str, said: str, report: NightReport, locale: Locale) -> TodoLine:
    return _todo(what, said, "", f"/idag?domain={report.domain}", locale.words("site.day"), locale)


def _starts(tur: TurNight, runs: Mapping[str, RunStanding]) -> datetime:
    """When a tur was begun, or is to be where it stands now."""
    run = runs.get(tur.key)
    stands = None if run is None else run.starts_at
    return tur.started_at or stands or tur.starts_at or datetime.max.replace(tzinfo=UTC)


def _ready(tur: TurNight, runs: Mapping[str, RunStanding]) -> datetime | None:
    run = runs.get(tur.key)
    return (None if run is None else run.ready_at) or tur.ready_at or tur.ready_by


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
