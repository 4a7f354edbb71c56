"""What an import found, in numbers and in a few plain lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from city.entities import Segment
from city.upkeep import Place
from city.vocabulary import Network
from ingest.roads.cut import Cut
from ingest.roads.extract import Extract
from ingest.roads.slope import Sloped
from ingest.roads.turns import Turns


@dataclass(frozen=True)
class ImportReport:
    """Counts of one import; lengths [km], ``terrain_cover`` 0 to 1, ``seconds`` on the wall.

    ``relief`` segments have the land round them from a terrain model, which took ``relief_seconds`` of the whole.

    ``restrictions`` of turns were taken, which ban ``banned_turns``; others were left out, by reason. ``limited``
    segments are closed to vehicles over some width or weight; ``limits_refused`` such tags were not understood.

    ``street_count_between_junctions`` is the number of street segments as other tools count them, between
    junctions of streets alone; ``segments["street"]`` is higher by the places where cycle ways touch.
    """

    file: str
    data_date: date | None
    segments: Mapping[str, int]
    street_count_between_junctions: int
    km: Mapping[str, float]
    classes: Mapping[str, int]
    keepers: Mapping[str, int]
    unreachable: Mapping[str, int]
    unreachable_names: tuple[str, ...]
    dropped_ways: int
    clipped_ways: int
    bus_only_ways: int
    vanished: int
    restrictions: int
    banned_turns: int
    restrictions_left_out: Mapping[str, int]
    limited: int
    limits_refused: int
    terrain_sources: Mapping[str, int]
    terrain_cover: float
    clamped_grades: int
    relief: int
    relief_seconds: float
    spot_heights: int
    inclines_compared: int
    inclines_agree: int
    rooms: int
    buildings: int
    places: Mapping[str, int]
    seconds: float

    def text(self) -> str:
        """The report as a few lines for a person."""
        lines = [
            f"{self.file}: {_date(self.data_date)}",
            *(f"{network}: {n} segments, {self.km[network]:.1f} km" for network, n in self.segments.items()),
            f"streets between street junctions: {self.street_count_between_junctions}",
            f"classes: {_listed(self.classes)}; keepers: {_listed(self.keepers)}",
            self._reach_line(),
            f"left out: {self.dropped_ways} ways without length or nodes, {self.bus_only_ways} ways for buses only; "
            f"cut by the border: {self.clipped_ways}; vanished since the last import: {self.vanished}",
            self._turns_line(),
            f"widths and weights: {self.limited} segments are limited, {self.limits_refused} limits not understood",
            self._terrain_line(),
            *self._relief_line(),
            f"rooms: {self.rooms}; schools: {self.buildings}",
            f"places to clear: {_listed(self.places) or 'none'}",
            f"done in {self.seconds:.1f} s",
        ]
        return "\n".join(lines)

    def _reach_line(self) -> str:
        if not sum(self.unreachable.values()):
            return "every segment can be reached"
        names = f" (for instance {', '.join(self.unreachable_names)})" if self.unreachable_names else ""
        return f"cut off from the largest part: {_listed(self.unreachable)}{names}"

    def _turns_line(self) -> str:
        left = f"; left out: {_listed(self.restrictions_left_out)}" if self.restrictions_left_out else ""
        return f"turn restrictions: {self.restrictions} taken ({self.banned_turns} banned turns){left}"

    def _terrain_line(self) -> str:
        if not self.terrain_sources:
            return "no terrain: grades are unknown; give --terrain FILE"
        check = f"; {self.inclines_agree} of {self.inclines_compared} tagged inclines agree"
        return (
            f"terrain covers {self.terrain_cover:.1%} ({_listed(self.terrain_sources)}); "
            f"{self.clamped_grades} grades over 20 % set to 20 %" + (check if self.inclines_compared else "")
        )

    def _relief_line(self) -> list[str]:
        """Nothing where no terrain was given, which the line before says."""
        if not self.terrain_sources:
            return []
        total = sum(self.segments.values())
        return [f"sky, shade and hollows: {self.relief} of {total} segments, in {self.relief_seconds:.1f} s"]


def report(
    extract: Extract,
    made: Cut,
    sloped: Sloped,
    turns: Turns,
    rooms: int,
    buildings: int,
    places: Sequence[Place],
    vanished: int,
    relief: int,
    seconds: tuple[float, float],
) -> ImportReport:
    """The report of an import whose final segments stand in ``sloped``; ``seconds`` of the relief and of all."""
    segments = sloped.segments
    cut_off = [s for s in segments if not s.reachable]
    return ImportReport(
        file=extract.file.name,
        data_date=extract.data_date,
        segments=_counted(s.network for s in segments),
        street_count_between_junctions=made.street_count_between_junctions,
        km={network: _km(segments, network) for network in sorted({s.network for s in segments})},
        classes=_counted(s.route_class for s in segments),
        keepers=_counted(s.keeper for s in segments),
        unreachable=_counted(s.network for s in cut_off),
        unreachable_names=tuple(dict.fromkeys(s.name for s in cut_off if s.name))[:3],
        dropped_ways=made.dropped_ways,
        clipped_ways=made.clipped_ways,
        bus_only_ways=extract.bus_only_ways,
        vanished=vanished,
        restrictions=turns.taken,
        banned_turns=len(turns.bans),
        restrictions_left_out=turns.left_out,
        limited=sum(s.max_width_m is not None or s.max_weight_t is not None for s in segments),
        limits_refused=made.limits_refused,
        terrain_sources=_counted(s.slope_source for s in segments if s.slope_source),
        terrain_cover=sloped.cover,
        clamped_grades=len(sloped.steeper_than_allowed),
        relief=relief,
        relief_seconds=round(seconds[0], 2),
        spot_heights=len(extract.spot_heights),
        inclines_compared=sloped.inclines_compared,
        inclines_agree=sloped.inclines_agree,
        rooms=rooms,
        buildings=buildings,
        places=_counted(place.kind for place in places),
        seconds=round(seconds[1], 2),
    )


def _km(segments: Iterable[Segment], network: Network) -> float:
    return round(sum(s.length_m for s in segments if s.network == network) / 1000.0, 1)


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.items())


def _date(data_date: date | None) -> str:
    return f"data of {data_date.isoformat()}" if data_date else "date of the data unknown"
