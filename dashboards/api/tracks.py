"""A plan's drives as GPX 1.1 (www.topografix.com/GPX/1/1), for navigators: a track a tur or round, and its
stops."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, tostring

from city.catalogue.message import message
from city.entities import Point
from city.plan import Intervention, Plan
from dashboards.pages.record import tur_of
from dashboards.pages.services.known import VIEWS
from dashboards.web.locale import Locale
from dashboards.web.problems import HttpProblem

GPX = "http://www.topografix.com/GPX/1/1"
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


def plan_gpx(plan: Plan, locale: Locale) -> bytes:
    """Tracks in driving order, each with its name, what is done and when it starts; stops of rounds as waypoints, a
    building too. HttpProblem 404 where nothing of the plan has a place."""
    root = Element("gpx", {"xmlns": GPX, "xmlns:xsi": SCHEMA, "version": "1.1", "creator": "dagsplan"})
    root.set("xsi:schemaLocation", f"{GPX} {GPX}/gpx.xsd")
    head = SubElement(root, "metadata")
    _text(head, "name", f"{plan.domain} {plan.service_day.isoformat()} v{plan.version}")
    _text(head, "desc", locale.kept(plan.verdict, "text"))
    _text(head, "time", _utc(plan.created_at))
    if not _waypoints(root, plan, locale) + _tracks(root, plan, locale):
        raise HttpProblem(404, message("error.request.no_tracks"))
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _waypoints(root: Element, plan: Plan, locale: Locale) -> int:
    """What stands before tracks in a file: stops of rounds, places, and buildings; gives how many."""
    made = 0
    for item in plan.interventions:
        for place, name, said in _stops(item, locale):
            point = _point(root, "wpt", place)
            _text(point, "name", name)
            _text(point, "desc", said)
            made += 1
    return made


def _stops(item: Intervention, locale: Locale) -> Iterable[tuple[Point, str, str]]:
    if isinstance(item.stops, tuple):
        for stop in item.stops:
            yield (stop.lon, stop.lat), stop.name or stop.room, locale.kept(stop, "reason")
    if isinstance(item.places, tuple):
        for place in item.places:
            yield (place.lon, place.lat), place.name or place.id, locale.words(f"place.{place.kind}")
    where = (item.geometry or {}).get("coordinates")
    if where and item.geometry and item.geometry["type"] == "Point":
        said = "; ".join(locale.kept(reason, "text") for reason in item.reasons)
        yield (where[0], where[1]), item.title, said


def _tracks(root: Element, plan: Plan, locale: Locale) -> int:
    view, made = VIEWS[plan.domain], 0
    for item in plan.interventions:
        points = _line(item)
        if len(points) < 2:
            continue
        track = SubElement(root, "trk")
        code = tur_of(item.key, locale) if view.code(item) else ""
        _text(track, "name", f"{code} {view.title(item, locale)}".strip())
        _text(track, "cmt", item.vehicle or "")
        _text(track, "desc", ". ".join(_says(item, locale)))
        _text(track, "type", item.kind)
        stretch = SubElement(track, "trkseg")
        for point in points:
            _point(stretch, "trkpt", point)
        made += 1
    return made


def _says(item: Intervention, locale: Locale) -> Iterable[str]:
    yield locale.words(f"action.{item.kind}")
    if item.starts_at and item.ready_by:
        yield locale.stretch(item.starts_at, item.ready_by)
    if item.distance_m:
        yield locale.km(item.distance_m)


def _line(item: Intervention) -> list[Point]:
    """The drive, no point twice in a row."""
    if not item.geometry or item.geometry["type"] != "LineString":
        return []
    points = [(float(point[0]), float(point[1])) for point in item.geometry["coordinates"]]
    return points[:1] + [b for a, b in pairwise(points) if a != b]


def _point(parent: Element, tag: str, place: Point) -> Element:
    return SubElement(parent, tag, {"lat": f"{place[1]:.7f}", "lon": f"{place[0]:.7f}"})


def _text(parent: Element, tag: str, text: str) -> None:
    """A child with a text, without the characters that XML forbids; nothing where there is no text."""
    clean = "".join(c for c in text if c >= " " or c in "\t\n")
    if clean:
        SubElement(parent, tag).text = clean


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
