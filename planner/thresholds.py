"""Thresholds: versioned rows with who, when and why. Seeded from the published rules of Växjö; the rest is ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from city.errors import ConfigError, NotFound, PlanNotPossible
from city.things import Threshold
from city.words import ROUTE_CLASSES

VAXJO = "Växjö kommuns publicerade regel (vaxjo.se, 2021-01-07, uppdaterad 2022-03-07)"
REST_LAW = "arbetstidslagen (1982:673) 13 §: minst elva timmars sammanhängande ledighet under varje dygn"
OURS = "förval i dagsplan, inte publicerat av någon kommun: pröva och ändra"
SEED_FROM = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Limits:
    """The thresholds that hold for one plan, by key and scope."""

    rows: tuple[Threshold, ...]

    def row(self, key: str, scope: str = "*") -> Threshold:
        """The row of a scope, else of ``*``. PlanNotPossible names a threshold that nobody set."""
        found = self._find(key, scope)
        if found is not None:
            return found
        raise PlanNotPossible(f"threshold {key} has no value for {scope}; set it with 'dagsplan threshold set'")

    def value(self, key: str, scope: str = "*") -> float:
        """The number of a threshold; 0 is a value like any other."""
        row = self.row(key, scope)
        if row.value is None:
            raise PlanNotPossible(f"threshold {key} ({scope}) is text, a number is needed; set it anew")
        return row.value

    def usual(self, key: str, scope: str = "*") -> float:
        """The number of a threshold; where nobody set one, as in a folder of before it was there, that of the seed."""
        row = self._find(key, scope)
        return limits(()).value(key, scope) if row is None or row.value is None else row.value

    def clock(self, key: str, scope: str = "*") -> time | None:
        """The local time of day of a threshold; None where none is set. PlanNotPossible where it is no time."""
        row = self._find(key, scope)
        if row is None or not row.text:
            return None
        return clock_of(row.text, f"threshold {key} ({row.scope})")

    def _find(self, key: str, scope: str) -> Threshold | None:
        rows = {row.scope: row for row in self.rows if row.key == key}
        return rows.get(scope, rows.get("*"))


def limits(rows: Sequence[Threshold]) -> Limits:
    """The limits of a snapshot; a folder without thresholds gets the seed."""
    return Limits(tuple(rows) or tuple(seed()))


def seed() -> Iterable[Threshold]:
    """Version 1 of every threshold."""
    dry = {"P1": 8.0, "P2": 8.0, "P3": 10.0, "C1": 3.0, "C2": 3.0}
    wet = {"P1": 4.0, "P2": 5.0, "P3": 7.0, "C1": 2.0, "C2": 2.0}
    hours = {"P1": 6.0, "P2": 8.0, "P3": 24.0, "C1": 4.0, "C2": 8.0}
    clock = {"P1": "06:30", "C1": "06:00", "C2": "07:00"}
    for route_class in ROUTE_CLASSES:
        yield _row("snow.start_dry_cm", route_class, dry[route_class], "cm", VAXJO)
        yield _row("snow.start_wet_cm", route_class, wet[route_class], "cm", OURS)
        yield _row("snow.done_within_h", route_class, hours[route_class], "h", OURS)
        if route_class in clock:
            yield _row("snow.done_by", route_class, None, "local time", OURS, clock[route_class])
    yield _row("snow.left_after_plough_cm", "*", 0.5, "cm", OURS)
    yield _row("snow.acknowledge_min", "*", 5.0, "min", OURS)
    yield _row("snow.rest_h", "*", 11.0, "h", REST_LAW)
    yield _row("snow.most_hours", "*", 13.0, "h", f"det som återstår av dygnet: {REST_LAW}")
    yield _row("waste.overflow_probability", "*", 0.10, "1", OURS)
    yield _row("waste.overflow_probability", "food", 0.05, "1", OURS)
    yield _row("waste.max_age_days", "*", 14.0, "days", OURS)
    yield _row(
        "waste.max_age_days", "litter", 7.0, "days", "högst sju dygn för lukt, som BM System och Håll Sverige Rent"
    )
    yield _row("waste.overflow_cost", "*", 300.0, "kr", OURS)
    yield _row("waste.minutes_per_vessel", "*", 3.0, "min", OURS)
    yield _row("heating.day_c", "*", 21.0, "°C", OURS)
    yield _row("heating.reach_c", "*", 20.0, "°C", "HSLF-FS 2024:10, 20 °C för känsliga grupper")
    yield _row("heating.night_c", "*", 17.0, "°C", OURS)
    yield _row("heating.floor_c", "*", 16.0, "°C", OURS)
    yield _row("heating.no_setback_below_c", "*", -15.0, "°C", OURS)
    yield _row("heating.default_warm_up_k_h", "*", 0.8, "K/h", OURS)
    yield _row("heating.stale_after_h", "*", 3.0, "h", OURS)


def clock_of(text: str, what: str) -> time:
    """A local time of day as it stands in a table. PlanNotPossible names ``what`` holds something else."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise PlanNotPossible(f"{what}: '{text}' is no time of day; write HH:MM") from error


def unit_of(key: str, text: str | None) -> str:
    """The unit of a known threshold that is set to a number, or to ``text``.

    Raises NotFound for an unknown key, ConfigError for words instead of a number or the other way round, and
    PlanNotPossible for words that are no time of day.
    """
    known = {row.key: row for row in seed()}
    if key not in known:
        raise NotFound(f"there is no threshold {key}; 'dagsplan threshold list' names them all")
    if (text is None) != (known[key].text is None):
        raise ConfigError(f"threshold {key} is given with {'--value' if known[key].text is None else '--text'}")
    if text is not None:
        clock_of(text, f"threshold {key}")
    return known[key].unit


def _row(key: str, scope: str, value: float | None, unit: str, why: str, text: str | None = None) -> Threshold:
    return Threshold(key, scope, value, unit, 1, SEED_FROM, "dagsplan", why, text)
