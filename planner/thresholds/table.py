"""Every threshold, declared once: its unit, what it may be, the values it begins with, where these are from, and what
it means.

The values are version 1 of the rows: the published rules of Växjö, the law where there is one, the rest ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from city.catalogue.message import Message, message
from city.errors import NotFound
from city.vocabulary import FRACTIONS, NETWORKS, PLACE_KINDS, READINGS, ROUTE_CLASSES

Kind = Literal["number", "clock", "day", "word"]
"""A number; a local time of day, HH:MM; a day of the year, MM-DD; one of some words."""

VAXJO = message("threshold.why.vaxjo")
OURS = message("threshold.why.ours")
ALL = ("*",)
CLASSES = ("*", *ROUTE_CLASSES)
PLACES = ("*", *PLACE_KINDS)
FLEETS = ("*", *NETWORKS)
WASTE = ("*", *FRACTIONS)
"""What a threshold may be set for; a fraction of the city's own beside these."""

PIKALERT = message("threshold.why.pikalert")
WINTERS = message("threshold.why.winters")
FREE_DAYS = message("threshold.why.free_days")


@dataclass(frozen=True)
class Declaration:
    """One threshold. ``defaults`` are its first values by scope: a route class, a kind of place, a network, a fraction,
    or ``*`` for all that have none of their own; ``scopes`` are those that it is asked for. ``words`` are what a word
    may be; a number lies from ``low`` to ``high``."""

    key: str
    unit: str
    defaults: Mapping[str, float | str]
    why: Message = OURS
    kind: Kind = "number"
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    why_of: Mapping[str, Message] = field(default_factory=dict)
    scopes: tuple[str, ...] = ALL

    @property
    def means(self) -> Message:
        """What it means, in a sentence."""
        return message(f"threshold.means.{self.key}")

    def reason(self, scope: str) -> Message:
        """Where the first value of a scope is from."""
        return self.why_of.get(scope, self.why)

    def holds(self, value: float) -> bool:
        """Whether a number lies within the bounds."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def declared(key: str) -> Declaration:
    """The threshold of a key. Raises NotFound where there is none."""
    if key in BY_KEY:
        return BY_KEY[key]
    unknown = message("error.threshold.unknown", key=key)
    close = difflib.get_close_matches(key[:100], BY_KEY, n=1, cutoff=0.7)
    raise NotFound(message("error.threshold.meant", problem=unknown, meant=close[0]) if close else unknown)


def _number(
    key: str,
    unit: str,
    defaults: Mapping[str, float | str] | float,
    why: Message = OURS,
    *,
    low: float = 0.0,
    high: float,
    why_of: Mapping[str, Message] | None = None,
    scopes: tuple[str, ...] = ALL,
) -> Declaration:
    """A threshold that is a number, not under 0 unless it says so."""
    of = defaults if isinstance(defaults, Mapping) else {"*": defaults}
    return Declaration(key, unit, of, why, low=low, high=high, why_of=why_of or {}, scopes=scopes)


def _clock(
    key: str,
    defaults: Mapping[str, float | str],
    why: Message = OURS,
    why_of: Mapping[str, Message] | None = None,
    scopes: tuple[str, ...] = CLASSES,
) -> Declaration:
    return Declaration(key, "local time", defaults, why, "clock", why_of=why_of or {}, scopes=scopes)


TABLE: tuple[Declaration, ...] = (
    # ---- snow: when a street is cleared --------------------------------------------------------------------------
    _number(
        "snow.start_dry_cm",
        "cm",
        {"P1": 8.0, "P2": 8.0, "P3": 10.0, "C1": 3.0, "C2": 3.0},
        VAXJO,
        high=500.0,
        scopes=CLASSES,
    ),
    _number(
        "snow.start_wet_cm", "cm", {"P1": 4.0, "P2": 5.0, "P3": 7.0, "C1": 2.0, "C2": 2.0}, high=500.0, scopes=CLASSES
    ),
    _number(
        "snow.margin_pct",
        "%",
        {"*": 0.0, "P1": 20.0, "P2": 20.0, "P3": 25.0, "C1": 5.0, "C2": 5.0},
        WINTERS,
        high=90.0,
        scopes=CLASSES,
    ),
    _number(
        "snow.hold_h",
        "h",
        {"*": 1.0, "P1": 1.0, "P2": 1.0, "P3": 8.0, "C1": 4.0, "C2": 8.0},
        WINTERS,
        high=48.0,
        scopes=CLASSES,
    ),
    _number("snow.hysteresis_cm", "cm", 0.5, high=50.0, scopes=CLASSES),
    Declaration("snow.decide_by", "reading", {"*": "mid"}, kind="word", words=READINGS, scopes=CLASSES),
    _number(
        "snow.lead_h",
        "h",
        {"*": 0.0, "P1": 2.0, "P2": 2.0, "P3": 2.0, "C1": 0.0, "C2": 0.0},
        WINTERS,
        high=48.0,
        scopes=CLASSES,
    ),
    _number(
        "snow.done_within_h", "h", {"P1": 6.0, "P2": 8.0, "P3": 24.0, "C1": 4.0, "C2": 8.0}, high=168.0, scopes=CLASSES
    ),
    _clock("snow.done_by", {"P1": "06:30", "C1": "06:00", "C2": "07:00"}),
    _clock("snow.done_by_saturday", {"P1": "07:30", "C1": "07:00", "C2": "08:00"}, FREE_DAYS),
    _clock("snow.done_by_sunday", {"P1": "09:00", "C1": "09:00", "C2": "10:00"}, FREE_DAYS),
    _number("snow.school_near_m", "m", 300.0, high=5000.0),
    _number("snow.left_after_plough_cm", "cm", 0.5, high=50.0),
    # ---- snow: slipperiness, and what is spread ------------------------------------------------------------------
    _number(
        "snow.friction",
        "1",
        {"P1": 0.25, "P2": 0.25, "P3": 0.20, "C1": 0.30, "C2": 0.25},
        message("threshold.why.friction"),
        high=1.0,
        scopes=CLASSES,
    ),
    _number("snow.slip_hold_h", "h", 2.0, high=48.0),
    _number("snow.prevent_h", "h", 2.0, high=12.0),
    Declaration(
        "snow.anti_slip",
        "method",
        {"P1": "salt", "P2": "sand", "P3": "sand", "C1": "salt", "C2": "sand"},
        kind="word",
        words=("salt", "sand", "none"),
        scopes=CLASSES,
    ),
    _number("snow.treat_below_c", "°C", 1.5, PIKALERT, low=-40.0, high=10.0),
    _number("snow.salt_lowest_c", "°C", -6.0, message("threshold.why.boxholm"), low=-40.0, high=5.0),
    _number("snow.hill_pct", "%", 6.0, high=50.0),
    _number("snow.salt_least_g_m2", "g/m²", 5.0, high=100.0),
    _number("snow.salt_most_g_m2", "g/m²", 20.0, high=100.0),
    _number("snow.sand_g_m2", "g/m²", 150.0, high=1000.0),
    _number("snow.salt_again_h", "h", 2.0, high=24.0),
    _number("snow.treatment_lasts_h", "h", 4.0, PIKALERT, high=72.0),
    _clock("snow.ordinary_from", {"*": "07:00"}, scopes=ALL),
    _clock("snow.ordinary_to", {"*": "16:00"}, scopes=ALL),
    # ---- snow: places, haulage and sweeping ----------------------------------------------------------------------
    Declaration(
        "snow.places",
        "choice",
        dict.fromkeys(PLACE_KINDS, "leave"),
        message("threshold.why.places"),
        "word",
        words=("plan", "leave"),
        scopes=PLACE_KINDS,
    ),
    _number(
        "snow.place_start_cm",
        "cm",
        {"bus_stop": 3.0, "crossing": 3.0, "school_yard": 3.0, "parking": 8.0},
        high=500.0,
        scopes=PLACES,
    ),
    _clock(
        "snow.place_done_by",
        {"bus_stop": "06:30", "crossing": "07:00", "school_yard": "07:30", "parking": "07:00"},
        why_of={"parking": message("threshold.why.parking")},
        scopes=PLACES,
    ),
    _number(
        "snow.haul_at_cm",
        "cm",
        {"P1": 40.0},
        high=500.0,
        scopes=CLASSES,
    ),
    Declaration("snow.sweep_from", "day of the year", {"*": "04-01"}, kind="day"),
    # ---- snow: the night -----------------------------------------------------------------------------------------
    _number("snow.acknowledge_min", "min", 5.0, high=1440.0),
    _number("snow.call_lead_min", "min", 30.0, message("threshold.why.on_call"), high=720.0, scopes=FLEETS),
    _number("snow.rest_h", "h", 11.0, message("threshold.why.rest"), high=24.0),
    _number("snow.most_hours", "h", 13.0, message("threshold.why.most_hours"), high=24.0),
    # ---- waste ---------------------------------------------------------------------------------------------------
    _number(
        "waste.overflow_probability",
        "1",
        {"*": 0.30, "food": 0.15},
        message("threshold.why.waste_replay"),
        high=1.0,
        scopes=WASTE,
    ),
    _number(
        "waste.max_age_days",
        "days",
        {"*": 14.0, "litter": 7.0},
        why_of={"litter": message("threshold.why.litter")},
        high=365.0,
        scopes=WASTE,
    ),
    Declaration("waste.mode", "", {"*": "demand"}, kind="word", words=("demand", "calendar"), scopes=WASTE),
    Declaration(
        "waste.days", "", {"*": "workdays", "litter": "all"}, kind="word", words=("workdays", "all"), scopes=WASTE
    ),
    _number("waste.overflow_cost", "kr", 600.0, message("threshold.why.waste_replay"), high=100000.0),
    _number("waste.hour_cost", "kr/h", 900.0, high=100000.0),
    _number("waste.km_cost", "kr/km", 15.0, high=10000.0),
    _number(
        "waste.kg_per_litre",
        "kg/l",
        {"*": 0.1, "food": 0.4, "paper": 0.25, "plastic": 0.03, "glass": 0.3, "metal": 0.07, "cardboard": 0.05},
        high=3.0,
        scopes=WASTE,
    ),
    _number("waste.minutes_per_vessel", "min", 3.0, high=120.0),
    _number("waste.shift_h", "h", 8.0, high=24.0),
    # ---- heating -------------------------------------------------------------------------------------------------
    _number("heating.day_c", "°C", 21.0, low=5.0, high=30.0),
    _number("heating.reach_c", "°C", 20.0, message("threshold.why.reach"), low=5.0, high=30.0),
    _number("heating.highest_set_c", "°C", 22.5, low=5.0, high=30.0),
    _number("heating.most_c", "°C", 24.0, message("threshold.why.most"), low=5.0, high=35.0),
    _number("heating.night_c", "°C", 16.0, low=5.0, high=30.0),
    _number("heating.floor_c", "°C", 16.0, low=5.0, high=30.0),
    _number("heating.no_setback_below_c", "°C", -15.0, low=-60.0, high=20.0),
    _number("heating.price_kwh", "/kWh", 0.0, high=100.0),
    _number("heating.default_warm_up_k_h", "K/h", 0.8, high=20.0),
    _number("heating.stale_after_h", "h", 3.0, high=168.0),
    _number("heating.air_before_h", "h", 0.0, high=12.0),
    _number("heating.doubt_k", "K", 0.6, high=10.0),
    _number("heating.most_error_k", "K", 2.5, high=10.0),
)
BY_KEY: Mapping[str, Declaration] = {one.key: one for one in TABLE}
