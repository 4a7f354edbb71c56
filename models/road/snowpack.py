"""Snow on natural ground: up to three layers over the soil column, no traffic, no cap, no plough. Compiled.

After FSM (Essery 2015, GMD 8, 3867), written anew: albedo ages and is refreshed, snow settles, conducts by its density,
holds some water in its pores, freezes it again and lets the rest run off. Books: the enthalpy of a layer is that of
its ice against ice at 0 °C plus the heat of fusion of its water, so that phase changes need no term of their own.
Not followed: frozen soil water, drifting, what hangs on trees.
"""

from __future__ import annotations

import math

import numpy as np

from city.compiled import compiled, threaded
from models.road.air import air_density, exchange, exchanged_mass, fresh_density, saturation_hpa
from models.road.balance import falling, film_share, local_air, meet, received
from models.road.physics import (
    AIR_HEAT,
    BOTTOM,
    CORRECTION,
    DEW,
    EVAPORATED,
    FROST,
    ICE_HEAT,
    LATENT,
    LATENT_FUSION,
    LW_IN,
    LW_OUT,
    PRECIPITATION,
    RAIN,
    RUN_OFF,
    SENSIBLE,
    SNOW,
    SNOWFALL,
    STORED,
    SUBLIMED_SNOW,
    SUN,
    WATER,
    WATERS,
    Physics,
)
from models.road.segment import (
    BELOW,
    CAPACITY,
    COLUMN,
    CONDUCTANCE,
    DEEP,
    DENSITY,
    ENERGY_OF,
    EXTRA,
    FACTS,
    HORIZONS,
    NODES,
    PRESSURE,
    ROWS,
    STORE,
    WATERS_OF,
    WIND,
    Floats,
    Ground,
    KeptHours,
    SiteConstants,
    SiteForcing,
    SiteState,
    keep,
    put_back,
    taken_out,
)

LAYERS = 3
THICK, FROZEN, LIQUID, COLD, HEAT = range(5)
"""Rows of a pack (5, 3): thickness [m], ice and water [mm], temperature [°C]; HEAT is room for sums."""


@compiled
def conductivity(p: Physics, s: Floats, j: int) -> float:
    """Of layer ``j`` [W/m/K]: Yen 1981, as in FSM."""
    return p.ice_conductivity * ((s[FROZEN, j] + s[LIQUID, j]) / s[THICK, j] / 1000.0) ** 1.88


@compiled
def aged(p: Physics, old: float, melting: bool, snow: float) -> float:
    """Albedo of snow after a step with ``snow`` [mm] of snowfall: FSM's prognostic albedo."""
    rate = p.dt_s / 3600.0 / (p.melt_age_h if melting else p.cold_age_h)
    fresh = snow / p.refresh_mm
    limit = (p.old_albedo * rate + p.fresh_albedo * fresh) / (rate + fresh)
    return limit + (old - limit) * math.exp(-rate - fresh)


@compiled
def fold_all(w: Floats, s: Floats, solve: Floats, g: Floats, below_c: float, dt: float, count: int, p: Physics) -> None:
    """Eliminates ground and ``count`` snow layers from the bottom up: T_j = solve[0, j] T_(j-1) + solve[1, j].

    ``g`` (16,) conductance from each node up [W/m²/K]; snow first, then ground.
    """
    for j in range(count):
        resistance = 0.5 * s[THICK, j] / conductivity(p, s, j)
        g[j] = 1.0 / (resistance + (0.5 * s[THICK, j - 1] / conductivity(p, s, j - 1) if j else 0.0))
    if count:
        g[count] = 2.0 * conductivity(p, s, count - 1) / s[THICK, count - 1]
    for j in range(1, NODES):
        g[count + j] = w[CONDUCTANCE, j - 1]
    down, from_down = w[FACTS, BELOW], w[FACTS, BELOW] * below_c
    for j in range(count + NODES - 1, -1, -1):
        ground = j >= count
        capacity = w[CAPACITY, j - count] if ground else ICE_HEAT * s[FROZEN, j]
        old = w[COLUMN, j - count] if ground else s[COLD, j]
        d = capacity / dt + g[j] + down
        solve[0, j] = g[j] / d
        solve[1, j] = (capacity / dt * old + from_down) / d
        down, from_down = g[j] * (1.0 - solve[0, j]), g[j] * solve[1, j]


