"""One zone of a heated building, hour by hour: its air, its heavy parts, what its heaters still give, its thermostat.

``air``' = ie (mass - air) + (ia + v fan) (outdoor - air) + s sun + p people + b given, and
``mass``' = r ie (air - mass) + ea (outdoor - mass), in kelvins an hour. What the heaters give follows the opened valve
with a lag, and full heat is b (1 + c (-outdoor) / 10). The valve opens by how far the air of the hour is under the
set-point, fully at ``band`` [K]: u = clip((set + off - air) / band, 0, 1). The structure is the two-mass building of
Bacher and Madsen 2011 (Energy and Buildings 43), with a thermostat.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from city.compiled import compiled

Floats = npt.NDArray[np.floating[Any]]
PARTS = 4
"""Steps in an hour: quick air heating reaches its set-point within one."""


@compiled
def capacity(rates: Floats, outdoor: float) -> float:
    """What full heat gives beside what it gives at 0 °C outdoors: heating curves give more in the cold."""
    return float(max(0.3, 1.0 - rates[6] * outdoor / 10.0))


@compiled
def capacities(rates: Floats, outdoor: Floats) -> Floats:
    """(n,) the same of each hour."""
    out = np.empty(len(outdoor))
    for hour in range(len(outdoor)):
        out[hour] = capacity(rates, outdoor[hour])
    return out


@compiled
def step(
    state: Floats, rates: Floats, outdoor: float, sun: float, people: float, fan: float, set_c: float, heat: float
) -> float:
    """One hour in quarters: changes ``state`` (3,) and gives the mean opening of the valve, 0 to 1.

    ``rates`` (13,) as ``natural`` gives them; ``sun`` [100 W/m²], ``people`` and ``fan`` 0 to 1. ``heat``, where it is
    a number, is the opening that was metered; else the thermostat decides by ``set_c`` [°C].
    """
    air, mass, given = state[0], state[1], state[2]
    part = 1.0 / PARTS
    full = rates[5] * capacity(rates, outdoor) * part
    gains = (rates[8] * sun + rates[9] * people) * part
    out = (rates[2] + rates[4] * fan) * part
    gain = full * (1.0 - rates[7])
    total = 0.0
    for _ in range(PARTS):
        flow = rates[0] * part * (mass - air)
        without = air + flow + out * (outdoor - air) + gains + full * rates[7] * given
        if np.isnan(heat):
            wanted = (set_c + rates[10] - 0.5 * (air + without)) / (rates[11] + 0.5 * gain)
            opened = min(1.0, max(0.0, wanted))
        else:
            opened = heat
        mass = mass - rates[3] * flow + rates[1] * part * (outdoor - mass)
        air = without + gain * opened
        given = rates[7] * given + (1.0 - rates[7]) * opened
        total += opened
    state[0] = min(60.0, max(-40.0, air))
    state[1] = min(60.0, max(-40.0, mass))
    state[2] = given
    return total * part


@compiled
def observed(
    measured: Floats, drivers: Floats, rates: Floats, first_mass: float, states: Floats, openings: Floats
) -> None:
    """Fills ``states`` (n, 3) of every hour, temperature of air and of what is heavy [°C] and share of full heat that
    is given, led by what was measured (n,), NaN where not, and ``openings`` (n,).

    ``drivers`` (6, n): outdoor, sun, people, fan, set-point, metered opening (NaN where the thermostat decides).
    """
    now = np.zeros(3)
    now[0], now[1] = measured[0], first_mass
    if np.isnan(now[0]):
        now[0] = first_mass
    for hour in range(len(measured)):
        if not np.isnan(measured[hour]):
            miss = measured[hour] - now[0]
            now[0] = measured[hour]
            now[1] += rates[12] * miss
        states[hour] = now
        one = drivers[:, hour]
        openings[hour] = step(now, rates, one[0], one[1], one[2], one[3], one[4], one[5])


@compiled
def paths(
    states: Floats, starts: npt.NDArray[np.int64], drivers: Floats, rates: Floats, out: Floats, openings: Floats
) -> None:
    """Fills ``out`` (n_starts, horizon), the air at the end of each hour from each start on, without readings [°C], and
    ``openings`` alike, the mean of the valve over the hour."""
    now = np.zeros(3)
    for row in range(len(starts)):
        now[:] = states[starts[row]]
        for ahead in range(out.shape[1]):
            one = drivers[:, starts[row] + ahead]
            openings[row, ahead] = step(now, rates, one[0], one[1], one[2], one[3], one[4], one[5])
            out[row, ahead] = now[0]


@compiled
def run(state: Floats, rates: Floats, drivers: Floats, air: Floats, openings: Floats) -> None:
    """From ``state`` (3,), which stays, over ``drivers`` (6, n): fills ``air`` (n + 1,), the temperature at the begin
    of each hour and at the end, and ``openings`` (n,)."""
    now = state.copy()
    air[0] = now[0]
    for hour in range(drivers.shape[1]):
        one = drivers[:, hour]
        openings[hour] = step(now, rates, one[0], one[1], one[2], one[3], one[4], one[5])
        air[hour + 1] = now[0]


PARAMETERS = (
    "air_mass", "mass_outdoor", "air_outdoor", "mass_ratio", "ventilation", "heating", "capacity_in_cold", "lag", "sun",
    "people", "offset", "band", "observer",
)  # fmt: skip
"""In their order, as they are fitted; rates are for an hour."""
_AS_LOGS = {"air_mass", "mass_outdoor", "air_outdoor", "mass_ratio", "heating", "band"}
_LOGS = np.array([name in _AS_LOGS for name in PARAMETERS])


def natural(fitted: Floats) -> Floats:
    """(13,) the rates that ``step`` takes, from the parameters as they are fitted."""
    rates = np.where(_LOGS, np.exp(np.where(_LOGS, fitted, 0.0)), fitted)
    rates[7] = max(0.0, rates[7]) ** (1.0 / PARTS)
    return rates
