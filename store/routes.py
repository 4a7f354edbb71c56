"""The routes that a city drives today: rows in, rows out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from city.entities import ExistingRoute, RouteStep
from store.connect import Connection
from store.sql import query


def save_routes(connection: Connection, routes: Iterable[ExistingRoute]) -> None:
    """Takes routes in, all or none; one of the same name is replaced with all its steps."""
    with connection.transaction():
        for route in routes:
            _save(connection, route)


def _save(connection: Connection, route: ExistingRoute) -> None:
    fields = ("name", "vehicle", "route_class", "source", "imported_at", "length_m", "share_matched", "work_assumed")
    connection.execute(query("routes", "forget_route"), {"name": route.name})
    connection.execute(query("routes", "save_route"), {field: getattr(route, field) for field in fields})
    with connection.cursor() as cursor, cursor.copy(query("routes", "copy_steps")) as copy:
        for place, step in enumerate(route.steps):
            copy.write_row((route.name, place, step.segment, step.forward, step.serve))


def forget_route(connection: Connection, name: str) -> bool:
    """Takes a route away with its steps; False where there is none of this name."""
    return connection.execute(query("routes", "forget_route"), {"name": name}).rowcount > 0


def load_routes(connection: Connection) -> tuple[ExistingRoute, ...]:
    """Every route by name."""
    rows = connection.execute(query("routes", "load_routes")).fetchall()
    return tuple(_route(row) for row in rows)


def _route(row: tuple[Any, ...]) -> ExistingRoute:
    steps = tuple(RouteStep(*step) for step in zip(*row[8:], strict=True))
    return ExistingRoute(*(*row[:8], steps))
