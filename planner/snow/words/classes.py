"""Names of the route classes."""

from __future__ import annotations

from city.catalogue.message import Message, message
from city.vocabulary import RouteClass


def class_name(route_class: RouteClass) -> Message:
    """'Gata prio 1'."""
    return message(f"plan.snow.class.{route_class}")
