"""Who goes: as few vehicles as can do what waits before it is due, class 1 again before class 2, by the contract."""

from __future__ import annotations

from city.compiled import bare
from planner.snow.backtest.state import RUNNING, WAITING, Book, CrewState, Now, WinterWork


@bare
def send(hour: int, network: int, work: WinterWork, now: Now, crew: CrewState, book: Book) -> None:
    """Gives what waits on a network to vehicles that can begin it in this hour, and turns out those that are needed."""
    group = _next(network, work, now)
    wanted = _vehicles_needed(hour, network, work, now, crew) if group >= 0 else 0
    while group >= 0:
        vehicle = _vehicle(hour, network, wanted, crew)
        if vehicle < 0:
            return
        out = crew.paid_until[vehicle] >= 60 * hour
        begins = max(crew.free[vehicle], 60 * hour) if out else 60 * hour + crew.turn_out_min
        now.status[group] = RUNNING
        now.done_at[group] = begins + work.minutes[group]
        crew.free[vehicle] = now.done_at[group]
        _pay(network, vehicle, 60 * hour, out, crew, book)
        book.worked[network] += work.minutes[group]
        group = _next(network, work, now)


@bare
def _vehicles_needed(hour: int, network: int, work: WinterWork, now: Now, crew: CrewState) -> int:
    """How many vehicles do what waits in time: for each rank, all the work up to it by the time that the first of it
    is due, and never less than an hour for it."""
    wanted, minutes = 0, 0
    for rank in range(1, 4):
        due, any_of_it = 0, False
        for i in range(len(work.rank)):
            if work.network[i] == network and work.rank[i] == rank and now.status[i] == WAITING:
                due = min(due, now.due[i]) if any_of_it else now.due[i]
                any_of_it = True
                minutes += work.minutes[i]
        if any_of_it:
            room = max(60, due - 60 * hour - crew.turn_out_min)
            wanted = max(wanted, -(-minutes // room))
    return wanted


@bare
def _next(network: int, work: WinterWork, now: Now) -> int:
    """What waits and is next: by rank, then by when it is due, then by number; -1 if nothing waits."""
    best = -1
    for i in range(len(work.rank)):
        if work.network[i] != network or now.status[i] != WAITING:
            continue
        if best < 0 or (work.rank[i], now.due[i]) < (work.rank[best], now.due[best]):
            best = i
    return best


@bare
def _vehicle(hour: int, network: int, wanted: int, crew: CrewState) -> int:
    """The vehicle that is out and free first in this hour; else one from home if under ``wanted`` are out; or -1."""
    best, home, out = -1, -1, 0
    for v in range(len(crew.network)):
        if crew.network[v] != network:
            continue
        if crew.paid_until[v] < 60 * hour:
            home = v if home < 0 else home
            continue
        out += 1
        if crew.free[v] < 60 * (hour + 1) and (best < 0 or crew.free[v] < crew.free[best]):
            best = v
    if best < 0 and out < wanted:
        return home
    return best


@bare
def _pay(network: int, vehicle: int, called: int, out: bool, crew: CrewState, book: Book) -> None:
    """A vehicle is paid from its call until its last work is done, and for the least time at least."""
    if not out:
        book.turned_out[network] += 1
        crew.paid_until[vehicle] = called + crew.least_min
        book.paid[network] += crew.least_min
    longer = crew.free[vehicle] - crew.paid_until[vehicle]
    if longer > 0:
        crew.paid_until[vehicle] += longer
        book.paid[network] += longer
