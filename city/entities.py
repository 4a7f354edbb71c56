"""The things a city owns and the facts about them, as frozen rows. All times are aware, all places WGS 84."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from city.catalogue.message import brief, message
from city.errors import BadValue
from city.vocabulary import Domain, Keeper, Network, OrderEventKind, OrderState, RouteClass

Point = tuple[float, float]
"""Longitude and latitude [°]."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where rows came from: licence and date go with them on the map and in exports."""

    name: str
    source: str
    licence: str
    attribution: str
    data_date: date | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of street or cycle way between two junctions, drawn from ``from_node`` to ``to_node``.

    ``grade_pct`` is the steepest grade over at least 60 m [%], positive uphill in drawing direction; None
    outside terrain cover. ``oneway`` means in drawing direction only. ``reachable`` is False outside the
    largest part of the network in which every point can be driven to from every other. ``max_width_m`` and
    ``max_weight_t`` are those of the vehicles that may pass; None is not known, and open.
    """

    id: str
    name: str
    network: Network
    route_class: RouteClass
    highway: str
    keeper: Keeper
    oneway: bool
    lanes: int | None
    width_m: float | None
    surface: str
    bridge: bool
    tunnel: bool
    speed_kmh: float
    length_m: float
    from_node: int
    to_node: int
    geometry: tuple[Point, ...]
    elevation_m: float | None = None
    grade_pct: float | None = None
    slope_source: str | None = None
    dem_resolution_m: float | None = None
    reachable: bool = True
    max_width_m: float | None = None
    max_weight_t: float | None = None


@dataclass(frozen=True, slots=True)
class TurnBan:
    """Who comes from one segment may not go on to another at the node ``via_node``; both the same: not turn round.

    ``only`` names the vehicles that it holds for by the network that they clear; None: for all.
    """

    from_segment: str
    via_node: int
    to_segment: str
    only: Network | None = None

    def binds(self, clears: Network) -> bool:
        """Whether it holds for vehicles that clear this network."""
        return self.only in (None, clears)


@dataclass(frozen=True, slots=True)
class SegmentRelief:
    """The land round a segment, from a terrain model that covers it.

    ``sky_view`` 0 to 1, ``horizon`` 36 angles [rad] from north over east, ``slope`` and ``aspect`` (the way it faces,
    from north) [rad], ``above_m`` height over the surroundings [m]; None where the model ends beside it. Raises
    ValueError where there are not 36 angles, or one or the sky view cannot be.
    """

    segment: str
    sky_view: float
    horizon: tuple[float, ...]
    slope: float | None
    aspect: float | None
    above_m: float | None
    source: str
    resolution_m: float

    def __post_init__(self) -> None:
        if len(self.horizon) != 36:
            raise BadValue(message("error.value.horizon_length", n=len(self.horizon)))
        if not all(0.0 <= angle < 1.5708 for angle in self.horizon):
            raise BadValue(message("error.value.horizon_angle"))
        if not 0.0 <= self.sky_view <= 1.0:
            raise BadValue(message("error.value.sky_view", value=brief(self.sky_view)))


@dataclass(frozen=True, slots=True)
class Room:
    """A waste room (miljörum) or a free-standing place of vessels: one stop."""

    id: str
    name: str
    lon: float
    lat: float
    kind: str = "room"
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class VesselEmptied:
    """That somebody emptied a vessel at a time, for certain."""

    vessel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vessel:
    """One bin in a room. ``device`` is its level sensor, if it has one; ``max_age_days`` the hygiene limit;
    ``emptied_on`` the weekdays on which a truck comes to it, where not on any."""

    id: str
    room: str
    fraction: str
    litres: float
    device: str | None = None
    max_age_days: float | None = None
    last_emptied: datetime | None = None
    simulated: bool = False
    emptied_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Building:
    """A school or another heated building. ``device`` measures its indoor air; ``calendar`` names its days."""

    id: str
    name: str
    lon: float
    lat: float
    kind: str = "school"
    area_m2: float | None = None
    device: str | None = None
    calendar: str = "school"
    opens: str = "08:00"
    closes: str = "16:00"
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Depot:
    """Where vehicles start, or where waste is tipped (``kind`` = ``disposal``)."""

    id: str
    name: str
    lon: float
    lat: float
    kind: str = "depot"
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Contractor:
    """Who drives, what an hour costs, and how many hours are paid at least for each vehicle that is called out."""

    id: str
    name: str
    cost_per_h: float | None = None
    least_hours: float | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle and what it may do. ``network`` is the one it clears; small ones may drive streets between.

    ``work_kmh`` while ploughing, ``drive_kmh`` as its own upper limit while only driving. Capacities are of a
    waste truck. ``width_m`` and ``weight_t`` as it drives, with plough and load; None goes everywhere.
    """

    id: str
    domain: Domain
    depot: str
    network: Network = "street"
    contractor: str | None = None
    work_kmh: float = 15.0
    drive_kmh: float = 40.0
    capacity_l: float | None = None
    capacity_kg: float | None = None
    fractions: tuple[str, ...] = ()
    width_m: float | None = None
    weight_t: float | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One segment driven whole, in drawing direction or (not ``forward``) against it, with work or without."""

    segment: str
    forward: bool
    serve: bool


@dataclass(frozen=True, slots=True)
class ExistingRoute:
    """A route that a city drives today, matched to segments. ``length_m`` is that of its file [m], ``share_matched``
    the share of it that lies on streets; ``work_assumed``: the file does not say on all of it what is worked."""

    name: str
    vehicle: str | None
    route_class: RouteClass | None
    source: str
    imported_at: datetime
    length_m: float
    share_matched: float
    work_assumed: bool
    steps: tuple[RouteStep, ...]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What a calendar says of one day: ``school``, ``fritids`` (only after-school care), ``closed``, ``evening``."""

    calendar: str
    day: date
    kind: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """One version of one limit. ``scope`` is a route class, a fraction or ``*``; ``unit`` is said with it."""

    key: str
    scope: str
    value: float | None
    unit: str
    version: int
    valid_from: datetime
    changed_by: str
    reason: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ForecastStep:
    """One step of a forecast, from ``valid_from`` to ``valid_to``; steps lengthen with the lead time.

    Precipitation is a rate [mm/h] of liquid water over the step; ``snow_fraction`` is 0 to 1 where the provider
    says it; temperature [°C], wind [m/s], humidity [%], cloud 0 to 1. None is missing, never zero.
    """

    valid_from: datetime
    valid_to: datetime
    temp_c: float | None = None
    precip_mm_h: float | None = None
    precip_min_mm_h: float | None = None
    precip_max_mm_h: float | None = None
    snow_fraction: float | None = None
    precip_type: str | None = None
    wind_m_s: float | None = None
    humidity_pct: float | None = None
    dew_point_c: float | None = None
    cloud: float | None = None
    pressure_hpa: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """One issue of one provider for one point; every issue is kept."""

    provider: str
    lon: float
    lat: float
    issued_at: datetime
    steps: tuple[ForecastStep, ...]
    elevation_m: float | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of one series: ``quantity`` in ``unit`` from ``device``."""

    device: str
    quantity: str
    unit: str
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class DepthHour:
    """What lay in the middle of the town's snow depth sensors in the hour that begins at ``time`` [cm]."""

    time: datetime
    cm: float


