"""The snow plan on small towns: thresholds decide, every line says why, and nothing is called what it is not."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from city.entities import Device, GivenOrder, Reading, Treatment, Vehicle
from city.manning import RosterTurn
from city.plan import Intervention, Plan, Reason
from models.snow import Hindcast
from planner.publish import check_schema
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import road_hindcast
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    ahead,
    depth,
    forecast,
    limits_with,
    place,
    relief,
    snow_snapshot,
    street,
    streets,
    threshold,
)


def plan_of(snapshot: SnowSnapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def targets(plan: Plan) -> set[str]:
    return {item.target for item in plan.interventions}


def classes(plan: Plan) -> set[str]:
    return {target.split("-")[0] for target in targets(plan)}


def effects(plan: Plan) -> str:
    return " ".join(item.effect for item in plan.degradations)


def still(cm: float, **parts: object) -> SnowSnapshot:
    """So much snow on the ground now, and no knowledge of what is to come: it lies as it is."""
    return snow_snapshot(readings=(depth(cm),), forecasts=(), **parts)


@pytest.mark.parametrize(("cm", "goes"), [(7.99, False), (8.0, True), (8.01, True)])
def test_the_dry_limit_decides(cm: float, goes: bool) -> None:
    """Main streets go out at 8 cm and over, and not just under."""
    assert ("P1" in classes(plan_of(still(cm)))) is goes


@pytest.mark.parametrize(("cm", "goes"), [(4.5, False), (5.5, True)])
def test_wet_snow_has_its_own_limit(cm: float, goes: bool) -> None:
    """At +0.3 °C snow is wet: with the wet limit of a class at 5 cm it decides; dry it would need 8."""
    rules = limits_with(threshold("snow.start_wet_cm", "P1", 5.0))
    plan = plan_of(snow_snapshot(readings=(depth(cm),), forecasts=(forecast(0.3),), thresholds=rules))
    assert ("P1" in classes(plan)) is goes
    assert "P1" not in classes(
        plan_of(snow_snapshot(readings=(depth(cm),), forecasts=(forecast(0.0),), thresholds=rules))
    )


def test_nought_is_a_limit_like_any_other() -> None:
    """A limit of 0 cm sends the class out on bare ground; no limit is made up for it."""
    rules = limits_with(threshold("snow.start_dry_cm", "P1", 0.0), threshold("snow.start_wet_cm", "P1", 0.0))
    plan = plan_of(still(0.0, thresholds=rules))
    assert classes(plan) == {"P1"}
    assert plan.interventions[0].reasons[0].threshold == 0.0


def test_each_line_says_why() -> None:
    """The first reason has figure, range, unit, limit with version, source and age; the sensor is named too."""
    rules = limits_with(threshold("snow.start_dry_cm", "P1", 6.0, version=7))
    plan = plan_of(snow_snapshot(readings=(depth(5.0),), forecasts=(ahead(-4.0, [2.0] * 3),), thresholds=rules))
    item = next(item for item in plan.interventions if item.target.startswith("P1"))
    first, sensor = item.reasons[:2]
    assert first.value is not None
    assert first.range is not None
    assert first.range[0] <= first.value <= first.range[1]
    assert (first.unit, first.threshold, first.threshold_version, first.source, first.age_s) == (
        "cm",
        6.0,
        7,
        "made",
        0.0,
    )
    assert (sensor.value, sensor.source, sensor.age_s) == (5.0, "sno-1", 360.0)
    assert "gräns 6,0 cm" in first.text
    assert "limit 6.0 cm" in first.text_en


def test_the_flip_is_true() -> None:
    """The tur stays with a hair less snow than its margin, and drops out with a hair more."""
    item = next(i for i in plan_of(still(9.5)).interventions if i.target.startswith("P1"))
    assert "Under 8,0 cm utgår turen; marginal 1,5 cm" in item.flip
    assert item.target in targets(plan_of(still(9.5 - 1.49)))
    assert item.target not in targets(plan_of(still(9.5 - 1.51)))
    above = limits_with(threshold("snow.start_dry_cm", "P1", 9.51))
    assert item.target not in targets(plan_of(still(9.5, thresholds=above)))


def test_the_margin_is_that_of_the_deepest_over_its_limit() -> None:
    """Where wet and dry streets share a tur the margin said is the largest: less snow than it takes all of them out."""
    high = tuple(
        replace(s, elevation_m=100.0 + 500.0 * (i % 2)) for i, s in enumerate(streets()) if s.route_class == "P1"
    )
    rules = limits_with(threshold("snow.start_wet_cm", "P1", 2.0))
    base = {"segments": high, "thresholds": rules, "forecasts": (forecast(-0.2, 0.0),)}
    (item,) = (i for i in plan_of(snow_snapshot(readings=(depth(9.0),), **base)).interventions if i.target == "P1-1")
    margin = float(item.flip.split("marginal ")[1].split(" cm")[0].replace(",", "."))
    assert item.target not in targets(plan_of(snow_snapshot(readings=(depth(9.0 - margin - 0.2),), **base)))
    assert item.target in targets(plan_of(snow_snapshot(readings=(depth(9.0 - margin + 0.3),), **base)))


def test_whose_streets_are_planned() -> None:
    """Private and state streets are not planned, unknown ones are, and the plan says how many."""
    own = (street(0, 1), street(1, 2, keeper="unknown"), street(2, 3, keeper="private"), street(3, 4, keeper="state"))
    plan = plan_of(still(12.0, segments=own))
    served = {part.id for item in plan.interventions for part in item.segments}  # type: ignore[union-attr]
    assert served == {"s/0-1", "s/1-2"}
    assert "Väghållaren är okänd för 1 av 4 sträckor" in effects(plan)


def test_what_cannot_be_reached_is_said() -> None:
    """A segment that is marked as cut off is not planned and is named; so is one that no way leads to."""
    marked = (street(0, 1), street(7, 8, reachable=False, name="Holmen"))
    assert "1 sträcka nås inte från resten av nätet och planeras inte: Holmen" in effects(
        plan_of(still(12.0, segments=marked))
    )
    unmarked = plan_of(still(12.0, segments=(street(0, 1), street(7, 8))))
    assert "1 sträcka nås inte från depån" in effects(unmarked)
    assert unmarked.totals["segments_needed"] == 2


def test_a_tur_that_cannot_be_reached_at_all_is_no_drive_of_nought() -> None:
    """Where no street of a tur can be reached there is no intervention, and the verdict says what is needed."""
    plan = plan_of(still(12.0, segments=(street(0, 1, "P1"), street(7, 8, "P3"))))
    assert targets(plan) == {"P1-1"}
    assert "1 tur behövs men kan inte köras" in plan.verdict.text
    assert "behövs inte" not in plan.verdict.text


def test_turer_without_a_vehicle_are_not_called_unneeded() -> None:
    """With no cycle plough the cycle tur is needed and undriven, and both verdict and degradations say so."""
    ploughs = tuple(v for v in snow_snapshot().vehicles if v.network == "street")
    plan = plan_of(still(12.0, vehicles=ploughs))
    assert "C1" not in classes(plan)
    assert "1 tur behövs men kan inte köras" in plan.verdict.text
    assert "saknar bemannat fordon" in effects(plan)
    assert plan.totals["without_vehicle"] == 1


@pytest.mark.parametrize("parts", [{"vehicles": ()}, {"depots": ()}])
def test_snow_and_nobody_to_send(parts: dict[str, object]) -> None:
    """Without vehicles, or without their depot, the plan is a refusal that says why, not a quiet night."""
    plan = plan_of(still(12.0, **parts))
    assert not plan.verdict.go
    assert "Snö över gränsen" in plan.verdict.text
    assert "fleet" in {item.source for item in plan.degradations}


def test_deadline_and_lateness() -> None:
    """Main streets are due at 06.30, four cycle hours end at 06.00; what is later says by how much."""
    plan = plan_of(still(12.0))
    by_class = {item.target[:2]: item.deadline for item in plan.interventions}
    assert by_class["P1"] == datetime.fromisoformat("2026-11-24T06:30:00+01:00")
    assert by_class["C1"] == datetime.fromisoformat("2026-11-24T06:00:00+01:00")
    assert by_class["P3"] == AT + 24 * HOUR
    late = plan_of(
        still(12.0, roster=tuple(RosterTurn(v, AT + 5 * HOUR, AT + 9 * HOUR) for v in ("P01", "P02", "G01")))
    )
    item = next(i for i in late.interventions if i.target == "P1-1")
    assert item.starts_at == AT + 5 * HOUR
    assert any("min sen" in reason.text for reason in item.reasons)
    assert late.totals["late"] >= 2


def overlaps(items: list[Intervention]) -> bool:
    booked = sorted((i.vehicle, i.starts_at, i.ready_by) for i in items if i.starts_at and i.ready_by)  # type: ignore[type-var]
    return any(a[0] == b[0] and a[2] > b[1] for a, b in itertools.pairwise(booked))  # type: ignore[operator]


def test_no_vehicle_is_booked_twice() -> None:
    """One plough for many turer: they follow each other."""
    alone = snow_snapshot(vehicles=(Vehicle("P01", "snow", "dep"),), roster=())
    plan = plan_of(replace(alone, readings=(depth(30.0),), params=replace(alone.params, tur_minutes=3.0)))
    assert len(plan.interventions) >= 3
    assert not overlaps(list(plan.interventions))


def test_nobody_works_before_the_turn_or_after_the_last_one() -> None:
    """A vehicle starts within a turn; one whose turns are over is not sent; work past the end is said."""
    roster = (
        RosterTurn("P01", AT - 9 * HOUR, AT - HOUR),
        RosterTurn("P02", AT + HOUR, AT + HOUR + timedelta(minutes=4)),
        RosterTurn("P02", AT + 6 * HOUR, AT + 9 * HOUR),
    )
    plan = plan_of(still(12.0, roster=roster))
    out = [item for item in plan.interventions if item.vehicle in {"P01", "P02"}]
    assert {item.vehicle for item in out} == {"P02"}
    assert out[0].starts_at == AT + HOUR
    assert any("slutar kl. 04.04, innan turen är klar" in reason.text for reason in out[0].reasons)
    assert all(item.starts_at >= AT + 6 * HOUR for item in out[1:] if item.starts_at)


def test_the_vehicle_that_leaves_out_least_is_sent_first() -> None:
    """A wide plough that is free at once leaves a narrow street; the slim one does all of the tur an hour later."""
    narrow = tuple(replace(s, max_width_m=2.6) if s.id == "s/1-2" else s for s in streets())
    slim, wide = Vehicle("P02", "snow", "dep", width_m=2.5), Vehicle("P01", "snow", "dep", width_m=3.2)
    roster = (RosterTurn("P01", AT - HOUR, AT + 20 * HOUR), RosterTurn("P02", AT + HOUR, AT + 20 * HOUR))

    def first(*vehicles: Vehicle) -> Intervention:
        plan = plan_of(still(12.0, segments=narrow, vehicles=vehicles, roster=roster))
        return next(item for item in plan.interventions if item.target == "P1-1")

    def served(item: Intervention) -> set[str]:
        return {part.id for part in item.segments}  # type: ignore[union-attr]

    both, alone = first(wide, slim), first(wide)
    assert (both.vehicle, both.starts_at) == ("P02", AT + HOUR)
    assert (alone.vehicle, alone.starts_at) == ("P01", AT)
    assert served(both) - served(alone) == {"s/1-2"}
    assert first(replace(wide, width_m=None), slim).vehicle == "P01"


def test_a_running_order_is_kept_and_its_vehicle_is_busy() -> None:
    """The tur that is out stays as it was planned, and its plough is free for others only when it is back."""
    first = plan_of(still(12.0))
    out = next(item for item in first.interventions if item.vehicle == "P01")
    later = plan_of(still(12.0, at=AT + timedelta(minutes=1), running=(out,)))
    (held,) = (item for item in later.interventions if item.target == out.target)
    assert msgspec.structs.replace(held, reasons=out.reasons) == out
    assert set(out.reasons) <= set(held.reasons)
    assert not overlaps(list(later.interventions))


def done(tur: str, day: str) -> GivenOrder:
    return GivenOrder(f"o-{tur}-{day}", "p", "snow", f"snow:{tur}:{day}:1", tur, "done", "P01", AT - HOUR)


def test_a_finished_tur_that_is_needed_again_is_run_two() -> None:
    """Done once this service day, and needed again: the key ends with 2; one of yesterday does not count."""
    keys = {i.target: i.key for i in plan_of(still(12.0, orders=(done("P1-1", "2026-11-23"),))).interventions}
    assert keys["P1-1"] == "snow:P1-1:2026-11-23:2"
    keys = {i.target: i.key for i in plan_of(still(12.0, orders=(done("P1-1", "2026-11-22"),))).interventions}
    assert keys["P1-1"] == "snow:P1-1:2026-11-23:1"


def test_a_ploughed_street_is_not_ploughed_again() -> None:
    """After a treatment an hour ago the street holds the residue, which is a threshold and not a constant."""
    cleared = tuple(Treatment(s.id, "plough", AT - HOUR) for s in streets() if s.route_class == "P1")
    dry = snow_snapshot(readings=(depth(12.0),), treatments=cleared)
    assert "P1" not in classes(plan_of(dry))
    assert "P3" in classes(plan_of(dry))
    much = limits_with(threshold("snow.left_after_plough_cm", "*", 9.0))
    assert "P1" in classes(plan_of(replace(dry, thresholds=much)))


def test_salting_clears_no_snow() -> None:
    """A street that was salted is as deep as its neighbours."""
    salted = tuple(Treatment(s.id, "salt", AT - HOUR) for s in streets())
    assert "P1" in classes(plan_of(snow_snapshot(readings=(depth(12.0),), treatments=salted)))


def test_a_forecast_without_height_stands_for_the_town_in_the_past_too() -> None:
    """In a town at 600 m, rain at +2 °C of yesterday is not turned into snow by reading it at sea level."""
    up = tuple(replace(s, elevation_m=600.0) for s in streets())
    plan = plan_of(snow_snapshot(segments=up, readings=(), devices=(), forecasts=(forecast(2.0, 2.0),)))
    assert plan.totals["max_depth_cm"] == 0.0


def test_hours_that_no_forecast_covered_are_said() -> None:
    """Without sensors and without yesterday's forecasts the ground is unknown: low certainty, hours named."""
    only_ahead = replace(forecast(), steps=forecast().steps[25:])
    plan = plan_of(snow_snapshot(readings=(), devices=(), forecasts=(only_ahead,)))
    assert "För 24 av de 24 timmarna finns ingen prognos" in effects(plan)
    assert plan.verdict.certainty == "low"


def test_a_sensor_that_says_less_than_it_can_tell_says_so() -> None:
    """0.3 cm before a snowfall: what it said stands there, with that it cannot be told from bare ground."""
    plan = make_plan(snow_snapshot(readings=(depth(0.3),), forecasts=(ahead(-4.0, [3.0] * 10),)))
    said = [reason for item in plan.interventions for reason in item.reasons if reason.source == "sno-1"]
    assert {reason.value for reason in said} == {0.3}
    assert {"under 1,0 cm kan den inte skilja från bar mark" in reason.text for reason in said} == {True}


def test_a_silent_sensor_is_named_and_its_old_value_not_used() -> None:
    """A reading of five hours ago does not count as the depth of now; the sensor is listed with its age."""
    quiet = Device("sno-1", "Snödjup 1", "snow", 14.8, 56.87, interval_s=600.0, last_time=AT - 5 * HOUR)
    plan = plan_of(snow_snapshot(devices=(quiet,), readings=(depth(20.0, age=5 * HOUR),)))
    assert not plan.verdict.go
    assert "Givare Snödjup 1 tyst 300 min" in effects(plan)


def test_the_newest_reading_counts_however_the_rows_stand() -> None:
    """Readings in any order give the same plan."""
    rows = (depth(2.0, age=HOUR), depth(12.0, age=HOUR / 10))
    assert (
        targets(plan_of(snow_snapshot(readings=rows))) == targets(plan_of(snow_snapshot(readings=rows[::-1]))) != set()
    )


