"""Ways as mappers tag them, read as a road engineer would: network, class, open or why not, which way round.

Each case is made by hand. ``left`` is the reason and the tag by which a way of the town is in no network; None with no
network is a way that a town does not clear as street or cycle way.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.settings import StreetRules
from ingest.roads import tags as read
from ingest.roads.networks import AS_USUAL, belonging


@dataclass(frozen=True)
class Case:
    """The tags of a way and what is expected of it."""

    tags: str
    network: str | None = None
    route_class: str | None = None
    oneway: int = 0
    keeper: str = "unknown"
    left: tuple[str, str] | None = None
    rules: StreetRules = AS_USUAL


def street(tags: str, route_class: str = "P3", **more) -> Case:
    return Case(tags, "street", route_class, **more)


def cycle(tags: str, route_class: str = "C2", **more) -> Case:
    return Case(tags, "cycle", route_class, **more)


def left(tags: str, because: str, by: str, **more) -> Case:
    return Case(tags, left=(because, by), **more)


def none(tags: str) -> Case:
    return Case(tags)


CAR_FREE_AS_CYCLE = StreetRules(car_free="cycle")
GREEN = StreetRules(pedestrian="count")
LORRIES = StreetRules(pedestrian="street", bus_only="street", car_free="street")

CASES = {
    # Classes.
    "a street as such": street("highway=residential"),
    "a road of the state": street("highway=trunk operator=Trafikverket", "P1", keeper="state"),
    "a slip road": street("highway=secondary_link oneway=yes", "P1", oneway=1),
    "a collector": street("highway=tertiary", "P2"),
    "a living street (gångfartsområde)": street("highway=living_street"),
    "a motorway is one-way as such, and the state's": street("highway=motorway", "P1", oneway=1, keeper="state"),
    "a roundabout is one-way as such": street("highway=tertiary junction=roundabout", "P2", oneway=1),
    # The most specific tag decides.
    "Liechtenstein: the main road that cars alone may use": street(
        "highway=primary motorcar=yes motorcycle=yes motor_vehicle=no", "P1"
    ),
    "lorries may where motor vehicles may not": street("highway=unclassified motor_vehicle=no hgv=delivery", "P2"),
    "a ban of heavy traffic does not bind who clears": street("highway=residential hgv=no"),
    "a ban of goods vehicles neither": street("highway=tertiary goods=no hgv=no", "P2"),
    "cars and motorcycles may not (German sign 260)": left(
        "highway=residential motorcar=no motorcycle=no", "car_free", "motorcar=no"
    ),
    "vehicles but not motor vehicles": left(
        "highway=residential vehicle=yes motor_vehicle=no", "car_free", "motor_vehicle=no"
    ),
    "closed, but not to motor vehicles": street("highway=service access=no motor_vehicle=yes"),
    "closed, but vehicles may": street("highway=service access=no vehicle=destination"),
    "a word that nobody knows says nothing": street("highway=residential motor_vehicle=kanske access=??"),
    "unknown passes the question on": left("highway=service motor_vehicle=unknown access=no", "closed", "access=no"),
    # What is open to somebody is open to who clears.
    "residents only": street("highway=residential motor_vehicle=destination"),
    "deliveries only": street("highway=residential motor_vehicle=delivery"),
    "a list of words": street("highway=residential motor_vehicle=no;destination"),
    "by permit": street("highway=residential access=permit"),
    "a restricted zone (ZTL)": street("highway=residential motor_vehicle=permit vehicle=no"),
    # Private: theirs to clear.
    "a private road": street("highway=service access=private", keeper="private"),
    "private for motor vehicles": street("highway=service access=yes motor_vehicle=private", keeper="private"),
    "open to all on somebody's ground": street(
        "highway=service access=private motor_vehicle=permissive", keeper="private"
    ),
    "customers": street("highway=service access=customers", keeper="private"),
    "a driveway": street("highway=service service=driveway", keeper="private"),
    "a field road (Wirtschaftsweg)": street("highway=unclassified motor_vehicle=agricultural", "P2", keeper="private"),
    "a forest road": street("highway=service motor_vehicle=agricultural;forestry", keeper="private"),
    "a road association": street("highway=residential operator=Björkö_vägsamfällighet", keeper="private"),
    "the town's, though private by access": street(
        "highway=service access=private operator=Lunds_kommun", keeper="municipal"
    ),
    # Closed.
    "closed to all": left("highway=residential access=no", "closed", "access=no"),
    "for the fire brigade": left("highway=service access=emergency", "closed", "access=emergency"),
    "closed to vehicles, open to walkers": left("highway=residential vehicle=no", "car_free", "vehicle=no"),
    "the same, where the city clears it with its cycle ways": cycle(
        "highway=residential vehicle=no", rules=CAR_FREE_AS_CYCLE
    ),
    "closed both ways by direction": left(
        "highway=residential motor_vehicle:forward=no motor_vehicle:backward=no", "car_free", "motor_vehicle:forward=no"
    ),
    "a parking aisle": none("highway=service service=parking_aisle"),
    "a square": none("highway=pedestrian area=yes"),
    # Conditions.
    "deliveries in the morning": street(
        "highway=residential motor_vehicle=no motor_vehicle:conditional=delivery_@_(Mo-Sa_06:00-10:30)"
    ),
    "closed to through traffic at rush hours": street(
        "highway=tertiary motor_vehicle:conditional=no_@_(Mo-Fr_07:00-09:00)", "P2"
    ),
    "closed to heavy vehicles": street("highway=tertiary access:conditional=no_@_(weight>3.5)", "P2"),
    "a pass that is closed in winter": left(
        "highway=secondary motor_vehicle:conditional=no_@_(Nov-Apr)",
        "car_free",
        "motor_vehicle:conditional=no @ nov-apr",
    ),
    "a pass with days of the month": left(
        "highway=secondary access:conditional=no_@_(Oct_15-May_31)", "closed", "access:conditional=no @ oct 15-may 31"
    ),
    "closed in summer": street("highway=residential motor_vehicle:conditional=no_@_(May-Sep)"),
    "open in summer only": left(
        "highway=residential motor_vehicle=no motor_vehicle:conditional=yes_@_(May-Sep)", "car_free", "motor_vehicle=no"
    ),
    # Directions.
    "against the drawing": street("highway=residential oneway=-1", oneway=-1),
    "one-way but for cyclists": street("highway=residential oneway=yes oneway:bicycle=no", oneway=1),
    "one-way for cars alone": street("highway=residential oneway:motor_vehicle=yes", oneway=1),
    "one-way, but not for cars": street("highway=residential oneway=yes oneway:motor_vehicle=no"),
    "no vehicle against the drawing": street("highway=residential vehicle:backward=no", oneway=1),
    "no motor vehicle as drawn": street("highway=residential motor_vehicle:forward=no", oneway=-1),
    "a lane that turns with the hour": street("highway=primary oneway=reversible", "P1"),
    # Buses.
    "a bus street (bussgata)": left("highway=residential motor_vehicle=no bus=yes", "bus_only", "motor_vehicle=no"),
    "a bus street by psv": left("highway=tertiary access=no psv=designated", "bus_only", "access=no"),
    "a busway": left("highway=busway", "bus_only", "highway=busway"),
    "bus streets where lorries clear them": street("highway=tertiary access=no bus=designated", "P2", rules=LORRIES),
    # Pedestrian streets.
    "a pedestrian street (gågata)": cycle("highway=pedestrian"),
    "Heidelberg: deliveries until half past ten": cycle(
        "highway=pedestrian bicycle=no motor_vehicle:conditional=delivery_@_(Mo-Sa_06:00-10:30) surface=sett"
    ),
    "one that is closed to motor vehicles, as all are": cycle("highway=pedestrian motor_vehicle=no"),
    "one that the city leaves to others": left("highway=pedestrian", "pedestrian", "highway=pedestrian", rules=GREEN),
    "one that cyclists share is a cycle way whatever the rule": cycle(
        "highway=pedestrian bicycle=designated", rules=GREEN
    ),
    "one that lorries clear": street("highway=pedestrian motor_vehicle=no", rules=LORRIES),
    "one that is shut": left("highway=pedestrian access=no", "closed", "access=no"),
    "private passage": cycle("highway=pedestrian access=private", keeper="private"),
    # Cycle ways.
    "a cycle way": cycle("highway=cycleway", "C1"),
    "a cycle way that walkers may not use": cycle("highway=cycleway foot=no", "C1"),
    "a one-way cycle way": cycle("highway=cycleway oneway=yes", "C1", oneway=1),
    "a cycle way open to cyclists alone": cycle("highway=cycleway access=no bicycle=yes", "C1"),
    "a cycle way that is shut": left("highway=cycleway access=no", "closed", "access=no"),
    "a foot-cycle way (gång- och cykelväg)": cycle("highway=path bicycle=designated foot=designated segregated=no"),
    "a foot way with room for cyclists": cycle("highway=footway bicycle=yes foot=designated"),
    "a foot way that cyclists may use": none("highway=footway bicycle=yes"),
    "a foot way": none("highway=footway"),
    "steps": none("highway=steps bicycle=designated"),
    "a service road that is signed as a cycle way": cycle("highway=service motor_vehicle=no bicycle=designated"),
    "a bicycle road that residents drive": street("highway=residential bicycle_road=yes motor_vehicle=destination"),
    # Tracks and what is given up.
    "a track": none("highway=track"),
    "a paved track that is signed": cycle("highway=track tracktype=grade1 bicycle=designated"),
    "a paved dam way that is shared": cycle("highway=track surface=asphalt bicycle=yes foot=designated"),
    "a gravel dam way that is only allowed (Rheindamm)": none(
        "highway=track surface=gravel bicycle=yes foot=designated"
    ),
    "Andorra: an abandoned track full of herbs": left(
        "highway=track access=no motor_vehicle=no bicycle=yes foot=designated surface=ground", "rough", "surface=ground"
    ),
    "a track that is given up": left("highway=track bicycle=designated abandoned=yes", "not_there", "abandoned=yes"),
    "a path whose road was given up": cycle("highway=path bicycle=designated abandoned:highway=residential"),
    "a cycle way on a dead railway": cycle("highway=cycleway railway=abandoned", "C1"),
    "the same, tagged as abandoned": cycle("highway=cycleway railway=abandoned abandoned=yes", "C1"),
    "a disused street": left("highway=service disused=yes", "not_there", "disused=yes"),
    "a street that is gone": none("highway=razed razed:highway=residential"),
    "a street to be": none("highway=proposed proposed=residential"),
    "a street in the making": none("highway=construction construction=residential"),
    "a street that is dug up": left("highway=residential construction=yes", "not_there", "construction=yes"),
    "small works": street("highway=residential construction=minor"),
    "a trail for mountain bikes": left("highway=path bicycle=designated mtb:scale=2", "rough", "mtb:scale=2"),
    "a beaten path": left("highway=path bicycle=designated informal=yes", "rough", "informal=yes"),
    # Winter.
    "a lit ski track (elljusspår)": left(
        "highway=path bicycle=designated piste:type=nordic lit=yes", "not_in_winter", "piste:type=nordic"
    ),
    "signed as not cleared (kein Winterdienst)": left(
        "highway=residential winter_service=no", "not_in_winter", "winter_service=no"
    ),
    "a cycle way that is not cleared": left("highway=cycleway snowplowing=no", "not_in_winter", "snowplowing=no"),
}


def tags_of(text: str) -> dict[str, str]:
    """Tags from 'key=value key=value'; an underscore of a value is a space where there is a sentence or a name."""
    said = dict(part.split("=", 1) for part in text.split())
    return {
        key: value.replace("_", " ") if key.endswith(":conditional") or key == "operator" else value
        for key, value in said.items()
    }


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_way_is_read_as_a_road_engineer_reads_it(case: Case) -> None:
    tags = tags_of(case.tags)
    found = belonging(tags, case.rules)
    assert found.network == case.network
    assert (found.because, found.by) == (case.left or (None, ""))
    if found.network is not None:
        assert read.route_class(tags, found.network) == case.route_class
        assert read.direction(tags, found.network) == case.oneway
        assert read.keeper(tags, found.network) == case.keeper


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 30


SAID = (
    "yes|no|private|destination|delivery|permit|designated|no @ (Nov-Apr)|Jan-|@||ö;no|agricultural;forestry|"
    "yes @ (06:00-10:00); no @ (snow)|0|-1|grade5|nordic|pedestrian|area"
)
WORDS = st.sampled_from(SAID.split("|"))
MODES = ("access", "vehicle", "motor_vehicle", "motorcar", "hgv", "goods", "foot", "bicycle")
OTHER_KEYS = (
    "bus psv oneway oneway:motor_vehicle oneway:bicycle junction surface smoothness railway abandoned disused:highway "
    "construction piste:type winter_service mtb:scale service segregated"
)
KEYS = st.sampled_from(
    [f"{mode}{end}" for mode in MODES for end in ("", ":conditional", ":forward", ":backward")] + OTHER_KEYS.split()
)
JUNK = st.text("abMo@();:-=| 0129åÖ\x00", max_size=12)
WAYS = st.sampled_from(
    [*read.ROUTE_CLASS, "pedestrian", "busway", "cycleway", "path", "footway", "track", "steps", "x"]
)


@given(st.dictionaries(KEYS, st.one_of(WORDS, JUNK), max_size=8), WAYS)
def test_no_tags_are_too_odd(tags: dict[str, str], highway: str) -> None:
    """Whatever mappers write, a way is in one network, or left out with the tag that does it, or none."""
    tags = {**tags, "highway": highway}
    for rules in (AS_USUAL, GREEN, LORRIES, CAR_FREE_AS_CYCLE):
        found = belonging(tags, rules)
        assert (found.because is None) == (found.by == "")
        assert found.network is None or found.because is None
        key = found.by.partition("=")[0]
        assert not found.by or key in tags
    for kind in ("street", "cycle"):
        assert read.direction(tags, kind) in {-1, 0, 1}
        assert read.keeper(tags, kind) in {"state", "municipal", "private", "unknown"}


@given(
    st.dictionaries(st.sampled_from([mode for mode in MODES if mode != "motorcar"]), WORDS, max_size=6),
    st.sampled_from(sorted(read.ROUTE_CLASS)),
)
def test_the_most_specific_tag_decides_whatever_else_is_said(tags: dict[str, str], highway: str) -> None:
    """motorcar=yes opens any street; hgv=no, where nothing else speaks of lorries, changes none."""
    assert belonging({**tags, "highway": highway, "motorcar": "yes"}).network == "street"
    bare = {key: value for key, value in tags.items() if key not in {"hgv", "goods"}} | {"highway": highway}
    assert belonging(bare | {"hgv": "no"}) == belonging(bare)
