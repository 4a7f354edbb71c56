"""What coming to a room usually costs in driving, where a truck comes to as many rooms as a day takes.

A day's rounds visit some of the rooms, and a room is never fetched alone: what it costs is what the round would save
without it. The rooms are dealt out over days by a fixed rule, and each day's are driven nearest first. Of the rest, the
way out, to the disposal site and home and the tipping, a room bears a small part of an equal share: the truck is out
anyway. (A whole share brings trucks to vessels that are half empty: on made towns it took a fifth more hours.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Stops:
    """Rooms as rounds see them: the ``load`` of one visit [l] and ``per_day``, how often each is visited, both (n,)."""

    load: Floats
    per_day: Floats


def drive_shares(
    costs: Floats, stops: Stops, capacity_l: float, tip: float, *, rest: float = 0.2, deals: int = 6
) -> Floats:
    """(n,) the share of each room in what its round costs, without the work there.

    ``costs`` (n + 2, n + 2): of the way between all places, first the depot, then the disposal site, then the rooms;
    ``tip`` that of tipping once. ``rest`` is the part of the rest that is borne. The mean of ``deals`` ways to deal the
    rooms out.
    """
    n = len(stops.load)
    each_day = max(1.0, float(stops.per_day.sum()))
    days = max(1, round(n / each_day))
    total, seen = np.zeros(n), np.zeros(n)
    for deal in range(deals):
        for rows in _dealt(n, days, deal):
            served, share = _of_deal(costs, stops, capacity_l, tip, rest, rows)
            total[served] += share
            seen[served] += 1
    return np.asarray(total / np.maximum(1.0, seen))


def _dealt(n: int, days: int, deal: int) -> Iterator[Ints]:
    """The rooms of each day: as many on each, in an order that is as good as any."""
    order = np.random.default_rng(deal).permutation(n)
    for day in range(days):
        if len(order[day::days]):
            yield order[day::days]


def _of_deal(
    costs: Floats, stops: Stops, capacity_l: float, tip: float, rest: float, rows: Ints
) -> tuple[Ints, Floats]:
    """The rooms of one round with the share of each."""
    places = _nearest_first(costs, rows + 2)
    way = np.array([0, *places, 1])
    before, after = costs[way[:-2], way[1:-1]], costs[way[1:-1], way[2:]]
    saved = np.maximum(0.0, before + after - costs[way[:-2], way[2:]])
    trips = max(1, int(np.ceil(stops.load[rows].sum() / max(1.0, capacity_l))))
    to_tip = float(np.mean([costs[place, 1] for place in places]))
    whole = float(costs[way[:-1], way[1:]].sum()) + costs[1, 0] + trips * tip + 2.0 * (trips - 1) * to_tip
    return np.array(places) - 2, saved + rest * max(0.0, whole - float(saved.sum())) / len(places)


def _nearest_first(costs: Floats, places: Ints) -> list[int]:
    """The places in the order of always driving to the nearest that is left."""
    left, at, order = list(places.tolist()), 0, []
    while left:
        at = min(left, key=lambda place: float(costs[at, place]))
        left.remove(at)
        order.append(at)
    return order
