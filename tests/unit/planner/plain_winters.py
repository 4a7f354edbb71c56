"""The closed loop over a winter once more, slowly and in plain Python, sharing no code with the compiled one."""

from __future__ import annotations

from dataclasses import dataclass, field

from city.winter import SimulatedWinter, WinterTown

NAMES = ("P1", "P2", "P3", "C1", "C2")


@dataclass
class Plain:
    """What is counted: hours over the limit, beyond the hours allowed, runs, calls as (hour, group), hours paid."""

    over: list[int]
    overdue: list[int]
    runs: list[int]
    called: list[tuple[int, int]] = field(default_factory=list)
    paid_min: int = 0


@dataclass
class Street:
    depth: int = 0
    core: int = 0

    def hour(self, fresh: int, air: int) -> None:
        """Snow falls and lies [0.0001 cm]; constants as the document has them."""
        if self.depth + fresh == 0:
            self.core = 0
            return
        loose = self.depth - self.core
        loose -= loose * (510 if air > 0 else 170) // 10000
        self.core += fresh * 40
        if air > 0:
            self.core = max(0, self.core - 5 * air)
        loose = min(loose + fresh * 60, self.core * 3 // 2)
        self.depth = self.core + loose

    def over(self, air: int, limits: tuple[int, int], less: int = 0) -> bool:
        return self.depth // 100 >= limits[1 if air > -50 else 0] - less


@dataclass
class Truck:
    network: int
    free: int = -1
    paid_until: int = -1


class Loop:
    """A town through a winter under params by class: limits (dry, wet), from what depth it is called and back
    [0.01 cm], hold, reading, lead, hours allowed."""

    def __init__(
        self, town: WinterTown, winter: SimulatedWinter, params: dict[str, list], left: int, everything: int | None
    ) -> None:
        self.town, self.winter, self.params, self.left, self.everything = town, winter, params, left, everything
        n = len(town.groups)
        self.kind = [int(k) for k in town.groups.route_class]
        self.true, self.seen = [Street() for _ in range(n)], [Street() for _ in range(n)]
        self.waiting: dict[int, int] = {}
        self.running: dict[int, int] = {}
        self.over_for = [0] * n
        self.trucks = [Truck(net) for net, many in enumerate(town.contract.vehicles) for _ in range(many)]
        self.found = Plain([0] * n, [0] * n, [0] * n)

    def run(self) -> Plain:
        for hour in range(self.winter.hours):
            self.decide(hour)
            for network in (0, 1):
                self.dispatch(hour, network)
            self.weather(hour)
        return self.found

    def decide(self, hour: int) -> None:
        n = range(len(self.kind))
        idle = [i for i in n if i not in self.waiting and i not in self.running]
        if self.everything is not None:
            if self.town.station in idle and self.seen[self.town.station].depth // 100 >= self.everything:
                for i in idle:
                    self.call(i, hour, hour)
            return
        for i in n:
            if i in self.running:
                continue
            aim = self.params["aim"][self.kind[i]]
            back = self.params["back"][self.kind[i]] if i in self.waiting else 0
            first = self.crossing(i, hour, back)
            if i in self.waiting:
                if first is None:
                    del self.waiting[i]
                else:
                    self.waiting[i] = min(self.waiting[i], hour + first + aim)
            elif first is not None and first <= self.params["lead"][self.kind[i]]:
                self.call(i, hour, hour + first + aim)

    def call(self, i: int, hour: int, due: int) -> None:
        self.waiting[i] = due
        self.found.called.append((hour, i))

    def crossing(self, i: int, hour: int, back: int) -> int | None:
        k = self.kind[i]
        limits, hold, reading = self.params["from"][k], self.params["hold"][k], self.params["reading"][k]
        last = min(self.params["lead"][k] + hold - 1, self.winter.leads)
        zone, mild = int(self.town.groups.zone[i]), int(self.town.groups.warmer[i])
        street = Street(self.seen[i].depth, self.seen[i].core)
        over = [street.over(int(self.winter.seen_air[max(0, hour - 1), zone]) + mild, limits, back)]
        for lead in range(last):
            side = {0: 1, 1: 0, 2: -1}[reading]
            air = int(self.winter.ahead_air[hour, zone, lead]) + mild + side * int(self.winter.wider[lead])
            street.hour(
                int(self.winter.ahead_fresh[reading, hour, zone, lead]) * int(self.town.groups.believed[i]) // 1000,
                air,
            )
            over.append(street.over(air, limits, back))
        return next((at for at in range(len(over) - hold + 1) if all(over[at : at + hold])), None)

    def dispatch(self, hour: int, network: int) -> None:
        def order(i: int) -> tuple[int, int, int]:
            return int(NAMES[self.kind[i]][1]), self.waiting[i], i

        queue = sorted((i for i in self.waiting if (self.kind[i] >= 3) == bool(network)), key=order)
        wanted = self.wanted(hour, queue)
        for i in queue:
            out = [t for t in self.trucks if t.network == network and t.paid_until >= 60 * hour]
            able = [t for t in out if t.free < 60 * (hour + 1)]
            home = [t for t in self.trucks if t.network == network and t not in out]
            if able:
                truck = min(able, key=lambda t: t.free)
                begins = max(truck.free, 60 * hour)
            elif len(out) < wanted and home:
                truck = home[0]
                begins = 60 * hour + self.town.contract.turn_out_min
                truck.paid_until = 60 * hour + round(60 * self.town.contract.least_h)
                self.found.paid_min += truck.paid_until - 60 * hour
            else:
                return
            truck.free = begins + int(self.town.groups.minutes[i])
            self.found.paid_min += max(0, truck.free - truck.paid_until)
            truck.paid_until = max(truck.paid_until, truck.free)
            self.running[i] = truck.free
            del self.waiting[i]

    def wanted(self, hour: int, queue: list[int]) -> int:
        wanted, minutes = 0, 0
        for rank in "123":
            own = [i for i in queue if NAMES[self.kind[i]][1] == rank]
            minutes += sum(int(self.town.groups.minutes[i]) for i in own)
            if own:
                room = 60 * (min(self.waiting[i] for i in own) - hour) - self.town.contract.turn_out_min
                wanted = max(wanted, -(-minutes // max(60, room)))
        return wanted

    def weather(self, hour: int) -> None:
        groups = self.town.groups
        for i, k in enumerate(self.kind):
            zone, mild = int(groups.zone[i]), int(groups.warmer[i])
            air = int(self.winter.air[hour, zone]) + mild
            self.true[i].hour(int(self.winter.fresh[hour, zone]) * int(groups.share[i]) // 1000, air)
            seen = int(self.winter.seen_fresh[hour, zone]) * int(groups.believed[i]) // 1000
            self.seen[i].hour(seen, int(self.winter.seen_air[hour, zone]) + mild)
            if self.running.get(i, 10**9) <= 60 * (hour + 1):
                del self.running[i]
                self.found.runs[i] += 1
                for street in (self.true[i], self.seen[i]):
                    street.depth, street.core = min(street.depth, self.left), min(street.core, self.left)
            self.over_for[i] = self.over_for[i] + 1 if self.true[i].over(air, self.params["limits"][k]) else 0
            self.found.over[i] += self.over_for[i] > 0
            self.found.overdue[i] += self.over_for[i] > self.params["within"][k]
