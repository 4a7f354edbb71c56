"""A street that was salted: asked for again in the hour in which its salt gives out, and not before."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from city.entities import Forecast, ForecastStep, Treatment
from city.manning import RosterTurn
from city.observation import Observation
from city.plan import Intervention, Plan
from models.slipperiness import salt_dose
from planner.publish import check_schema
from planner.services import make_plan
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.salt import spared
from tests.unit.planner.snapshots import AT, HOUR, SOUTH, WEST, depth, limits_with, snow_snapshot, streets, threshold

WAYS = [i for i, s in enumerate(streets()) if s.route_class == "C1"]
SALT = (threshold("snow.anti_slip", "C1", None, text="salt"),)


def cooling(*, from_c: float = -3.0, per_h: float = 0.1, rain_h: tuple[int, ...] = (), wet_mm: float = 0.1) -> Forecast:
    """Drizzle until now in mild air, which then is ``from_c`` and gets colder; and rain in some hours ahead."""

    def step(hour: int) -> ForecastStep:
        begins = AT + hour * HOUR
        temp = 2.0 if hour < 0 else max(-8.0, from_c - per_h * hour)
        falls = wet_mm if -6 <= hour < 0 else 1.0 if hour in rain_h else 0.0
        return ForecastStep(begins, begins + HOUR, temp, falls, snow_fraction=0.0, humidity_pct=96.0, wind_m_s=1.0)

    return Forecast("made", WEST, SOUTH, AT, tuple(step(hour) for hour in range(-26, 40)))


def night(grams: float | None = None, hours_ago: float = 0.75, *rules: Any, **weather: Any) -> SnowSnapshot:
    """Cycle ways alone are salted; ``grams`` were spread on all streets so long ago, nothing where None."""
    done = () if grams is None else tuple(Treatment(s.id, "salt", AT - hours_ago * HOUR, grams) for s in streets())
    return snow_snapshot(
        readings=(depth(0.0),),
        forecasts=(cooling(**weather),),
        thresholds=limits_with(*SALT, *rules),
        treatments=done,
    )


def reached(snapshot: SnowSnapshot) -> list[int]:
    """The hours in which cycle ways get slippery, as they are asked for."""
    asked = assess_streets(snapshot).needs.asked
    return sorted({int(asked.slip_reached[i]) for i in WAYS if asked.slips[i]})


def plan_of(snapshot: SnowSnapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def against(plan: Plan) -> list[Intervention]:
    return [item for item in plan.interventions if item.kind in {"salt", "brine"}]


def texts(item: Intervention) -> str:
    return " ".join(reason.text for reason in item.reasons)


def test_it_is_asked_for_in_the_hour_in_which_its_salt_gives_out() -> None:
    """The road comes to −2.25 °C in the third hour and −2.55 in the fourth, where it is not frozen; what is left of 20
    g/m² in 0.3 mm keeps it wet to −2.5."""
    assert reached(night()) == [0]
    salted = night(20.0)
    assert reached(salted) == [3]
    needs = assess_streets(salted).needs
    lasts = needs.salt.now[WAYS[0]]
    assert lasts.until == AT + 3 * HOUR
    assert lasts.surface_c == pytest.approx(-2.55, abs=0.05)
    assert needs.ahead.mid.surface_c[WAYS[0], 2] > lasts.icy_c > lasts.surface_c
    assert needs.asked.slip_from[WAYS[0]] == 1  # in which it was salted two hours before
    assert needs.to_treat(WAYS[0]).begins == AT + 1.25 * HOUR


def freezing_rain(grams: float) -> SnowSnapshot:
    """Rain on a frozen road in air at −1.5 °C, from two hours ahead to six, on streets that were salted just now."""

    def step(hour: int) -> ForecastStep:
        begins, falls = AT + hour * HOUR, 0.8 if 2 <= hour < 6 else 0.0
        moist = 98.0 if falls else 75.0
        return ForecastStep(begins, begins + HOUR, -1.5, falls, snow_fraction=0.0, humidity_pct=moist, wind_m_s=2.0)

    rain = Forecast("made", WEST, SOUTH, AT, tuple(step(hour) for hour in range(-26, 40)))
    return replace(night(grams), forecasts=(rain,))


def test_no_dose_holds_through_freezing_rain_because_the_ice_of_an_untreated_road_warms_that() -> None:
    """The freezing of an untreated street holds it at −0.2 °C; on one that is salted nothing freezes, it is as cold as
    the air, and the more salt the longer. With a trace it is slippery in the first hour of the rain."""
    free = threshold("snow.salt_again_h", "*", 0.0)
    found = {}
    for grams in (0.01, 5.0, 20.0, 60.0):
        snapshot = replace(freezing_rain(grams), thresholds=limits_with(*SALT, free))
        needs = assess_streets(snapshot).needs
        lasts = needs.salt.now[WAYS[0]]
        assert lasts.until is not None
        assert lasts.surface_c < -1.0  # the untreated one is at −0.2
        assert needs.salt.untreated[WAYS[0], 2] == 8
        found[grams] = int(needs.asked.slip_reached[WAYS[0]])
    assert found[0.01] == found[5.0] == 2
    assert found[0.01] <= found[20.0] < found[60.0] < 6


@pytest.mark.parametrize("lasts_h", [0.0, 1.0, 26.0])
def test_the_constant_hours_do_not_decide_for_salt(lasts_h: float) -> None:
    assert reached(night(20.0, 0.75, threshold("snow.treatment_lasts_h", "*", lasts_h))) == [3]


def told(until_h: float) -> Observation:
    """Somebody says of all streets that they are not slippery until then."""
    names = tuple(s.id for s in streets())
    return Observation("o", names, "slippery", 0.0, AT - HOUR / 2, AT + until_h * HOUR, "jour", "")


@pytest.mark.parametrize("salted", [False, True])
def test_it_is_not_slippery_in_the_hours_of_which_a_person_says_so(salted: bool) -> None:
    """Neither on a street that nobody salted, nor on one that is not salted again for two hours; what is slippery by
    then is so since they end, and not since the model said."""
    until_h = 1 if salted else 4
    snapshot = replace(night(1.0) if salted else night(), observations=(told(until_h),))
    need = assess_streets(snapshot).needs.to_treat(WAYS[0])
    assert need.reached_at == AT + until_h * HOUR
    assert reached(snapshot) == [1 if salted else 4]
    never = replace(snapshot, observations=())
    assert assess_streets(never).needs.to_treat(WAYS[0]).reached_at == AT


def test_sand_holds_its_constant_hours() -> None:
    """But not the hour in which they end."""
    sanded = night()
    done = tuple(Treatment(s.id, "sand", AT - 0.75 * HOUR, 150.0) for s in streets())
    assert reached(replace(sanded, treatments=done)) == [3]
    longer = limits_with(*SALT, threshold("snow.treatment_lasts_h", "*", 6.0))
    assert reached(replace(sanded, treatments=done, thresholds=longer)) == [5]


def test_more_salt_lasts_longer_and_an_unknown_dose_is_the_least() -> None:
    """Nor is a street salted again within two hours, however little was spread."""
    assert reached(night(8.0)) < reached(night(20.0)) < (reached(night(40.0)) or [99])
    unknown = replace(night(), treatments=tuple(Treatment(s.id, "salt", AT - 0.75 * HOUR) for s in streets()))
    assert reached(unknown) == reached(night(5.0)) == [1]
    at_once = threshold("snow.salt_again_h", "*", 0.0)
    assert reached(night(5.0, 0.75, at_once)) == [0]
    (item,) = [one for one in against(plan_of(unknown)) if one.key.endswith(":1")]
    assert "dosen är inte känd och räknas som 5 g/m²" in texts(item)


def test_what_was_spread_before_the_hours_behind_is_gone() -> None:
    """Salt of 30 hours ago is none of 24 hours ago, which would still hold on this road."""
    assert reached(night(60.0, 20.0)) == []
    assert reached(night(60.0, 30.0)) == reached(night()) == [0]
    ploughed = tuple(Treatment(s.id, "plough_salt", AT - 13 * 24 * HOUR, 60.0) for s in streets())
    old = assess_streets(replace(night(), treatments=ploughed)).needs
    assert old.salt.spread == ()
    assert not old.salt.now


def blind(hours_ago: float | None) -> SnowSnapshot:
    """Rain that freezes from now on; of the hours behind no forecast is known."""
    steps = (
        ForecastStep(AT + h * HOUR, AT + (h + 1) * HOUR, -1.5, 0.8, snow_fraction=0.0, humidity_pct=98.0, wind_m_s=2.0)
        for h in range(40)
    )
    ahead = Forecast("made", WEST, SOUTH, AT, tuple(steps))
    return replace(night(None if hours_ago is None else 20.0, hours_ago or 0.0), forecasts=(ahead,))


@pytest.mark.parametrize(("hours_ago", "from_hour"), [(None, 0), (0.5, 3), (2.0, 2), (3.5, 0), (5.0, 0), (30.0, 0)])
def test_salt_holds_its_constant_hours_where_nothing_is_known_of_those_behind(
    hours_ago: float | None, from_hour: int
) -> None:
    """Four hours (``snow.treatment_lasts_h``) from when it was spread, and not from the first hour that is known; not
    the hour in which they end."""
    assert reached(blind(hours_ago)) == [from_hour]


@pytest.mark.parametrize(("action", "hours_ago"), [("sand", 4.0), ("sand", 3.95), ("salt", 2.0), ("salt", 1.95)])
def test_a_clock_is_not_missed_for_the_minutes_that_a_treatment_still_holds(action: str, hours_ago: float) -> None:
    """Slippery all the while, and to be done by 04.00 on cycle ways of a morning: what was spread four hours (sand) or
    two (salt) and three minutes ago ends at 03.03, and leaves time until then, not until the next clock."""
    rules = threshold("snow.done_by", "C1", None, text="04:00"), threshold("snow.anti_slip", "C1", None, text=action)
    done = tuple(Treatment(s.id, action, AT - hours_ago * HOUR, 1.0) for s in streets())
    needs = assess_streets(
        replace(night(None, 0.75, wet_mm=0.5, from_c=-5.0), thresholds=limits_with(*rules), treatments=done)
    ).needs
    need = needs.to_treat(WAYS[0])
    assert need.deadline == AT + HOUR
    ends = AT + (2.0 - hours_ago) * HOUR if action == "salt" else AT
    assert abs(need.begins - max(AT, ends)) < HOUR / 3600


def test_rain_after_salting_shortens_it() -> None:
    dry, rain = night(40.0), night(40.0, rain_h=(2, 3))
    assert (reached(rain) or [99]) < (reached(dry) or [99])


def test_the_line_says_until_when_the_salt_lasts_and_where_it_freezes() -> None:
    first = against(plan_of(night(20.0)))[0]
    assert "Stigen 4: saltad kl. 02.15, 20 g/m²: räcker till ca kl. 06.00, då kan det frysa från −2,5 °C" in texts(
        first
    )
    assert re.search("[(]vägen då −2,[56] °C, om inget vatten fryser på den[)]", texts(first))
    english = " ".join(reason.text_en for reason in first.reasons)
    assert "Stigen 4: salted at 02:15, 20 g/m²: lasts until about 06:00, then it may freeze from −2.5 °C" in english
    assert first.starts_at == AT + 1.25 * HOUR
    assert first.deadline == AT + 3 * HOUR


def test_a_needless_round_is_not_proposed_and_the_plan_says_why() -> None:
    plan = plan_of(night(60.0, from_c=-2.0))
    assert not plan.verdict.go
    plan = plan_of(night(60.0))
    assert not against(plan)
    assert "Saltet på 4 sträckor räcker" in plan.verdict.text


def test_a_tur_gets_its_next_work_of_the_night_when_its_own_salt_gives_out() -> None:
    """The plan salts now: the next run is due when that dose gives out, as a plan made an hour later says too,
    within the hour: its road has run an hour longer."""
    plan = plan_of(night())
    now, then = against(plan)
    assert (now.key[-1], then.key[-1]) == ("1", "2")
    assert now.ready_by is not None
    assert then.starts_at is not None
    assert then.starts_at >= now.ready_by + 2 * HOUR - HOUR / 60
    assert "enligt planen, 20 g/m²: räcker till ca" in texts(then)
    dose = {part.id: part.dose_g_m2 for part in now.segments}  # type: ignore[union-attr]
    done = tuple(Treatment(name, "salt", now.ready_by, grams) for name, grams in dose.items())
    later = replace(night(), at=AT + HOUR, treatments=done)
    again = against(plan_of(replace(later, readings=(replace(depth(0.0), time=AT + HOUR),))))
    slips_at, later_at = then.reasons[0].at, again[0].reasons[0].at
    assert isinstance(slips_at, datetime)
    assert isinstance(later_at, datetime)
    assert abs(slips_at - later_at) <= HOUR


def test_a_next_salting_that_nobody_can_drive_is_told_as_ice() -> None:
    """The crew goes home after an hour, and the salt gives out at six: no snow comes over any limit."""
    roster = tuple(RosterTurn(name, AT - HOUR, AT + HOUR) for name in ("P01", "P02", "G01"))
    plan = plan_of(replace(night(), roster=roster))
    (item,) = against(plan)
    (one,) = plan.not_cared
    assert "Kan bli halt igen från kl. 06.00, och ingen kan salta den igen" in texts(item)
    assert one.why.startswith("Kan bli halt igen från kl. 06.00, efter den sista saltning som planen har")
    assert "1 tur kan bli hal igen efter sin sista saltning och ingen kan salta den igen" in plan.verdict.text
    swedish = " ".join([texts(item), one.why, plan.verdict.text])
    assert not {"gränsen", "cm,"} & set(swedish.split())
    english = " ".join([*(reason.text_en for reason in item.reasons), one.why_en, plan.verdict.text_en])
    assert "May be slippery again from 06:00, and nobody can salt it once more" in english
    assert "May be slippery again from 06:00, after the last salting that the plan has" in english
    assert "1 route may be slippery again after its last salting" in english
    assert "imit again" not in english
    assert "limits again" not in english


def test_there_is_no_next_work_where_the_dose_lasts() -> None:
    """A dose that is allowed to be as large as the water asks for."""
    large = threshold("snow.salt_most_g_m2", "*", 100.0)
    assert [item.key[-1] for item in against(plan_of(night(None, 0.75, large)))] == ["1"]


def test_ice_that_the_salt_did_not_hold_is_treated_as_ice() -> None:
    """A road with two millimetres that cools to −3 °C: 20 g/m² are not enough, so that it is slippery within the two
    hours in which it is not salted again. The next round is on ice by then, and not ahead of it."""
    now, then = against(plan_of(night(wet_mm=0.5)))[:2]
    assert re.search("räcker inte, ca kl. 0[3-5].[0-9]{2} kan det frysa från −", texts(then))
    assert "°C, om inget vatten fryser på den)" in texts(then)
    assert then.kind == "salt"
    assert "innan det blir halt" not in texts(then)
    slips_at = then.reasons[0].at
    assert isinstance(slips_at, datetime)
    assert now.ready_by is not None
    assert then.starts_at is not None
    assert slips_at < then.starts_at
    assert then.deadline is not None
    assert then.deadline > then.starts_at >= now.ready_by + 2 * HOUR - HOUR / 60


def test_the_next_dose_is_for_the_water_that_the_salt_is_in() -> None:
    """Brine is not worn as ice is: the dose is Pikalert's for the salted water, with what is left in it, at the
    temperature of a road on which nothing freezes."""
    main = threshold("snow.anti_slip", "P1", None, text="salt")
    later = replace(night(15.0, 0.75, main, wet_mm=0.3), at=AT + 3 * HOUR)
    needs = assess_streets(replace(later, readings=(replace(depth(0.0), time=later.at),))).needs
    row = next(i for i, s in enumerate(streets()) if s.route_class == "P1")
    need, lasts = needs.to_treat(row), needs.salt.now[row]
    hour = needs.hour_of(max(need.begins, need.reached_at))
    hours = slice(hour, hour + 5)
    water, untreated = max(lasts.water_mm[hours]), float(needs.ahead.mid.film_mm[row, hours].max())
    assert water > untreated + 0.1
    cold = float(needs.salt.wet_c([row])[0, hours].min())
    wanted = salt_dose(np.array([water]), np.array([cold]), there_g_m2=lasts.left_g_m2[hour])
    assert need.action.dose_g_m2 == pytest.approx(float(wanted[0]), abs=0.06)


def clear_frost(rain_h: tuple[int, ...] = ()) -> SnowSnapshot:
    """A dry road under a clear and moist sky that gets colder: frost comes in the night, on all that is salted."""

    def step(hour: int) -> ForecastStep:
        begins, falls = AT + hour * HOUR, 0.5 if hour in rain_h else 0.0
        temp, moist = max(-4.0, 3.0 - 0.7 * max(0, hour)), 97.0 if hour >= 0 else 50.0
        sky = {"cloud": 0.0, "wind_m_s": 1.0, "humidity_pct": moist, "snow_fraction": 0.0}
        return ForecastStep(begins, begins + HOUR, temp, falls, **sky)

    found = Forecast("made", WEST, SOUTH, AT, tuple(step(hour) for hour in range(-26, 40)))
    return replace(night(), forecasts=(found,))


def test_brine_is_for_a_road_that_is_not_wet_and_its_dose_is_said_of_solution_too() -> None:
    """Ahead of frost on a dry road brine, with what the spreader is set to: 23.3 % of it is salt. On a wet road, and
    before rain, moist salt, as brine is mostly water."""
    frost = against(plan_of(clear_frost()))[0]
    assert frost.kind == "brine"
    assert isinstance(frost.segments, tuple)
    dry = {round(part.dose_g_m2) for part in frost.segments}
    solution = {round(part.dose_g_m2 / 0.233) for part in frost.segments}
    assert len(dry) == len(solution) == 1
    assert f"Saltlösning på 4 sträckor: {dry.pop()} g/m² torrt salt, det är {solution.pop()} g/m² lösning" in texts(
        frost
    )
    onset = min(reached(clear_frost()))
    before_rain = against(plan_of(clear_frost((onset,))))[0]
    assert before_rain.kind == "salt"
    wet = against(plan_of(night(None, from_c=0.5, per_h=0.8, wet_mm=0.5)))[0]
    assert wet.kind == "salt"
    assert "innan det blir halt" in texts(wet)


def test_salt_that_has_given_out_is_not_said_to_last() -> None:
    """A gram on a wet street held until the frost an hour ago: the verdict does not promise that it still does."""
    snapshot = night(1.0, 1.25, wet_mm=0.5)
    later = replace(snapshot, at=AT + HOUR, readings=(replace(depth(0.0), time=AT + HOUR),))
    needs = assess_streets(later).needs
    ends = [one.until for one in needs.salt.now.values()]
    assert all(end is not None and end <= later.at for end in ends)
    everywhere = replace(needs, asked=replace(needs.asked, slips=np.zeros_like(needs.slips)))
    assert everywhere.spared
    assert not list(spared(later, everywhere))


def test_a_street_that_is_ploughed_is_not_said_to_be_spared() -> None:
    """Salt keeps it from ice, but snow asks for it: it is salted with the plough."""
    snapshot = night(60.0)
    needs = assess_streets(snapshot).needs
    assert set(WAYS) <= set(needs.spared)
    assert not needs.slips.any()
    over = replace(needs, asked=replace(needs.asked, over=np.ones_like(needs.over)))
    assert over.spared == ()
    assert not list(spared(snapshot, over))


def test_the_last_round_of_a_plan_says_that_it_does_not_last_either() -> None:
    """Two millimetres at −3 °C: no dose holds for long, and the plan has one next round alone; where a dose may be as
    large as the water asks for there is nothing more to say."""
    now, then = against(plan_of(night(wet_mm=0.5)))[:2]
    assert "Räcker inte heller: det kan bli halt igen ca kl. " in texts(then)
    assert "Räcker inte heller" not in texts(now)
    enough = against(plan_of(night(8.0, 0.75, threshold("snow.salt_most_g_m2", "*", 100.0))))
    assert not any("Räcker inte heller" in texts(item) for item in enough)


def after_wet_snow(then_c: float, until: int = -3) -> SnowSnapshot:
    """Wet snow ``until`` this hour, ploughed two hours ago at 0.3 °C, with nothing spread; ``then_c`` from now on."""

    def step(hour: int) -> ForecastStep:
        begins, falls = AT + hour * HOUR, 1.5 if -10 <= hour < until else 0.0
        temp = 0.3 if hour < 0 else then_c
        return ForecastStep(begins, begins + HOUR, temp, falls, snow_fraction=1.0, humidity_pct=92.0, wind_m_s=2.0)

    fell = Forecast("made", WEST, SOUTH, AT, tuple(step(hour) for hour in range(-26, 40)))
    done = tuple(Treatment(s.id, "plough", AT - 2 * HOUR) for s in streets())
    return replace(night(), forecasts=(fell,), readings=(depth(6.0),), treatments=done)


def test_slush_that_a_plough_left_is_ice_when_it_freezes() -> None:
    """Half a centimetre is left of wet snow, and the road freezes: that is no loose snow."""
    needs = assess_streets(after_wet_snow(-5.0)).needs
    assert needs.ahead.mid.depth_cm[WAYS[0], 1] <= 0.6
    assert 22 in needs.salt.untreated[WAYS[0], :6].tolist()
    assert all(needs.slips[i] for i in WAYS)
    items = against(plan_of(after_wet_snow(-5.0)))
    assert items
    assert all("gräns 0,30; snöslask som fryser" in texts(item) for item in items if item.target.startswith("C1"))
    assert not assess_streets(after_wet_snow(1.5)).needs.slips[WAYS].any()


def test_slush_of_a_plough_of_the_present_hour_is_ice_too() -> None:
    """The plough went by at 03.15, and the plan is of 03.30."""
    wet = replace(after_wet_snow(-5.0, until=0), at=AT + HOUR / 2)
    ploughed = tuple(Treatment(s.id, "plough", AT + HOUR / 4) for s in streets())
    needs = assess_streets(replace(wet, treatments=ploughed)).needs
    assert needs.weather.start == AT
    assert 22 in needs.salt.untreated[WAYS[0], :6].tolist()
    assert all(needs.slips[i] for i in WAYS)
