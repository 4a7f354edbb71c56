"""Turn restrictions and limits of an extract: into the database, into the plan, and obeyed there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from city.catalogue.words import words
from city.entities import Depot, TurnBan, Vehicle
from city.plan import Plan
from ingest.roads import import_roads
from planner.bundle import load, save
from planner.inputs import read_snapshot
from planner.services import SNAPSHOTS, make_plan
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.seed import seed
from store import facts, plans, weather
from store.connect import Connection
from store.roads import load_segments, load_turns
from tests.integration.plan_town import settings
from tests.unit.planner.snapshots import AT, HOUR, forecast, place

NODES = {1: place(0), 2: place(1), 3: place(2), 4: place(6)}
WAYS = {10: (1, 2), 11: (2, 3), 12: (2, 4), 13: (3, 4)}


def extract(folder: Path, *turns: tuple[int, int], tags: dict[int, str] | None = None, without: int = 0) -> Path:
    """A street to a crossing, from where two streets lead to each other; ``turns`` over the crossing are banned."""
    parts = [f'<node id="{n}" lon="{lon}" lat="{lat}" version="1"/>' for n, (lon, lat) in NODES.items()]
    for way, (a, b) in WAYS.items():
        more = (tags or {}).get(way, "")
        if way != without:
            parts.append(
                f'<way id="{way}" version="1"><nd ref="{a}"/><nd ref="{b}"/><tag k="highway" v="primary"/>{more}</way>'
            )
    for number, (start, end) in enumerate(turns, 1):
        members = "".join(
            f'<member type="{kind}" role="{role}" ref="{ref}"/>'
            for kind, role, ref in (("way", "from", start), ("node", "via", 2), ("way", "to", end))
        )
        said = '<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/>'
        parts.append(f'<relation id="{number}" version="1">{members}{said}</relation>')
    file = folder / "town.osm"
    file.write_text(f'<osm version="0.6">{"".join(parts)}</osm>', encoding="utf-8")
    return file


def snowed_in(connection: Connection, *vehicles: Vehicle) -> None:
    """A night of snow, and a depot at the end of the first street."""
    for limit in seed():
        plans.add_threshold(connection, limit)
    facts.save_fleet(connection, [Depot("dep", "Förrådet", *place(0))], [], vehicles or [Vehicle("P01", "snow", "dep")])
    weather.save_forecast(connection, forecast(-4.0, 1.0, issued=AT - HOUR), AT - HOUR)


def plan_of(connection: Connection) -> Plan:
    return make_plan(read_snapshot(connection, settings(), SnowSnapshot, AT, slot="x"))


def makes(plan: Plan, *nodes: int) -> bool:
    """Whether the first drive of a plan goes over these three nodes, one after the other."""
    item = plan.interventions[0]
    assert item.geometry is not None
    line = [(round(lon, 6), round(lat, 6)) for lon, lat in item.geometry["coordinates"]]
    line = [line[0], *(b for a, b in pairwise(line) if a != b)]
    wanted = [(round(NODES[node][0], 6), round(NODES[node][1], 6)) for node in nodes]
    return any(line[at : at + 3] == wanted for at in range(len(line)))


def test_a_drive_of_the_plan_obeys_the_restriction(database: Connection, tmp_path: Path) -> None:
    """Free, the drive goes on from the crossing one way or the other, or both; each can be banned."""
    snowed_in(database)
    import_roads(database, extract(tmp_path), [], AT)
    free = plan_of(database)
    assert makes(free, 1, 2, 3) or makes(free, 1, 2, 4)
    for to, end in ((11, 3), (12, 4)):
        report = import_roads(database, extract(tmp_path, (10, to)), [], AT)
        assert (report.restrictions, report.banned_turns) == (1, 1)
        assert "turn restrictions: 1 taken (1 banned turn)" in report.text(words("en"))
        plan = plan_of(database)
        assert not makes(plan, 1, 2, end)
        assert len(plan.interventions[0].segments) == 4
        assert plan.inputs_hash != free.inputs_hash


def test_a_town_behind_bans_is_named_and_a_plan_comes(database: Connection, tmp_path: Path) -> None:
    snowed_in(database)
    import_roads(database, extract(tmp_path, (10, 11), (10, 12)), [], AT)
    plan = plan_of(database)
    assert [part.id for part in plan.interventions[0].segments] == ["osm/10/1-2"]  # type: ignore[union-attr]
    assert "3 sträckor nås inte från depån" in " ".join(item.effect for item in plan.degradations)


def test_bans_go_with_their_streets(database: Connection, tmp_path: Path) -> None:
    """A second import without the relation, or without one of its streets, leaves no ban."""
    file = extract(tmp_path, (10, 11), (10, 12))
    both = (TurnBan("osm/10/1-2", 2, "osm/11/2-3"), TurnBan("osm/10/1-2", 2, "osm/12/2-4"))
    for _ in range(2):
        import_roads(database, file, [], AT)
        assert load_turns(database) == both
    import_roads(database, extract(tmp_path, (10, 11), (10, 12), without=12), [], AT, remove=True)
    assert load_turns(database) == both[:1]
    database.execute("DELETE FROM road_segment WHERE segment_id = 'osm/11/2-3'")
    assert load_turns(database) == ()


def test_the_folder_of_a_plan_holds_turns_and_limits(database: Connection, tmp_path: Path) -> None:
    """Saved and read again they are the same; a folder without the file is a town without bans."""
    snowed_in(database, Vehicle("P01", "snow", "dep", width_m=2.55, weight_t=18.0))
    weak = {12: '<tag k="maxweight" v="7.5"/><tag k="maxwidth" v="2.3 m"/>'}
    import_roads(database, extract(tmp_path, (10, 11), tags=weak), [], AT)
    snapshot = read_snapshot(database, settings(), SnowSnapshot, AT, slot="x")
    save(snapshot, tmp_path / "plan")
    again = load(tmp_path / "plan", SNAPSHOTS)
    assert (again, again.inputs_hash) == (snapshot, snapshot.inputs_hash)
    assert again.turns == (TurnBan("osm/10/1-2", 2, "osm/11/2-3"),)
    (limited,) = [s for s in again.segments if s.max_weight_t is not None]
    assert (limited.id, limited.max_weight_t, limited.max_width_m) == ("osm/12/2-4", 7.5, 2.3)
    (tmp_path / "plan" / "turns.csv").unlink()
    bare = load(tmp_path / "plan", SNAPSHOTS)
    assert bare.turns == ()
    assert bare.inputs_hash != snapshot.inputs_hash


def test_a_limit_reaches_the_plan_and_a_bad_one_costs_itself_alone(database: Connection, tmp_path: Path) -> None:
    """A lorry of 18 t leaves the weak street; the one whose sign is in short tons is open, and counted."""
    snowed_in(database, Vehicle("P01", "snow", "dep", weight_t=18.0))
    signs = {12: '<tag k="maxweight" v="7.5"/>', 13: '<tag k="maxweight" v="7.5 st"/>'}
    report = import_roads(database, extract(tmp_path, tags=signs), [], AT)
    assert (report.limited, report.limits_refused) == (1, 1)
    assert "1 segment is limited, 1 limits not understood" in report.text(words("en"))
    assert [s.max_weight_t for s in load_segments(database)] == [None, None, 7.5, None]
    served = {part.id for part in plan_of(database).interventions[0].segments}  # type: ignore[union-attr]
    assert served == {"osm/10/1-2", "osm/11/2-3", "osm/13/3-4"}


@pytest.mark.parametrize(
    ("name", "restrictions", "turns", "limited"),
    [("helsinki.osm.pbf", 30, 30, 10), ("oslo-east-filtered.osm.pbf", 50, 50, 1), ("north-bayreuth.osm.gz", 30, 40, 5)],
)
def test_real_towns_have_restrictions(
    database: Connection, data_folder: Path, name: str, restrictions: int, turns: int, limited: int
) -> None:
    """At least so many are found and stored; what is left out has a reason, and none is left out for being unclear."""
    report = import_roads(database, data_folder / "roads" / name, [], AT)
    assert report.restrictions >= restrictions
    assert len(load_turns(database)) == report.banned_turns >= turns
    assert report.limited >= limited
    assert "not understood" not in report.restrictions_left_out
    known = {segment.id for segment in load_segments(database)}
    assert all({ban.from_segment, ban.to_segment} <= known for ban in load_turns(database))
