"""Plans as files of other programs: CSV for a Swedish spreadsheet, GeoJSON (RFC 7946) for a map."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from city.entities import Point
from city.plan import Intervention, Plan, Reason

Cell = str | int | float | datetime | None
COMMON = ("Tjänstedygn", "Planversion", "Nyckel", "Prio")
SNOW = (
    *("Tur", "Varför", "Djup", "Lägst", "Högst", "Enhet", "Gräns", "Gränsversion", "Åtgärd", "Sträckor"),
    *("Fordon", "Utförare", "Depå", "Start", "Klar", "Senast", "Minuter", "Kilometer", "Vad som ändrar"),
)
WASTE = (
    "Rond",
    "Fordon",
    "Ordning",
    "Ankomst",
    "Rum",
    "Rumsnamn",
    "Kärl",
    "Antal kärl",
    "Varför",
    "Longitud",
    "Latitud",
)
HEATING = ("Byggnad", "Varför", "Värme från", "Öppnar", "Timmar med värme", "Timmar med ventilation", "Vad som ändrar")
NON_ROUTE_KINDS = {"places": "platser", "haul": "bortforsling", "sweep": "sandupptagning"}
"""What is no tur; the number beside it is of places where it is of these."""
FORMULA = frozenset("=+-@\t\r")


def plan_csv(plan: Plan, zone: ZoneInfo) -> bytes:
    """UTF-8 with byte order mark, ``;`` between cells, decimal comma, local times: opens right in Swedish Excel.

    A row is a tur, a stop of a round or a building; the last column says whether it is simulated.
    """
    own, rows = {"snow": (SNOW, _turer), "waste": (WASTE, _stops), "heating": (HEATING, _buildings)}[plan.domain]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow((*COMMON, *own, "Simulerad"))
    for item in plan.interventions:
        frame: tuple[Cell, ...] = (plan.service_day.isoformat(), plan.version, item.key, item.priority)
        made_up = "ja" if plan.simulated or item.simulated else "nej"
        for cells in rows(item):
            writer.writerow([_said(cell, zone) for cell in (*frame, *cells, made_up)])
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


def _turer(item: Intervention) -> Iterable[Sequence[Cell]]:
    parts = [one for one in (item.segments, item.places) if isinstance(one, tuple)]
    action, n = NON_ROUTE_KINDS.get(item.kind, "plogning"), sum(len(one) for one in parts)
    first = item.reasons[0] if item.reasons else Reason(text="", text_en="")
    low, high = first.range or (None, None)
    yield (
        *(item.title, first.text, first.value, low, high, first.unit, first.threshold, first.threshold_version),
        *(action, n, item.vehicle, item.contractor, item.depot, item.starts_at, item.ready_by),
        *(item.deadline, item.minutes, item.distance_m / 1000, item.flip),
    )


def _stops(item: Intervention) -> Iterable[Sequence[Cell]]:
    stops = item.stops if isinstance(item.stops, tuple) else ()
    for place, stop in enumerate(stops, start=1):
        yield (
            *(item.title, item.vehicle, place, stop.arrives_at, stop.room, stop.name),
            *(", ".join(stop.vessels), len(stop.vessels), stop.reason, stop.lon, stop.lat),
        )


def _buildings(item: Intervention) -> Iterable[Sequence[Cell]]:
    heat = item.heat if isinstance(item.heat, tuple) else ()
    night = min((hour.set_point_c for hour in heat), default=0.0)
    warm = sum(hour.set_point_c > night for hour in heat)
    air = sum(hour.on for hour in item.ventilation) if isinstance(item.ventilation, tuple) else 0
    why = "; ".join(reason.text for reason in item.reasons)
    yield (item.title, why, item.starts_at, item.ready_by, warm, air, item.flip)


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
