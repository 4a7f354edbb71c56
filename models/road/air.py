"""What the air does at a surface: humidity, turbulence, sun, sky and the phase of what falls. Compiled, scalar."""

from __future__ import annotations

import math

from city.compiled import inlined
from models.road.physics import AIR_HEAT, ZERO_C, Physics
from models.road.segment import HORIZON, HORIZONS, Floats

TURN = 2.0 * math.pi


@inlined
def saturation_hpa(temp_c: float, over_ice: bool) -> float:
    """Saturation vapour pressure [hPa], Magnus: WMO-No. 8 (2018), annex 4.B."""
    if over_ice:
        return 6.112 * math.exp(22.46 * temp_c / (272.62 + temp_c))
    return 6.112 * math.exp(17.62 * temp_c / (243.12 + temp_c))


@inlined
def saturation_slope(temp_c: float, pressure_hpa: float, over_ice: bool) -> float:
    """d(ln e)/dT of ``saturation_hpa`` [1/K]."""
    if over_ice:
        return 22.46 * 272.62 / (272.62 + temp_c) ** 2
    return 17.62 * 243.12 / (243.12 + temp_c) ** 2


@inlined
def rain_share(air_c: float, humidity: float, earlier_k: float) -> float:
    """Share of precipitation that is rain, 0, 0.5 or 1, from air temperature and humidity 0 to 1: RoadSurf, but so many
    kelvin colder.

    P(rain) = 1 / (1 + exp(22 - 2.7 T - 0.2 RH)); under 0.3 snow, over 0.7 rain, half and half between.
    """
    rain = 1.0 / (1.0 + math.exp(min(60.0, max(-60.0, 22.0 - 2.7 * (air_c + earlier_k) - 20.0 * humidity))))
    return 0.0 if rain < 0.3 else (1.0 if rain > 0.7 else 0.5)


@inlined
def fresh_density(air_c: float, wind_m_s: float, calm_m_s: float) -> float:
    """Density of fresh snow [kg/m³] by air temperature and wind: Pahaut 1976 as in Vionnet et al. 2012, 50 to 300, but
    with the wind's term from ``calm_m_s`` on: 109 + 6 T + 26 (sqrt(U) - sqrt(calm))."""
    packing = max(0.0, math.sqrt(wind_m_s) - math.sqrt(calm_m_s))
    return min(300.0, max(50.0, 109.0 + 6.0 * air_c + 26.0 * packing))


@inlined
def exchange(p: Physics, air_c: float, surface_c: float, wind: float, rough: float, rough_heat: float) -> float:
    """Transfer coefficient of heat times wind [m/s] in the stability of the lowest ``air_height_m``.

    RoadSurf's equations (u* = k U / (Lm + Psi_m), C = k u* / (Lh + Psi_h), zeta from H and u*) without their
    iteration, which can diverge. Stable, Psi = 4.7 zeta for both: put into each other they are a quadratic in zeta
    with the bulk Richardson number, solved exactly; zeta at most 1, after which Psi stays (Webb 1970). Unstable:
    zeta = Ri Lm^2 / Lh, the first round of the iteration; Psi_h = -2 ln((1 + sqrt(1 - 16 zeta)) / 2), Psi_m 0.6 of it.
    """
    lm = math.log((p.wind_height_m + rough) / rough)
    lh = math.log((p.air_height_m + rough_heat) / rough_heat)
    richardson = 9.81 * p.air_height_m * (air_c - surface_c) / ((air_c + ZERO_C) * wind * wind)
    if richardson >= 0.0:
        psi = p.stable_slope * stable_zeta(richardson, lm, lh, p.stable_slope)
        return 0.16 * wind / ((lm + psi) * (lh + psi))
    zeta = max(-5.0, richardson * lm * lm / lh)
    psi = -2.0 * math.log((1.0 + math.sqrt(1.0 - 16.0 * zeta)) / 2.0)
    return 0.16 * wind / ((lm + 0.6 * psi) * (lh + psi))


@inlined
def stable_zeta(richardson: float, lm: float, lh: float, b: float) -> float:
    """The root of zeta (Lh + b zeta) = Ri (Lm + b zeta)^2, 0 to 1."""
    square, line = b - b * b * richardson, lh - 2.0 * b * lm * richardson
    if square <= 1e-9:
        return 1.0
    root = line * line + 4.0 * square * richardson * lm * lm
    return min(1.0, (math.sqrt(root) - line) / (2.0 * square))


@inlined
def air_density(air_c: float, pressure_hpa: float) -> float:
    """Of dry air [kg/m³]: p / (287.05 T)."""
    return 100.0 * pressure_hpa / (287.05 * (air_c + ZERO_C))


@inlined
def exchanged_mass(p: Physics, moved: float, density: float) -> float:
    """Air that meets the surface [kg/m²/s], never less than carries the windless exchange of heat."""
    return max(density * moved, p.windless_w_m2_k / AIR_HEAT)


@inlined
def horizon_at(w: Floats, azimuth: float) -> float:
    """Horizon angle [rad] towards ``azimuth`` [rad from north], linear between the 36 of a segment's table."""
    place = azimuth / TURN * HORIZONS
    low = math.floor(place)
    share = place - low
    return (1.0 - share) * w[HORIZON, low % HORIZONS] + share * w[HORIZON, (low + 1) % HORIZONS]


@inlined
def tilted(elevation: float, azimuth: float, slope: float, aspect: float) -> float:
    """Direct sun on a slope over that on level ground; 0 behind it, at most 5 near the horizon.

    cos i / sin h with cos i = cos b sin h + sin b cos h cos(A - aspect), all angles [rad].
    """
    up = math.sin(elevation)
    facing = math.cos(slope) * up + math.sin(slope) * math.cos(elevation) * math.cos(azimuth - aspect)
    return min(5.0, max(0.0, facing / max(up, 0.02)))
