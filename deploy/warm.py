"""Compiles what plans need, once after an installation or an update, so that no plan waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from city.arcstates import from_network
from city.catalogue.message import Message, message
from city.entities import Depot, Forecast, ForecastStep, Segment, Vehicle
from city.matching import Matcher
from city.network import build
from city.shortest import EdgePlace, Rates, between
from city.track import Line
from planner.services import make_plan
from planner.snapshot import PlannerParams
from planner.snow.snapshot import SnowSnapshot

AT = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
CORNERS = ((15.000, 59.000), (15.002, 59.000), (15.002, 59.001), (15.000, 59.001))


def warm(tell: Callable[[Message], None]) -> None:
    """Plans a made night on a block of four streets and matches a line to them; ``tell`` hears what is going on."""
    tell(message("cli.done.warming"))
    make_plan(_night())
    _many_ways()
    _match()


def _many_ways() -> None:
    """A table of many ways, as whole towns ask for; four streets are searched one by one."""
    graph = from_network(build(_block()))
    between(graph, Rates(graph.metres, graph.metres), [EdgePlace(arc=0)], [0], worth_an_order=0.0)


def _night(*, mm_h: float = 4.0) -> SnowSnapshot:
    """Four streets under heavy snow, one lorry."""
    steps = tuple(
        ForecastStep(AT + timedelta(hours=hour), AT + timedelta(hours=hour + 1), -4.0, mm_h) for hour in range(-24, 24)
    )
    return SnowSnapshot(
        at=AT,
        service_day=date(2026, 1, 9),
        slot="03:00",
        params=PlannerParams(tur_iterations=2),
        segments=_block(),
        forecasts=(Forecast("smhi", *CORNERS[0], AT - timedelta(hours=24), steps),),
        depots=(Depot("d", "d", *CORNERS[0]),),
        vehicles=(Vehicle("v", "snow", "d"),),
    )


def _block() -> tuple[Segment, ...]:
    ends = [(k, (k + 1) % 4) for k in range(4)]
    return tuple(
        Segment(
            f"{a}", "", "street", "P1", "residential", "municipal", False, 2, 6.0, "asphalt", False, False, 40.0, 115.0,
            a, b, (CORNERS[a], CORNERS[b]),
        )
        for a, b in ends
    )  # fmt: skip


def _match() -> None:
    Matcher(build(_block())).match([Line(CORNERS[:3])])
