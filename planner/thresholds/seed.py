"""Version 1 of every threshold: the published rules of Växjö, the law where there is one, the rest ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from city.entities import Threshold
from city.vocabulary import PLACE_KINDS, ROUTE_CLASSES

VAXJO = "Växjö kommuns publicerade regel (vaxjo.se, 2021-01-07, uppdaterad 2022-03-07)"
REST_LAW = "arbetstidslagen (1982:673) 13 §: minst elva timmars sammanhängande ledighet under varje dygn"
OURS = "förval i dagsplan, inte publicerat av någon kommun: pröva och ändra"
SEED_FROM = datetime(2000, 1, 1, tzinfo=UTC)
PIKALERT = "Pikalert (NCAR, road condition and treatment), oprövat här: pröva och ändra"


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
    yield from _snow_seed()
    for kind, clock_of_kind in {"bus_stop": "06:30", "crossing": "07:00", "school_yard": "07:30"}.items():
        yield _row("snow.place_start_cm", kind, 3.0, "cm", OURS)
        yield _row("snow.place_done_by", kind, None, "local time", OURS, clock_of_kind)
    yield _row("snow.place_start_cm", "parking", 8.0, "cm", OURS)
    for kind in PLACE_KINDS:
        yield _row("snow.places", kind, None, "choice", f"planeras inte förrän kommunen vill; {OURS}", "leave")
    yield _row(
        "snow.place_done_by", "parking", None, "local time", f"nattetid som i Växjö; klockslaget: {OURS}", "07:00"
    )
    yield _row("snow.haul_at_cm", "P1", 40.0, "cm", OURS)
    yield _row("snow.sweep_from", "*", None, "day of the year", OURS, "04-01")
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


def _snow_seed() -> Iterable[Threshold]:
    """What holds of all classes, unless a class has its own."""
    saturday = {"P1": "07:30", "C1": "07:00", "C2": "08:00"}
    sunday = {"P1": "09:00", "C1": "09:00", "C2": "10:00"}
    grip = {"P1": 0.25, "P2": 0.25, "P3": 0.20, "C1": 0.30, "C2": 0.25}
    for route_class, value in grip.items():
        yield _row("snow.friction", route_class, value, "1", "efter Statens vegvesens R610 (0,20-0,30); klassen är vår")
    for route_class, method in {"P1": "salt", "P2": "sand", "P3": "sand", "C1": "salt", "C2": "sand"}.items():
        yield _row("snow.anti_slip", route_class, None, "method", OURS, method)
    for key, clocks in (("snow.done_by_saturday", saturday), ("snow.done_by_sunday", sunday)):
        for route_class, clock in clocks.items():
            yield _row(key, route_class, None, "local time", f"senare på lediga dagar som i Nesset; {OURS}", clock)
    yield _row("snow.left_after_plough_cm", "*", 0.5, "cm", OURS)
    yield _row("snow.hold_h", "*", 1.0, "h", OURS)
    yield _row("snow.hysteresis_cm", "*", 0.5, "cm", OURS)
    yield _row("snow.lead_h", "*", 0.0, "h", OURS)
    yield _row("snow.decide_by", "*", None, "reading", OURS, "mid")
    yield _row("snow.school_near_m", "*", 300.0, "m", OURS)
    yield _row("snow.slip_hold_h", "*", 2.0, "h", OURS)
    yield _row("snow.hill_pct", "*", 6.0, "%", OURS)
    yield _row("snow.treat_below_c", "*", 1.5, "°C", PIKALERT)
    yield _row("snow.salt_lowest_c", "*", -6.0, "°C", "salt bara ned till -6 °C, som i Boxholm")
    yield _row("snow.salt_least_g_m2", "*", 5.0, "g/m²", OURS)
    yield _row("snow.salt_most_g_m2", "*", 20.0, "g/m²", OURS)
    yield _row("snow.sand_g_m2", "*", 150.0, "g/m²", OURS)
    yield _row("snow.treatment_lasts_h", "*", 4.0, "h", PIKALERT)


def _row(key: str, scope: str, value: float | None, unit: str, why: str, text: str | None = None) -> Threshold:
    return Threshold(key, scope, value, unit, 1, SEED_FROM, "dagsplan", why, text)
