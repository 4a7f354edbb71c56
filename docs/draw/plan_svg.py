"""A plan drawn on its town as SVG: what is needed, who drives where and in which order, with work and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from docs.draw.town import Town
from planner.routes.drives import Leg, VehicleDrive
from planner.routes.problem import Problem

Point = npt.NDArray[np.float64]

WIDTH, MAP_WIDTH, HEIGHT, MARGIN = 1200.0, 850.0, 780.0, 36.0
GROUND, SURFACE, LINE, TEXT, MUTED = "#f7f8f7", "#ffffff", "#d5dcde", "#14202a", "#4a5863"
NEEDED, IDLE, ONE_WAY = "#dbe3e6", "#c3cdd2", "#a5b2ba"
COLOURS = ("#0b5672", "#b8500a")
"""Of the vehicles: blue and orange are told apart by everyone. All colours are the light ones of the pages."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Sheet:
    """The map's metres as pixels."""

    town: Town

    def node(self, node: int) -> Point:
        """Where a crossing lies [px]: the town fills the map, its middle in the middle."""
        low, high = self.town.at.min(axis=0), self.town.at.max(axis=0)
        room = np.array([MAP_WIDTH, HEIGHT]) - 2 * MARGIN
        scale = float((room / (high - low)).min())
        place: Point = MARGIN + 0.5 * room + scale * (self.town.at[node] - 0.5 * (low + high))
        return place


@dataclass(frozen=True)
class _Stroke:
    """A leg as it is drawn: beside the middle of its street, on the right."""

    leg: Leg
    begin: Point
    end: Point

    @property
    def along(self) -> Point:
        step = self.end - self.begin
        unit: Point = step / np.hypot(*step)
        return unit


def drawing(town: Town, drives: Sequence[VehicleDrive], title: str, figures: Sequence[tuple[str, str]]) -> str:
    """The whole SVG: the map on the left; title, figures and legend on the right."""
    sheet = Sheet(town)
    parts = [*_streets(sheet), *_routes(sheet, drives), *_depots(sheet)]
    parts += _panel(title, figures, _refills(town.problem, drives))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" '
        f'font-family="{FONT}"><title>{escape(title)}</title>'
    )
    ground = f'<rect width="100%" height="100%" rx="12" fill="{GROUND}" stroke="{LINE}"/>'
    return "\n".join([head, ground, *parts, "</svg>"]) + "\n"


def _streets(sheet: Sheet) -> Iterator[str]:
    """Every street, broad where it is needed; a head on one-way streets, a ring where one may turn round."""
    for road in sheet.town.roads:
        (x1, y1), (x2, y2) = (sheet.node(node) for node in road)
        colour, wide = (NEEDED, 19) if road in sheet.town.needed else (IDLE, 2)
        yield (
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{wide}" stroke-linecap="round"/>'
        )
        if road in sheet.town.one_way:
            begin, end = sheet.node(road[0]), sheet.node(road[1])
            yield _head(0.5 * (begin + end), (end - begin) / np.hypot(*(end - begin)), ONE_WAY, 9.0)
    for node in sorted(sheet.town.turning):
        x, y = sheet.node(node)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{SURFACE}" stroke="{MUTED}" stroke-width="1.5"/>'


def _routes(sheet: Sheet, drives: Sequence[VehicleDrive]) -> Iterator[str]:
    """All legs, those without work first so that work lies on top; then the numbers."""
    lanes: Counter[int] = Counter()
    strokes = {one.vehicle: _strokes(sheet, one, lanes) for one in drives}
    for working in (False, True):
        for vehicle, drawn in strokes.items():
            yield from _legs(sheet, drawn, COLOURS[vehicle], working=working)
    for vehicle, drawn in strokes.items():
        yield from _numbers(drawn, COLOURS[vehicle])


def _strokes(sheet: Sheet, one: VehicleDrive, lanes: Counter[int]) -> list[_Stroke]:
    return [_stroke(sheet, leg, lanes) for leg in one.legs]


def _stroke(
    sheet: Sheet, leg: Leg, lanes: Counter[int], *, beside: float = 4.5, apart: float = 4.0, short: float = 9.0
) -> _Stroke:
    """Each further drive without work along an arc lies farther out [px]."""
    graph = sheet.town.problem.graph
    begin, end = sheet.node(int(graph.arc_from[leg.arc])), sheet.node(int(graph.arc_to[leg.arc]))
    along = (end - begin) / np.hypot(*(end - begin))
    if leg.task < 0:
        lanes[leg.arc] += 1
    out = np.array([-along[1], along[0]]) * (beside + apart * (lanes[leg.arc] if leg.task < 0 else 0))
    return _Stroke(leg, begin + out + short * along, end + out - short * along)


def _legs(sheet: Sheet, drawn: Sequence[_Stroke], colour: str, *, working: bool) -> Iterator[str]:
    """Lines with an arrow head each, bent into one another at the crossings."""
    style = 'stroke-width="3.2"' if working else 'stroke-width="1.8" stroke-dasharray="5 4"'
    bends = [""] + [_bend(sheet, before, after) for before, after in pairwise(drawn)]
    for stroke, bend in zip(drawn, bends, strict=True):
        if (stroke.leg.task >= 0) == working:
            (x1, y1), (x2, y2) = stroke.begin, stroke.end
            path = f"{bend or 'M'}{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
            yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-linecap="round" {style}/>'
            yield _arrow(stroke, colour, 6.5 if working else 5.0)