def test_an_old_forecast_lowers_certainty() -> None:
    """A forecast of seven hours ago is listed with its age, and certainty is low."""
    plan = plan_of(snow_snapshot(forecasts=(forecast(issued=AT - 7 * HOUR),)))
    assert plan.verdict.certainty == "low"
    assert any(item.source == "forecast" and item.age_s == 7 * 3600 for item in plan.degradations)


def test_no_streets_is_no_quiet_night() -> None:
    """Without streets the verdict says so, with low certainty."""
    plan = plan_of(snow_snapshot(segments=()))
    assert "Inga gator är inlästa" in plan.verdict.text
    assert plan.verdict.certainty == "low"


def test_when_nothing_is_needed_the_nearest_is_named() -> None:
    """'No call-out', with the street that is nearest to its limit."""
    plan = plan_of(still(2.0))
    assert not plan.verdict.go
    assert plan.verdict.text == "Ingen utkallning behövs. Närmast: Stigen 4, 2,0 cm av 3."


def test_the_call_waits_until_the_limit_is_reached() -> None:
    """With 2 mm an hour from 03.00 the start is the hour in which the limit is passed, not now."""
    plan = plan_of(snow_snapshot(readings=(depth(0.0),), forecasts=(ahead(-4.0, [2.0] * 10),)))
    starts = {item.target[:2]: item.starts_at for item in reversed(plan.interventions)}
    assert starts["C1"] == AT + HOUR
    assert starts["P1"] > AT + 2 * HOUR  # type: ignore[operator]


