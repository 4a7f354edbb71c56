"""The day of the street that decides: nine hours as sensors measured them, fifteen ahead as the plan kept them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.plan import DecidingCurve, Intervention, Plan
from dashboards.pages.charts import band_path, line_path
from dashboards.pages.striplabels import TimeMark, apart, marks_of
from dashboards.pages.why import exact
from dashboards.web.locale import Locale
from store.daypage import MeasuredNear

HOUR = timedelta(hours=1)
BEHIND, HOURS = 9, 24
Points = Sequence[tuple[float, float]]
"""Hours from the left edge, and a value."""
SNOW_Y, SNOW_HIGH, TEMP_Y, TEMP_HIGH = 36.0, 110.0, 160.0, 92.0
"""Where the two boxes begin and how high they are [px]."""


@dataclass(frozen=True)
class Curve:
    """A curve: its class, its path in a box of 240 by 100, and its label with where that stands [px]."""

    look: str
    path: str
    label: str = ""
    label_y: float = 0.0


@dataclass(frozen=True)
class LimitLine:
    """The limit of a class: where its line and its label stand [px]."""

    y: float
    text: str
    text_y: float


@dataclass(frozen=True)
class DayStrip:
    """Curves in boxes of 240 by 100 for snow and for temperatures, labels in px and per cent of the width."""

    street: str
    band: str
    snow: tuple[Curve, ...]
    limits: tuple[LimitLine, ...]
    peak_text: str
    temps: tuple[Curve, ...]
    road_band: str
    zero_y: float | None
    ticks: tuple[tuple[float, str, bool], ...]
    marks: tuple[TimeMark, ...]
    said: str


def day_strip(plan: Plan, now: datetime, locale: Locale, measured: Sequence[MeasuredNear] = ()) -> DayStrip | None:
    """The strip of the tur that says most: a depth of snow before anything else, what was planned last before what was
    taken over. None where no tur has curves that reach until now."""
    able = [item for item in plan.interventions if _reaches(item, now)]
    if not able:
        return None
    newest = max(_curve(item).starts_at for item in able)
    item = min(able, key=lambda item: (not _by_depth(item), _curve(item).starts_at != newest))
    return _Drawing(plan, item, now, locale, measured).strip()


def _curve(item: Intervention) -> DecidingCurve:
    assert isinstance(item.curve, DecidingCurve)
    return item.curve


def _reaches(item: Intervention, now: datetime) -> bool:
    curve = item.curve
    return isinstance(curve, DecidingCurve) and curve.starts_at + len(curve.depth_cm) * HOUR > now


def _by_depth(item: Intervention) -> bool:
    """Whether a depth of snow asks for a tur."""
    return bool(item.reasons) and item.reasons[0].unit == "cm"


class _Drawing:
    """One strip while it is drawn."""

    def __init__(
        self, plan: Plan, item: Intervention, now: datetime, locale: Locale, measured: Sequence[MeasuredNear]
    ) -> None:
        self.plan, self.item, self.now, self.locale, self.curve = plan, item, now, locale, _curve(item)
        self.start = now.replace(minute=0, second=0, microsecond=0) - BEHIND * HOUR
        self.measured = {one.quantity: one for one in measured}

    def strip(self) -> DayStrip:
        locale, t = self.locale, self.locale.words
        low, mid, high = (self._ahead(s) for s in (self.curve.low_cm, self.curve.depth_cm, self.curve.high_cm))
        past, limits = self._past("snow_depth"), self._limit_values()
        top = max(1.0, 1.3 * max([v for _, v in (*high, *past)] + [limit for _, limit in limits]))
        peak = max(mid, key=lambda point: point[1])
        clock = locale.clock(self.start + peak[0] * HOUR)
        drawn = tuple(self._limit_lines(limits, top))
        temps, road_band, zero_y, coldest = self._temperatures()
        peak_text = t("strip.peak", depth=locale.figure(peak[1]), clock=clock)
        names = ", ".join(dict.fromkeys(one.name for one in self.measured.values()))
        parts = [peak_text, *(limit.text for limit in drawn), coldest]
        said = ". ".join(part for part in parts if part) + "."
        return DayStrip(
            street=self.curve.name or self.item.title,
            band=band_path(_placed(high, 0.0, top), _placed(low, 0.0, top)),
            snow=(Curve("c-snow", _path(past, 0.0, top)), Curve("c-snow is-ahead", _path(mid, 0.0, top))),
            limits=drawn,
            peak_text=peak_text,
            temps=temps,
            road_band=road_band,
            zero_y=zero_y,
            ticks=tuple(self._ticks()),
            marks=marks_of(self._marks(), locale),
            said=f"{said} {t('strip.measured', names=names)}" if names else said,
        )

    def _ahead(self, values: Sequence[float | None], first: int = 0) -> list[tuple[float, float]]:
        """What the plan kept, hour by hour from ``first`` hours after its beginning, as far as the strip reaches."""
        begins = (self.curve.starts_at - self.start) / HOUR + first
        placed = [(begins + k, value) for k, value in enumerate(values)]
        return [(x, value) for x, value in placed if value is not None and 0.0 <= x <= HOURS]

    def _past(self, quantity: str) -> list[tuple[float, float]]:
        """What was measured, from the left edge until now."""
        one = self.measured.get(quantity)
        placed = [((at - self.start) / HOUR, value) for at, value in (one.points if one else ())]
        return [(x, value) for x, value in placed if 0.0 <= x <= (self.now - self.start) / HOUR]

    def _limit_values(self) -> list[tuple[str, float]]:
        """The limits of depth of both kinds of network; that of the street itself goes before others of its kind."""
        found: dict[str, float] = {}
        for item in (self.item, *self.plan.interventions):
            limit = item.reasons[0].threshold if _by_depth(item) else None
            if isinstance(item.network, str) and limit is not None and item.kind not in {"places", "haul", "sweep"}:
                found.setdefault(item.network, limit)
        return sorted(found.items(), key=lambda one: -one[1])

    def _limit_lines(self, limits: Sequence[tuple[str, float]], top: float) -> Iterator[LimitLine]:
        """Their lines from above; a label stands over its line, and under it where the one above is near."""
        above = -99.0
        for network, limit in limits:
            y = SNOW_Y + SNOW_HIGH * (1.0 - limit / top)
            text = self.locale.words(f"strip.limit.{network}", limit=exact(limit, self.locale))
            yield LimitLine(round(y, 1), text, round(y - 5 if y - above > 18 else y + 14, 1))
            above = y

    def _temperatures(self) -> tuple[tuple[Curve, ...], str, float | None, str]:
        """The curves of road, air and dew point with their labels, the road's range, 0 °C, and the road's coldest."""
        curve, locale = self.curve, self.locale
        kept = {
            "road": self._ahead(_told(curve.surface_c), 1),
            "air": self._ahead(curve.air_c),
            "dew": self._ahead(_told(curve.dew_c)),
        }
        past = {"road": self._past("road_temperature"), "air": self._past("air_temperature"), "dew": []}
        low, high = (self._ahead(_told(side), 1) for side in (curve.surface_low_c, curve.surface_high_c))
        values = [v for points in (*kept.values(), *past.values(), low, high) for _, v in points]
        if not values:
            return (), "", None, ""
        bottom, top = min(*values, -1.0) - 1.0, max(*values, 1.0) + 1.0
        ends = {name: points[-1][1] for name, points in kept.items() if points}
        heights = {name: TEMP_Y + TEMP_HIGH * (top - end) / (top - bottom) - 5 for name, end in ends.items()}
        labels = apart(heights, TEMP_Y + 10, TEMP_Y + TEMP_HIGH - 4)
        lines = [Curve(f"c-{name} is-past", _path(points, bottom, top)) for name, points in past.items() if points]
        lines += [
            Curve(f"c-{name}", _path(points, bottom, top), locale.words(f"strip.{name}"), labels[name])
            for name, points in kept.items()
            if points
        ]
        coldest = min(kept["road"], key=lambda point: point[1], default=None)
        said = ""
        if coldest is not None:
            clock = locale.clock(self.start + coldest[0] * HOUR)
            said = locale.words("strip.road_said", degrees=locale.figure(coldest[1]), clock=clock)
        band = band_path(_placed(high, bottom, top), _placed(low, bottom, top))
        return tuple(lines), band, round(TEMP_Y + TEMP_HIGH * top / (top - bottom), 1), said

    def _marks(self) -> Iterator[tuple[str, float, datetime]]:
        """What is marked in time, each with its place [%]."""
        for name, when in (("now", self.now), ("latest", self.item.latest_start), ("ready", self.item.deadline)):
            share = None if when is None else (when - self.start) / (HOURS * HOUR)
            if when is not None and share is not None and 0.0 <= share <= 1.0:
                yield name, round(100.0 * share, 2), when

    def _ticks(self) -> Iterator[tuple[float, str, bool]]:
        """Every third local hour; every second of them may give way on a narrow screen."""
        for hour in range(HOURS + 1):
            local = (self.start + hour * HOUR).astimezone(self.locale.zone)
            if local.hour % 3 == 0:
                yield round(100.0 * hour / HOURS, 2), f"{local.hour:02d}", local.hour % 6 != 0


def _told(values: object) -> Sequence[float | None]:
    return values if isinstance(values, tuple) else ()


def _placed(points: Points, bottom: float, top: float) -> list[tuple[float, float]]:
    """Points in the box of 240 by 100."""
    return [(round(10.0 * x, 2), 100.0 * (top - value) / (top - bottom)) for x, value in points]


def _path(points: Points, bottom: float, top: float) -> str:
    return line_path(_placed(points, bottom, top))
