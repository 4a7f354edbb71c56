"""What melts, freezes, wears, runs off and settles on a trafficked surface [mm]. Compiled; each loss has its name."""

from __future__ import annotations

from city.compiled import inlined
from models.road.physics import (
    CAP_ICE,
    CAP_SNOW,
    DEPOSIT,
    DEPOSIT_TO_ICE,
    DEPOSIT_TO_WATER,
    FLOOR_WATER,
    ICE,
    ICE_TO_WATER,
    RUN_OFF,
    SNOW,
    SNOW_TO_ICE,
    SNOW_TO_WATER,
    WATER,
    WATER_TO_ICE,
    WORN_DEPOSIT,
    WORN_ICE,
    WORN_SNOW,
    WORN_WATER,
    Physics,
)
from models.road.segment import CARS, DENSITY, FACTS, SALT, STORE, WATERS_OF, Floats


@inlined
def move(w: Floats, source: int, target: int, term: int, amount: float) -> float:
    """From one store to another, at most what is there; gives what moved."""
    amount = min(w[STORE, source], amount)
    w[STORE, source] -= amount
    w[STORE, target] += amount
    w[WATERS_OF, term] += amount
    return amount


@inlined
def lose(w: Floats, source: int, term: int, amount: float) -> float:
    """Out of the books under a name, at most what is there; gives what went."""
    amount = min(w[STORE, source], amount)
    w[STORE, source] -= amount
    w[WATERS_OF, term] += amount
    return amount


@inlined
def freezing_point(p: Physics, w: Floats) -> float:
    """Where water on the segment freezes [°C]: RoadSurf's limit, lowered by salt [g/m²] in what is wet or icy.

    Sodium chloride by weight: 0.58 K each per cent up to the eutectic of 23.3 % and -21.1 °C (Ketcham et al. 1996,
    FHWA-RD-95-202); linear between, at most 1.5 K off.
    """
    salt = w[FACTS, SALT]
    if salt <= 0.0:
        return p.freeze_c
    wet = 1000.0 * (w[STORE, WATER] + w[STORE, ICE] + w[STORE, DEPOSIT] + w[STORE, SNOW])
    share = min(0.233, salt / (salt + wet))
    return p.freeze_c - 21.1 * (share / 0.233) * (0.64 + 0.36 * share / 0.233)


@inlined
def melt(w: Floats, most: float) -> float:
    """Melts up to ``most`` mm: frost, then snow, then ice; gives what melted."""
    done = move(w, DEPOSIT, WATER, DEPOSIT_TO_WATER, most)
    done += move(w, SNOW, WATER, SNOW_TO_WATER, most - done)
    return done + move(w, ICE, WATER, ICE_TO_WATER, most - done)


@inlined
def freeze(p: Physics, w: Floats, most: float) -> float:
    """Freezes up to ``most`` mm of water and gives what froze; wet snow goes to ice as its water does."""
    if most <= 0.0 or w[STORE, WATER] <= 0.0:
        return 0.0
    wet = w[STORE, WATER] / (w[STORE, WATER] + w[STORE, SNOW])
    share = min(1.0, most / w[STORE, WATER])
    done = move(w, WATER, ICE, WATER_TO_ICE, most)
    if wet > p.wet_share:
        move(w, SNOW, ICE, SNOW_TO_ICE, share * w[STORE, SNOW])
    return done


@inlined
def after_traffic(p: Physics, w: Floats, fed: bool) -> None:
    """Wear by traffic, caps, floors and settling of one step. ``fed`` = something came in: then no floor holds."""
    traffic, hours = w[FACTS, CARS], p.dt_s / 3600.0
    before = w[STORE, WATER]
    _wear(p, w, traffic * hours)
    if w[STORE, SNOW] > 0.0:
        move(w, DEPOSIT, ICE, DEPOSIT_TO_ICE, w[STORE, DEPOSIT])
    _caps(p, w)
    if w[FACTS, SALT] > 0.0 and before > w[STORE, WATER]:
        w[FACTS, SALT] *= w[STORE, WATER] / before
    if not fed:
        _floors(p, w)
    _settle(p, w, traffic, hours)


@inlined
def _wear(p: Physics, w: Floats, load: float) -> None:
    """Traffic of ``load`` main-road hours: RoadSurf's shares an hour, with its least amounts."""
    if load <= 0.0:
        return
    film = 0.0 if w[STORE, WATER] < 0.1 else (0.5 if w[STORE, WATER] < 0.9 else 1.0)
    if film > 0.0:
        lose(w, WATER, WORN_WATER, film * load * max(p.wear_water_h * w[STORE, WATER], p.wear_least_water))
    lose(w, ICE, WORN_ICE, load * max(p.wear_ice_h * w[STORE, ICE], p.wear_least))
    if w[STORE, SNOW] <= 0.0:
        lose(w, DEPOSIT, WORN_DEPOSIT, load * max(p.wear_deposit_h * w[STORE, DEPOSIT], p.wear_least))
        return
    thin = 3.0 if w[STORE, SNOW] < 0.2 else 1.0
    worn = min(w[STORE, SNOW], load * max(thin * p.wear_snow_h * w[STORE, SNOW], p.wear_least))
    lose(w, SNOW, WORN_SNOW, (1.0 - p.worn_to_ice) * worn)
    move(w, SNOW, ICE, SNOW_TO_ICE, p.worn_to_ice * worn)


@inlined
def _caps(p: Physics, w: Floats) -> None:
    """What is too much: frost thaws over, water runs off, ice stops growing, and snow is halved as by a plough."""
    if w[STORE, DEPOSIT] > p.cap_deposit_mm:
        move(w, DEPOSIT, WATER, DEPOSIT_TO_WATER, w[STORE, DEPOSIT] - p.cap_deposit_mm)
    if w[STORE, WATER] > p.cap_water_mm:
        lose(w, WATER, RUN_OFF, w[STORE, WATER] - p.cap_water_mm)
    if w[STORE, ICE] > p.cap_ice_mm:
        lose(w, ICE, CAP_ICE, w[STORE, ICE] - p.cap_ice_mm)
    if w[STORE, SNOW] > p.cap_snow_mm:
        lose(w, SNOW, CAP_SNOW, 0.5 * w[STORE, SNOW])


@inlined
def _floors(p: Physics, w: Floats) -> None:
    """What is too little to speak of goes."""
    floors = (p.floor_water_mm, p.floor_ice_mm, p.floor_deposit_mm, p.floor_snow_mm)
    for j in range(4):
        if 0.0 < w[STORE, j] < floors[j]:
            lose(w, j, FLOOR_WATER + j, w[STORE, j])


@inlined
def _settle(p: Physics, w: Floats, traffic: float, hours: float) -> None:
    """Snow settles with time (Verseghy 1991) and is packed by traffic."""
    goal = p.dense_wet if w[STORE, WATER] > p.wet_share * w[STORE, SNOW] else p.dense_dry
    w[FACTS, DENSITY] += max(0.0, goal - w[FACTS, DENSITY]) * hours / p.settle_h
    w[FACTS, DENSITY] += max(0.0, p.packed - w[FACTS, DENSITY]) * min(1.0, traffic * hours / p.pack_h)