def deep(**parts: object) -> SnowSnapshot:
    """12 cm on the ground, and the dry cold weather of ``forecast`` unless ``parts`` say another."""
    return snow_snapshot(readings=(depth(12.0),), **parts)


def surfaces(plan: Plan) -> dict[str, Reason]:
    return {i.target[:2]: r for i in plan.interventions for r in i.reasons if r.text.startswith("vägytan")}


def test_the_road_surface_is_said_with_its_range() -> None:
    """One line a tur, with a figure inside its range; on open flat ground at the forecast's height the land adds
    nothing."""
    found = surfaces(plan_of(deep()))
    assert set(found) == {"P1", "P3", "C1"}
    for reason in found.values():
        assert reason.value is not None
        assert reason.range is not None
        assert reason.range[0] <= reason.value <= reason.range[1]
        assert not any(word in reason.text for word in ("höjdläge", "skugga", "himmel", "rättad"))


def test_what_makes_a_street_colder_or_warmer_is_said() -> None:
    """200 m up it is colder by the lapse; under walls of 40° it is warmer at night, as it sees less of the sky."""
    clear = replace(forecast(-4.0, 0.0), elevation_m=100.0)
    clear = replace(clear, steps=tuple(replace(s, cloud=0.0, wind_m_s=4.0) for s in clear.steps))
    up = tuple(replace(s, elevation_m=300.0) if s.route_class == "P3" else s for s in streets())
    walled = tuple(relief(s.id, math.radians(40.0)) for s in up if s.route_class == "C1")
    found = surfaces(plan_of(deep(segments=up, relief=walled, forecasts=(clear,))))
    assert "höjdläge \N{MINUS SIGN}" in found["P3"].text
    assert "against an open, flat street without traffic: height" in found["P3"].text_en
    assert "skymd himmel +" in found["C1"].text
    assert "höjdläge" not in found["P1"].text


