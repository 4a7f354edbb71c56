"""Segments, rooms, buildings and the datasets they came from: rows in, rows out.

Within the caller's transaction where there is one; a connection in autocommit commits each function's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from city.entities import Building, Dataset, Point, Room, Segment, SegmentRelief, TurnBan
from city.upkeep import Place
from store.connect import Connection
from store.rows import select
from store.sql import query

T = TypeVar("T")


def save_dataset(connection: Connection, dataset: Dataset, at: datetime) -> None:
    """Writes where rows come from; ``at`` is when they were imported."""
    connection.execute(
        query("roads", "save_dataset"),
        {
            "name": dataset.name,
            "source": dataset.source,
            "licence": dataset.licence,
            "attribution": dataset.attribution,
            "data_date": dataset.data_date,
            "imported_at": at,
            "simulated": dataset.simulated,
        },
    )


def load_datasets(connection: Connection) -> tuple[Dataset, ...]:
    """All datasets by name."""
    return tuple(Dataset(*row) for row in connection.execute(query("roads", "load_datasets")))


def replace_segments(connection: Connection, dataset: str, segments: Sequence[Segment]) -> int:
    """Makes these the segments of the dataset, which must be there; gives how many old ones vanished.

    Ids that stay keep their row; others of the dataset are removed.
    """
    with connection.transaction():
        connection.execute(query("roads", "stage_segments"))
        with connection.cursor() as cursor, cursor.copy(query("roads", "copy_segments")) as copy:
            for segment in segments:
                copy.write_row(_row(segment, dataset))
        gone = connection.execute(query("roads", "remove_vanished_segments"), {"dataset": dataset}).rowcount
        connection.execute(query("roads", "put_segments"))
        connection.execute(query("roads", "drop_stage"))
    return gone


def _row(s: Segment, dataset: str) -> tuple[object, ...]:
    lons, lats = (list(axis) for axis in zip(*s.geometry, strict=True))
    return (
        *(s.id, dataset, s.name, s.network, s.route_class, s.highway, s.keeper, s.oneway, s.lanes, s.width_m),
        *(s.surface, s.bridge, s.tunnel, s.speed_kmh, s.length_m, s.from_node, s.to_node, lons, lats),
        *(s.elevation_m, s.grade_pct, s.slope_source, s.dem_resolution_m, s.reachable, s.max_width_m, s.max_weight_t),
    )


def load_segments(connection: Connection) -> tuple[Segment, ...]:
    """Every segment, ordered by id."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(query("roads", "load_segments"))
        return tuple(_segment(row) for row in cursor.fetchall())


def street_points(connection: Connection) -> list[Point]:
    """Where the segments begin: to know whether something lies by the town."""
    return [(float(lon), float(lat)) for lon, lat in connection.execute(query("roads", "street_points"))]


def count_by_dataset(connection: Connection) -> dict[str, int]:
    """How many segments there are of each dataset that has some."""
    return dict(connection.execute(query("roads", "count_by_dataset")).fetchall())


def remove_other_datasets(connection: Connection, dataset: str) -> int:
    """Takes the segments of all other datasets away, and these where nothing else is of them; gives how many went."""
    others = [name for name in count_by_dataset(connection) if name != dataset]
    gone = connection.execute(query("roads", "remove_other_datasets"), {"dataset": dataset}).rowcount
    connection.execute(query("roads", "remove_stale_datasets"), {"names": others})
    return gone


def segments_within(connection: Connection, south_west: Point, north_east: Point) -> tuple[Segment, ...]:
    """The segments that begin or end within a box of longitudes and latitudes, ordered by id."""
    box = {"west": south_west[0], "south": south_west[1], "east": north_east[0], "north": north_east[1]}
    with connection.cursor(binary=True) as cursor:
        cursor.execute(query("roads", "segments_within"), box)
        return tuple(_segment(row) for row in cursor.fetchall())


def by_ids(connection: Connection, segments: Sequence[str]) -> tuple[Segment, ...]:
    """Some segments, ordered by id; those that are not known any more are left out."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(query("roads", "by_ids"), {"segments": list(segments)})
        return tuple(_segment(row) for row in cursor.fetchall())


def named(connection: Connection, segments: Sequence[str], kind: type[T]) -> tuple[T, ...]:
    """Id, name and length [m] of some segments, as values of ``kind``."""
    return select(connection, query("roads", "named"), {"segments": list(segments)}, kind)


def _segment(row: tuple[Any, ...]) -> Segment:
    fields = (*row[:16], tuple(zip(row[16], row[17], strict=True)), *row[18:])
    return Segment(*fields)


def replace_turns(connection: Connection, dataset: str, bans: Iterable[TurnBan]) -> None:
    """Makes these the banned turns from the dataset's segments, which must be there."""
    with connection.transaction():
        connection.execute(query("roads", "forget_turns"), {"dataset": dataset})
        with connection.cursor() as cursor, cursor.copy(query("roads", "copy_turns")) as copy:
            for ban in bans:
                copy.write_row((ban.from_segment, ban.via_node, ban.to_segment, ban.only))


