"""What the closed loop over a winter reads and writes: tuples of arrays, as compiled functions want them.

Depths that are carried are in 0.0001 cm, those that decide in hundredths; times are minutes from the winter's start.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from city.winter import Hundredths, Ints, SimulatedWinter, SnowLaw, WinterGroups, WinterTown

STREET, CYCLE = 0, 1
IDLE, WAITING, RUNNING = 0, 1, 2
FIRST_CYCLE = 3
"""The first of ``ROUTE_CLASSES`` that is a cycle way's."""


class Rule(NamedTuple):
    """A policy in whole numbers, by class (5,): limits [0.01 cm] and ``from`` what depth under them a group is called,
    hours that it must be there, how far under it one that waits is stood down, the reading of the forecast, hours
    before, and hours allowed.

    Vehicles are called so that work is done within ``aim_h`` of when a group comes to that depth. ``left`` [0.0001 cm]
    is what ploughing leaves.
    With ``station`` (a group, or -1) everything is called out when the station sees ``station_limit``, and nothing
    else counts.
    """

    dry: Ints
    wet: Ints
    from_dry: Ints
    from_wet: Ints
    hold_h: Ints
    back: Ints
    reading: Ints
    lead_h: Ints
    within_h: Ints
    aim_h: Ints
    left: int
    station: int
    station_limit: int


class WinterWork(NamedTuple):
    """``city.winter.WinterGroups`` as arrays (n,), with the network and the rank (1 is done before 2) of each class."""

    route_class: Ints
    network: Ints
    rank: Ints
    zone: Ints
    share: Ints
    believed: Ints
    warmer: Ints
    minutes: Ints


class WinterWeather(NamedTuple):
    """The arrays of ``city.winter.SimulatedWinter``, and the law of lying snow."""

    fresh: Hundredths
    air: Hundredths
    seen_fresh: Hundredths
    seen_air: Hundredths
    ahead_fresh: Hundredths
    ahead_air: Hundredths
    wider: Hundredths
    law: SnowLaw


class Now(NamedTuple):
    """Each group now (n,): true and estimated depth and core, ``IDLE``, ``WAITING`` or ``RUNNING``, the minute by
    which it ought to be done and the one at which it will be, and for how many hours it has been over its limit.

    ``dry``, ``wet`` (n_leads + 1,) and ``most`` (3, n_zones) are room to reckon in.
    """

    depth: Ints
    core: Ints
    depth_seen: Ints
    core_seen: Ints
    status: Ints
    due: Ints
    done_at: Ints
    over_for: Ints
    dry: Hundredths
    wet: Hundredths
    most: Ints


class CrewState(NamedTuple):
    """The vehicles (n_vehicles,): their network, when each is free, until when its call-out is paid (-1 before the
    first); the least paid for and the time to turn out [min]."""

    network: Ints
    free: Ints
    paid_until: Ints
    least_min: int
    turn_out_min: int


class Book(NamedTuple):
    """What happened: hours over the limit and beyond the hours allowed (n,), runs (n,); the hour of the first call and
    the number of calls of each service day (n_days, n), -1 and 0 where there is none; minutes paid, minutes
    worked and vehicles called out by network (2,)."""

    over: Ints
    overdue: Ints
    runs: Ints
    first: Hundredths
    calls: Hundredths
    paid: Ints
    worked: Ints
    turned_out: Ints


def work_of(groups: WinterGroups) -> WinterWork:
    """The groups as the loop wants them."""
    cycle = groups.route_class >= FIRST_CYCLE
    rank = np.where(cycle, groups.route_class - FIRST_CYCLE, groups.route_class) + 1
    return WinterWork(
        groups.route_class,
        cycle.astype(np.int64),
        rank,
        groups.zone,
        groups.share,
        groups.believed,
        groups.warmer,
        groups.minutes,
    )


def weather_of(winter: SimulatedWinter, law: SnowLaw) -> WinterWeather:
    """The winter as the loop wants it."""
    seen, ahead = (winter.seen_fresh, winter.seen_air), (winter.ahead_fresh, winter.ahead_air, winter.wider)
    return WinterWeather(winter.fresh, winter.air, *seen, *ahead, law)


def bare_streets(town: WinterTown, winter: SimulatedWinter) -> Now:
    """The beginning of a winter: no snow, no work."""
    true, seen, out, times = np.zeros((4, 2, len(town.groups)), np.int64)
    curves = np.zeros((2, winter.leads + 1), np.int16)
    most = np.zeros((len(winter.ahead_fresh), winter.fresh.shape[1]), np.int64)
    return Now(true[0], true[1], seen[0], seen[1], out[0], out[1], times[0], times[1], curves[0], curves[1], most)


def crew_of(town: WinterTown) -> CrewState:
    """The fleet, at home."""
    contract = town.contract
    network = np.repeat(np.array([STREET, CYCLE]), contract.vehicles)
    never = np.full(len(network), -1)
    return CrewState(network, never.copy(), never, round(60 * contract.least_h), contract.turn_out_min)


def empty_book(town: WinterTown, winter: SimulatedWinter) -> Book:
    """Nothing has happened yet."""
    n, days = len(town.groups), -(-winter.hours // 24)
    over, overdue, runs = (np.zeros(n, np.int64) for _ in range(3))
    paid, worked, turned_out = (np.zeros(2, np.int64) for _ in range(3))
    return Book(
        over,
        overdue,
        runs,
        np.full((days, n), -1, np.int16),
        np.zeros((days, n), np.int16),
        paid,
        worked,
        turned_out,
    )
