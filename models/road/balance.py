"""The energy balance of trafficked surfaces, every segment by itself, with books that close. Compiled.

One step of ``dt_s``: take in what falls, solve the surface temperature with the whole column below it implicitly, let
ice melt and water freeze with the energy that is there, then wear, run off and settle (``water.py``). Column: node 0
is the surface, eleven more lie below; eliminated from the bottom up, it is a straight line a T - b of the surface
temperature, so that the surface balance is one scalar equation.
"""

from __future__ import annotations

import math

import numpy as np

from city.compiled import compiled, inlined, threaded
from models.road.air import (
    air_density,
    exchange,
    exchanged_mass,
    fresh_density,
    horizon_at,
    rain_share,
    saturation_hpa,
    saturation_slope,
    tilted,
)
from models.road.physics import (
    AIR_HEAT,
    BOTTOM,
    CORRECTION,
    DEPOSIT,
    DEW,
    EVAPORATED,
    FROST,
    ICE,
    ICE_HEAT,
    IMPOSED,
    LATENT,
    LATENT_FUSION,
    LATENT_SUBLIMATION,
    LATENT_VAPOUR,
    LW_IN,
    LW_OUT,
    PHASE,
    PRECIPITATION,
    RAIN,
    SENSIBLE,
    SIGMA,
    SNOW,
    SNOWFALL,
    STORED,
    SUN,
    TRAFFIC,
    WATER,
    WATER_HEAT,
    WATERS,
    ZERO_C,
    Physics,
)
from models.road.segment import (
    AIR_C,
    ALPHA,
    ASPECT,
    BELOW,
    BETA,
    CALM,
    CAPACITY,
    CARS,
    COLUMN,
    CONDUCTANCE,
    DEEP,
    DENSITY,
    DIFFUSE,
    DIRECT,
    ENERGY_OF,
    EXTRA,
    FACTS,
    HOLLOW,
    HORIZONS,
    HUMIDITY,
    LIFT,
    LONGWAVE,
    NIGHT,
    NODES,
    PRECIP,
    PRESSURE,
    ROWS,
    SKY,
    SLOPE,
    SNOW_SHARE,
    STORE,
    SUN_AZIMUTH,
    SUN_UP,
    WATERS_OF,
    WIND,
    Floats,
    Ground,
    KeptHours,
    SiteConstants,
    SiteForcing,
    SiteState,
    descend,
    eliminate,
    fold,
    keep,
    put_back,
    taken_out,
)
from models.road.water import after_traffic, freeze, freezing_point, melt


@inlined
def local_air(p: Physics, air: Floats, w: Floats, s: int, k: int) -> tuple[float, float]:
    """Air temperature [°C] and humidity 0 to 1 at a segment: by height, colder in hollows on calm clear nights."""
    pool = min(p.pool_most_k, p.pool_k_m * w[FACTS, HOLLOW]) * air[CALM, s, k]
    lifted = p.lapse_k_m * w[FACTS, LIFT] * (1.0 - air[CALM, s, k])
    return air[AIR_C, s, k] + lifted - pool, min(1.0, air[HUMIDITY, s, k])


@inlined
def falling(p: Physics, air: Floats, s: int, k: int, air_c: float, humidity: float) -> tuple[float, float]:
    """Rain and snow [mm/h]: as the forecast says, or by the phase rule."""
    if air[PRECIP, s, k] <= 0.0:
        return 0.0, 0.0
    share = air[SNOW_SHARE, s, k]
    if math.isnan(share):
        share = 1.0 - rain_share(air_c, humidity, p.rain_earlier_k)
    return air[PRECIP, s, k] * (1.0 - share), air[PRECIP, s, k] * share


@inlined
def received(p: Physics, air: Floats, w: Floats, s: int, k: int, air_c: float) -> tuple[float, float]:
    """Sun and long wave that reach a segment [W/m²], with shade, slope, sky view and what its surroundings give."""
    sky, diffuse, direct = w[FACTS, SKY], air[DIFFUSE, s, k], air[DIRECT, s, k]
    around = (1.0 - sky) * p.albedo_around * (diffuse + direct)
    sun = 0.0
    height, azimuth = air[SUN_UP, s, k], air[SUN_AZIMUTH, s, k]
    if direct > 0.0 and height > horizon_at(w, azimuth):
        sun = direct * tilted(height, azimuth, w[FACTS, SLOPE], w[FACTS, ASPECT])
    long = sky * air[LONGWAVE, s, k] + (1.0 - sky) * SIGMA * (air_c + ZERO_C) ** 4
    return sun + sky * diffuse + around, long


@inlined
def albedo(p: Physics, w: Floats) -> float:
    """Of the surface: rises with snow as in METRo (Crevier and Delage 2001) and with ice and frost as in RoadSurf."""
    snow = (w[STORE, SNOW] - p.albedo_from_mm) / (p.albedo_full_mm - p.albedo_from_mm)
    ice = (w[STORE, ICE] + w[STORE, DEPOSIT]) / p.albedo_ice_mm
    return p.albedo_dry + (p.albedo_snow - p.albedo_dry) * min(1.0, max(0.0, snow, ice))


