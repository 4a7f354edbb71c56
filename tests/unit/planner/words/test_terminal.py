"""A plan for the terminal: in the language that is asked for, and in none beside it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from city.catalogue.words import words
from city.plan import PlaceStop, Plan
from planner.services import make_plan
from planner.words.terminal import readable
from tests.unit.planner.snapshots import depth, heating_snapshot, snow_snapshot, waste_snapshot

ZONE = ZoneInfo("Europe/Stockholm")


def lines(plan: Plan, language: str, **how: object) -> list[str]:
    return readable(plan, ZONE, words(language), **how).splitlines()  # type: ignore[arg-type]


def test_a_waste_plan_in_both_languages() -> None:
    """Verdict with its certainty and price, the round by its fraction's name, its stops with their reasons."""
    plan = make_plan(waste_snapshot())
    head, verdict, item, *rest = lines(plan, "sv")
    assert head == "AVFALL · tjänstedygn 2026-11-24 · plan 0"
    assert verdict == f"  Töm 1 av 3 rum från kl. 06.00 i 1 rond. Säkerhet: hög · ca {plan.verdict.cost:.0f} kr"
    assert item.startswith("  06.00–06.1")
    assert "Restavfall, rond 1 · A01" in item
    assert rest[-1].startswith("      06.0")
    head, verdict, item, *rest = lines(plan, "en")
    assert head == "WASTE · service day 2026-11-24 · plan 0"
    assert verdict == f"  Empty 1 of 3 rooms from 06:00 in 1 round. Certainty: high · about {plan.verdict.cost:.0f} kr"
    assert "Residual waste, round 1 · A01" in item
    assert "Rum 1: level " in rest[-1]


def test_a_snow_plan_in_its_currency() -> None:
    """The price is said with the currency of the settings; simulated data are marked."""
    plan = make_plan(snow_snapshot(readings=(depth(12.0),), simulated=True))
    swedish, english = ("\n".join(lines(plan, language, currency="€")) for language in ("sv", "en"))
    assert plan.verdict.cost
    assert f"ca {plan.verdict.cost:.0f} €" in swedish
    assert f"about {plan.verdict.cost:.0f} €" in english
    assert "· SIMULERADE DATA" in swedish
    assert "segments in driving order" in english
    assert "sträckor i körordning" not in english


def test_what_is_left_out_is_counted() -> None:
    """One block and how many more; a place without a name is called what it is."""
    plan = make_plan(heating_snapshot())
    assert "  … och 1 till" in lines(plan, "sv", most=1)
    assert "  … and 1 more" in lines(plan, "en", most=1)
    place = PlaceStop(id="p", kind="bus_stop", name="", lon=14.8, lat=56.9, minutes=4.0, depth_cm=5.0)
    (item, *_) = plan.interventions
    stops = msgspec.structs.replace(plan, interventions=(msgspec.structs.replace(item, places=(place,)),))
    assert "      1 plats: hållplats" in lines(stops, "sv")
    assert "      1 place: bus stop" in lines(stops, "en")
