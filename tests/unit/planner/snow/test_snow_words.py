"""The words of a snow plan: sentence by sentence, in both languages, one thing said as one, roles by their names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from city.catalogue.words import words
from city.entities import Vehicle
from city.errors import StoreUnavailable
from city.observation import Observation
from city.plan import Plan, Reason, Verdict
from city.upkeep import SeasonWork, WorkRequest
from planner.services import make_plan
from planner.snow.archive import unpack
from tests.unit.planner.snapshots import AT, HOUR, depth, snow_snapshot, street
from tests.unit.planner.snow.test_snow_places import stop

ONE = {"segments": (street(0, 1, "P1"),), "readings": (depth(12.0),), "forecasts": ()}


def said(verdict: Verdict) -> list[tuple[str, str]]:
    return [(clause.text, clause.text_en) for clause in verdict.clauses]


def first(plan: Plan, kind: str) -> Reason:
    """The deciding reason of the first intervention of a kind."""
    return next(item.reasons[0] for item in plan.interventions if item.kind == kind)


@pytest.mark.parametrize(
    ("parts", "clauses"),
    [
        (
            ONE,
            [
                ("Kör ut kl. 03.00: 1 av 1 tur.", "Go out at 03:00: 1 of 1 route."),
                ("1 fordon (Entreprenören).", "1 vehicle (Entreprenören)."),
                ("Alla turer behövs.", "All routes are needed."),
            ],
        ),
        (
            {"readings": (depth(12.0),), "forecasts": (), "vehicles": (Vehicle("P01", "snow", "dep"),)},
            [
                ("Kör ut kl. 03.00: 2 av 3 turer.", "Go out at 03:00: 2 of 3 routes."),
                ("1 fordon.", "1 vehicle."),
                ("1 tur behövs men kan inte köras.", "1 route is needed but cannot be driven."),
            ],
        ),
        (
            {"readings": (depth(2.0),), "forecasts": ()},
            [
                ("Ingen utkallning behövs.", "No call-out is needed."),
                ("Närmast: Stigen 4, 2,0 cm av 3.", "Nearest: Stigen 4, 2.0 cm of 3."),
            ],
        ),
        (
            {"readings": (), "devices": (), "forecasts": ()},
            [
                (
                    "Ingen utkallning kan räknas: varken prognos eller givare.",
                    "No call-out can be computed: neither forecast nor sensor.",
                ),
                ("Bedöm på plats.", "Judge on site."),
            ],
        ),
    ],
)
def test_the_answer_stands_sentence_by_sentence(parts: dict[str, object], clauses: list[tuple[str, str]]) -> None:
    """The first is the answer itself, and all of them joined are the text."""
    verdict = make_plan(snow_snapshot(**parts)).verdict
    assert said(verdict) == clauses
    assert verdict.text == " ".join(sv for sv, _ in clauses)
    assert verdict.text_en == " ".join(en for _, en in clauses)


def test_a_vehicle_of_the_towns_own_is_not_the_contractors() -> None:
    """Of three that go one has no contractor: two are theirs."""
    verdict = make_plan(snow_snapshot(readings=(depth(12.0),), forecasts=())).verdict
    assert ("3 fordon, varav 2 från Entreprenören.", "3 vehicles, 2 of them from Entreprenören.") in said(verdict)


def test_one_street_is_one_street() -> None:
    (item,) = make_plan(snow_snapshot(**ONE)).interventions
    assert item.flip.endswith("1 sträcka över gränsen.")
    assert item.flip_en.endswith("1 street over the limit.")


def test_what_a_figure_stands_for_does_not_name_its_place() -> None:
    """The place stands before it in the sentence."""
    requests = (WorkRequest("a1", "sweep", ("c/20-21",), "jour", "", AT - HOUR, AT + 20 * HOUR),)
    season = (SeasonWork("s/0-1", 5, 0),)
    plan = make_plan(
        snow_snapshot(places=(stop(1),), readings=(depth(12.0),), season=season, requests=requests, forecasts=())
    )
    found = {kind: first(plan, kind) for kind in ("plough", "places", "haul")}
    assert {kind: (reason.what, reason.what_en) for kind, reason in found.items()} == {
        "plough": ("torr snö kl. 04.00", "dry snow at 04:00"),
        "places": ("snö kl. 04.00", "snow at 04:00"),
        "haul": (
            "plogad snö sedan senaste bortforsling, uppskattad av antalet plogningar",
            "snow ploughed since it was last driven away, estimated from the number of ploughings",
        ),
    }
    assert found["plough"].text.startswith("Stigen 4: torr snö kl. 04.00 12,0 cm")
    assert found["places"].text.startswith("Hållplats Plats 1: snö kl. 04.00")
    assert found["places"].text_en.startswith("Bus stop Plats 1: snow at 04:00")
    assert found["haul"].text.startswith("Gatan 0: regel: plogad snö")


def test_a_place_without_a_name_is_named_by_its_kind() -> None:
    plan = make_plan(snow_snapshot(places=(replace(stop(1), name=""),), readings=(depth(12.0),)))
    assert first(plan, "places").text.startswith("Hållplats: snö kl.")


def test_a_role_is_said_in_the_language_of_the_line() -> None:
    """A role of the catalogue has a name in each language; a shift and a vehicle are called what they are."""
    saw = [
        Observation("t", ("s/0-1",), "slippery", 1.0, AT - HOUR, AT + HOUR, who, why)
        for who, why in (("dispatcher", "ringde"), ("P01", ""))
    ]
    plan = make_plan(snow_snapshot(readings=(depth(12.0),), observations=tuple(saw)))
    lines = {(r.text, r.text_en) for item in plan.interventions for r in item.reasons if r.text.startswith("Sett")}
    assert lines == {
        (
            "Sett kl. 02.00 av arbetsledare: halt; gäller till kl. 04.00 (ringde)",
            "Seen at 02:00 by dispatcher: slippery; holds until 04:00 (ringde)",
        ),
        ("Sett kl. 02.00 av P01: halt; gäller till kl. 04.00", "Seen at 02:00 by P01: slippery; holds until 04:00"),
    }


def test_curves_that_cannot_be_read_are_said_in_each_language() -> None:
    with pytest.raises(StoreUnavailable, match="kept curves of snow plan p1 cannot be read") as caught:
        unpack(b"nonsense", "p1", AT.date(), simulated=False)
    assert caught.value.said(words("sv")).startswith("de sparade kurvorna till snöplan p1 kan inte läsas (")