def in_the_road(*values: float, device: str = "yta-1") -> tuple[Reading, ...]:
    """What a sensor in the road said every ten minutes until now."""
    n = len(values)
    return tuple(
        Reading(device, "road_temperature", "°C", AT - (n - k) * HOUR / 6, value) for k, value in enumerate(values)
    )


def test_a_sensor_in_the_road_corrects_the_model_and_says_so() -> None:
    """3 K colder than the model for four hours: the surface is colder, and the reason says why."""
    device = Device("yta-1", "Yta", "road", *place(12), interval_s=600.0, last_time=AT)
    free = plan_of(deep())
    first = surfaces(free)["P1"].value
    assert first is not None
    seen = in_the_road(*[first - 3.0 - 0.01 * (k % 7) for k in range(24)])
    snapshot = snow_snapshot(readings=(depth(12.0), *seen))
    corrected = surfaces(plan_of(replace(snapshot, devices=(*snapshot.devices, device))))["P1"]
    assert corrected.value is not None
    assert corrected.value < first - 0.2
    assert "rättad efter givare i vägbanan" in corrected.text
    assert "corrected by sensors in the road" in corrected.text_en


def test_a_frozen_sensor_in_the_road_is_left_out_and_named() -> None:
    device = Device("yta-1", "Yta", "road", *place(12), interval_s=600.0, last_time=AT)
    snapshot = snow_snapshot(readings=(depth(12.0), *in_the_road(*[-9.0] * 60)))
    plan = plan_of(replace(snapshot, devices=(*snapshot.devices, device)))
    assert "Vägytegivare yta-1 har stått på samma värde" in effects(plan)
    assert surfaces(plan)["P1"].value == surfaces(plan_of(deep()))["P1"].value


