"""A plan is a value: a snapshot goes through a folder and comes back as it was, and broken files say where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.catalogue import words as catalogue
from city.entities import Device, GivenOrder, Reading, Treatment
from city.errors import ImportRefused
from city.manning import Absence
from city.plan import from_json, to_json
from planner.bundle import load, save
from planner.services import SNAPSHOTS as KINDS
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    depth,
    forecast,
    heating_snapshot,
    place,
    relief,
    snow_snapshot,
    street,
    waste_snapshot,
)

SNAPSHOTS = {
    "snow": snow_snapshot(
        relief=(relief("s/0-1"),),
        readings=(depth(12.0),),
        treatments=(Treatment("s/0-1", "plough", AT - HOUR),),
        absences=(Absence("P01", AT - HOUR, AT + HOUR),),
    ),
    "waste": waste_snapshot(
        orders=(GivenOrder("o", "p", "waste", "k", "t", "done", None, AT),),
        absences=(Absence("A01", AT, AT + 8 * HOUR),),
    ),
    "heating": heating_snapshot(),
}
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("åäö,\n\"'|;"), max_size=12
)
floats = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("domain", KINDS)
def test_saved_and_loaded_is_the_same(domain: str, tmp_path: Path) -> None:
    """The value, its hash and its plan byte for byte."""
    snapshot = SNAPSHOTS[domain]
    save(snapshot, tmp_path)
    again = load(tmp_path, KINDS)
    assert again == snapshot
    assert again.inputs_hash == snapshot.inputs_hash
    assert to_json(make_plan(again)) == to_json(make_plan(snapshot))


def test_a_running_intervention_goes_through_the_folder(tmp_path: Path) -> None:
    """What is under way is saved with its streets and comes back equal."""
    (first, *_) = from_json(to_json(make_plan(SNAPSHOTS["snow"]))).interventions
    snapshot = replace(SNAPSHOTS["snow"], running=(first,))
    save(snapshot, tmp_path)
    assert load(tmp_path, KINDS) == snapshot


@settings(max_examples=60, deadline=None)
@given(words, words, floats, st.floats(-180, 180), st.integers(0, 10**6))
def test_any_text_and_any_number_survive(name: str, slot: str, value: float, lon: float, microseconds: int) -> None:
    """Texts with å, commas, quotes and newlines, and floats to the last digit."""
    when = AT - timedelta(microseconds=microseconds)
    snapshot = snow_snapshot(
        slot=slot,
        segments=(replace(street(0, 1), name=name),),
        devices=(Device("d", name, "snow", lon, value, interval_s=abs(value), last_time=when),),
        readings=(Reading("d,1", "snow_depth", "cm", when, value),),
    )
    with tempfile.TemporaryDirectory() as folder:
        save(snapshot, Path(folder))
        again = load(Path(folder), KINDS)
    assert again == snapshot
    assert again.inputs_hash == snapshot.inputs_hash


def test_saving_over_an_older_folder_leaves_nothing_of_it(tmp_path: Path) -> None:
    """Tables that are empty now are gone from the folder."""
    save(SNAPSHOTS["snow"], tmp_path)
    bare = snow_snapshot(readings=(), forecasts=(), segments=(), devices=(), roster=())
    save(bare, tmp_path)
    assert load(tmp_path, KINDS) == bare


CHANGES: list[dict[str, Any]] = [
    {"at": AT + HOUR},
    {"seed": 2},
    {"slot": "18:00"},
    {"mode": "live"},
    {"time_zone": "Europe/Oslo"},
    {"params": replace(snow_snapshot().params, horizon_h=12)},
    {"thresholds": ()},
    {"segments": (street(0, 1, height=100.001),)},
    {"relief": (relief("s/0-1"),)},
    {"forecasts": (forecast(-4.0, 0.001),)},
    {"readings": (depth(9.0001),)},
    {"depots": ()},
    {"contractors": ()},
    {"vehicles": ()},
    {"roster": ()},
    {"treatments": (Treatment("s/0-1", "plough", AT),)},
    {"orders": (GivenOrder("o", "p", "snow", "k", "t", "done", None, AT),)},
]


def test_any_changed_input_changes_the_hash() -> None:
    """Each field in turn; all the hashes differ."""
    hashes = {replace(snow_snapshot(), **change).inputs_hash for change in CHANGES}
    assert len(hashes | {snow_snapshot().inputs_hash}) == len(CHANGES) + 1


def test_the_plan_that_is_superseded_is_no_input() -> None:
    """Another previous plan leaves the hash as it is."""
    assert replace(snow_snapshot(), previous="another").inputs_hash == snow_snapshot().inputs_hash


def test_the_hash_and_the_plan_do_not_hang_on_the_process(tmp_path: Path) -> None:
    """Two processes with other hash seeds give the same JSON for all three domains."""
    for domain, snapshot in SNAPSHOTS.items():
        save(snapshot, tmp_path / domain)
    said = [_planned(tmp_path, seed) for seed in ("1", "4242")]
    assert said[0] == said[1]
    assert SNAPSHOTS["waste"].inputs_hash in said[0]


def _planned(folder: Path, seed: str) -> str:
    code = (
        "import sys; from pathlib import Path\n"
        "from planner.bundle import load\nfrom planner.services import SNAPSHOTS, make_plan\n"
        "from city.plan import to_json\n"
        "for d in SNAPSHOTS: print(to_json(make_plan(load(Path(sys.argv[1]) / d, SNAPSHOTS))).decode())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout


HEAD = 'domain = "snow"\nat = 2026-11-24T03:00:00+01:00\nservice_day = 2026-11-23\nslot = "by hand"\n'


def by_hand(folder: Path, **files: str) -> Path:
    (folder / "snapshot.toml").write_text(HEAD, encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("_", ".", 1)).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_written_by_hand_makes_a_plan(tmp_path: Path) -> None:
    """Four lines of TOML, one street, a forecast with the columns that matter, a depot and a plough."""
    feature = {
        "type": "Feature",
        "properties": {name: getattr(street(0, 1), name) for name in street(0, 1).__slots__ if name != "geometry"},
        "geometry": {"type": "LineString", "coordinates": [place(0), place(1)]},
    }
    (tmp_path / "segments.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    day = "2026-11-24T"
    steps = "".join(f"m,14.8,56.9,{day}01:00:00Z,{day}0{h}:00:00Z,{day}0{h + 1}:00:00Z,-5,4\n" for h in range(2, 8))
    by_hand(
        tmp_path,
        forecasts_csv="provider,lon,lat,issued_at,valid_from,valid_to,temp_c,precip_mm_h\n" + steps,
        depots_csv=f"id,name,lon,lat\nd,Förrådet,{place(0)[0]},{place(0)[1]}\n",
        vehicles_csv="id,domain,depot\nP01,snow,d\n",
    )
    plan = make_plan(load(tmp_path, {"snow": SnowSnapshot}))
    assert {item.target for item in plan.interventions} == {"P1-1"}


def test_forecasts_in_any_order_are_read_newest_first(tmp_path: Path) -> None:
    """An older issue that stands first in the file does not win over the newer one."""
    row = "m,14.8,56.9,2026-11-24T{}:00:00Z,2026-11-24T05:00:00Z,2026-11-24T06:00:00Z,{},1\n"
    text = "provider,lon,lat,issued_at,valid_from,valid_to,temp_c,precip_mm_h\n"
    folder = by_hand(tmp_path, forecasts_csv=text + row.format("00", "3") + row.format("01", "-3"))
    assert [issue.steps[0].temp_c for issue in load(folder, KINDS).forecasts] == [-3.0, 3.0]


BROKEN = {
    "no number": ({"depots_csv": "id,name,lon,lat\nd,D,14.8,56.9\ne,E,väst,56.9\n"}, "depots.csv: line 3"),
    "no offset": (
        {"readings_csv": "device,quantity,unit,time,value\nd,snow_depth,cm,2026-11-24T03:00:00,4\n"},
        "readings.csv: line 2: time",
    ),
    "nan": (
        {"readings_csv": "device,quantity,unit,time,value\nd,snow_depth,cm,2026-11-24T03:00:00Z,nan\n"},
        "readings.csv: line 2: value",
    ),
    "missing column": ({"vehicles_csv": "id,depot\nP01,d\n"}, "vehicles.csv: line 2"),
    "unknown word": ({"vehicles_csv": "id,domain,depot\nP01,snö,d\n"}, "vehicles.csv: line 2"),
    "half a horizon": (
        {"relief_csv": "segment,sky_view,horizon,slope,aspect,above_m,source,resolution_m\ns,1,0|0.1,,,,dem,30\n"},
        "relief.csv: line 2: horizon has 2 angles",
    ),
    "after a blank line": ({"depots_csv": "id,name,lon,lat\n\nd,D,x,56.9\n"}, "depots.csv: line 3"),
    "open quote": ({"depots_csv": 'id,name,lon,lat\nd,"D,14.8,56.9\n'}, "depots.csv: is not CSV"),
    "no GeoJSON": ({"segments_geojson": '{"type": "FeatureCollection"}'}, "segments.geojson: is no GeoJSON"),
    "half a feature": (
        {"segments_geojson": '{"features": [{"properties": {}, "geometry": {"coordinates": [[1, 2], [3, 4]]}}]}'},
        "segments.geojson: feature 0",
    ),
    "no JSON": ({"running_json": "[{]"}, "running.json"),
    "forecast step": (
        {"forecasts_csv": "provider,lon,lat,issued_at,valid_from,valid_to\nm,1,2,2026-11-24T01:00:00Z,nyss,sen\n"},
        "forecasts.csv: line 2",
    ),
    "forecast head": (
        {
            "forecasts_csv": "provider,lon,lat,issued_at,valid_from,valid_to\n"
            "m,öst,2,2026-11-24T01:00:00Z,2026-11-24T01:00:00Z,2026-11-24T02:00:00Z\n"
        },
        "forecasts.csv: line 2",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_names_itself_its_line_and_the_way_out(case: str, tmp_path: Path) -> None:
    """One line of text with file, line and what to do; never another kind of error."""
    files, said = BROKEN[case]
    with pytest.raises(ImportRefused) as refused:
        load(by_hand(tmp_path, **files), KINDS)
    assert said in str(refused.value)
    assert ";" in str(refused.value)
    assert "\n" not in str(refused.value).strip()


HEADS = {
    "missing": (None, "is missing"),
    "no TOML": ("domain = snow", "is not TOML"),
    "no offset": (HEAD.replace("+01:00", ""), "at"),
    "no day": (HEAD.replace("service_day = 2026-11-23\n", ""), "service_day"),
    "other domain": (HEAD.replace('"snow"', '"waste"'), "is for waste"),
    "no zone": (HEAD + 'time_zone = "Mars/Olympus"\n', "no zone is called 'Mars/Olympus'"),
    "knob": (HEAD + '[params]\nhorizon_h = "lång"\n', "[params]"),
    "no hours": (HEAD + "[params]\nhorizon_h = 0\n", "horizon_h"),
    "no minutes": (HEAD + "[params]\ntur_minutes = 0\n", "tur_minutes"),
}


@pytest.mark.parametrize("case", HEADS)
def test_a_broken_head_names_what_is_wrong(case: str, tmp_path: Path) -> None:
    """``snapshot.toml`` missing, ill-formed, or with a value that cannot be used."""
    text, said = HEADS[case]
    if text is not None:
        (tmp_path / "snapshot.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        load(tmp_path, {"snow": SnowSnapshot})
    assert "snapshot.toml" in str(refused.value)
    assert said in str(refused.value)


def test_a_refusal_can_be_said_in_swedish(tmp_path: Path) -> None:
    """What is wrong and the way out, in one language."""
    with pytest.raises(ImportRefused) as refused:
        load(tmp_path, "snow")
    said = refused.value.said(catalogue.words("sv"))
    assert said.endswith("snapshot.toml: saknas; skriv den med minst: domain, at, service_day, slot")


def test_the_snapshot_has_one_canonical_form() -> None:
    """The hash is that of sorted JSON: it does not change with the order of fields of a nested value."""
    snapshot = SNAPSHOTS["snow"]
    assert snapshot.inputs_hash == replace(snapshot).inputs_hash
    assert len(snapshot.inputs_hash) == 64
    assert msgspec.json.decode(to_json(make_plan(snapshot)))["inputs_hash"] == snapshot.inputs_hash


@pytest.mark.parametrize("speed", [0.0, -1.0])
def test_a_vehicle_that_does_not_move_is_refused_by_name(tmp_path: Path, speed: float) -> None:
    vehicles = (replace(SNAPSHOTS["snow"].vehicles[0], work_kmh=speed),)
    save(replace(SNAPSHOTS["snow"], vehicles=vehicles), tmp_path)
    with pytest.raises(ImportRefused, match=rf"vehicles.csv: {vehicles[0].id}: work_kmh is"):
        load(tmp_path, KINDS)
