"""The verdict line: go or not, how many, when at the latest, how certain, and what would change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from city.catalogue.message import Text
from city.plan import Degradation, Intervention, Verdict
from city.said import clock_en, clock_sv, figure_en, figure_sv
from city.vocabulary import NON_ROUTE_KINDS, Certainty
from planner.routes.sectors import Tur
from planner.snow.flip import flip_of, turer_range
from planner.snow.need import Needs
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import LOOK_BACK_H, fresh_depths, weather_hindcast
from planner.snow.words.classes import CLASS_EN, CLASS_SV


@dataclass(frozen=True)
class VerdictBasis:
    """What the verdict is made of. ``stuck`` turer are needed, but no vehicle can drive them."""

    turer: Sequence[Tur]
    items: Sequence[Intervention]
    needs: Needs
    cost: float
    full_cost: float
    stuck: int


def verdict(snapshot: SnowSnapshot, answer: VerdictBasis, weaknesses: Sequence[Degradation]) -> Verdict:
    """The answer in a sentence."""
    certainty = _certainty(snapshot, answer.needs, weaknesses)
    flip, span = flip_of(answer.needs), turer_range(answer.needs)
    if not answer.items:
        text = _no_call_out(snapshot, answer.needs)
        return Verdict(
            go=False,
            text=text.sv,
            text_en=text.en,
            certainty=certainty,
            cost=0.0,
            full_cost=round(answer.full_cost),
            turer_range=span,
            flip=flip.sv,
            flip_en=flip.en,
        )
    starts = min(item.starts_at for item in answer.items if item.starts_at)
    latest = _latest(snapshot, answer.items)
    going = {item.target for item in answer.items if item.kind not in NON_ROUTE_KINDS}
    home = sum(tur.id not in going for tur in answer.turer) - answer.stuck
    said = [
        _go(snapshot, starts, len(going), len(answer.turer)),
        _who(snapshot, answer.items),
        _rest(home, answer.stuck),
        *_beside(answer.items),
    ]
    return Verdict(
        go=True,
        text=" ".join(text.sv for text in said),
        text_en=" ".join(text.en for text in said),
        certainty=certainty,
        starts_at=starts,
        cost=round(answer.cost),
        full_cost=round(max(answer.full_cost, answer.cost)),
        latest_start=latest,
        turer_range=span,
        flip=flip.sv,
        flip_en=flip.en,
    )


def _go(snapshot: SnowSnapshot, starts: datetime, going: int, turer: int) -> Text:
    zone = snapshot.zone
    return Text(
        f"Kör ut kl. {clock_sv(starts, zone)}: {going} av {turer} turer.",
        f"Go out at {clock_en(starts, zone)}: {going} of {turer} turer.",
    )


def _who(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> Text:
    """How many vehicles go, and whose they are."""
    vehicles = {item.vehicle for item in items if item.vehicle}
    names = {contractor.id: contractor.name for contractor in snapshot.contractors}
    whose = sorted({names.get(item.contractor, item.contractor) for item in items if item.contractor})
    of = f" ({', '.join(whose)})" if whose else ""
    one = len(vehicles) == 1
    return Text(f"{len(vehicles)} fordon{of}.", f"{len(vehicles)} {'vehicle' if one else 'vehicles'}{of}.")


def _latest(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> datetime | None:
    """When the first of the turer that are not out yet must begin; None where all are out."""
    held = {item.key for item in snapshot.running}
    return min((i.latest_start for i in items if i.latest_start and i.key not in held), default=None)


def _beside(items: Sequence[Intervention]) -> Iterator[Text]:
    """What is said of the work that is no tur."""
    kinds = Counter(item.kind for item in items)
    if kinds["places"]:
        rounds = Text("runda", "round") if kinds["places"] == 1 else Text("rundor", "rounds")
        yield Text(
            f"{kinds['places']} {rounds.sv} till hållplatser, övergångar, parkeringar och skolgårdar.",
            f"{kinds['places']} {rounds.en} of bus stops, crossings, car parks and school yards.",
        )
    if kinds["haul"]:
        yield Text(f"Bortforsling: {kinds['haul']}.", f"Haulage: {kinds['haul']}.")
    if kinds["sweep"]:
        yield Text(f"Sandupptagning: {kinds['sweep']}.", f"Grit sweeping: {kinds['sweep']}.")


def _rest(turer: int, stuck: int) -> Text:
    """What is said of the turer that stay at home."""
    if stuck:
        home = _rest(turer, 0) if turer else Text("", "")
        return Text(
            f"{stuck} behövs men kan inte köras. {home.sv}".strip(),
            f"{stuck} are needed but cannot be driven. {home.en}".strip(),
        )
    if turer == 0:
        return Text("Hela nätet behövs.", "The whole network is needed.")
    if turer == 1:
        return Text("1 tur behövs inte.", "1 tur is not needed.")
    return Text(f"{turer} turer behövs inte.", f"{turer} turer are not needed.")


def _certainty(snapshot: SnowSnapshot, needs: Needs, weaknesses: Sequence[Degradation]) -> Certainty:
    """Low without streets, a fresh forecast or any sight of the ground; medium where the range crosses a limit for
    over a tenth of the streets."""
    blind = not fresh_depths(snapshot) and weather_hindcast(snapshot).missing_hours > LOOK_BACK_H / 2
    if not len(needs) or blind or any(item.source == "forecast" for item in weaknesses):
        return "low"
    sensors = bool(fresh_depths(snapshot))
    return "high" if needs.unsure <= 0.1 * len(needs) and sensors else "medium"


def _no_call_out(snapshot: SnowSnapshot, needs: Needs) -> Text:
    if not len(needs):
        return Text("Inga gator är inlästa: inget att planera.", "No streets are imported: nothing to plan.")
    if needs.over.any():
        return Text(
            "Snö över gränsen, men inget fordon kan skickas.", "Snow over the limit, but no vehicle can be sent."
        )
    if needs.slips.any():
        return Text("Det blir halt, men inget fordon kan skickas.", "It gets slippery, but no vehicle can be sent.")
    if not snapshot.forecasts and not fresh_depths(snapshot):
        return Text(
            "Ingen utkallning kan räknas: varken prognos eller givare. Bedöm på plats.",
            "No call-out can be computed: neither forecast nor sensor. Judge on site.",
        )
    nearest = needs.nearest
    if nearest is None:
        return Text("Inga gator är våra att ploga.", "No streets are ours to plough.")
    name = snapshot.segments[nearest.segment].name or CLASS_SV[nearest.route_class]
    en = snapshot.segments[nearest.segment].name or CLASS_EN[nearest.route_class]
    cm, limit = nearest.depth_cm, nearest.limit_cm
    return Text(
        f"Ingen utkallning behövs. Närmast: {name}, {figure_sv(cm)} cm av {figure_sv(limit, 0)}.",
        f"No call-out is needed. Nearest: {en}, {figure_en(cm)} cm of {figure_en(limit, 0)}.",
    )