def load_turns(connection: Connection) -> tuple[TurnBan, ...]:
    """Every banned turn, in the order of its segments."""
    return select(connection, query("roads", "load_turns"), {}, TurnBan)


def replace_relief(connection: Connection, dataset: str, rows: Iterable[SegmentRelief]) -> None:
    """Makes these what is known of the land round the dataset's segments, which must be there."""
    with connection.transaction():
        connection.execute(query("roads", "forget_relief"), {"dataset": dataset})
        with connection.cursor() as cursor, cursor.copy(query("roads", "copy_relief")) as copy:
            for row in rows:
                head, tail = (row.segment, row.sky_view, list(row.horizon)), (row.source, row.resolution_m)
                copy.write_row((*head, row.slope, row.aspect, row.above_m, *tail))


def load_relief(connection: Connection, segment: str | None = None) -> tuple[SegmentRelief, ...]:
    """The land round every segment that a terrain model covers, or round one, in the order of the segments.

    Read as text: a single-precision number then comes back with the digits that it was written with.
    """
    rows = connection.execute(query("roads", "load_relief"), {"segment": segment}).fetchall()
    return tuple(SegmentRelief(row[0], row[1], tuple(row[2]), *row[3:]) for row in rows)


def middle_height(connection: Connection) -> float:
    """The middle one of the heights of the streets [m]; 0 where none is known."""
    row = connection.execute(query("roads", "middle_height")).fetchone()
    return 0.0 if row is None or row[0] is None else float(row[0])


def replace_places(connection: Connection, dataset: str, places: Iterable[Place]) -> None:
    """Makes these the places of the dataset, which must be there."""
    with connection.transaction():
        connection.execute(query("roads", "forget_places"), {"dataset": dataset})
        with connection.cursor() as cursor, cursor.copy(query("roads", "copy_places")) as copy:
            for row in places:
                copy.write_row((row.id, dataset, row.kind, row.name, row.lon, row.lat, row.area_m2))


def load_places(connection: Connection) -> tuple[Place, ...]:
    """Every place that is cleared for itself, ordered by id."""
    return select(connection, query("roads", "load_places"), {}, Place)


def replace_base_map(connection: Connection, dataset: str, doc: bytes | None) -> None:
    """Makes this what lies round the streets of the dataset, gzipped JSON; None where its file holds nothing."""
    connection.execute(query("roads", "forget_base_map"), {"dataset": dataset})
    if doc is not None:
        connection.execute(query("roads", "add_base_map"), {"dataset": dataset, "doc": doc})


def base_map(connection: Connection) -> bytes | None:
    """What lies round the streets, gzipped JSON; None where no import held anything."""
    row = connection.execute(query("roads", "base_map")).fetchone()
    return None if row is None else bytes(row[0])


def save_rooms(connection: Connection, dataset: str, rooms: Iterable[Room]) -> None:
    """Adds rooms or brings them up to date; their vessels stay as they are."""
    rows = [
        {
            "room_id": room.id,
            "dataset": dataset,
            "name": room.name,
            "lon": room.lon,
            "lat": room.lat,
            "kind": room.kind,
            "simulated": room.simulated,
        }
        for room in rooms
    ]
    with connection.cursor() as cursor:
        cursor.executemany(query("roads", "save_room"), rows)


def save_buildings(connection: Connection, dataset: str, buildings: Iterable[Building]) -> None:
    """Adds buildings or brings them up to date; device, calendar and hours of a known one stay as they are."""
    rows = [
        {
            "building_id": building.id,
            "dataset": dataset,
            "name": building.name,
            "lon": building.lon,
            "lat": building.lat,
            "kind": building.kind,
            "area_m2": building.area_m2,
            "device_id": building.device,
            "calendar": building.calendar,
            "opens": building.opens,
            "closes": building.closes,
            "simulated": building.simulated,
        }
        for building in buildings
    ]
    with connection.cursor() as cursor:
        cursor.executemany(query("roads", "save_building"), rows)
