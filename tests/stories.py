"""Whether a line of a snow plan tells one story: its action, start, deadline, limit, reason and lateness are held
against the inputs of the plan. Nothing of the planner's decision is used here but the snow and the slipperiness that it
was given hour by hour, and the turer of the town."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from city.plan import Intervention, Plan, Reason, SegmentAction
from city.vocabulary import NON_ROUTE_KINDS, RouteClass
from planner.snow.plan import Assessment
from planner.snow.snapshot import SnowSnapshot
from tests.storms import far

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SPREADS = ("salt", "brine", "sand")
ABOVE: dict[str, str] = {"P3": "P2", "P2": "P1", "C2": "C1"}
WEEKDAY = re.compile(r"\b(mån|tis|ons|tors?|fre|lör|sön)\b")
CAUSES = {
    "busy": r"kör \S+ till|upptagna före",
    "call": r"kallas fordonet ut nu",
    "absent": r"ur drift till",
    "unmanned": r"bemannat först",
    "rest": r"vilar till",
    "short": r"tar \d+ min",
}
"""What a line may name as the cause of its lateness."""


@dataclass(frozen=True)
class Told:
    """What contradicts: of which kind, on which line, in words."""

    kind: str
    line: str
    what: str


@dataclass(frozen=True)
class Story:
    """A plan with what it was made from."""

    snapshot: SnowSnapshot
    judged: Assessment
    plan: Plan

    def told(self) -> list[Told]:
        """All that contradicts."""
        found: list[Told] = []
        for item in self.plan.interventions:
            if item.kind in NON_ROUTE_KINDS:
                continue
            checks = self._held(item) if item.key in self.held else self._line(item)
            found += [Told(kind, item.key, what) for kind, what in checks]
        return found + [Told(kind, "verdict", what) for kind, what in self._verdict()]

    # ---- The inputs ----------------------------------------------------------------------------------------------

    @cached_property
    def held(self) -> dict[str, Intervention]:
        return {item.key: item for item in self.snapshot.running}

    @cached_property
    def row(self) -> dict[str, int]:
        return {segment.id: i for i, segment in enumerate(self.snapshot.segments)}

    @property
    def start(self) -> datetime:
        return self.judged.needs.weather.start

    @property
    def hours(self) -> int:
        return self.judged.needs.weather.hours

    def hour(self, at: datetime) -> int:
        """The hour that an instant lies in."""
        return min(self.hours - 1, max(0, int((at - self.start) / HOUR)))

    def rule(self, key: str, scope: str = "*") -> Any:
        rows = {row.scope: row for row in self.snapshot.thresholds if row.key == key}
        row = rows.get(scope, rows.get("*"))
        return None if row is None else row.text if row.value is None else row.value

    @cached_property
    def _schools(self) -> list[tuple[float, float]]:
        morning = self.snapshot.service_day + timedelta(days=1)
        if not any(day.day == morning and day.kind == "school" for day in self.snapshot.calendar):
            return []
        return [(b.lon, b.lat) for b in self.snapshot.buildings if b.kind == "school"]

    def served_as(self, i: int) -> str:
        segment = self.snapshot.segments[i]
        points = segment.geometry
        middle = ((points[0][0] + points[-1][0]) / 2, (points[0][1] + points[-1][1]) / 2)
        near = any(far(middle, school) <= self.rule("snow.school_near_m") for school in self._schools)
        return ABOVE.get(segment.route_class, segment.route_class) if near else segment.route_class

    def depth(self, i: int, hour: int, *, decides: bool = False) -> float:
        """Snow at the end of an hour [cm]; -1 is now."""
        if hour < 0:
            return float(self.judged.now_cm[i])
        reading = self.rule("snow.decide_by", self.served_as(i)) if decides else "mid"
        return float(getattr(self.judged.needs.ahead, reading).depth_cm[i, hour])

    def wet(self, i: int, hour: int) -> bool:
        return bool(self.judged.needs.ahead.mid.wet[i, hour])

    def limit(self, i: int, hour: int, target: str) -> float:
        kind = self.served_as(i)
        full = float(self.rule("snow.start_wet_cm" if self.wet(i, hour) else "snow.start_dry_cm", kind))
        own = full * (1.0 - float(self.rule("snow.margin_pct", kind)) / 100.0)
        less = float(self.rule("snow.hysteresis_cm", kind)) if target in self.snapshot.asked else 0.0
        return max(own - less, min(own, 0.01))

    def over(self, i: int, hour: int, target: str) -> bool:
        return self.depth(i, hour, decides=True) > self.limit(i, hour, target) - 0.0051

    def slips(self, i: int, hour: int) -> bool:
        friction = int(self.judged.needs.curves.friction[i, hour])
        return 0 <= friction < round(100 * float(self.rule("snow.friction", self.served_as(i))))

    def lies(self, i: int, begins: datetime, ends: datetime) -> float:
        """The most that lies on a street while somebody works there [cm], by the reading that decides."""
        hours = range(self.hour(begins) - 1, self.hour(ends) + 1)
        return max(self.depth(i, h, decides=True) for h in hours)

    # ---- One line ------------------------------------------------------------------------------------------------

    def _line(self, item: Intervention) -> Iterator[tuple[str, str]]:
        assert item.starts_at
        assert item.ready_by
        assert item.deadline
        parts = item.segments if isinstance(item.segments, tuple) else ()
        first = item.reasons[0]
        ploughed = [part for part in parts if part.action.startswith("plough")]
        spread = [part for part in parts if part.action in SPREADS]
        yield from self._same_hours(item, first, ploughed, spread)
        yield from self._nothing_for_nothing(item, ploughed, spread)
        if ploughed:
            yield from self._limit(item, first, ploughed)
            yield from self._driven_since(item, first, parts)
        yield from self._late(item)
        yield from self._latest(item)
        yield from self._dates(item)

    def _before(self, item: Intervention) -> Intervention | None:
        """The run of the same plan, or out already, that ploughs the same tur before this one."""
        others = [
            one
            for one in self.plan.interventions
            if one.target == item.target
            and one.kind in {"plough", "combi"}
            and one.ready_by
            and item.starts_at
            and one.ready_by <= item.starts_at
        ]
        return max(others, key=lambda one: one.ready_by, default=None)  # type: ignore[arg-type, return-value]

    def _same_hours(
        self, item: Intervention, first: Reason, ploughed: Sequence[SegmentAction], spread: Sequence[SegmentAction]
    ) -> Iterator[tuple[str, str]]:
        """(a) action, start, deadline and first reason."""
        assert item.starts_at
        assert item.deadline
        if ploughed and first.unit != "cm":
            yield "reason", f"ploughs for {first.text}"
        if spread and not ploughed and first.unit != "":
            yield "reason", f"spreads for {first.text}"
        at = first.at if isinstance(first.at, datetime) else None
        asked = item.asked_from or self.snapshot.at
        if at is None or not asked - HOUR <= at <= max(item.deadline, asked) + HOUR:
            yield "hours", f"reason of {at}, asked from {asked}, deadline {item.deadline}"
        if item.starts_at < self._earliest(item, ploughed, spread) - MINUTE:
            yield "start", f"starts {item.starts_at} before anything asks for it"
        if item.deadline > self._longest(item, asked):
            yield "deadline", f"deadline {item.deadline} is later than the hours allowed after {asked}"

    def _earliest(
        self, item: Intervention, ploughed: Sequence[SegmentAction], spread: Sequence[SegmentAction]
    ) -> datetime:
        """When the first of its streets may be worked on: so long before its limit is reached, or it is slippery."""
        found = []
        lead = {kind: float(self.rule("snow.lead_h", kind)) for kind in ("P1", "P2", "P3", "C1", "C2")}
        before = self._before(item)
        for part in ploughed:
            i = self.row[part.id]
            since = 0 if before is None or before.ready_by is None else self.hour(before.ready_by)
            over = [h for h in range(since, self.hours) if self.over(i, h, item.target)]
            found += [self.start + (over[0] - lead[self.served_as(i)]) * HOUR] if over else []
        ahead = self.rule("snow.prevent_h") or 0.0
        for part in spread:
            i = self.row[part.id]
            slips = [h for h in range(self.hours) if self.slips(i, h)]
            found += (
                [self.start + (slips[0] - (0.0 if part.action == "sand" else float(ahead))) * HOUR] if slips else []
            )
        return max(self.snapshot.at, min(found, default=self.snapshot.at + 99 * HOUR)).replace(second=0)

    def _longest(self, item: Intervention, asked: datetime) -> datetime:
        """The hours allowed and the clock, from when the limit is reached; of the strictest class of its streets."""
        parts = item.segments if isinstance(item.segments, tuple) else ()
        kinds = {self.served_as(self.row[part.id]) for part in parts}
        first = item.reasons[0].at
        reached = max(asked, first) if isinstance(first, datetime) else asked
        reached = max(reached, asked + 4 * HOUR)
        return min(reached + float(self.rule("snow.done_within_h", kind)) * HOUR for kind in kinds)

    def _nothing_for_nothing(
        self, item: Intervention, ploughed: Sequence[SegmentAction], spread: Sequence[SegmentAction]
    ) -> Iterator[tuple[str, str]]:
        """(b) bare ground is not ploughed, and what is not slippery is not treated."""
        assert item.starts_at
        assert item.ready_by
        left = float(self.rule("snow.left_after_plough_cm"))
        before = self._before(item)
        for part in ploughed:
            i = self.row[part.id]
            most = self.lies(i, item.starts_at, item.ready_by)
            if before is not None and before.ready_by is not None and before.ready_by > self.snapshot.at:
                done = self.hour(before.ready_by) - 1
                most = left + max(0.0, most - self.depth(i, done, decides=True))
            if most <= left - 0.0051 or (most <= 0.05 and self.limit(i, self.hour(item.starts_at), item.target) > 0.05):
                yield "bare", f"{part.id} is ploughed with {most:.2f} cm on it from {item.starts_at}"
                return
        salted = self._salted_before(item)
        for part in spread:
            i = self.row[part.id]
            until = self.hour(item.ready_by + 4 * HOUR)
            if not any(self.slips(i, h) for h in range(self.hour(item.starts_at), until + 1)):
                yield "needless", f"{part.id}: {part.action} from {item.starts_at}, not slippery then"
                return
            wet_until = salted.get(part.id)
            if wet_until is not None and item.starts_at < wet_until + (self.rule("snow.salt_again_h") or 0.0) * HOUR:
                yield "again", f"{part.id}: salted again at {item.starts_at}, done with it at {wet_until}"
                return
            slips = self.slips(i, self.hour(item.starts_at)) and wet_until is None
            if part.action == "brine" and slips and not item.starts_at.minute:
                yield "ahead", f"{part.id}: brine where it is slippery already"
                return

    def _salted_before(self, item: Intervention) -> dict[str, datetime]:
        """The streets that a run of the same plan, or one that is out, salts before this one, with when it is done; no
        ploughed ones."""
        runs = [
            one
            for one in self.plan.interventions
            if one.target == item.target and one.ready_by and item.starts_at
            if one.ready_by <= item.starts_at
        ]
        return {
            part.id: one.ready_by
            for one in sorted(runs, key=lambda one: one.ready_by)  # type: ignore[arg-type, return-value]
            for part in (one.segments if isinstance(one.segments, tuple) else ())
            if part.action in {"salt", "brine"} and one.ready_by
        }

    def _limit(self, item: Intervention, first: Reason, ploughed: Sequence[SegmentAction]) -> Iterator[tuple[str, str]]:
        """(c) the limit is the one that decided, and one that is not the class's says why."""
        at = first.at if isinstance(first.at, datetime) else self.snapshot.at
        hour = max(0, min(self.hours - 1, round((at - self.start) / HOUR) - 1))
        candidates = [
            i
            for part in ploughed
            if self.snapshot.segments[i := self.row[part.id]].name in first.text
            and (self._before(item) or abs(self.depth(i, hour) - (first.value or 0.0)) < 0.02)
        ]
        if not candidates:
            yield "figure", f"{first.text}: no street of the tur has it at {at}"
            return
        decided = {round(self.limit(i, hour, item.target), 2) for i in candidates}
        if first.threshold is None or round(first.threshold, 2) not in decided:
            yield "limit", f"{first.text}: decided by {sorted(decided)}"
        own: RouteClass = self.snapshot.segments[candidates[0]].route_class
        usual = float(self.rule("snow.start_dry_cm", own))
        if first.threshold is None or abs(first.threshold - usual) < 0.005:
            return
        i = candidates[0]
        if self.served_as(i) != own and "skola" not in first.text:
            yield "limit why", f"{first.text}: served as {self.served_as(i)} near a school"
        if item.target in self.snapshot.asked and "planen före" not in first.text:
            yield "limit why", f"{first.text}: asked for before"
        if float(self.rule("snow.margin_pct", self.served_as(i))) and "under klassens" not in first.text:
            yield "limit why", f"{first.text}: less a margin"
        if self.wet(i, hour) and "blöt" not in first.text:
            yield "limit why", f"{first.text}: wet"

    def _driven_since(
        self, item: Intervention, first: Reason, parts: Sequence[SegmentAction]
    ) -> Iterator[tuple[str, str]]:
        """(h) streets of a tur that was ploughed lately say why they are over their limits."""
        tur = next(one for one in self.judged.turer if one.id == item.target)
        own = {self.snapshot.segments[i].id for i in tur.segments}
        ploughed = {t.segment for t in self.snapshot.treatments if t.segment in own and t.action.startswith("plough")}
        if ploughed and not re.search("ploga[ds]", " ".join(reason.text for reason in item.reasons)):
            yield "driven", f"{item.target} was ploughed since on {len(ploughed)} streets: {first.text}"

    # ---- Late ----------------------------------------------------------------------------------------------------

    def _late(self, item: Intervention) -> Iterator[tuple[str, str]]:
        """(d) lateness names its true cause."""
        assert item.starts_at
        assert item.ready_by
        assert item.deadline
        said = [reason.text for reason in item.reasons if re.search(r"\d+ min sen", reason.text)]
        if item.ready_by <= item.deadline:
            if said:
                yield "late", f"in time, and says {said[0]}"
            return
        if not said:
            yield "late", "late without a word"
            return
        claims = {cause for cause, words in CAUSES.items() if re.search(words, said[0])}
        true = self._causes(item)
        if not claims or claims - true:
            yield "cause", f"{said[0]}: true are {sorted(true)}"
        if "busy" in claims and (idle := self._idle(item)) and idle not in said[0]:
            yield "idle", f"{said[0]}: {idle} stands idle"

    def _booked(self, vehicle: str, but: Intervention | None = None) -> list[Intervention]:
        return [
            one
            for one in self.plan.interventions
            if one.vehicle == vehicle and one.starts_at and one.ready_by and (but is None or one.key != but.key)
        ]

    def _rolls(self, vehicle: str, network: str) -> datetime:
        out = {order.vehicle for order in self.snapshot.orders if order.state in {"acknowledged", "started"}}
        lead = 0.0 if vehicle in out else float(self.rule("snow.call_lead_min", network))
        then = self.snapshot.at + lead * MINUTE
        return then + timedelta(seconds=-then.second % 60) if lead else then

    def _may_begin(self, item: Intervention) -> datetime:
        parts = item.segments if isinstance(item.segments, tuple) else ()
        ploughed = [part for part in parts if part.action.startswith("plough")]
        spread = [part for part in parts if part.action in SPREADS]
        begins = max(item.asked_from or self.snapshot.at, self._earliest(item, ploughed, spread))
        left = float(self.rule("snow.left_after_plough_cm"))
        rows = [self.row[part.id] for part in ploughed]
        lies = (
            h for h in range(self.hour(begins), self.hours) if any(self.depth(i, h, decides=True) > left for i in rows)
        )
        return max(begins, self.start + next(lies, 0) * HOUR) if rows else begins

    def _causes(self, item: Intervention) -> set[str]:
        assert item.starts_at
        assert item.ready_by
        assert item.deadline
        earliest, lasts = self._may_begin(item), item.ready_by - item.starts_at
        found = set()
        if earliest + lasts > item.deadline - MINUTE:
            found.add("short")
        if item.starts_at <= earliest + MINUTE:
            return found
        vehicle, begins = item.vehicle or "", item.starts_at
        if any(one.ready_by and abs(one.ready_by - begins) <= MINUTE for one in self._booked(vehicle, item)):
            found.add("busy")
        if abs(self._rolls(vehicle, str(item.network)) - begins) <= MINUTE:
            found.add("call")
        if any(
            a.vehicle == vehicle and a.until_at and abs(a.until_at - begins) <= MINUTE for a in self.snapshot.absences
        ):
            found.add("absent")
        if any(turn.vehicle == vehicle and turn.starts_at == begins for turn in self.snapshot.roster):
            found.add("unmanned")
        return found or {"rest"}

    def _idle(self, item: Intervention) -> str:
        """A vehicle that could be done with the whole of it before the one that is sent; empty where none is."""
        assert item.starts_at
        assert item.ready_by
        mine = next(v for v in self.snapshot.vehicles if v.id == item.vehicle)
        for other in self.snapshot.vehicles:
            if other.network != mine.network or other.id == mine.id:
                continue
            lasts = (item.ready_by - item.starts_at) * max(1.0, mine.work_kmh / other.work_kmh)
            begins = max(self._may_begin(item), self._rolls(other.id, other.network))
            while begins + lasts < item.ready_by - MINUTE:
                if self._free(other.id, begins, begins + lasts):
                    return other.id
                begins += 5 * MINUTE
        return ""

    def _free(self, vehicle: str, begins: datetime, ends: datetime) -> bool:
        taken = [(one.starts_at, one.ready_by) for one in self._booked(vehicle)]
        taken += [(a.starts_at, a.until_at) for a in self.snapshot.absences if a.vehicle == vehicle]
        if any(a and a < ends and (b is None or b > begins) for a, b in taken):
            return False
        turns = [turn for turn in self.snapshot.roster if turn.vehicle == vehicle]
        worked = sum(
            (one.ready_by - one.starts_at for one in self._booked(vehicle) if one.starts_at and one.ready_by),
            ends - begins,
        )
        if worked > 8 * HOUR:  # rest may bind: not held against the line
            return False
        return not turns or any(turn.starts_at <= begins < turn.ends_at for turn in turns)

    def _latest(self, item: Intervention) -> Iterator[tuple[str, str]]:
        """(e) the latest start is one that can be, and in time where any is."""
        assert item.starts_at
        assert item.ready_by
        assert item.deadline
        latest, lasts = item.latest_start, item.ready_by - item.starts_at
        if latest is None:
            return
        if latest < item.starts_at - MINUTE:
            yield "latest", f"latest start {latest}, and it cannot begin before {item.starts_at}"
        if latest + lasts > max(item.deadline, item.ready_by) + MINUTE:
            yield "latest", f"latest start {latest} is done after {item.deadline}"
        for one in self._booked(item.vehicle or "", item):
            assert one.starts_at
            if one.starts_at >= item.ready_by and one.latest_start and latest + lasts > one.latest_start + MINUTE:
                yield "latest", f"latest start {latest} is in the way of {one.target}"
        for a in self.snapshot.absences:
            if a.vehicle == item.vehicle and item.ready_by <= a.starts_at < latest + lasts:
                yield "latest", f"latest start {latest} runs into an absence"

    # ---- Orders, and the answer ----------------------------------------------------------------------------------

    def _held(self, item: Intervention) -> Iterator[tuple[str, str]]:
        """(f) what it was decided by, marked with its time, beside what is known now."""
        then = self.held[item.key]
        if (item.reasons[0].value, item.starts_at) != (then.reasons[0].value, then.starts_at):
            yield "held", "another figure than it was decided by"
        text = " ".join(reason.text for reason in item.reasons)
        if "enligt planen" not in text:
            yield "held", f"figures of an earlier plan without its time: {item.reasons[0].text}"
        if not re.search(r"\bnu\b", text, re.IGNORECASE):
            yield "held", "nothing of what is known now"

    def _ends(self) -> datetime:
        return datetime.combine(self.snapshot.service_day + timedelta(days=1), time(12), self.snapshot.zone)

    def _idle(self, item: Intervention) -> bool:
        """Whether an order that is out to spread is asked for on none of its streets, and has treated none yet."""
        parts = {part.id for part in item.segments} if isinstance(item.segments, tuple) else set[str]()
        if item.key not in self.held or item.kind not in {"salt", "sand", "brine"} or not parts:
            return False
        done = any(
            t.segment in parts and item.starts_at and t.done_at >= item.starts_at for t in self.snapshot.treatments
        )
        return not done and not any(self.judged.needs.needed[self.row[name]] for name in parts)

    def _verdict(self) -> Iterator[tuple[str, str]]:
        """(g) the next night's work is not counted as this morning's, nor what is out to spread and not needed now."""
        turer = [item for item in self.plan.interventions if item.kind not in NON_ROUTE_KINDS and not self._idle(item)]
        now = {item.target for item in turer if item.starts_at and item.starts_at < self._ends()}
        later = {item.target for item in turer} - now
        first = self.plan.verdict.clauses[0].text
        counted = re.search(r": (\d+) av", first)
        if not counted:
            return
        if now and int(counted.group(1)) != len(now):
            yield "count", f"{first} {len(now)} go in this shift, {len(later)} later"
        today = self.snapshot.at.astimezone(self.snapshot.zone).date()
        same = all(
            item.starts_at and item.starts_at.astimezone(self.snapshot.zone).date() == today for item in turer[:1]
        )
        if not now and not same and not WEEKDAY.search(first):
            yield "count", f"{first} nothing goes in this shift"
        starts = [item.starts_at for item in turer if item.starts_at and (not now or item.starts_at < self._ends())]
        if starts and f"{min(starts).astimezone(self.snapshot.zone):%H.%M}" not in first:
            yield "count", f"{first} the first goes {min(starts)}"

    def _dates(self, item: Intervention) -> Iterator[tuple[str, str]]:
        """(g) what lies after this service day is said with its day."""
        for reason in item.reasons:
            at = reason.at if isinstance(reason.at, datetime) else None
            if at is not None and at > self._ends() and not WEEKDAY.search(reason.text):
                yield "day", f"{reason.text}: of {at}"
        if item.deadline and item.deadline > self._ends():
            said = next((reason.text for reason in item.reasons if "klart senast" in reason.text), "")
            if said and not WEEKDAY.search(said):
                yield "day", f"{said}: of {item.deadline}"


__all__ = ["Story", "Told"]