def _bend(sheet: Sheet, before: _Stroke, after: _Stroke) -> str:
    """From the end of one leg in a curve towards the beginning of the next."""
    (x, y), node = before.end, sheet.node(int(sheet.town.problem.graph.arc_to[before.leg.arc]))
    back = float(before.along @ after.along) < -0.9
    cx, cy = node + 16.0 * before.along if back else 0.5 * (before.end + after.begin) * 0.5 + 0.5 * node
    return f"M{x:.1f} {y:.1f}Q{cx:.1f} {cy:.1f} "


def _arrow(stroke: _Stroke, colour: str, size: float) -> str:
    return _head(stroke.begin + 0.62 * (stroke.end - stroke.begin), stroke.along, colour, size)


def _head(at: Point, along: Point, colour: str, size: float) -> str:
    """An arrow head."""
    tip, tail, left = at + size * along, at - 0.7 * size * along, 0.75 * size * np.array([along[1], -along[0]])
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, tail + left, tail - left))
    return f'<polygon points="{points}" fill="{colour}"/>'


def _numbers(drawn: Sequence[_Stroke], colour: str, *, every: int = 5) -> Iterator[str]:
    """The place in the order of work: the first street, every fifth, and the last."""
    worked = [stroke for stroke in drawn if stroke.leg.task >= 0]
    for number, stroke in enumerate(worked, 1):
        if number in (1, len(worked)) or number % every == 0:
            x, y = stroke.begin + 0.28 * (stroke.end - stroke.begin)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="12" fill="{SURFACE}" stroke="{colour}" stroke-width="2"/>'
            yield _text(x, y + 5.5, str(number), 15.5, colour, anchor="middle", strong=True)


def _depots(sheet: Sheet) -> Iterator[str]:
    """A square with the name of the vehicle whose home it is."""
    for vehicle in sheet.town.problem.vehicles:
        x, y = sheet.node(vehicle.start)
        yield f'<rect x="{x - 13:.1f}" y="{y - 13:.1f}" width="26" height="26" rx="4" fill="{TEXT}"/>'
        yield _text(x, y + 6, vehicle.id, 18, SURFACE, anchor="middle", strong=True)


def _refills(problem: Problem, drives: Sequence[VehicleDrive]) -> Iterator[tuple[str, str]]:
    """For each vehicle its colour, and after which of its streets it refills at whose depot."""
    home_of = {vehicle.start: vehicle.id for vehicle in problem.vehicles}
    for one in drives:
        visits = [
            f"{sum(leg.task >= 0 for leg in one.legs[: at + 1])} ({home_of[problem.refills[leg.refill].node]})"
            for at, leg in enumerate(one.legs)
            if leg.refill >= 0
        ]
        yield COLOURS[one.vehicle], f"{problem.vehicles[one.vehicle].id} refills after {', '.join(visits)}"


def _panel(title: str, figures: Sequence[tuple[str, str]], refills: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Title, figures, refills and legend, from the top down."""
    x, y = MAP_WIDTH + 5, 54.0
    size = f'width="{WIDTH - x + 4}" height="{HEIGHT - 32:.0f}"'
    yield f'<rect x="{x - 20}" y="16" {size} rx="6" fill="{SURFACE}"/>'
    yield _text(x, y, title, 24, TEXT, strong=True)
    for figure, words in figures:
        y += 46
        yield _text(x, y, figure, 26, TEXT, strong=True)
        yield _text(x + 128, y, words, 19, MUTED)
    y += 12
    for colour, words in refills:
        y += 28
        yield _text(x, y, words, 17, colour, strong=True)
    y += 28
    yield f'<line x1="{x}" y1="{y}" x2="{WIDTH - 36}" y2="{y}" stroke="{LINE}"/>'
    for mark, words in _legend():
        y += 32
        yield f'<g transform="translate({x} {y})">{mark}</g>'
        yield _text(x + 62, y + 6, words, 18, TEXT)
    yield _text(x, HEIGHT - 28, "A made town: no real streets.", 16, MUTED)


def _legend() -> Iterator[tuple[str, str]]:
    for colour, vehicle in zip(COLOURS, ("A", "B"), strict=True):
        head = f'<polygon points="30,0 19,-5 19,5" fill="{colour}"/>'
        yield f'<path d="M0 0H48" stroke="{colour}" stroke-width="3.2"/>{head}', f"vehicle {vehicle} spreads salt"
    yield f'<path d="M0 0H48" stroke="{TEXT}" stroke-width="1.8" stroke-dasharray="5 4"/>', "drives without work"
    circle = f'<circle cx="24" cy="0" r="12" fill="{SURFACE}" stroke="{TEXT}" stroke-width="2"/>'
    yield circle + _text(24, 5.5, "5", 15.5, TEXT, anchor="middle", strong=True), "its fifth street"
    yield f'<path d="M4 0H44" stroke="{NEEDED}" stroke-width="19" stroke-linecap="round"/>', "street that needs salt"
    yield f'<path d="M0 0H48" stroke="{IDLE}" stroke-width="2"/>', "street that does not"
    along = np.array([1.0, 0.0])
    yield (
        f'<path d="M0 0H48" stroke="{IDLE}" stroke-width="2"/>' + _head(24 * along, along, ONE_WAY, 9.0),
        "one-way street",
    )
    yield f'<rect x="11" y="-13" width="26" height="26" rx="4" fill="{TEXT}"/>', "depot with salt"
    yield f'<circle cx="24" cy="0" r="4.5" fill="{SURFACE}" stroke="{MUTED}" stroke-width="1.5"/>', "room to turn round"


def _text(
    x: float,
    y: float,
    words: str,
    size: float,
    colour: str,
    *,
    anchor: str = "start",
    strong: bool = False,
) -> str:
    weight = ' font-weight="650"' if strong else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )
