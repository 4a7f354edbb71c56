"""The field's own words as types: what may stand in a column, a payload or a plan."""

from __future__ import annotations

from typing import Literal, get_args

CLEAR = "clear"
"""What is done at a place, which is not a street."""

NON_ROUTE_KINDS = frozenset({"places", "haul", "sweep"})
"""Kinds of interventions that are no turer."""

AGAINST_SLIP = frozenset({"salt", "brine", "sand"})
"""What is spread against slipperiness: alone a kind of intervention, after a plough a part of an action's name."""

Domain = Literal["snow", "waste", "heating"]
Mode = Literal["shadow", "assist", "live"]
Network = Literal["street", "cycle"]
StreetRule = Literal["cycle", "street", "count"]
"""Where a kind of street belongs by the city's word: in a network, or in none and only counted."""
Keeper = Literal["municipal", "state", "private", "unknown"]
RouteClass = Literal["P1", "P2", "P3", "C1", "C2"]
"""Service level: P1 main, P2 collector, P3 residential street; C1 main, C2 other cycle or foot-cycle way."""
WorkKind = Literal["haul", "sweep"]
"""Work on streets that a rule or a person starts: snow driven away, grit swept up."""
PlaceKind = Literal["bus_stop", "crossing", "parking", "school_yard"]
"""Places that are cleared for themselves."""
NotCaredKind = Literal["no_vehicle", "unreachable", "not_covered", "left_out", "untreated"]
"""Why a street that is needed is in no intervention: nobody can drive its tur; no way leads there; its tur is out
already, planned before the street was needed; it does not fit into a drive that is fit to be driven; it gets slippery,
and nothing may be spread there."""
Channel = Literal["sms", "voice", "radio", "email", "app"]
"""How somebody is called."""
CallState = Literal[
    "made",
    "withdrawn",
    "tried",
    "waits",
    "sent",
    "delivered",
    "failed",
    "unsure",
    "by_hand",
    "acknowledged",
    "refused",
    "unanswered",
    "stopped",
]
"""Where a call stands. ``made``: it has not left; ``tried``: an attempt is under way; ``waits``: it will be tried
again; ``sent``: the channel took it; ``failed``: it surely did not arrive; ``unsure``: it may have arrived or not;
``by_hand``: somebody must ring; ``unanswered``: time is out, another was called or nobody is left."""
CallEventKind = CallState | Literal["undone"]
"""A step of a call: into a state, or the taking back of one."""
CrewChangeKind = Literal["vehicle_out", "away", "number"]
"""What the manning departs in: a vehicle out of service, a place of a call-out list away, another number."""
Certainty = Literal["high", "medium", "low"]
OrderEventKind = Literal[
    "decided",
    "overridden",
    "sent",
    "delivered",
    "acknowledged",
    "unanswered",
    "refused",
    "started",
    "segment_done",
    "stop_done",
    "aborted",
    "done",
    "undone",
]
OrderState = Literal["decided", "sent", "acknowledged", "unanswered", "refused", "started", "aborted", "done"]
"""``unanswered``: called out, and nobody on the list has acknowledged; somebody must call by hand."""
StopOutcome = Literal["emptied", "empty", "full", "unreachable", "missorted", "broken"]
"""What became of a vessel at a stop: it was emptied; there was nothing in it; it was left full; nobody could get at it;
it held what does not belong there; it is broken."""
PASSING: frozenset[OrderEventKind] = frozenset({"overridden", "delivered", "segment_done", "stop_done", "undone"})
"""Events after which an order stands where it stood."""
UNDER_WAY: frozenset[OrderState] = frozenset({"decided", "sent", "acknowledged", "unanswered", "started"})
"""An order in one of these states is a fact for the next plan."""
STANDS_DOWN: frozenset[OrderState] = frozenset({"decided", "sent", "acknowledged", "unanswered"})
"""States of an order that nobody has begun: a plan that does not ask for it any more may stand it down."""
CALLED: frozenset[OrderState] = STANDS_DOWN - {"decided"}
"""Somebody was called, and nobody has begun."""
OUT: frozenset[OrderState] = frozenset({"started", "done"})
"""States of an order that nobody stands down any more."""
ON_THE_WAY: frozenset[OrderState] = frozenset({"acknowledged", "started"})
"""States of an order whose driver is at the wheel or on the way there: further work needs no call."""

ReportKind = Literal[
    "accepted",
    "refused",
    "started",
    "segment_done",
    "stop_done",
    "done",
    "aborted",
    "slippery",
    "more_snow",
    "obstacle",
    "damage",
    "later",
    "message",
    "dark",
    "undo",
]
"""What a driver reports with a tap. ``accepted`` and ``refused`` answer a call; ``later``: a street is left for another
time; ``dark``: the phone sent no position since a time, as when its screen was off; ``undo`` takes another report
back."""
STEP_REPORTS: frozenset[ReportKind] = frozenset({"started", "segment_done", "stop_done", "done", "aborted"})
"""Reports that are the next step of an order."""
SEEN_REPORTS: frozenset[ReportKind] = frozenset({"slippery", "more_snow", "obstacle", "damage", "later", "message"})
"""Reports of which somebody at the depot should know."""
ReportBecame = Literal["step", "known", "observation", "kept", "undone", "conflict"]
"""What became of a report when it came: a step of its order; nothing new; an observation that the watch plans by; only
kept; another was taken back; kept, and it could not be what it was meant to be."""
PhoneWay = Literal["code", "sheet", "call"]
"""How a phone was let in: six digits, the square code of a printed sheet, the link of a call."""

DeclineCause = Literal["precipitation", "drifting", "road_temperature", "practice", "other"]
"""Why people turn a proposal down: the four causes that twenty years of field trials found, and others."""

StopCause = Literal["fills", "age", "calendar", "on_the_way"]
"""What asks for a stop of a round: a vessel that will be full, one that has waited long, a fixed day, or nothing but
that it lies on the way."""

ForecastReading = Literal["low", "mid", "high"]
"""How a forecast is read: at the low end of its range, as it stands, at the high end."""

FRACTIONS: tuple[str, ...] = (
    "residual", "food", "paper", "plastic", "glass", "metal", "cardboard", "litter", "recycling"
)  # fmt: skip
"""Kinds of waste that we have a word for; a city may have others."""
WEEKDAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HeatPointKind = Literal["zone_temperature", "heat_meter", "set_point", "ventilation"]
"""What a device of a building stands for: the air of a zone, its heat meter, the set-point that its heat follows,
whether its ventilation runs."""
DOMAINS: tuple[Domain, ...] = get_args(Domain)
NETWORKS: tuple[Network, ...] = get_args(Network)
ROUTE_CLASSES: tuple[RouteClass, ...] = get_args(RouteClass)
HEAT_POINTS: tuple[HeatPointKind, ...] = get_args(HeatPointKind)
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
READINGS: tuple[ForecastReading, ...] = get_args(ForecastReading)
CLOSED_TO_SMALL: frozenset[str] = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})
"""Kinds of street (OpenStreetMap's words) that a cycle-way plough does not drive."""
PLANNED_KEEPERS: frozenset[Keeper] = frozenset({"municipal", "unknown"})
"""Whose streets we plan. Unknown ones are planned too until a source says otherwise, and the plan says so."""
STAND_IN = "assumed-"
"""How the id begins of what nobody has told us yet and ``dagsplan init`` assumed: a depot, a vehicle, a vessel. Each
stands in until one of its kind is told, and every plan that uses it says so."""
