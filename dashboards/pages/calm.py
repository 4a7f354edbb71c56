"""What is said beside what waits for the reader: what is needed and nobody drives, what was noted and is in no plan,
and in which other service something waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from city.observation import Observation
from city.plan import Intervention, Plan
from city.vocabulary import Domain, RouteClass
from dashboards.pages.dayread import DayShown
from dashboards.pages.mapnow import limits_by_class
from dashboards.pages.nightnow import standing_of
from dashboards.pages.observations import said_depth
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from dashboards.web.townstreets import TownStreets
from planner.night.standing import NEEDS, Standing
from store import judgements, plans
from store.connect import Connection


@dataclass(frozen=True)
class Elsewhere:
    """Another service in which something waits."""

    domain: Domain
    text: str


@dataclass(frozen=True)
class Beside:
    """``nothing`` is said where nothing waits, ``noted`` whatever waits (empty where there is none of it)."""

    nothing: str
    noted: str
    elsewhere: tuple[Elsewhere, ...] = ()


def beside(context: AppContext, connection: Connection, day: DayShown, locale: Locale) -> Beside:
    """What stands beside the headline of a live plan."""
    noted = () if day.box is not None and day.box.has_choice else tuple(_unplanned(context, connection, day, locale))
    return Beside(
        nothing=_nothing(day.plan, locale),
        noted=locale.words("observation.unplanned", parts=noted) if noted else "",
        elsewhere=tuple(_elsewhere(context, connection, day, locale)),
    )


def _nothing(plan: Plan | None, locale: Locale) -> str:
    """'Ingenting väntar på dig, men 1 tur och 2 sträckor behövs och körs inte.'"""
    t, left = locale.words, plan.not_cared if plan is not None else ()
    turer = sum(one.whole for one in left)
    streets = {name for one in left if not one.whole for name in one.segments}
    counts = (("answer.uncared.turer", turer), ("row.segments", len(streets)))
    parts = tuple(t.count(key, n) for key, n in counts if n)
    return t("answer.none_but", parts=parts) if parts else t("answer.none_waiting")


def _elsewhere(context: AppContext, connection: Connection, day: DayShown, locale: Locale) -> Iterator[Elsewhere]:
    """The other services in which somebody is to be called out, of plans that have not run out."""
    for head in day.frame.live:
        plan = None
        if head.domain != day.domain and not VIEWS[head.domain].advice:
            plan = context.shelf.get(connection, head.id)
        if plan is None or plan.valid_to < day.now:
            continue
        found = standing_of(context, connection, plan)
        if found.waiting:
            yield Elsewhere(head.domain, _waits(found, head.domain, locale))


def _waits(found: Standing, domain: Domain, locale: Locale) -> str:
    """'Avfall: 2 ronder väntar, 4 h sena.'"""
    t = locale.words
    late = max((run.overdue_s for run in (*found.runs, *found.beside) if run.state in NEEDS), default=0.0)
    turer = t.count(f"standing.noun.{domain}", found.waiting)
    key = "answer.elsewhere_late" if late > 0 else "answer.elsewhere"
    return t(key, domain=t(f"domain.{domain}"), turer=turer, age=locale.age(late))


def _unplanned(context: AppContext, connection: Connection, day: DayShown, locale: Locale) -> Iterator[str]:
    """Depths that somebody noted, over the limit of their streets, of which no tur has been made: '10,0 cm på
    Storgatan (8 sträckor)'."""
    deep = [one for one in day.seen if one.quantity == "snow_depth"]
    if not deep or day.plan is None:
        return
    limits = _limits_of(context.town(connection), limits_by_class(plans.thresholds(connection, day.now)))
    for one in deep:
        covered = _covered(context, connection, day, day.plan, one)
        left = [name for name in one.segments if name not in covered and one.value >= limits.get(name, one.value + 1)]
        if left:
            yield said_depth(one, left, judgements.names_of(connection, left), locale)


def _limits_of(town: TownStreets, limits: Mapping[RouteClass, float]) -> dict[str, float]:
    """The limit of each street that is ours to clear [cm]."""
    ours = zip(town.given, town.classes, strict=True)
    return {street.id: limits[kind] for street, kind in ours if street.ours and not street.covered and kind in limits}


def _covered(
    context: AppContext, connection: Connection, day: DayShown, plan: Plan, seen: Observation
) -> frozenset[str]:
    """Streets that the plan drives or names as not cared for, and those that are under way or were driven since."""
    driven = [*plan.interventions, *(item for _, item in day.known.outside or ())]
    driven += _done_since(context, connection, day, seen.at)
    named = {name for one in plan.not_cared for name in one.segments}
    streets = [part.id for item in driven if isinstance(item.segments, tuple) for part in item.segments]
    return frozenset(named.union(streets))


def _done_since(context: AppContext, connection: Connection, day: DayShown, since: datetime) -> Iterator[Intervention]:
    for order in day.known.orders.values():
        plan = None
        if order.state == "done" and order.state_at >= since:
            plan = context.shelf.get(connection, order.plan_id)
        yield from (item for item in (plan.interventions if plan else ()) if item.key == order.key)
