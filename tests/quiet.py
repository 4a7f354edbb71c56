"""Quiet nights that are generated: nothing falls that asks for work, and sensors say what sensors say: their noise, a
zero that drifts, and one that is broken."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import timedelta

from city.entities import Device, Forecast, ForecastStep, Reading
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.seed import seed as seed_limits
from tests.unit.planner.snapshots import AT, HOUR, SOUTH, WEST, snow_snapshot

EVERY = timedelta(minutes=10)
BROKEN = ("stuck", "spikes", "jump", "runaway", "silent", "full")
"""How the broken sensor is broken."""


def quiet_night(number: int) -> SnowSnapshot:
    """A quiet night: dry and cold, dry and mild, or rain over a road that stays warm; three to eight sensors."""
    chance = random.Random(f"quiet/{number}")
    devices = tuple(_device(n, chance) for n in range(chance.randint(3, 8)))
    broken = chance.choice(devices).id
    said = tuple(row for device in devices for row in _said(device, device.id == broken, chance))
    return snow_snapshot(thresholds=tuple(seed_limits()), forecasts=(_weather(chance),), devices=devices, readings=said)


def _device(number: int, chance: random.Random) -> Device:
    lon, lat = WEST + chance.uniform(-0.002, 0.010), SOUTH + chance.uniform(-0.002, 0.006)
    return Device(f"sno-{number}", f"Snödjup {number}", "snow", lon, lat, interval_s=600.0, last_time=AT - 0.1 * HOUR)


def _weather(chance: random.Random) -> Forecast:
    """The day behind and the day ahead: dry air, or a cloudy sky well above freezing with rain."""
    rain = chance.random() < 0.2
    mean = chance.uniform(5.0, 9.0) if rain else chance.uniform(-18.0, 6.0)
    humidity, cloud = (92.0, 1.0) if rain else (chance.uniform(30.0, 55.0), chance.random())
    wind, swing = chance.uniform(1.0, 8.0), 0.5 if rain else chance.uniform(0.5, 4.0)
    steps = []
    for hour in range(-25, 48):
        begins = AT + hour * HOUR
        temp = mean + swing * math.cos((hour - 11) / 24.0 * 2.0 * math.pi)
        wet = chance.choice([0.0, 0.4, 1.0]) if rain else 0.0
        steps.append(ForecastStep(begins, begins + HOUR, temp, wet, humidity_pct=humidity, cloud=cloud, wind_m_s=wind))
    return Forecast("made", WEST, SOUTH, AT - HOUR / 2, tuple(steps))


def _said(device: Device, broken: bool, chance: random.Random) -> Iterator[Reading]:
    """A day of readings in millimetres: noise of 1 to 7 mm, a zero within a centimetre, as much by time of day."""
    noise, zero, swing = chance.uniform(0.1, 0.7), chance.uniform(-1.0, 1.0), chance.uniform(-0.8, 0.8)
    how = chance.choice(BROKEN) if broken else ""
    since, size = AT - chance.uniform(2.0, 20.0) * HOUR, chance.uniform(4.0, 40.0)
    at = AT - 24 * HOUR + chance.uniform(0.0, 600.0) * timedelta(seconds=1)
    while at < AT:
        day = (at - AT) / HOUR / 24.0 * 2.0 * math.pi
        cm = zero + swing * math.sin(day) + noise * chance.gauss(0.0, 1.0)
        value = _broken(how, cm, (at - since) / HOUR, size, chance)
        if value is not None:
            yield Reading(device.id, "snow_depth", "cm", at, round(max(-2.0, value), 1))
        at += EVERY


def _broken(how: str, cm: float, hours: float, size: float, chance: random.Random) -> float | None:
    """What a sensor says that is broken for so many hours; None: nothing."""
    if how == "spikes" and chance.random() < 0.15:
        return chance.uniform(5.0, 400.0)
    if hours < 0.0 or how in {"", "spikes"}:
        return cm
    if how == "runaway":
        return cm + hours * size / 20.0
    return {"stuck": size / 4.0, "jump": cm + size, "silent": None, "full": 400.0}[how]
