"""The lines of the hand-over: each run of a tur, what was late or is left, and what the night came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from city.plan import NotCared
from city.vocabulary import CallState
from dashboards.pages.record import said_who, tur_of
from dashboards.pages.services.view import KeyFigure
from dashboards.pages.status import LOOKS, OF_CALL
from dashboards.pages.who import crew_said, note_said
from dashboards.web.locale import Locale
from planner.night.handover import Handover, PassedOn, Remark, TurNight
from planner.night.progress import Street
from planner.night.report import NightReport
from planner.night.sums import Sums

MOST_NAMES = 6
MOST_NOT_CARED = 6
"""So many groups of streets that nobody drove are told one by one."""


@dataclass(frozen=True)
class HandoverLine:
    """One run of a tur as the page prints it; every field is a text."""

    code: str
    title: str
    vehicle: str
    contractor: str
    state: str
    look: str
    icon: str
    called: str
    acknowledged: str
    started: str
    ended: str
    share: str
    left: str
    streets: str
    late: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class LateLine:
    """What was late or is not done: the tur's name, its ``key`` on the map, and what is to be said of it."""

    tur: str
    key: str
    text: str


def line_of(
    tur: TurNight,
    night: Handover,
    contractors: Mapping[str, str],
    names: Mapping[str, str],
    locale: Locale,
    calls: Mapping[str, CallState],
) -> HandoverLine:
    """A run in words; ``calls`` are the states of calls that nobody has answered, by key."""
    state = OF_CALL.get(calls[tur.key], tur.state) if tur.key in calls and tur.state == "decided" else tur.state
    look, icon = LOOKS[state]
    t = locale.words
    title = tur.title.removeprefix(tur.target).strip() or t("row.no_name")
    return HandoverLine(
        code=tur_of(tur.key, locale, names),
        title="" if tur.key in names else title,
        vehicle=tur.vehicle or "",
        contractor=crew_said(contractors.get(tur.contractor or "", tur.contractor or ""), locale),
        state=t(f"state.{state}"),
        look=look,
        icon=icon,
        called=_clock(tur.called_at, locale),
        acknowledged=_clock(tur.acknowledged_at, locale),
        started=_clock(tur.started_at, locale),
        ended=_clock(tur.ended_at, locale),
        share=_share(tur, locale),
        left=_left(tur, locale),
        streets=said_streets(tur.left or (), locale),
        late=said_late(tur, locale),
        said=tuple(_said(tur, night, locale)),
    )


def late_lines(
    report: NightReport,
    names: Mapping[str, str],
    locale: Locale,
    not_cared: Sequence[NotCared] = (),
    lost: Sequence[str] = (),
) -> list[LateLine]:
    """What was or will be late, and what is left of what ended, in the order of the night; then what nobody drives:
    what the plan says that it does not care for, and the names of streets that no way leads to (``lost``)."""
    t, lines = locale.words, []
    for tur in report.night.turer:
        parts = [said_late(tur, locale)] if tur.order_id else []
        if tur.todo == "rest" and tur.left is None:
            parts.append(t("night.left_unknown"))
        if tur.todo in {"rest", "look"} and tur.left:
            left = t.count("row.segments", len(tur.left))
            parts.append(t("night.left_of", left=left, streets=said_streets(tur.left, locale)))
        if said := ", ".join(part for part in parts if part):
            lines.append(LateLine(tur_of(tur.key, locale, names), tur.key, said))
    return lines + _nobody(report, locale, not_cared, lost)


def _nobody(report: NightReport, locale: Locale, not_cared: Sequence[NotCared], lost: Sequence[str]) -> list[LateLine]:
    """What nobody drove or reached, with the cause."""
    t, night = locale.words, report.night
    made = [_not_cared(one, locale) for one in not_cared[:MOST_NOT_CARED]]
    if (more := len(not_cared) - MOST_NOT_CARED) > 0:
        made.append(LateLine("", "", t("night.more", n=more)))
    if night.without_vehicle and not any(one.whole for one in not_cared):  # those of these are named one by one
        said = t.count("night.without_vehicle", night.without_vehicle)
        lacking = list(dict.fromkeys(tur.target for tur in night.turer if tur.todo == "no_vehicle"))
        made.append(
            LateLine(
                "", "", t("night.those", said=said.rstrip("."), streets=_named(lacking, locale)) if lacking else said
            )
        )
    if night.unreachable:
        said = t.count("night.unreachable", night.unreachable)
        named = t("night.those", said=said.rstrip("."), streets=_named(lost, locale)) if lost else said
        made.append(LateLine("", "", named))
    return made


