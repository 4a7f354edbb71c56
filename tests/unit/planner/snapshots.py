"""Small snapshots made by hand: a grid of four blocks with a cycle way, three waste rooms, two schools."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from city.entities import (
    Building,
    CalendarDay,
    Contractor,
    Depot,
    Device,
    Forecast,
    ForecastStep,
    Reading,
    Room,
    Segment,
    SegmentRelief,
    Threshold,
    Vehicle,
    Vessel,
)
from city.manning import RosterTurn
from city.vocabulary import PLACE_KINDS, ROUTE_CLASSES, Keeper, Network, RouteClass
from planner.heating.snapshot import HeatingSnapshot
from planner.snapshot import PlannerParams
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.seed import seed
from planner.waste.snapshot import WasteSnapshot

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""03.00 in Sweden, a Tuesday; the snow day is that of the 23rd."""
HOUR = timedelta(hours=1)
WEST, SOUTH = 14.80, 56.87


def place(node: int) -> tuple[float, float]:
    """Longitude and latitude of a node of the 5 x 5 grid."""
    return WEST + 0.002 * (node % 5), SOUTH + 0.001 * (node // 5)


def street(
    a: int,
    b: int,
    route_class: RouteClass = "P1",
    *,
    network: Network = "street",
    keeper: Keeper = "municipal",
    oneway: bool = False,
    reachable: bool = True,
    name: str = "",
    height: float | None = 100.0,
    key: str = "",
) -> Segment:
    """A segment of 100 m between two nodes of the grid."""
    return Segment(
        id=key or f"{network[0]}/{a}-{b}",
        name=name or f"{'Gatan' if network == 'street' else 'Stigen'} {a // 5}",
        network=network,
        route_class=route_class,
        highway="residential" if network == "street" else "cycleway",
        keeper=keeper,
        oneway=oneway,
        lanes=None,
        width_m=None,
        surface="asphalt",
        bridge=False,
        tunnel=False,
        speed_kmh=40.0,
        length_m=100.0,
        from_node=a,
        to_node=b,
        geometry=(place(a), place(b)),
        elevation_m=height,
        reachable=reachable,
    )


def relief(segment: str, wall: float = 0.0, *, above_m: float = 0.0) -> SegmentRelief:
    """Level ground with the same horizon [rad] all round."""
    return SegmentRelief(segment, 1.0 - math.sin(wall) ** 2, (wall,) * 36, 0.0, 0.0, above_m, "made land", 30.0)


def streets() -> tuple[Segment, ...]:
    """Main streets along two rows, residential ones down the columns, a cycle way along the last row."""
    rows = [street(5 * row + i, 5 * row + i + 1, "P1") for row in (0, 2) for i in range(4)]
    columns = [street(5 * row + i, 5 * row + i + 5, "P3") for row in range(4) for i in (0, 4)]
    cycle = [street(20 + i, 21 + i, "C1", network="cycle") for i in range(4)]
    return (*rows, *columns, *cycle)


def forecast(
    temp: float | None = -4.0, precip: float | None = 0.0, *, hours: int = 60, issued: datetime = AT
) -> Forecast:
    """One kind of weather for the last day and the time ahead."""
    first = issued - 25 * HOUR
    steps = tuple(
        ForecastStep(first + i * HOUR, first + (i + 1) * HOUR, temp, precip, humidity_pct=90.0) for i in range(hours)
    )
    return Forecast("made", WEST, SOUTH, issued, steps)


def ahead(temp: float, mm: list[float]) -> Forecast:
    """A dry last day, then these hourly amounts from 03.00 on."""
    dry = forecast(temp, 0.0)
    falls = [0.0] * 25 + mm + [0.0] * 60
    steps = tuple(replace(step, precip_mm_h=falls[i]) for i, step in enumerate(dry.steps))
    return replace(dry, steps=steps)


def threshold(key: str, scope: str, value: float | None, version: int = 2, text: str | None = None) -> Threshold:
    return Threshold(key, scope, value, "cm", version, AT - 48 * HOUR, "test", "test", text)


WHEN_TO_BEGIN = {"snow.margin_pct", "snow.lead_h", "snow.hold_h"}


def limits_with(*rows: Threshold) -> tuple[Threshold, ...]:
    """The seed with these rows in place of its own, every kind of place planned, nothing spread, everybody at the
    wheel at once, and every class called when its limit is reached, unless they say so."""
    places = (threshold("snow.places", kind, None, text="plan") for kind in PLACE_KINDS)
    mine = {
        (row.key, row.scope): row
        for row in (*against_slip(), *places, threshold("snow.call_lead_min", "*", 0.0), *rows)
    }
    rows = tuple(mine.values())
    plain = (row for row in seed() if row.key not in WHEN_TO_BEGIN or row.scope == "*")
    return (*(row for row in plain if (row.key, row.scope) not in mine), *rows)


def against_slip(*, method: str = "none") -> tuple[Threshold, ...]:
    """No class, or every class, is treated against slipperiness."""
    return tuple(threshold("snow.anti_slip", name, None, text=method) for name in ROUTE_CLASSES)


def snow_snapshot(**parts: Any) -> SnowSnapshot:
    """Snow on sensors and streets, two ploughs and a cycle plough, nothing spread; ``parts`` replace fields."""
    base = SnowSnapshot(
        at=AT,
        service_day=date(2026, 11, 23),
        slot="03:00",
        params=PlannerParams(tur_minutes=30.0),
        thresholds=limits_with(),
        segments=streets(),
        forecasts=(forecast(),),
        devices=(Device("sno-1", "Snödjup 1", "snow", *place(12), interval_s=600.0, last_time=AT - 0.1 * HOUR),),
        readings=(depth(9.0),),
        depots=(Depot("dep", "Förrådet", *place(0)),),
        contractors=(Contractor("ent", "Entreprenören", 1000.0),),
        vehicles=(
            Vehicle("P01", "snow", "dep", contractor="ent"),
            Vehicle("P02", "snow", "dep", contractor="ent"),
            Vehicle("G01", "snow", "dep", network="cycle", work_kmh=10.0),
        ),
        roster=tuple(RosterTurn(v, AT - HOUR, AT + 20 * HOUR) for v in ("P01", "P02", "G01")),
    )
    return replace(base, **parts)


def depth(cm: float, *, age: timedelta = timedelta(minutes=6), device: str = "sno-1") -> Reading:
    return Reading(device, "snow_depth", "cm", AT - age, cm)


def levels(device: str, last: float, *, per_day: float = 10.0, days: int = 6) -> tuple[Reading, ...]:
    """One level a day up to ``last``, half an hour ago."""
    newest = AT - HOUR / 2
    values = [max(0.0, last - per_day * back) for back in range(days, -1, -1)]
    return tuple(
        Reading(device, "fill_level", "%", newest - timedelta(days=days - i), value) for i, value in enumerate(values)
    )


def waste_snapshot(**parts: Any) -> WasteSnapshot:
    """Three rooms with a residual vessel each: nearly full, half full, nearly empty; one truck, one disposal site."""
    base = WasteSnapshot(
        at=AT,
        service_day=date(2026, 11, 24),
        slot="03:00",
        params=PlannerParams(round_iterations=60, tur_iterations=10),
        thresholds=tuple(seed()),
        segments=tuple(s for s in streets() if s.network == "street"),
        readings=(*levels("lev-1", 95.0), *levels("lev-2", 50.0), *levels("lev-3", 8.0, per_day=1.0)),
        rooms=tuple(Room(f"r{i}", f"Rum {i}", *place(node)) for i, node in ((1, 2), (2, 12), (3, 24))),
        vessels=tuple(Vessel(f"v{i}", f"r{i}", "residual", 660.0, f"lev-{i}") for i in (1, 2, 3)),
        depots=(Depot("dep", "Förrådet", *place(0)), Depot("tip", "Tippen", *place(4), kind="disposal")),
        contractors=(Contractor("ent", "Entreprenören", 1000.0),),
        vehicles=(Vehicle("A01", "waste", "dep", contractor="ent", capacity_l=8000.0),),
    )
    return replace(base, **parts)


def indoor(device: str, temp: float, *, mornings: int = 6) -> tuple[Reading, ...]:
    """A week of hourly readings that warm 1 K/h from 17 to 21 °C each morning until eight (local), then ``temp`` ten
    minutes ago."""
    begin = AT - timedelta(days=mornings)
    shape = {2: 18.0, 3: 19.0, 4: 20.0}
    rows = [
        Reading(
            device, "indoor_temperature", "°C", begin + i * HOUR, shape.get(i % 24, 21.0 if 4 < i % 24 < 13 else 17.0)
        )
        for i in range(mornings * 24)
    ]
    return (*rows, Reading(device, "indoor_temperature", "°C", AT - HOUR / 6, temp))


def heating_snapshot(**parts: Any) -> HeatingSnapshot:
    """Two schools on a school day: one measured, one without a sensor."""
    base = HeatingSnapshot(
        at=AT,
        service_day=date(2026, 11, 24),
        slot="03:00",
        thresholds=tuple(seed()),
        forecasts=(forecast(-3.0),),
        readings=indoor("tmp-1", 17.5),
        buildings=(
            Building("b1", "Ängsskolan", *place(6), device="tmp-1"),
            Building("b2", "Åbyskolan", *place(8)),
        ),
        calendar=(CalendarDay("school", date(2026, 11, 24), "school"),),
    )
    return replace(base, **parts)
