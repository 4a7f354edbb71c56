"""What every endpoint needs: settings, database, clock, published plans and the open event streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache
from fastapi import Request
from psycopg_pool import ConnectionPool

from city.clock import Clock
from city.plan import Plan
from city.settings import Settings
from city.vocabulary import Domain, Mode
from dashboards.web.hub import Hub
from dashboards.web.townstreets import KeptStreets, TownStreets, town_streets
from dashboards.web.turns import SignInTurns
from planner.night.progress import Progress
from planner.night.report import Histories, progress_of
from store import pages, plans, roads
from store.connect import Connection
from store.orders import OrderNow

T = TypeVar("T")


class PublishedPlans:
    """Published plans by id. A plan never changes, so one that was read once need not be read again."""

    def __init__(self, places: int = 12) -> None:
        self._plans: LRUCache[str, Plan] = LRUCache(places)
        self._lock = Lock()

    def get(self, connection: Connection, plan_id: str) -> Plan | None:
        """A plan by id, from memory or from the database."""
        with self._lock:
            plan = self._plans.get(plan_id)
        if plan is None:
            plan = plans.by_id(connection, plan_id)
            if plan is not None:
                with self._lock:
                    self._plans[plan_id] = plan
        return plan


class CachedResponse:
    """One encoded answer, kept until what it was made from changes."""

    def __init__(self) -> None:
        self._stamp = ""
        self._body = b""
        self._lock = Lock()

    def get(self, stamp: str, make: Callable[[], bytes]) -> bytes:
        """The answer for a stamp; made once, however many ask at the same time."""
        with self._lock:
            if self._stamp != stamp:
                self._body, self._stamp = make(), stamp
            return self._body


class KeptValue(Generic[T]):
    """One value, kept until what it was made from changes."""

    def __init__(self) -> None:
        self._kept: tuple[str, T] | None = None
        self._lock = Lock()

    def get(self, stamp: str, make: Callable[[], T]) -> T:
        """The value for a stamp; made once, however many ask at the same time."""
        with self._lock:
            if self._kept is None or self._kept[0] != stamp:
                self._kept = (stamp, make())
            return self._kept[1]


class AppContext:
    """One municipality's web room."""

    def __init__(self, settings: Settings, pool: ConnectionPool[Connection], clock: Clock) -> None:
        self.settings = settings
        self.pool = pool
        self.clock = clock
        self.shelf = PublishedPlans()
        self.streets, self.roads = CachedResponse(), CachedResponse()
        self._town, self.standing = KeptValue[TownStreets](), KeptStreets()
        self.hub = Hub(pool)
        self.sign_ins = SignInTurns()

    @property
    def mode(self) -> Mode:
        """The mode whose plans are live."""
        return self.settings.planner.mode

    @property
    def base(self) -> str:
        """What stands before every path, without a slash at its end."""
        return self.settings.web.base_path.rstrip("/")

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection of the pool; commits at the end, rolls back on an error."""
        with self.pool.connection() as connection:
            yield connection

    def head(self, connection: Connection, domain: Domain) -> pages.PlanHead | None:
        """The frame of the live plan of a domain."""
        return next((head for head in pages.heads(connection, self.mode) if head.domain == domain), None)

    def town(self, connection: Connection) -> TownStreets:
        """The streets, read anew only where they were imported anew."""
        stamp = pages.streets_stamp(connection)
        return self._town.get(stamp, lambda: town_streets(roads.load_segments(connection), stamp))

    def progress(
        self, connection: Connection, found: Sequence[OrderNow], histories: Histories | None = None
    ) -> dict[str, Progress]:
        """How far each of some orders is now, by id; ``histories`` where they are at hand."""
        now = self.clock.now()
        return progress_of(connection, found, now, lambda plan_id: self.shelf.get(connection, plan_id), histories)

    def live(self, connection: Connection, domain: Domain) -> Plan | None:
        """The live plan of a domain."""
        head = self.head(connection, domain)
        return None if head is None else self.shelf.get(connection, head.id)


def context_of(request: Request) -> AppContext:
    """The context of the running application."""
    context: AppContext = request.app.state.context
    return context