def test_a_sensor_far_from_every_street_is_not_used() -> None:
    far = Device("yta-1", "Yta", "road", place(12)[0] + 1.0, place(12)[1], interval_s=600.0, last_time=AT)
    snapshot = snow_snapshot(readings=(depth(12.0), *in_the_road(*[-15.0 - 0.1 * (k % 3) for k in range(24)])))
    plan = plan_of(replace(snapshot, devices=(*snapshot.devices, far)))
    assert surfaces(plan)["P1"].value == surfaces(plan_of(deep()))["P1"].value


def test_no_snow_falls_in_a_tunnel() -> None:
    """It is driven through where that is the way, and never asks for a plough."""
    under = tuple(replace(s, tunnel=s.route_class == "P1") for s in streets())
    plan = plan_of(deep(segments=under))
    ploughed = {action.id for item in plan.interventions for action in item.segments}
    assert ploughed
    assert not ploughed & {s.id for s in under if s.tunnel}


def test_land_that_nobody_knows_is_said_once() -> None:
    """Without relief: one degradation with the count; with it for all, none."""
    assert "Terrängen runt 20 av 20 sträckor är okänd" in effects(plan_of(deep()))
    plan = plan_of(deep(relief=tuple(relief(s.id) for s in streets())))
    assert "relief" not in {item.source for item in plan.degradations}


def test_a_forecast_that_lacks_wind_and_cloud_is_said() -> None:
    """One line that names them; none where they are there."""
    assert "Prognosen saknar vind (2 m/s), moln och strålning" in effects(plan_of(deep()))
    whole = tuple(replace(s, cloud=1.0, wind_m_s=4.0) for s in forecast().steps)
    plan = plan_of(deep(forecasts=(replace(forecast(), steps=whole),)))
    assert "road_weather" not in {item.source for item in plan.degradations}


@pytest.mark.parametrize("broken", [100.0, 75.0, -60.0, math.inf])
def test_a_broken_sensor_in_the_road_is_left_out_and_named(broken: float) -> None:
    """No weather makes a road this warm or cold: the town keeps the model's own surface."""
    device = Device("yta-1", "Yta", "road", *place(12), interval_s=600.0, last_time=AT)
    seen = in_the_road(*[broken + 0.1 * (k % 3) for k in range(24)])
    snapshot = snow_snapshot(readings=(depth(12.0), *seen))
    plan = plan_of(replace(snapshot, devices=(*snapshot.devices, device)))
    assert "Vägytegivare yta-1" in effects(plan)
    assert surfaces(plan)["P1"].value == surfaces(plan_of(deep()))["P1"].value