@dataclass(frozen=True, slots=True)
class Device:
    """A sensor that is known to us, where it is, and the time of its newest reading."""

    id: str
    name: str
    kind: str
    lon: float | None = None
    lat: float | None = None
    interval_s: float | None = None
    simulated: bool = False
    last_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was done to a segment, and when: ``plough``, ``salt``, ``brine`` or ``sand``, or two as ``plough_salt``.

    Of a place, whose id then stands as ``segment``: ``clear``. ``g_m2`` is what was spread, of salt as dry salt [g/m²];
    None where nothing was or nobody knows.
    """

    segment: str
    action: str
    done_at: datetime
    g_m2: float | None = None


@dataclass(frozen=True, slots=True)
class GivenOrder:
    """An order as the planner sees it: a fact that replanning does not touch once it runs.

    ``started_at`` and ``ended_at`` are the times of its work; ``crew`` is who was on the vehicle then, where the roster
    says it.
    """

    id: str
    plan_id: str
    domain: Domain
    key: str
    target: str
    state: OrderState
    vehicle: str | None
    last_event_at: datetime
    expected_end: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    crew: str | None = None


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One step of an order's history; only ever added to. ``who`` is a role or a vehicle, never a person.

    ``segment`` is the street of a ``segment_done``; ``vehicle`` the one that holds the order from this step on, where
    it changed; ``undoes`` the number of the step that an ``undone`` takes back.
    """

    order_id: str
    kind: OrderEventKind
    at: datetime
    who: str
    note: str = ""
    segment: str | None = None
    vehicle: str | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a vehicle was; ``heading`` from north over east [°], ``accuracy_m`` as its receiver says [m]."""

    vehicle: str
    time: datetime
    lon: float
    lat: float
    heading: float | None = None
    speed_kmh: float | None = None
    accuracy_m: float | None = None