@compiled
def enthalpy(s: Floats) -> float:
    """Of the whole pack [J/m²]."""
    total = 0.0
    for j in range(LAYERS):
        total += ICE_HEAT * s[FROZEN, j] * s[COLD, j] + LATENT_FUSION * s[LIQUID, j]
    return total


@compiled
def lay_snow(s: Floats, count: int, snow: float, temp_c: float, density: float) -> int:
    """New snow [mm] on the top layer, the first of a pack where there is none; gives the number of layers."""
    count = max(count, 1)
    heat = s[FROZEN, 0] * s[COLD, 0] + snow * temp_c
    s[FROZEN, 0] += snow
    s[COLD, 0] = heat / s[FROZEN, 0]
    s[THICK, 0] += snow / density
    return count


@compiled
def lose_ice(s: Floats, j: int, ice: float) -> None:
    """Takes ice [mm] out of a layer, which becomes thinner by its share."""
    s[THICK, j] *= max(0.0, 1.0 - ice / (s[FROZEN, j] + 1e-300))
    s[FROZEN, j] = max(0.0, s[FROZEN, j] - ice)


@compiled
def melt_from_top(s: Floats, count: int, energy: float) -> float:
    """Melts with ``energy`` [J/m²] from the top down; gives what is left of it."""
    for j in range(count):
        need = LATENT_FUSION - ICE_HEAT * s[COLD, j]
        ice = min(s[FROZEN, j], energy / need)
        lose_ice(s, j, ice)
        s[LIQUID, j] += ice
        energy -= ice * need
    return energy


@compiled
def melt_within(s: Floats, count: int) -> float:
    """Layers over 0 °C melt by what they hold; gives the heat of those that melt away [J/m²]."""
    left = 0.0
    for j in range(count):
        if s[COLD, j] > 0.0:
            heat = ICE_HEAT * s[FROZEN, j] * s[COLD, j]
            ice = min(s[FROZEN, j], heat / LATENT_FUSION)
            lose_ice(s, j, ice)
            s[LIQUID, j] += ice
            s[COLD, j] = 0.0
            left += heat - ice * LATENT_FUSION
    return left


@compiled
def percolate(p: Physics, s: Floats, count: int, rain: float) -> float:
    """Water down through the pores, frozen where it is cold; gives what leaves at the bottom [mm]."""
    flow = rain
    for j in range(count):
        s[LIQUID, j] += flow
        room = 1000.0 * p.held_share * max(0.0, s[THICK, j] - s[FROZEN, j] / p.ice_density)
        flow = max(0.0, s[LIQUID, j] - room)
        s[LIQUID, j] -= flow
        ice = min(s[LIQUID, j], -ICE_HEAT * s[FROZEN, j] * s[COLD, j] / LATENT_FUSION)
        if ice > 0.0:
            heat = ICE_HEAT * s[FROZEN, j] * s[COLD, j] + LATENT_FUSION * ice
            s[FROZEN, j] += ice
            s[LIQUID, j] -= ice
            s[COLD, j] = heat / (ICE_HEAT * s[FROZEN, j])
    return flow


@compiled
def compact(p: Physics, s: Floats, count: int) -> None:
    """Layers settle towards the density of cold or of melting snow: Verseghy 1991."""
    for j in range(count):
        mass = s[FROZEN, j] + s[LIQUID, j]
        if s[THICK, j] > 0.0 and mass > 0.0:
            density = mass / s[THICK, j]
            goal = p.dense_wet if s[COLD, j] >= 0.0 else p.dense_dry
            density += max(0.0, goal - density) * (1.0 - math.exp(-p.dt_s / 3600.0 / p.settle_h))
            s[THICK, j] = mass / min(density, p.ice_density)


@compiled
def cut(s: Floats, old: Floats, upper_m: float = 0.1, second_m: float = 0.2) -> int:
    """Cuts the pack anew: 0.1 m, 0.2 m and the rest (FSM); mass and heat go with the thickness. Gives the layers."""
    depth = s[THICK, 0] + s[THICK, 1] + s[THICK, 2]
    if depth <= 0.0:
        return 0
    old[:] = s
    s[:] = 0.0
    first = upper_m if depth > 2.0 * upper_m else depth
    second = min(depth - first, second_m if depth > first + 2.0 * second_m else depth)
    s[THICK, 0], s[THICK, 1], s[THICK, 2] = first, second, max(0.0, depth - first - second)
    top_new = 0.0
    for j in range(LAYERS):
        top_old = 0.0
        for i in range(LAYERS):
            low = min(top_new + s[THICK, j], top_old + old[THICK, i])
            share = max(0.0, low - max(top_new, top_old)) / (old[THICK, i] + 1e-300)
            s[FROZEN, j] += share * old[FROZEN, i]
            s[LIQUID, j] += share * old[LIQUID, i]
            s[HEAT, j] += share * old[FROZEN, i] * old[COLD, i]
            top_old += old[THICK, i]
        s[COLD, j] = s[HEAT, j] / s[FROZEN, j] if s[FROZEN, j] > 0.0 else 0.0
        top_new += s[THICK, j]
    return 3 if s[THICK, 2] > 0.0 else (2 if s[THICK, 1] > 0.0 else 1)


