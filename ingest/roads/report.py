"""What an import found, in numbers and in a few plain lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from city.catalogue.message import Figure, Message, message
from city.catalogue.words import Words
from city.entities import Segment
from city.upkeep import Place
from city.vocabulary import PLANNED_KEEPERS
from ingest.roads.cut import Cut
from ingest.roads.cutoff import CutOffPart, cut_off_parts
from ingest.roads.extract import Extract
from ingest.roads.leftout import LeftOut, LeftWayTold, left_line, left_out, left_ways, part_lines
from ingest.roads.renewal import Renewal
from ingest.roads.slope import Sloped
from ingest.roads.terrain import SPOT_HEIGHTS
from ingest.roads.turns import Turns

TOLD_NOISE_M = 0.1


@dataclass(frozen=True)
class ImportReport:
    """Counts of one import; lengths [km], ``terrain_cover`` 0 to 1, ``seconds`` on the wall.

    ``unreachable`` segments lie in the parts ``cut_off``, longest first. ``not_planned`` sums up by reason the ways of
    the town that are in no network, which stand in ``left_ways``; ``kept_by_others_km`` are streets and cycle ways of
    others than the municipality; ``pedestrian`` are segments of pedestrian streets, by the network that they are in.

    ``relief`` segments have the land round them from a terrain model, which took ``relief_seconds`` of the whole.

    ``terrain_noise_m`` is the noise of each source of heights [m]; ``grades_untold`` segments have no grade, as their
    streets are too short for it.

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
    unreachable_km: Mapping[str, float]
    cut_off: tuple[CutOffPart, ...]
    not_planned: Mapping[str, LeftOut]
    left_ways: tuple[LeftWayTold, ...]
    kept_by_others_km: Mapping[str, float]
    pedestrian: Mapping[str, int]
    pedestrian_km: Mapping[str, float]
    dropped_ways: int
    clipped_ways: int
    vanished: int
    restrictions: int
    banned_turns: int
    restrictions_left_out: Mapping[str, int]
    limited: int
    limits_refused: int
    terrain_sources: Mapping[str, int]
    terrain_cover: float
    clamped_grades: int
    terrain_noise_m: Mapping[str, float]
    grades_untold: int
    relief: int
    relief_seconds: float
    spot_heights: int
    inclines_compared: int
    inclines_agree: int
    rooms: int
    buildings: int
    places: Mapping[str, int]
    seconds: float
    renewal: Renewal | None = None
    notes: tuple[Message, ...] = ()

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, its sentences in a language."""
        plain = asdict(replace(self, renewal=None, notes=()))
        renewal = {} if self.renewal is None else {"renewal": self.renewal.as_dict(words)}
        return plain | renewal | {"notes": [words.say(note) for note in self.notes]}

    def text(self, words: Words) -> str:
        """The report as a few lines for a person."""
        return "\n".join(map(words.say, self.lines()))

    def lines(self) -> Iterator[Message]:
        """The report, a sentence a line."""
        yield _dated(self.file, self.data_date)
        if self.renewal is not None:
            yield from self.renewal.lines()
        for network, n in self.segments.items():
            yield message("cli.roads.network", n=n, network=message(f"cli.network.{network}"), km=self.km[network])
        yield message("cli.roads.junctions", n=self.street_count_between_junctions)
        classes = tuple(_counted_as(n, name) for name, n in self.classes.items())
        keepers = tuple(message(f"cli.keeper.{keeper}", n=n) for keeper, n in self.keepers.items())
        yield message("cli.roads.classes", classes=classes, keepers=keepers)
        yield self._reach_line()
        yield from part_lines(self.cut_off)
        yield from self._not_planned_lines()
        ways = {"dropped": self.dropped_ways, "clipped": self.clipped_ways}
        yield message("cli.roads.left_out", vanished=self.vanished, **ways)
        yield self._turns_line()
        yield message("cli.roads.limits", n=self.limited, refused=self.limits_refused)
        yield from self._terrain_lines()
        yield message("cli.roads.stops", rooms=self.rooms, schools=self.buildings)
        yield _places_line(self.places)
        yield from self.notes
        yield message("cli.roads.done", seconds=Figure(self.seconds))

    def _reach_line(self) -> Message:
        if not sum(self.unreachable.values()):
            return message("cli.roads.all_reached")
        counts = tuple(
            message(f"cli.cut_off.{network}", n=n, km=Figure(self.unreachable_km[network]))
            for network, n in self.unreachable.items()
        )
        return message("cli.roads.cut_off", counts=counts)

    def _not_planned_lines(self) -> Iterator[Message]:
        """What of the town is in no network or another's, with its length, and where its pedestrian streets went."""
        for network, n in self.pedestrian.items():
            km = Figure(self.pedestrian_km[network])
            yield message("cli.roads.pedestrian", n=n, km=km, network=message(f"cli.network.{network}"))
        if self.not_planned:
            counts = tuple(left_line(because, left, self.left_ways) for because, left in self.not_planned.items())
            yield message("cli.roads.not_planned", counts=counts)
        if self.kept_by_others_km:
            kept = tuple(
                message(
                    "cli.roads.kept_km", kept=message(f"cli.keeper.{keeper}", n=self.keepers[keeper]), km=Figure(km)
                )
                for keeper, km in self.kept_by_others_km.items()
            )
            yield message("cli.roads.kept_by_others", kept=kept)

    def _turns_line(self) -> Message:
        said = message("cli.roads.turns", n=self.banned_turns, taken=self.restrictions)
        if not self.restrictions_left_out:
            return said
        counts = tuple(message(f"cli.turns.{reason}", n=n) for reason, n in self.restrictions_left_out.items())
        return message("cli.roads.turns_left", turns=said, counts=counts)

    def _terrain_lines(self) -> Iterator[Message]:
        """What the terrain gave; the land round the streets is known only where there is one."""
        if not self.terrain_sources:
            yield message("cli.roads.no_terrain")
            return
        counts = tuple(_counted_as(n, _source(name)) for name, n in self.terrain_sources.items())
        share, clamped = 100.0 * self.terrain_cover, self.clamped_grades
        said = message("cli.roads.terrain", share=share, counts=counts, clamped=clamped)
        compared = {"agree": self.inclines_agree, "compared": self.inclines_compared}
        yield message("cli.roads.inclines", terrain=said, **compared) if self.inclines_compared else said
        noise = max(self.terrain_noise_m.values(), default=0.0)
        if noise >= TOLD_NOISE_M:
            yield message("cli.roads.noise", n=self.grades_untold, noise=Figure(noise))
        seconds, total = Figure(self.relief_seconds), sum(self.segments.values())
        yield message("cli.roads.relief", n=self.relief, total=total, seconds=seconds)


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
    pedestrian = [s for s in segments if s.highway == "pedestrian"]
    left = left_ways(extract)
    return ImportReport(
        file=extract.file.name,
        data_date=extract.data_date,
        segments=_counted(s.network for s in segments),
        street_count_between_junctions=made.street_count_between_junctions,
        km={network: round(km, 1) for network, km in _km_by(segments, lambda s: s.network).items()},
        classes=_counted(s.route_class for s in segments),
        keepers=_counted(s.keeper for s in segments),
        unreachable=_counted(s.network for s in cut_off),
        unreachable_km=_km_by(cut_off, lambda s: s.network),
        cut_off=tuple(cut_off_parts(segments, extract)),
        not_planned=left_out(left),
        left_ways=left,
        kept_by_others_km=_km_by((s for s in segments if s.keeper not in PLANNED_KEEPERS), lambda s: s.keeper),
        pedestrian=_counted(s.network for s in pedestrian),
        pedestrian_km=_km_by(pedestrian, lambda s: s.network),
        dropped_ways=made.dropped_ways,
        clipped_ways=made.clipped_ways,
        vanished=vanished,
        restrictions=turns.taken,
        banned_turns=len(turns.bans),
        restrictions_left_out=turns.left_out,
        limited=sum(s.max_width_m is not None or s.max_weight_t is not None for s in segments),
        limits_refused=made.limits_refused,
        terrain_sources=_counted(s.slope_source for s in segments if s.slope_source),
        terrain_cover=sloped.cover,
        clamped_grades=len(sloped.steeper_than_allowed),
        terrain_noise_m=sloped.noise_m,
        grades_untold=len(sloped.too_short),
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


def _km_by(segments: Iterable[Segment], of: Callable[[Segment], str]) -> dict[str, float]:
    """Length by some word of a segment [km], in the order of the words."""
    metres: defaultdict[str, float] = defaultdict(float)
    for segment in segments:
        metres[of(segment)] += segment.length_m
    return {word: round(length / 1000.0, 3) for word, length in sorted(metres.items())}


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _counted_as(n: int, what: str | Message) -> Message:
    return message("cli.roads.counted", n=n, what=what)


def _source(name: str) -> str | Message:
    """A source of elevation: a file by its name, the heights of the extract by theirs."""
    return message("cli.roads.spot_heights") if name == SPOT_HEIGHTS else name


def _places_line(places: Mapping[str, int]) -> Message:
    if not places:
        return message("cli.roads.no_places")
    return message("cli.roads.places", counts=tuple(message(f"cli.place.{kind}", n=n) for kind, n in places.items()))


def _dated(file: str, data_date: date | None) -> Message:
    if data_date is None:
        return message("cli.roads.date_unknown", file=file)
    return message("cli.roads.data_of", file=file, day=data_date.isoformat())
