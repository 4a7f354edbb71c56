"""Plans as files of other programs: CSV for a Swedish spreadsheet, GeoJSON (RFC 7946) for a map."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from city.entities import Point
from city.plan import Intervention, Plan
from dashboards.pages.services.known import VIEWS
from dashboards.pages.services.view import Cell
from dashboards.web.locale import Locale

COMMON = ("service_day", "version", "key", "priority")
FORMULA = frozenset("=+-@\t\r")


def plan_csv(plan: Plan, locale: Locale) -> bytes:
    """UTF-8 with byte order mark, ``;`` between cells, decimal comma, local times: opens right in Swedish Excel. Heads
    and sentences are in one language.

    A row is a tur, a stop of a round or a building; the last column says whether it is simulated.
    """
    t = locale.words
    view = VIEWS[plan.domain]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([t(f"column.{name}") for name in (*COMMON, *view.columns, "simulated")])
    for item in plan.interventions:
        frame: tuple[Cell, ...] = (plan.service_day.isoformat(), plan.version, item.key, item.priority)
        made_up = t("column.yes" if plan.simulated or item.simulated else "column.no")
        for cells in view.cells(item, locale):
            writer.writerow([_said(cell, locale.zone) for cell in (*frame, *cells, made_up)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def plan_geojson(plan: Plan) -> bytes:
    """A FeatureCollection with one feature an intervention; what it is stands in its properties."""
    features = [_feature(item) for item in plan.interventions]
    frame = {
        "plan": plan.id,
        "domain": plan.domain,
        "service_day": plan.service_day,
        "version": plan.version,
        "simulated": plan.simulated,
    }
    return msgspec.json.encode({"type": "FeatureCollection", "features": features, "dagsplan": frame})


def _said(cell: Cell, zone: ZoneInfo) -> str:
    """A cell as Swedish spreadsheets read it; text that looks like a formula is made harmless."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, float):
        return f"{round(cell, 5):g}".replace(".", ",") if abs(cell) < 1e5 else f"{cell:.0f}"
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text[:1] in FORMULA else text


def _feature(item: Intervention) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(item)
    geometry = fields.pop("geometry", None)
    return {"type": "Feature", "id": item.key, "geometry": _geometry(geometry), "properties": fields}


def _geometry(geometry: dict[str, Any] | None) -> dict[str, Any] | None:
    """Seven decimals are a centimetre; a line of a single point is said as that point."""
    if not geometry or not geometry.get("coordinates"):
        return None
    if geometry["type"] == "Point":
        return {"type": "Point", "coordinates": _rounded(geometry["coordinates"])}
    points = [_rounded(point) for point in geometry["coordinates"]]
    return (
        {"type": "LineString", "coordinates": points}
        if len(points) > 1
        else {"type": "Point", "coordinates": points[0]}
    )


def _rounded(point: Point) -> list[float]:
    return [round(point[0], 7), round(point[1], 7)]
