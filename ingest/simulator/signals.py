"""What the town's devices send, and when: snow depth, air, fill levels through ChirpStack, indoor temperatures."""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from city.entities import Building, Device, Vessel
from ingest.publisher import Publication
from ingest.simulator.storm import Storm
from ingest.simulator.town import INDOOR_EVERY_S, LEVEL_EVERY_S, SNOW_EVERY_S, SimulatedTown

HOUR = timedelta(hours=1)
FULL_KW_M2, USUAL_AREA_M2 = 0.06, 2000.0
"""What a building's heaters give at most for each square metre, and the floor of one whose is not known."""


@dataclass(frozen=True)
class World:
    """The town, its storm, and from when one snow sensor is silent."""

    town: SimulatedTown
    storm: Storm
    zone: ZoneInfo
    seed: int
    silent_from: datetime

    def messages(self, start: datetime, end: datetime) -> Iterator[Publication]:
        """All messages from start to end, in order of time."""
        parts = [self._snow(device, start, end) for device in self.town.snow]
        parts.append(self._air(start, end))
        parts += [self._levels(vessel, start, end) for vessel in self.town.vessels]
        parts += [self._indoor(building, start, end) for building in self.town.buildings]
        return heapq.merge(*parts)

    def _snow(self, device: Device, start: datetime, end: datetime) -> Iterator[Publication]:
        """Depth with the sensor's own bias and noise; the last sensor falls silent."""
        chance = random.Random(f"{self.seed}/{device.id}")  # noqa: S311 - a made-up signal
        scale = chance.uniform(0.9, 1.1)
        silent = device == self.town.snow[-1]
        for at in _grid(start, end, SNOW_EVERY_S, device.id):
            if not (silent and at >= self.silent_from):
                noise = random.Random(f"{device.id}/{at}").gauss(0.0, 0.1)  # noqa: S311
                yield own(device.id, at, snow_depth=round(max(0.0, self.storm.depth_cm(at) * scale + noise), 1))

    def _air(self, start: datetime, end: datetime) -> Iterator[Publication]:
        for at in _grid(start, end, SNOW_EVERY_S, self.town.air.id):
            yield own(self.town.air.id, at, air_temperature=round(self.storm.temperature_c(at), 1))

    def _levels(self, vessel: Vessel, start: datetime, end: datetime) -> Iterator[Publication]:
        """Inflow by day with a rhythm, since the last emptying; before it a full cycle of its own."""
        if vessel.device is None or vessel.last_emptied is None:
            return
        chance = random.Random(f"{self.seed}/{vessel.id}")  # noqa: S311
        rate = chance.uniform(6.0, 30.0)
        for at in _grid(start, end, LEVEL_EVERY_S, vessel.device):
            days = (at - vessel.last_emptied).total_seconds() / 86_400
            days = days if days >= 0 else days + 4.0 * (1 + int(-days / 4.0))
            level = min(110.0, rate * days * (1.0 + 0.1 * chance.gauss(0.0, 0.3)) + 2.0)
            yield chirpstack(vessel.device, at, fill_level=round(max(0.0, level), 0), battery=92)

    def _indoor(self, building: Building, start: datetime, end: datetime) -> Iterator[Publication]:
        """A building that cools at night and warms from 05 on school days, each at its own pace, with the set-point
        that it follows and what it takes of heat."""
        if building.device is None:
            return
        chance = random.Random(f"{self.seed}/{building.id}")  # noqa: S311
        warms, loses = chance.uniform(0.7, 1.4), chance.uniform(0.010, 0.018)
        full_kw = FULL_KW_M2 * (building.area_m2 or USUAL_AREA_M2)
        temp, moment = 19.0, start - 24 * HOUR
        for at in _grid(start - 24 * HOUR, end, INDOOR_EVERY_S, building.device):
            local = at.astimezone(self.zone)
            target = 21.0 if local.weekday() < 5 and 5 <= local.hour < 16 else 17.0
            hours = (at - moment) / HOUR
            temp -= loses * (temp - self.storm.temperature_c(at)) * hours
            full = (warms + loses * 22.0) * hours
            given = min(full, max(0.0, target - temp))
            temp, moment = temp + given, at
            if at >= start:
                heat = full_kw * given / full if full > 0.0 else 0.0
                yield own(
                    building.device,
                    at,
                    indoor_temperature=round(temp, 2),
                    set_point=target,
                    heat_power=round(heat, 1),
                )


def own(device: str, at: datetime, **values: float) -> Publication:
    """A message in our own JSON."""
    body = {"time": _text(at), "values": values}
    return Publication(at, f"dagsplan/{device}/reading", json.dumps(body).encode())


def chirpstack(dev_eui: str, at: datetime, **values: float) -> Publication:
    """A ChirpStack v4 uplink."""
    body = {
        "deduplicationId": f"{random.Random(f'{dev_eui}/{at}').getrandbits(64):016x}",  # noqa: S311
        "time": _text(at),
        "deviceInfo": {"applicationName": "simulated", "deviceName": dev_eui, "devEui": dev_eui},
        "fPort": 85,
        "object": values,
    }
    return Publication(at, f"application/simulated/device/{dev_eui}/event/up", json.dumps(body).encode())


def _grid(start: datetime, end: datetime, every_s: float, name: str) -> Iterator[datetime]:
    """Times of one device: evenly spaced, at its own second, so that devices do not all speak at once."""
    offset = random.Random(name).random() * every_s  # noqa: S311
    first = int(start.timestamp() // every_s)
    number = first
    while True:
        at = datetime.fromtimestamp(round(number * every_s + offset), UTC)
        if at >= end:
            return
        if at >= start:
            yield at
        number += 1


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