@compiled
def book_vapour(w: Floats, s: Floats, count: int, vapour: float, surface_c: float) -> None:
    """Books what evaporated (positive) or settled [mm], with the heat that the mass itself carries."""
    if count == 0:
        w[STORE, WATER] -= vapour
        w[WATERS_OF, EVAPORATED if vapour > 0.0 else (FROST if surface_c < 0.0 else DEW)] += abs(vapour)
    elif vapour > 0.0:
        lose_ice(s, 0, vapour)
        w[WATERS_OF, SUBLIMED_SNOW] += vapour
        w[ENERGY_OF, PRECIPITATION] -= ICE_HEAT * vapour * s[COLD, 0]
    else:
        density = (s[FROZEN, 0] + s[LIQUID, 0]) / s[THICK, 0]
        cold = s[COLD, 0]
        lay_snow(s, count, -vapour, cold, density)
        w[WATERS_OF, FROST] -= vapour
        w[ENERGY_OF, PRECIPITATION] -= ICE_HEAT * vapour * cold


@compiled
def weathered(
    p: Physics, air: Floats, w: Floats, s: Floats, solve: Floats, g: Floats, count: int, k: int, z: int, fade: float,
    white: float, air_c: float, humidity: float,
) -> tuple[float, float]:  # fmt: skip
    """Solves surface, pack and ground; gives the surface [°C] and the energy that is there to melt snow [J/m²]."""
    dt, snowy = p.dt_s, count > 0
    hidden = math.tanh((s[THICK, 0] + s[THICK, 1] + s[THICK, 2]) / p.hidden_m)
    emissivity = hidden * p.snow_emissivity + (1.0 - hidden) * p.emissivity
    sun, long = received(p, air, w, z, k, air_c)
    sun *= 1.0 - hidden * white - (1.0 - hidden) * p.natural_albedo
    below = w[FACTS, DEEP]
    fold_all(w, s, solve, g, below, dt, count, p)
    old = w[COLUMN, 0]
    start = min(0.0, s[COLD, 0]) if snowy else old
    g0 = g[0] if snowy else w[CONDUCTANCE, 0]
    first = 0 if snowy else 1
    inertia = 0.0 if snowy else w[CAPACITY, 0] / dt
    a, b = inertia + g0 * (1.0 - solve[0, first]), inertia * old + g0 * solve[1, first]
    wind = max(air[WIND, z, k], p.calm_night_m_s)
    moved = exchange(p, air_c, start, wind, p.natural_rough_m, 0.1 * p.natural_rough_m)
    mass = exchanged_mass(p, moved, air_density(air_c, air[PRESSURE, z, k]))
    source, held = (SNOW, 0.9 * s[FROZEN, 0]) if snowy else (WATER, w[STORE, WATER])
    wet = 1.0 if snowy else film_share(p, held)
    extra = w[FACTS, EXTRA] * fade
    t, stiff, out, out_slope, heat, vapour, latent = meet(
        a, b, start, sun + emissivity * long + extra, emissivity, mass * AIR_HEAT, air_c, mass,
        humidity * saturation_hpa(air_c, False), air[PRESSURE, z, k], held, wet, source, dt,
    )  # fmt: skip
    settled = min(t, 0.0) if snowy else t
    energy = (t - settled) * stiff * dt
    book_vapour(w, s, count, vapour, t)
    w[ENERGY_OF, SUN] += sun * dt
    w[ENERGY_OF, LW_IN] += emissivity * long * dt
    w[ENERGY_OF, LW_OUT] -= (out + out_slope * (settled - t)) * dt
    w[ENERGY_OF, SENSIBLE] += (heat - mass * AIR_HEAT * (settled - t)) * dt
    w[ENERGY_OF, LATENT] -= latent * vapour
    w[ENERGY_OF, CORRECTION] += extra * dt
    upper = settled
    for j in range(first, count + NODES):
        upper = solve[0, j] * upper + solve[1, j]
        if j < count:
            s[COLD, j] = upper
        else:
            w[COLUMN, j - count] = upper
    if not snowy:
        w[COLUMN, 0] = settled
    w[ENERGY_OF, BOTTOM] += w[FACTS, BELOW] * (below - w[COLUMN, NODES - 1]) * dt
    return settled, energy