def _not_cared(one: NotCared, locale: Locale) -> LateLine:
    title = one.title.removeprefix(one.target).strip() or one.title
    streets = locale.words.count("row.segments", len(one.segments))
    said = f"{title} ({streets}): {locale.kept(one, 'why')}"
    return LateLine(one.target if one.whole else "", f"-{one.target}", said)


def numbers(report: NightReport, currency: str, locale: Locale) -> list[KeyFigure]:
    """Hours, cost, what was spread, and how soon drivers answered."""
    t, came = locale.words, report.sums
    made: list[KeyFigure] = []
    if came.worked_s > 0:
        hours = locale.minutes(came.worked_s / 60)
        made.append(KeyFigure(t("night.hours"), hours, t.count("night.vehicles", came.vehicles)))
    if came.cost is not None:
        made.append(KeyFigure(t("night.cost"), t("figure.about", amount=locale.money(came.cost, currency)), ""))
    made += _spread(came, locale)
    answers = [
        (tur.acknowledged_at - tur.called_at).total_seconds()
        for tur in report.night.turer
        if tur.called_at and tur.acknowledged_at and tur.acknowledged_at >= tur.called_at
    ]
    if answers:
        made.append(KeyFigure(t("night.answer"), locale.age(median(answers)), t("night.answer_of")))
    return made


def _spread(came: Sums, locale: Locale) -> list[KeyFigure]:
    """Kilograms of what was spread; from a tonne on in tonnes."""
    t = locale.words
    made = [KeyFigure(t(f"night.spread.{what}"), locale.weight(kg), "") for what, kg in came.spread_kg.items()]
    if came.without_width and made:
        second = t.count("night.without_width", came.without_width)
        made[0] = KeyFigure(made[0].label, made[0].value, second)
    return made


def said_late(tur: TurNight, locale: Locale) -> str:
    """How late a run was, will be or is: beyond its deadline, else beyond what was planned."""
    t = locale.words
    for key, seconds in (("limit", tur.late_s), ("end", tur.ended_late_s), ("start", tur.began_late_s)):
        if seconds is not None and (key != "start" or tur.state != "done"):
            return t(f"night.late_{key}", age=locale.age(seconds))
    return ""


def said_streets(left: Sequence[Street], locale: Locale) -> str:
    """The names of streets, each once; beyond some how many more there are."""
    return _named([street.name for street in left], locale)


def _named(found: Sequence[str], locale: Locale) -> str:
    names = list(dict.fromkeys(name or locale.words("row.no_name") for name in found))
    more = len(names) - MOST_NAMES
    shown = ", ".join(names[:MOST_NAMES])
    return shown + " " + locale.words("night.more", n=more) if more > 0 else shown


def _clock(at: datetime | None, locale: Locale) -> str:
    return "" if at is None else locale.clock(at)


def _share(tur: TurNight, locale: Locale) -> str:
    return locale.words("night.not_known") if tur.share is None else f"{100 * tur.share:.0f}\N{NO-BREAK SPACE}%"


def _left(tur: TurNight, locale: Locale) -> str:
    if tur.left is None:
        return locale.words("night.not_known")
    return locale.words.count("row.segments", len(tur.left)) if tur.left else ""


def _said(tur: TurNight, night: Handover, locale: Locale) -> list[str]:
    """What happened on the way, in the order of time."""
    t = locale.words
    lines = [(one.at, _passed(one, locale)) for one in tur.passed_on]
    lines += [(one.at, _remark(one, locale)) for one in tur.remarks]
    said = [f"{locale.moment(at, night.at)} {text}" for at, text in sorted(lines)]
    if tur.feed == "silent" and tur.heard_at is not None:
        said.append(t("night.silent", clock=locale.moment(tur.heard_at, night.at)))
    if tur.unseen:
        said.append(t("night.unseen", streets=said_streets(tur.unseen, locale)))
    return said


def _passed(one: PassedOn, locale: Locale) -> str:
    key = "night.passed" if one.to_vehicle else "night.exhausted"
    who = f" ({one.who})" if one.who else ""
    return locale.words(key, vehicle=one.from_vehicle or "–", age=locale.age(one.waited_s), to=f"{one.to_vehicle}{who}")


def _remark(one: Remark, locale: Locale) -> str:
    said = f"{locale.words(f'moment.step.{one.kind}')}, {said_who(one.who, locale)}"
    return f"{said}: {note_said(one.note, locale)}" if one.note else said