@pytest.mark.parametrize(("seen_c", "said"), [(-14.0, "K varmare än det den senast visade"), (4.0, "K kallare än")])
def test_a_sensor_that_the_correction_does_not_reach_is_named_with_what_remains(seen_c: float, said: str) -> None:
    """It counts, and the plan says by how much the model is still off it."""
    device = Device("yta-1", "Yta", "road", *place(12), interval_s=600.0, last_time=AT)
    seen = in_the_road(*[seen_c + 0.1 * (k % 3) for k in range(24)])
    snapshot = snow_snapshot(readings=(depth(12.0), *seen))
    snapshot = replace(snapshot, devices=(*snapshot.devices, device))
    ((name, miss_k),) = road_hindcast(snapshot).off
    assert (name, 0.3 < abs(miss_k) < 5.0) == ("yta-1", True)
    told = effects(plan_of(snapshot))
    assert f"{abs(miss_k):.1f}".replace(".", ",") + f" {said}" in told


def test_what_a_sensor_in_the_road_said_since_the_full_hour_counts() -> None:
    """And what a file says of the time to come does not."""
    device, at = Device("yta-1", "Yta", "road", *place(12)), AT.replace(minute=50)

    def behind(minute: int) -> Hindcast:
        reading = Reading("yta-1", "road_temperature", "°C", AT.replace(minute=minute), -9.0)
        return road_hindcast(replace(deep(at=at), devices=(device,), readings=(reading,)))

    assert behind(40).unused == ()
    assert (behind(40).correction < 0.0).any()
    assert behind(53).unused == ("yta-1",)


def test_a_depot_far_from_every_street_is_named() -> None:
    """Longitude and latitude were swapped when it was entered; the plan stands, and says so."""
    right = deep()
    swapped = tuple(replace(depot, lon=depot.lat, lat=depot.lon) for depot in right.depots)
    plan = plan_of(replace(right, depots=swapped))
    assert "km från närmaste gata" in effects(plan)
    assert targets(plan) == targets(plan_of(right))
    assert "km från närmaste gata" not in effects(plan_of(right))


def test_a_plan_is_scored_part_by_part() -> None:
    """What is served of each class, by when it is clear, and that no drive is under its bound."""
    plan = plan_of(deep())
    score = plan.totals["score"]
    assert score["served"] == 1.0
    assert score["distance_m"] == pytest.approx(plan.totals["distance_m"])
    assert set(score["turer"]) == targets(plan)
    assert sum(of["distance_m"] for of in score["turer"].values()) == pytest.approx(score["distance_m"], abs=1.0)
    assert all(0.0 < of["least_m"] <= of["distance_m"] + 0.1 for of in score["turer"].values())
    ready = {item.target[:2]: item.ready_by for item in plan.interventions}
    for name, of in score["classes"].items():
        assert of["served"] == of["segments"] > 0
        assert datetime.fromisoformat(of["clear_at"]) <= ready[name]  # type: ignore[operator]


def test_what_no_vehicle_serves_lowers_the_score() -> None:
    """Without a plough for cycle ways their class is never clear."""
    snapshot = deep()
    lorries = tuple(v for v in snapshot.vehicles if v.network == "street")
    score = plan_of(replace(snapshot, vehicles=lorries)).totals["score"]
    assert score["classes"]["C1"]["clear_at"] is None
    assert score["classes"]["C1"]["deadlines_met"] == 0.0
    assert score["classes"]["P1"]["deadlines_met"] == 1.0
    assert 0.0 < score["served"] < 1.0


def test_what_fell_before_a_sensor_spoke_is_not_added_again() -> None:
    """At ten to four, with 6 mm an hour: a street that a sensor sees at 2 cm now gets ten minutes of the present
    hour."""
    late = AT + 50 * HOUR / 60
    falling = forecast(-4.0, 6.0)
    dry = replace(
        falling, steps=tuple(replace(s, precip_mm_h=0.0) if s.valid_from >= AT + HOUR else s for s in falling.steps)
    )
    seen = replace(depth(2.0), time=late - HOUR / 60)
    peak = max(
        item.reasons[0].value or 0.0
        for item in plan_of(snow_snapshot(at=late, readings=(seen,), forecasts=(dry,))).interventions
    )
    assert 2.0 < peak < 4.0
