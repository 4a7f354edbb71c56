"""Which segments need clearing or spreading, with what, from when, until when, and on what figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from city.entities import Threshold
from city.vocabulary import READINGS, ROUTE_CLASSES, Certainty, RouteClass
from models.snow import SnowRange
from models.weather import HourlyWeather
from planner.routes.sectors import Tur, passes
from planner.snow.action import PLOUGH, Action
from planner.snow.criteria import Criteria, ServiceLevel, all_criteria
from planner.snow.doses import Doses
from planner.snow.friction import as_slush_freezes
from planner.snow.groups import Called, Curves, ServiceGroups
from planner.snow.hours import AskedHours
from planner.snow.rule import Hundredths, Ints
from planner.snow.salted import Again, SaltLasts, SaltNight
from planner.snow.seen import SlipSeen
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import weather_hindcast
from planner.snow.water import Water, water_of

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Need:
    """What one segment needs. ``depth_cm`` with its range is that of the hour farthest over its limit while its work is
    due, which ends at ``peak_at``; of one that needs nothing that of the hour nearest to it.

    ``limit`` is the dry or the wet depth, whichever applied in that hour; ``limit_cm`` is what it comes to here: lower
    by the margin of its class, and where the tur is asked for already. ``over_cm`` is how far
    the reading that decides is over it; ``margin_cm`` how far it comes over it in any hour ahead, at ``margin_at``.
    ``by_friction`` where nothing but slipperiness asks for this work: ``friction`` is then the lowest while it is due,
    ``water`` what makes it so, ``ahead`` where it can be prevented, ``salt`` what was spread there before, and
    ``gives_out_at`` when what this work spreads gives out in turn, where the plan holds no work after that.

    ``reached_at`` is when the limit is reached or slipperiness begins, ``from_when`` when the rule lets work begin,
    ``begins`` when there is something to do, ``deadline`` when the service must be done. ``surface_c`` is the road's
    temperature (mid, lowest, highest) at ``peak_at`` [°C], NaN where no weather is known; ``corrected`` where sensors
    in the road had a say in it.
    """

    segment: int
    route_class: RouteClass
    needed: bool
    depth_cm: float
    low_cm: float
    high_cm: float
    wet: bool
    limit: Threshold
    limit_cm: float
    over_cm: float
    peak_at: datetime
    from_when: datetime
    begins: datetime
    reached_at: datetime
    deadline: datetime
    margin_cm: float = 0.0
    margin_at: datetime | None = None
    surface_c: tuple[float, float, float] = (float("nan"),) * 3
    corrected: bool = False
    by_friction: bool = False
    ahead: bool = False
    friction: float = float("nan")
    water: Water = ""
    salt: SaltLasts | None = None
    gives_out_at: datetime | None = None
    friction_limit: Threshold | None = None
    action: Action = PLOUGH
    passes: int = 1

    @property
    def why(self) -> Literal["snow", "salt", "sand"]:
        """What asks for it: snow, or slipperiness that salt or sand is spread against."""
        return "snow" if not self.by_friction else "sand" if self.action.kind == "sand" else "salt"

    @property
    def certainty(self) -> Certainty:
        """High where low and high decide alike, medium where the middle decides alone."""
        return "high" if (self.low_cm >= self.limit_cm) == (self.high_cm >= self.limit_cm) else "medium"


@dataclass(frozen=True)
class Needs:
    """The judgement of all segments: arrays (n,), and on asking one ``Need`` by its row.

    ``asked`` says what asks for each, and from which hours; ``everywhere`` (n, n_hours) is the friction [0.01] of the
    streets whether anything is spread there or not, -1 where it is not known or what was spread still acts.
    """

    snapshot: SnowSnapshot
    service: ServiceLevel
    weather: HourlyWeather
    ahead: SnowRange
    curves: Curves
    groups: ServiceGroups
    group_of: Ints
    called: Called
    asked: AskedHours
    spots: Bools
    salt: SaltNight
    everywhere: Hundredths

    def __len__(self) -> int:
        return len(self.over)

    @property
    def limit(self) -> Ints:
        """(n, n_hours) [0.01 cm]."""
        return self.asked.limit

    @property
    def over(self) -> Bools:
        """(n,) whether a plough is asked for."""
        return self.asked.over

    @property
    def slips(self) -> Bools:
        """(n,) whether something against slipperiness is asked for."""
        return self.asked.slips

    @property
    def peak(self) -> Ints:
        """(n,) the hour of all ahead that is farthest over the limit."""
        return self.asked.peak

    @property
    def needed(self) -> Bools:
        """(n,) whether anything is to be done."""
        return self.over | self.slips

    def of(self, tur: Tur) -> tuple[Need, ...]:
        """What is to be done first on each street of a tur that needs anything."""
        return tuple(self[i] for i in tur.segments if self.over[i] or self.slips[i])

    def asks(self, tur: Tur) -> bool:
        """Whether anything is to be done on a tur."""
        return bool(self.needed[list(tur.segments)].any())

    @cached_property
    def spared(self) -> tuple[int, ...]:
        """The streets that nothing asks for as the salt on them holds, and that would be slippery without it."""
        free = self.salt.untreated
        return tuple(
            row
            for row in sorted(self.salt.now)
            if not self.needed[row]
            and self.criteria_of(row).anti_slip != "none"
            and ((free[row] >= 0) & (free[row] < self.criteria_of(row).friction_limit)).any()
        )

    @cached_property
    def unsure(self) -> int:
        """Segments for which the range of the forecast holds both answers."""
        rows = np.arange(len(self))
        low, high = (self.curves.depth[k, rows, self.peak] >= self.limit[rows, self.peak] for k in (0, 2))
        return int((low != high).sum())

    @cached_property
    def nearest(self) -> Need | None:
        """The segment of a tur whose depth is the largest share of its limit."""
        rows = np.flatnonzero(self.group_of >= 0)
        if not len(rows):
            return None
        depth = self.curves.depth[1, rows, self.peak[rows]]
        return self[int(rows[(depth / np.maximum(10, self.limit[rows, self.peak[rows]])).argmax()])]

    @cached_property
    def max_depth_cm(self) -> float:
        """The deepest of the hours that decide [cm]."""
        return float(self.ahead.mid.depth_cm[np.arange(len(self)), self.peak].max(initial=0.0))

    @cached_property
    def _behind(self) -> HourlyWeather:
        return weather_hindcast(self.snapshot)

    @cached_property
    def _doses(self) -> Doses:
        salted = np.array([self.slips[i] and self.criteria_of(i).anti_slip == "salt" for i in range(len(self))], bool)
        return Doses(self.service.rules, self.weather, self.ahead.mid, self.spots, self.salt, salted, self.seen.told)

    @cached_property
    def seen(self) -> SlipSeen:
        """What people and devices found of how slippery it is."""
        return SlipSeen(self.snapshot, self.service.rules, self.weather, (self.salt.behind, self.salt.mid))

    @cached_property
    def _criteria(self) -> Mapping[RouteClass, Criteria]:
        return all_criteria(self.service.rules, self.service.classes)

    @cached_property
    def _deadline(self) -> Any:  # noqa: ANN401 - the cached form of a method
        return lru_cache(maxsize=None)(self.service.deadline)

    def criteria_of(self, i: int) -> Criteria:
        """The criteria of a segment, as it is served on this day."""
        return self._criteria[ROUTE_CLASSES[self.service.served_as[i]]]

    def hour_of(self, at: datetime) -> int:
        """The hour that an instant lies in, as far as the hours reach."""
        return min(max(0, int((at - self.weather.start) / HOUR)), self.weather.hours - 1)

    def __getitem__(self, i: int) -> Need:
        if self.over[i] and self.slips[i] and self.asked.slip_from[i] < self.asked.depth_from[i]:
            return self.to_treat(i)
        return self.to_treat(i) if self.slips[i] and not self.over[i] else self.of_snow(i)

    def to_plough(self, i: int, until: datetime | None = None) -> Need:
        """What snow asks for on a street that comes over its limit; see ``of_depth`` for ``until``."""
        reading = READINGS.index(self.criteria_of(i).reading)
        margin = (self.curves.depth[reading, i].astype(np.int64) - self.limit[i]) / 100.0
        asked = self.asked
        hours = int(asked.depth_from[i]), int(asked.depth_begins[i]), int(asked.depth_reached[i])
        return self.of_depth(i, [state.depth_cm[i] for state in self._readings], margin, hours, until)

    @cached_property
    def _slush(self) -> Bools:
        """(n, n_hours) where ice is slush that a plough left, which the model has as snow."""
        mid = self.salt.mid
        lying = as_slush_freezes(self.snapshot, self.service.rules, self.weather, (self.salt.behind, mid))
        return np.asarray(lying != mid.condition)

    @property
    def _readings(self) -> tuple[Any, Any, Any]:
        return self.ahead.low, self.ahead.mid, self.ahead.high

    def of_depth(
        self, i: int, cm: Sequence[Floats], margin: Floats, hours: tuple[int, int, int], until: datetime | None = None
    ) -> Need:
        """A street that is to be ploughed: its depths ``cm`` (3 of (n_hours,)), how far they are over its limit, and
        the hours from which the rule lets begin, from which something lies there, and in which the limit is reached.
        ``until`` is when the work is due that it is a part of, where that is before its own."""
        kind, (from_when, begins, reached) = self.criteria_of(i).route_class, (self.groups.hour(h) for h in hours)
        deadline = self._deadline(kind, reached)
        due = deadline if until is None else min(deadline, until)
        peak = hours[2] + int(margin[hours[2] : max(hours[2] + 1, self.hour_of(due))].argmax())
        low, mid, high = (float(one[peak]) for one in cm)
        need = self._held_against(i, peak, (low, mid, high), margin)
        need = replace(need, needed=True, from_when=from_when, begins=begins, reached_at=reached, deadline=deadline)
        return replace(
            need,
            action=self._doses.ploughed(i, self.criteria_of(i), hours[1]),
            passes=passes(self.snapshot.segments[i]),
        )

    def to_treat(self, i: int) -> Need:
        """What slipperiness asks for: ahead of it where brine or salt can be spread, else once it is there."""
        first = int(self.asked.slip_reached[i])
        hours = int(self.asked.slip_from[i]), first, self.salt.since(i, first, self.criteria_of(i).friction_limit)
        salt, icy = self.salt.now.get(i), self._doses.found_icy(i, self.criteria_of(i), slice(first, first + 1))
        return self._to_treat(i, hours, self.curves.friction[i], replace(salt, icy=True) if salt and icy else salt)

    def slippery_from(self, i: int, first: int, friction: Hundredths) -> Need:
        """A street that is slippery from an hour on by a ``friction`` (n_hours,) that asks for nothing."""
        return self._to_treat(i, (first, first, first), friction, None)

    def to_treat_again(self, i: int, again: Again, not_before: datetime) -> Need:
        """What it asks for where the salt that this plan spreads gives out."""
        first = again.hour
        from_hour = max(first - self.criteria_of(i).prevent_h, min(first, self.hour_of(not_before)))
        need = self._to_treat(i, (from_hour, first, again.since), self.salt.untreated[i], again.salt)
        latest = need.reached_at if need.ahead else self.groups.hour(first + 1)
        return replace(need, begins=max(need.begins, min(not_before, latest)))

    def _to_treat(self, i: int, hours: tuple[int, int, int], friction: Hundredths, salt: SaltLasts | None) -> Need:
        """``hours`` from which the rule lets begin, in which it is slippery and may be salted again, and since which it
        is slippery; ``friction`` (n_hours,) [0.01]."""
        own, (begins, first, since) = self.criteria_of(i), hours
        reached = self.groups.hour(since)
        ahead = 0 < first == since and begins < first and self._doses.salts(i, own, first)
        deadline = reached if ahead else self._deadline(own.route_class, self.groups.hour(first))
        lowest, peak = self._lowest(friction, first, self._deadline(own.route_class, self.groups.hour(first)))
        return replace(
            self._at(i, peak),
            needed=True,
            from_when=self.groups.hour(begins),
            begins=max(self.groups.hour(begins if ahead else first), self._rested(salt)),
            reached_at=reached,
            deadline=deadline,
            by_friction=True,
            ahead=ahead,
            friction=lowest,
            water="slush" if self._slush[i, first] else water_of(self._behind, self.weather, self.ahead.mid, i, first),
            salt=salt,
            action=self._doses.treated(i, own, (begins, first), salt, slips=not ahead),
        )

    def _rested(self, salt: SaltLasts | None) -> datetime:
        """When a street may be salted again, to the minute; at once where it was found slippery all the same."""
        return self.groups.hour(0) if salt is None or salt.icy else salt.spread.at + self.salt.again

    def once_slippery(self, need: Need) -> Need:
        """A street that nobody gets to before it is slippery: by the hours that are allowed from then on."""
        asked_at = max(need.begins, need.reached_at)
        return replace(need, ahead=False, deadline=self._deadline(need.route_class, asked_at))

    def together(self, work: Sequence[Need]) -> tuple[Need, ...]:
        """A work, each of whose streets is judged in the hours until the first of them must be done."""
        until = min(need.deadline for need in work)
        return tuple(
            need
            if need.by_friction or need.peak_at <= until
            else replace(self.to_plough(need.segment, until), from_when=need.from_when)
            for need in work
        )

    def as_driven(self, need: Need, starts_at: datetime) -> Need:
        """The need with what is done on the street at the hour in which the work begins."""
        hour, i = self.hour_of(starts_at), need.segment
        own = self.criteria_of(i)
        if not need.by_friction:
            return replace(need, action=self._doses.ploughed(i, own, hour))
        slips = starts_at >= need.reached_at
        hours = hour, max(hour, self.hour_of(need.reached_at))
        return replace(need, action=self._doses.treated(i, own, hours, need.salt, slips=slips))

    def still(self, need: Need, begins: datetime, ends: datetime, *, lasts_h: int = 4) -> bool:
        """Whether there is something to do on a street in the hours of the work: snow to push, or slipperiness then or
        soon after."""
        first, last, i = self.hour_of(begins), self.hour_of(ends), need.segment
        if need.by_friction:
            return bool(self.asked.slippery[i, first : last + lasts_h + 1].any())
        return bool(self.asked.lies[i, max(0, first - 1) : last + 1].any())

    def lies_at(self, need: Need, when: datetime) -> bool:
        """Whether snow lies on a street in the hour of an instant."""
        return bool(self.asked.lies[need.segment, self.hour_of(when)])

    def of_snow(self, i: int) -> Need:
        """What snow asks for, or how near it comes to that where it asks for nothing."""
        return self.to_plough(i) if self.over[i] else self._at(i, int(self.peak[i]))

    def _at(self, i: int, hour: int) -> Need:
        reading = READINGS.index(self.criteria_of(i).reading)
        margin = (self.curves.depth[reading, i].astype(np.int64) - self.limit[i]) / 100.0
        low, mid, high = (float(state.depth_cm[i, hour]) for state in self._readings)
        return self._held_against(i, hour, (low, mid, high), margin)

    def _held_against(self, i: int, hour: int, cm: tuple[float, float, float], margin: Floats) -> Need:
        """The snow of an hour against its limit; the times are those of a street that needs nothing."""
        own, wet, most = self.criteria_of(i), bool(self.curves.wet[i, hour]), int(margin.argmax())
        now = self.groups.hour(0)
        return Need(
            segment=i,
            route_class=own.route_class,
            needed=False,
            depth_cm=cm[1],
            low_cm=min(cm[0], cm[1]),
            high_cm=max(cm[1], cm[2]),
            wet=wet,
            limit=own.wet if wet else own.dry,
            limit_cm=float(self.limit[i, hour]) / 100.0,
            over_cm=float(margin[hour]),
            peak_at=self.weather.hour_start(hour + 1),
            from_when=now,
            begins=now,
            reached_at=now,
            deadline=self._deadline(own.route_class, now),
            margin_cm=float(margin[most]),
            margin_at=self.weather.hour_start(most + 1),
            surface_c=_surface(self.ahead, i, hour),
            corrected=bool(self.ahead.corrected[i]),
            friction_limit=own.friction,
        )

    def _lowest(self, friction: Hundredths, first: int, until: datetime) -> tuple[float, int]:
        """The lowest friction (n_hours,) from an hour on while its work is due, and its hour."""
        friction = friction[first : max(first + 1, self.hour_of(until))]
        known = np.where(friction < 0, np.iinfo(np.int16).max, friction)
        return float(known.min()) / 100.0, first + int(known.argmin())


def _surface(ahead: SnowRange, i: int, hour: int) -> tuple[float, float, float]:
    """Mid, lowest and highest of the three readings [°C]."""
    three = [float(state.surface_c[i, hour]) for state in (ahead.mid, ahead.low, ahead.high)]
    return three[0], min(three), max(three)


def deciding(needs: Sequence[Need]) -> Need:
    """The need that is farthest over its limit [cm], so that its margin is that of all; the first of equals. Where
    slipperiness alone asks: the slipperiest."""
    ploughed = [need for need in needs if not need.by_friction]
    return max(ploughed, key=lambda need: need.over_cm) if ploughed else min(needs, key=lambda need: need.friction)