@inlined
def film_share(p: Physics, water_mm: float) -> float:
    """Share of the surface that water wets: all of it, or as a film of ``film_mm`` (Masson 2000)."""
    return 1.0 if p.film_mm <= 0.0 else min(1.0, (water_mm / p.film_mm) ** (2.0 / 3.0))


@inlined
def vapour_source(p: Physics, w: Floats, surface_c: float) -> tuple[int, float, float]:
    """Which store gives vapour, how much it holds [mm] and the wet share of the surface.

    Frost first, then snow and ice where it freezes; water first where it thaws.
    """
    if surface_c > 0.0 and w[STORE, WATER] > 0.0:
        return WATER, w[STORE, WATER], film_share(p, w[STORE, WATER])
    if w[STORE, DEPOSIT] > 0.0:
        return DEPOSIT, w[STORE, DEPOSIT], 1.0
    if w[STORE, SNOW] > 0.0:
        return SNOW, w[STORE, SNOW], 1.0
    if w[STORE, ICE] > 0.0:
        return ICE, w[STORE, ICE], 1.0
    return WATER, w[STORE, WATER], film_share(p, w[STORE, WATER])


@inlined
def meet(
    a: float,
    b: float,
    guess: float,
    gain: float,
    emissivity: float,
    heat: float,
    air_c: float,
    mass: float,
    dry_hpa: float,
    pressure: float,
    held: float,
    wet: float,
    source: int,
    dt: float,
) -> tuple[float, float, float, float, float, float, float]:
    """The surface temperature at which a T = b + fluxes(T), by Newton's method.

    ``gain`` fluxes that do not depend on T [W/m²], ``heat`` [W/m²/K], ``mass`` [kg/m²/s], ``dry_hpa`` vapour
    pressure of the air, ``held`` what may evaporate [mm]. Gives T, the slope of the balance with evaporation held
    fast [W/m²/K], what is radiated and convected [W/m²], vapour that leaves [mm] and its latent heat [J/kg].
    """
    t = guess
    for _ in range(2):
        frozen = t < 0.0
        e = saturation_hpa(t, frozen)
        per = 0.622 * mass / pressure
        leaves = e > dry_hpa
        latent = LATENT_SUBLIMATION if (source != WATER if leaves else frozen) else LATENT_VAPOUR
        wetted = wet if leaves else 1.0
        vapour = wetted * per * (e - dry_hpa)
        growth = wetted * per * e * saturation_slope(t, pressure, frozen)
        if vapour * dt > held:
            vapour, growth = held / dt, 0.0
        kelvin = t + ZERO_C
        out = emissivity * SIGMA * kelvin**4
        f = gain - out + heat * (air_c - t) - latent * vapour
        slope = 4.0 * out / kelvin + heat
        new = (b + f + (slope + latent * growth) * t) / (a + slope + latent * growth)
        vapour += growth * (new - t)
        out += 4.0 * out / kelvin * (new - t)
        t = new
    if vapour * dt > held:
        # the last turn of Newton's method went past what lies there: the balance once more with that alone
        t -= latent * (held / dt - vapour) / (a + slope)
        out += (slope - heat) * (t - new)
        vapour = held / dt
    return t, a + slope, out, slope - heat, heat * (air_c - t), vapour * dt, latent


@inlined
def exchange_vapour(w: Floats, source: int, vapour: float, surface_c: float) -> None:
    """Books vapour that left (positive) or came (negative) [mm] to its store."""
    if vapour >= 0.0:
        w[STORE, source] = max(0.0, w[STORE, source] - vapour)
        w[WATERS_OF, EVAPORATED + source] += vapour
    elif surface_c < 0.0:
        w[STORE, DEPOSIT] -= vapour
        w[WATERS_OF, FROST] -= vapour
    else:
        w[STORE, WATER] -= vapour
        w[WATERS_OF, DEW] -= vapour


@inlined
def take_in(p: Physics, w: Floats, rain: float, snow: float, air_c: float, wind: float) -> None:
    """Lays rain and snow of a step [mm] on a segment."""
    if snow > 0.0:
        depth = w[STORE, SNOW] / w[FACTS, DENSITY] + snow / fresh_density(air_c, wind, p.packing_from_m_s)
        w[FACTS, DENSITY] = (w[STORE, SNOW] + snow) / depth
        w[STORE, SNOW] += snow
        w[WATERS_OF, SNOWFALL] += snow
    w[STORE, WATER] += rain
    w[WATERS_OF, RAIN] += rain


