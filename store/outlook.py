"""The outlook of the streets: one at a time, the newest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from city.outlook import OutlookFrame, SegmentOutlook, Series
from city.vocabulary import RouteClass
from store.connect import Connection
from store.rows import columns, only_row, select
from store.sql import query


def replace_outlook(connection: Connection, frame: OutlookFrame, rows: Iterable[SegmentOutlook], now: datetime) -> bool:
    """Makes this the outlook, in one transaction, and tells the open pages; gives whether it was taken.

    An older one than what stands is left, unless that is of a time that is still to come (made as if it were then).
    """
    with connection.transaction():
        connection.execute(query("outlook", "lock"))
        standing = outlook_frame(connection)
        if standing is not None and frame.at < standing.at <= now:
            return False
        connection.execute(query("outlook", "stage_streets"))
        with connection.cursor() as cursor, cursor.copy(query("outlook", "copy_streets")) as copy:
            for row in rows:
                copy.write_row(tuple(columns(row).values()))
        connection.execute(query("outlook", "forget_streets"))
        connection.execute(query("outlook", "put_streets"))
        connection.execute(query("outlook", "save_frame"), columns(frame))
        connection.execute(query("outlook", "notify"))
    return True


def outlook_stamp(connection: Connection) -> str:
    """What changes whenever an outlook is written; empty before the first one."""
    found = connection.execute(query("outlook", "stamp")).fetchone()
    return "" if found is None else str(found[0])


def outlook_frame(connection: Connection) -> OutlookFrame | None:
    """What all streets of the outlook share; None before the first one."""
    found = select(connection, query("outlook", "frame"), {}, OutlookFrame)
    return found[0] if found else None


def surfaces(connection: Connection) -> list[tuple[str, Series, Series, tuple[str, ...]]]:
    """(segment, surface [°C], depth [cm], what lies there) of every street, by hour, ordered by segment."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(query("outlook", "surfaces"))
        return [(row[0], tuple(row[1]), tuple(row[2]), tuple(row[3])) for row in cursor.fetchall()]


def land_known(connection: Connection) -> bool:
    """Whether the land round any street has a say in its surface: its height, its shade or the sky above it."""
    return bool(only_row(connection.execute(query("outlook", "land_known")))[0])


@dataclass(frozen=True)
class DepthRow:
    """Snow on a street in an hour, and its lowest reading [cm]; the limit of its class, and how many hours later it is
    reached, None where it is not."""

    segment: str
    now_cm: float | None
    low_cm: float | None
    limit_cm: float | None
    first: int | None


def depths(connection: Connection, hour: int, limits: Mapping[RouteClass, float]) -> tuple[DepthRow, ...]:
    """The snow of every street in an hour of the outlook, beside the ``limits`` of the classes [cm]."""
    parameters = {"hour": hour + 1, "classes": list(limits), "limits": list(limits.values())}
    return select(connection, query("outlook", "depths"), parameters, DepthRow)


def street(connection: Connection, segment: str) -> SegmentOutlook | None:
    """The outlook of one street; None where it has none."""
    found = select(connection, query("outlook", "street"), {"segment": segment}, SegmentOutlook)
    return found[0] if found else None
