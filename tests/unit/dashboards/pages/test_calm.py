"""What is said where nothing waits: what is needed all the same, what was noted for nothing, what waits elsewhere."""

from __future__ import annotations

import msgspec

from planner.publish import publish
from tests.unit.dashboards import town
from tests.unit.dashboards.pages.test_day_page import said
from tests.unit.dashboards.pages.test_uncared import one


def bare(filled, snow, clock, **changes):
    """The snow plan without its turer on Storgatan, the rest declined by nobody."""
    left = tuple(item for item in snow.interventions if "Storgatan" not in names(filled, item))
    made = msgspec.structs.replace(snow, interventions=left, inputs_hash="bare", **changes)
    return publish(filled, made, clock.now())


def names(connection, item):
    ids = [part.id for part in item.segments] if isinstance(item.segments, tuple) else []
    return {row[0] for row in connection.execute("SELECT name FROM road_segment WHERE segment_id = ANY(%s)", (ids,))}


def test_nothing_waits_is_never_said_alone_beside_what_nobody_drives(client, filled, snow, clock):
    lost = (one("P1-9", "no_vehicle"), one("n0"), one("n1"))
    publish(filled, msgspec.structs.replace(snow, interventions=(), not_cared=lost[1:], inputs_hash="a"), clock.now())
    assert "Ingenting väntar på dig, men 2 sträckor behövs och körs inte." in said(client.get("/idag"))
    assert "Nothing waits for you, but needed and not driven: 2 streets." in said(client.get("/idag?lang=en"))


def test_streets_that_nobody_drives_are_counted_as_the_panel_counts_them(client, filled, snow, clock):
    """A group of what hangs together is many streets."""
    lost = (one("n0", streets=3), one("n1", streets=2))
    publish(filled, msgspec.structs.replace(snow, interventions=(), not_cared=lost, inputs_hash="a"), clock.now())
    told = said(client.get("/idag"))
    assert "Ingenting väntar på dig, men 5 sträckor behövs och körs inte." in told
    assert "Gatan n0 3 sträckor" in told


def test_where_nothing_is_left_nothing_is_said_of_it(client, filled, snow):
    assert "körs inte" not in said(client.get("/idag")).split("Behövs")[0]


def test_what_was_noted_and_is_in_no_plan_is_said(client, filled, snow, clock):
    client.post("/api/v1/observations", json={"street": "Storgatan", "quantity": "snow_depth", "value": 10})
    assert "i ingen plan" not in said(client.get("/idag"))
    bare(filled, snow, clock)
    assert "Noterat men i ingen plan än: 10,0 cm på Storgatan (8 sträckor)." in said(client.get("/idag"))


def test_a_note_below_the_limit_asks_for_no_tur(client, filled, snow, clock):
    client.post("/api/v1/observations", json={"street": "Storgatan", "quantity": "snow_depth", "value": 0.5})
    bare(filled, snow, clock)
    assert "i ingen plan" not in said(client.get("/idag"))


def test_what_waits_in_another_service_is_named(client, publish, clock):
    publish("snow")
    rounds = publish("waste")
    n = len({item.target for item in rounds.interventions})
    noun = "1 rond" if n == 1 else f"{n} ronder"
    answer = client.get("/idag")
    assert f"Avfall: {noun} väntar." in said(answer)
    assert f"Avfall: {noun}" not in said(client.get("/idag?domain=waste"))
    starts = min(item.starts_at for item in rounds.interventions)
    clock.advance(seconds=(starts - town.AT).total_seconds() + 4 * 3600)
    assert f"Avfall: {noun} väntar, " in said(client.get("/idag"))
    assert " sent." in said(client.get("/idag"))
