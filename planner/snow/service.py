"""Snow and slipperiness as one of the services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from concurrent.futures import Executor
from functools import partial

from city.outlook import OutlookFrame, SegmentOutlook
from city.plan import Plan
from planner.service import Kept, Made, Second
from planner.snow.archive import pack, unpack
from planner.snow.cache import PlanCache
from planner.snow.cost import cost_of
from planner.snow.criteria import all_criteria
from planner.snow.outlook import road_outlook
from planner.snow.plan import Assessment, assess_streets, snow_plan
from planner.snow.prepare import whole_turer
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import fresh_depths
from planner.snow.watch import busts, driven_since, flips, judged_by_people, without_stood_down
from planner.snow.words.gone import not_asked


class Snow:
    """Keeps the street network and the drives of turer between plans."""

    snapshot = SnowSnapshot
    watched = True
    backtested = True

    def __init__(self, cache: PlanCache | None = None) -> None:
        self.cache = cache or PlanCache()

    def judge(self, snapshot: SnowSnapshot) -> Assessment:
        """What each street needs and which turer are asked for."""
        return assess_streets(snapshot, self.cache)

    def plan(self, snapshot: SnowSnapshot, judged: Assessment, executor: Executor | None = None) -> Made:
        """The plan, the curves by which it decided, and the outlook of every street."""
        plan = snow_plan(snapshot, judged, executor, self.cache)
        outlook = partial(_outlook, snapshot, judged) if snapshot.segments else None
        return Made(snapshot, plan, _curves(snapshot, judged, plan), outlook)

    def look_again(
        self, snapshot: SnowSnapshot, live: Kept, executor: Executor | None = None, stays: Set[str] = frozenset()
    ) -> Second:
        """The plan of what is known now, made only where the decision is another or the forecast did not hold."""
        if not snapshot.segments:
            return Second(None)
        assessed = self.judge(snapshot)
        found = []
        if live.raw is not None:
            then = unpack(live.raw, live.plan.id, live.plan.service_day, live.plan.simulated)
            driven = driven_since(snapshot.orders, live.plan) | judged_by_people(snapshot, assessed.turer)
            service = assessed.needs.service
            rules = all_criteria(service.rules, service.classes)
            begins = {kind: (its.dry_limit, its.wet_limit) for kind, its in rules.items()}
            found = busts(then, assessed.needs.groups, driven, begins, seen=bool(fresh_depths(snapshot)))
        called = set(assessed.needs.called.turer) | stays
        if not found and not flips(live.plan, called, snapshot.orders):
            return Second(None)
        made = self.plan(without_stood_down(snapshot, called), assessed, executor)
        return Second(
            made.plan, found, made.kept, partial(cost_of, snapshot), partial(not_asked, assessed.needs, assessed.turer)
        )

    def prepare(self, snapshot: SnowSnapshot) -> Iterator[str]:
        """The drives of whole turer, so that the first plan of a storm need not wait."""
        return whole_turer(snapshot, self.cache)


def _curves(snapshot: SnowSnapshot, assessed: Assessment, plan: Plan) -> bytes:
    called = tuple(sorted({item.target for item in plan.interventions}))
    return pack(assessed.needs.groups, snapshot.asked, called)


def _outlook(snapshot: SnowSnapshot, assessed: Assessment) -> tuple[OutlookFrame, Iterable[SegmentOutlook]]:
    outlook = road_outlook(snapshot, assessed.needs.ahead)
    return outlook.frame, outlook.rows()
