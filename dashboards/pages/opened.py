"""What an opened row says beyond its reasons: what the last forecasts said of the hour that decides, what was done and
seen on its streets, what its vehicle does next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.entities import ForecastStep
from city.observation import Observation
from city.plan import DecidingCurve, Intervention, Plan, SegmentAction
from city.quantities import solution_g_m2
from dashboards.pages.who import who_said
from dashboards.pages.why import deciding
from dashboards.web.locale import NBSP, Locale
from store import daypage
from store.connect import Connection
from store.daypage import Background, IssueSteps

PAST = timedelta(hours=9)
MOST = 6000
"""Streets of a plan beyond which only those of the opened row are looked up."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class IssueLine:
    """What one issue of the forecast said: the fall until an hour with its range, the air at that hour."""

    issued: str
    fall: str
    span: str
    air: str


@dataclass(frozen=True)
class StreetLine:
    """One street of a tur in driving order."""

    name: str
    action: str
    depth: str


@dataclass(frozen=True)
class Opened:
    """``hour`` is the one that decides; ``along`` are labels and values of what was done and seen; ``streets`` are
    those of the row that is asked for."""

    hour: str
    issues: tuple[IssueLine, ...]
    along: tuple[tuple[str, str], ...]
    streets: tuple[StreetLine, ...]


NOTHING = Opened("", (), (), ())


def background_of(connection: Connection, plan: Plan, opened: str, at: datetime) -> Background:
    """What lies behind a plan's rows ``at`` a time, read in one look."""
    work = [(item.key, part.id) for item in plan.interventions for part in _parts(item)]
    shown = [(key, segment) for key, segment in work if key == opened]
    curve = next((item.curve for item in plan.interventions if isinstance(item.curve, DecidingCurve)), None)
    lon, lat = (curve.lon, curve.lat) if curve else (0.0, 0.0)
    place = (lon, lat) if isinstance(lon, float) and isinstance(lat, float) else (0.0, 0.0)
    wanted = work if len(work) <= MOST else shown
    return daypage.background(connection, wanted, [segment for _, segment in shown], place, at - PAST, at)


def _parts(item: Intervention) -> tuple[SegmentAction, ...]:
    return item.segments if isinstance(item.segments, tuple) else ()


def opened_row(
    plan: Plan,
    item: Intervention,
    behind: Background,
    seen: Sequence[Observation],
    now: datetime,
    opened: str,
    locale: Locale,
) -> Opened:
    """What is said of an intervention beyond its reasons."""
    until = _hour(item)
    return Opened(
        hour=locale.moment(until, now) if until else "",
        issues=tuple(_issues(behind.issues, plan.created_at, until, now, locale)) if until else (),
        along=tuple(_along(plan, item, behind, seen, now, locale)),
        streets=tuple(_street(part, behind, locale) for part in _parts(item)) if item.key == opened else (),
    )


def _hour(item: Intervention) -> datetime | None:
    """The hour that decides, as its reason keeps it; of plans of before that, when it must be done."""
    reason = deciding(item)
    return reason.at if reason is not None and isinstance(reason.at, datetime) else item.deadline


def _issues(
    issues: Sequence[IssueSteps], since: datetime, until: datetime, now: datetime, locale: Locale
) -> Iterator[IssueLine]:
    for issue in issues:
        steps = [step for step in issue.steps if step.valid_to > since and step.valid_from < until]
        fall = [_sum(steps, name, since, until) for name in ("precip_mm_h", "precip_min_mm_h", "precip_max_mm_h")]
        air = next((step.temp_c for step in issue.steps if step.valid_from <= until < step.valid_to), None)
        unknown = locale.words("opened.unknown")
        yield IssueLine(
            issued=locale.moment(issue.issued_at, now),
            fall=unknown if fall[0] is None else f"{locale.figure(fall[0])}{NBSP}mm",
            span="" if fall[1] is None or fall[2] is None else locale.span(fall[1], fall[2]),
            air=unknown if air is None else f"{locale.figure(air)}{NBSP}°C",
        )


def _sum(steps: Sequence[ForecastStep], name: str, since: datetime, until: datetime) -> float | None:
    """Water that falls between two times [mm]; None where a step says nothing of it, or none covers the time."""
    total, covered = 0.0, timedelta()
    for step in steps:
        rate = getattr(step, name)
        part = min(step.valid_to, until) - max(step.valid_from, since)
        if rate is None:
            return None
        total, covered = total + rate * (part / HOUR), covered + part
    return total if steps and covered >= min(until - since, HOUR) else None


def _along(
    plan: Plan, item: Intervention, behind: Background, seen: Sequence[Observation], now: datetime, locale: Locale
) -> Iterator[tuple[str, str]]:
    t = locale.words
    done = next((one for one in behind.treated if one.key == item.key), None)
    if done is not None:
        yield (
            t("opened.treated"),
            t("opened.treated_at", action=_word(done.action, locale), at=locale.moment(done.at, now)),
        )
    elif _parts(item):
        yield t("opened.treated"), t("opened.never")
    here = {part.id for part in _parts(item)}
    for one in seen:
        if here & set(one.segments):
            who = who_said(one.who, locale)
            yield t("opened.seen", clock=locale.moment(one.at, now)), f"{who}: {_seen(one, locale)}"
    if (after := _next(plan, item)) is not None and after.starts_at is not None:
        start = locale.moment(after.starts_at, now)
        yield t("opened.next", vehicle=item.vehicle or ""), t("opened.next_at", target=after.title, clock=start)


def _seen(one: Observation, locale: Locale) -> str:
    if one.quantity == "snow_depth":
        return f"{locale.figure(one.value)}{NBSP}cm"
    return locale.words("observation.slippery" if one.value else "observation.not_slippery")


def _next(plan: Plan, item: Intervention) -> Intervention | None:
    """What the vehicle drives after it in the plan."""
    if item.vehicle is None or item.starts_at is None:
        return None
    after = [
        other
        for other in plan.interventions
        if other.vehicle == item.vehicle and other.starts_at is not None and other.starts_at > item.starts_at
    ]
    return min(after, key=lambda other: str(other.starts_at), default=None)


def _street(part: SegmentAction, behind: Background, locale: Locale) -> StreetLine:
    t = locale.words
    said = [_word(part.action, locale)]
    if part.action == "brine" and part.dose_g_m2:
        solution = locale.figure(solution_g_m2(part.dose_g_m2), 0)
        said.append(t("dose.brine", dry=locale.figure(part.dose_g_m2, 0), solution=solution))
    elif part.dose_g_m2:
        said.append(f"{locale.figure(part.dose_g_m2, 0)}{NBSP}g/m²")
    if part.passes > 1:
        said.append(t.count("opened.passes", part.passes))
    depth = "" if part.depth_cm is None else f"{locale.figure(part.depth_cm)}{NBSP}cm"
    return StreetLine(behind.streets.get(part.id) or t("row.no_name"), ", ".join(said), depth)


def _word(action: str, locale: Locale) -> str:
    """What is done on a street, in the words of the plan."""
    other = locale.words.known(f"plan.snow.work.{action}", action)
    return locale.words.known(f"plan.snow.kind.{action}", other)