@compiled
def ground_heat(w: Floats) -> float:
    """Of the soil column against 0 °C [J/m²]."""
    total = 0.0
    for j in range(NODES):
        total += w[CAPACITY, j] * w[COLUMN, j]
    return total


@compiled
def natural_step(
    p: Physics, air: Floats, w: Floats, s: Floats, old: Floats, solve: Floats, g: Floats, z: int, k: int, fade: float,
    white: float,
) -> tuple[float, float]:  # fmt: skip
    """One step of one place; gives its surface temperature [°C] and the albedo of its snow."""
    before = enthalpy(s) + ground_heat(w)
    count = int(s[FROZEN, 0] > 0.0) + int(s[FROZEN, 1] > 0.0) + int(s[FROZEN, 2] > 0.0)
    air_c, humidity = local_air(p, air, w, z, k)
    rain, snow = falling(p, air, z, k, air_c, humidity)
    rain, snow = rain * p.dt_s / 3600.0, snow * p.dt_s / 3600.0
    w[WATERS_OF, RAIN] += rain
    if snow > 0.0:
        density = fresh_density(air_c, air[WIND, z, k], p.packing_from_m_s)
        count = lay_snow(s, count, snow, min(0.0, air_c), density)
        w[WATERS_OF, SNOWFALL] += snow
        w[ENERGY_OF, PRECIPITATION] += ICE_HEAT * snow * min(0.0, air_c)
    surface, energy = weathered(p, air, w, s, solve, g, count, k, z, fade, white, air_c, humidity)
    white = aged(p, white, surface >= 0.0, snow) if count else p.fresh_albedo
    if count:
        left = melt_from_top(s, count, energy) + melt_within(s, count)
        w[COLUMN, 0] += left / w[CAPACITY, 0]
        drained = percolate(p, s, count, rain)
        w[ENERGY_OF, PRECIPITATION] += LATENT_FUSION * (rain - drained)
        w[STORE, WATER] += drained
        compact(p, s, count)
        cut(s, old)
    else:
        w[STORE, WATER] += rain
    off = max(0.0, w[STORE, WATER] - p.cap_water_mm)
    w[STORE, WATER] -= off
    w[WATERS_OF, RUN_OFF] += off
    w[ENERGY_OF, STORED] += enthalpy(s) + ground_heat(w) - before
    return surface, white


@compiled
def natural_one(
    p: Physics, air: Floats, place: SiteConstants, ground: Ground, drive: SiteForcing, state: SiteState,
    pack: Floats, white: Floats, i: int, first: int, steps: int, every: int, kept: KeptHours,
) -> None:  # fmt: skip
    """All steps of one place; ``pack`` (n, 5, 3) and ``white`` (n,) are the snow's own state."""
    w, s, old = np.empty((ROWS, HORIZONS)), pack[i].copy(), np.empty((5, LAYERS))
    solve, g = np.empty((2, NODES + LAYERS)), np.zeros(NODES + LAYERS)
    taken_out(w, place, ground, drive, state, i)
    fade, z = drive.fade, place.weather_of[i]
    for n in range(steps):
        surface, white[i] = natural_step(p, air, w, s, old, solve, g, z, first + n, fade[first + n], white[i])
        if (n + 1) % every == 0:
            mass = s[FROZEN].sum() + s[LIQUID].sum()
            w[STORE, SNOW] = mass
            w[FACTS, DENSITY] = mass / s[THICK].sum() if mass > 0.0 else 100.0
            keep(w, kept, i, n // every, len(WATERS))
            kept.surface[i, n // every] = surface
    put_back(w, state, kept, i)
    pack[i] = s


@threaded
def run_natural(
    p: Physics, air: Floats, place: SiteConstants, ground: Ground, drive: SiteForcing, state: SiteState,
    pack: Floats, white: Floats, first: int, steps: int, every: int, kept: KeptHours,
) -> None:  # fmt: skip
    """Runs all places; as ``balance.run_road``."""
    for i in range(len(white)):
        natural_one(p, air, place, ground, drive, state, pack, white, i, first, steps, every, kept)