@inlined
def step(p: Physics, air: Floats, w: Floats, s: int, k: int, fade: float, wanted: float) -> None:
    """One step of one segment: changes its state and adds to its books."""
    dt = p.dt_s
    air_c, humidity = local_air(p, air, w, s, k)
    rain, snow = falling(p, air, s, k, air_c, humidity)
    rain, snow = rain * dt / 3600.0, snow * dt / 3600.0
    day = 1.0 - air[NIGHT, s, k]
    calm = p.calm_night_m_s + w[FACTS, CARS] * day * (p.calm_day_m_s - p.calm_night_m_s)
    wind = max(air[WIND, s, k], calm)
    take_in(p, w, rain, snow, air_c, wind)
    sun, long = received(p, air, w, s, k, air_c)
    sun *= 1.0 - albedo(p, w)
    cars = w[FACTS, CARS] * (p.traffic_night_w + day * (p.traffic_day_w - p.traffic_night_w))
    extra = w[FACTS, EXTRA] * fade
    start = w[COLUMN, 0]
    brought = (WATER_HEAT * rain + ICE_HEAT * snow) / dt * (air_c - start)
    moved = exchange(p, air_c, start, wind, p.rough_momentum_m, p.rough_heat_m)
    mass = exchanged_mass(p, moved, air_density(air_c, air[PRESSURE, s, k]))
    below = air_c if math.isnan(w[FACTS, DEEP]) else w[FACTS, DEEP]
    eliminate(w, below, dt)
    inertia, down = w[CAPACITY, 0] / dt, w[CONDUCTANCE, 0]
    a, b = inertia + down * (1.0 - w[ALPHA, 1]), inertia * start + down * w[BETA, 1]
    source, held, wet = vapour_source(p, w, start)
    gain = sun + p.emissivity * long + cars + extra + brought
    dry = humidity * saturation_hpa(air_c, False)
    t, stiff, out, out_slope, heat, vapour, latent = meet(
        a, b, start, gain, p.emissivity, mass * AIR_HEAT, air_c, mass, dry, air[PRESSURE, s, k], held, wet, source, dt
    )
    exchange_vapour(w, source, vapour, t)
    settled, given, changed = settle(p, w, wanted, t, stiff)
    w[ENERGY_OF, SUN] += sun * dt
    w[ENERGY_OF, LW_IN] += p.emissivity * long * dt
    w[ENERGY_OF, LW_OUT] -= (out + out_slope * (settled - t)) * dt
    w[ENERGY_OF, SENSIBLE] += (heat - mass * AIR_HEAT * (settled - t)) * dt
    w[ENERGY_OF, LATENT] -= latent * vapour
    w[ENERGY_OF, TRAFFIC] += cars * dt
    w[ENERGY_OF, CORRECTION] += extra * dt
    w[ENERGY_OF, PRECIPITATION] += brought * dt
    w[ENERGY_OF, PHASE] += changed * LATENT_FUSION
    w[ENERGY_OF, IMPOSED] += given * dt
    w[ENERGY_OF, STORED] += descend(w, settled)
    w[ENERGY_OF, BOTTOM] += w[FACTS, BELOW] * (below - w[COLUMN, NODES - 1]) * dt
    fed = rain + snow + max(0.0, -vapour) > 0.0
    after_traffic(p, w, fed)


@inlined
def settle(p: Physics, w: Floats, wanted: float, t: float, stiff: float) -> tuple[float, float, float]:
    """The surface temperature after an observation (``wanted``, NaN = none) is imposed, and ice melted or water froze.

    ``stiff`` is what a kelvin of it costs [W/m²/K]. Gives it [°C], what was imposed [W/m²] and what froze [mm].
    An observation is the mean of the upper two nodes, as is the surface temperature that is given out.
    """
    forced = not math.isnan(wanted)
    upper = (2.0 * wanted - w[BETA, 1]) / (1.0 + w[ALPHA, 1]) if forced else t
    given, t = (upper - t) * stiff, upper
    point = freezing_point(p, w)
    mm_per_k = stiff * p.dt_s / LATENT_FUSION
    above = t - point - (p.melt_c - p.freeze_c)
    changed = -melt(w, above * mm_per_k) if above > 0.0 else freeze(p, w, (point - t) * mm_per_k)
    t += changed / mm_per_k
    if forced:
        given, t = given + (upper - t) * stiff, upper
    return t, given, changed


@compiled
def run_one(
    p: Physics,
    air: Floats,
    place: SiteConstants,
    ground: Ground,
    drive: SiteForcing,
    state: SiteState,
    i: int,
    first: int,
    steps: int,
    every: int,
    kept: KeptHours,
) -> None:
    """All steps of one segment."""
    w = np.empty((ROWS, HORIZONS))
    taken_out(w, place, ground, drive, state, i)
    fold(w, p.dt_s)
    fade, imposed = drive.fade, drive.imposed
    s, row = place.weather_of[i], drive.imposed_of[i]
    for n in range(steps):
        k = first + n
        wanted = imposed[row, k] if row >= 0 else math.nan
        step(p, air, w, s, k, fade[k], wanted)
        if (n + 1) % every == 0:
            keep(w, kept, i, n // every, len(WATERS))
    put_back(w, state, kept, i)


@threaded
def run_road(
    p: Physics,
    air: Floats,
    place: SiteConstants,
    ground: Ground,
    drive: SiteForcing,
    state: SiteState,
    rows: tuple[int, int],
    first: int,
    steps: int,
    every: int,
    kept: KeptHours,
) -> None:
    """Runs ``steps`` from ``first`` for segments ``rows[0]`` to ``rows[1]``, and writes ``kept``."""
    for i in range(rows[0], rows[1]):
        run_one(p, air, place, ground, drive, state, i, first, steps, every, kept)
