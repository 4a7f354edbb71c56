"""Drivers' reports: once each however often they come, in the order in which they were tapped, with what they do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from city.clock import FixedClock
from city.plan import Plan
from planner.calls.answers import told
from store import judgements, manning, orders
from store.connect import Connection
from tests.unit.dashboards import night, town
from tests.unit.dashboards.driver import DriversPhone, ordered, paired

MINUTE = timedelta(minutes=1)


def state(connection: Connection, order: str) -> str:
    connection.rollback()
    found = orders.order(connection, order)
    assert found is not None
    return found.state


def done(connection: Connection, order: str) -> list[str | None]:
    connection.rollback()
    return [event.segment for event in orders.events(connection, order) if event.kind == "segment_done"]


def test_a_report_is_taken_in_once(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, item = ordered(filled, snow)
    phone, street = paired(client, item.vehicle or ""), item.segments[0].id
    report = phone.tap("segment_done", order=order, segment=street)
    first, second = phone.send(report), phone.send(report)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["became"] == "step"
    assert second.json() == first.json()
    assert done(filled, order) == [street]
    assert state(filled, order) == "started"
    assert len(client.get("/api/v1/reports").json()["reports"]) == 1


def test_another_report_under_the_same_number_is_refused(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    report = phone.tap("slippery", order=order, segment=item.segments[0].id)
    assert phone.send(report).status_code == 201
    report["body"] |= {"kind": "damage"}
    assert phone.send(report).status_code == 409


def test_nobody_reports_without_a_phone(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, _ = ordered(filled, snow)
    stranger = DriversPhone(client)
    report = stranger.tap("started", order=order)
    assert stranger.send(report).status_code == 401
    assert stranger.get("/api/v1/drive").status_code == 401
    sent = {"Dagsplan-Sent-At": stranger.now.isoformat()}
    assert client.post("/api/v1/drive/positions", json={"positions": []}, headers=sent).status_code == 401
    assert state(filled, order) == "decided"


def test_a_phone_ends_with_one_tap_and_with_it_what_was_given_out(
    client: httpx.Client, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    other = client.post("/api/v1/phones", json={"vehicle": item.vehicle}).json()["code"]
    (known,) = client.get("/api/v1/phones").json()["phones"]
    assert client.post(f"/api/v1/phones/{known['id']}/end", json={}).status_code == 200
    assert phone.send(phone.tap("started", order=order)).status_code == 401
    assert DriversPhone(client).pair(other).status_code == 404


def test_six_digits_open_once_and_for_ten_minutes(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    vehicle = ordered(filled, snow)[1].vehicle
    code = client.post("/api/v1/phones", json={"vehicle": vehicle}).json()["code"]
    assert DriversPhone(client).pair(code).status_code == 201
    assert DriversPhone(client).pair(code).status_code == 404
    late = client.post("/api/v1/phones", json={"vehicle": vehicle}).json()["code"]
    clock.advance(minutes=11)
    assert DriversPhone(client).pair(late).status_code == 404


def test_a_phone_is_out_after_its_shift(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    phone = paired(client, ordered(filled, snow)[1].vehicle or "")
    assert phone.get("/api/v1/drive").status_code == 200
    clock.advance(hours=12, minutes=1)
    assert phone.get("/api/v1/drive").status_code == 401


@pytest.mark.parametrize("wrong_by", [timedelta(), timedelta(minutes=-47), timedelta(days=400)])
def test_a_wrong_clock_still_tells_how_long_a_report_has_waited(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan, wrong_by: timedelta
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "", wrong_by)
    report = phone.tap("segment_done", order=order, segment=item.segments[0].id)
    phone.now += 20 * MINUTE
    clock.advance(minutes=25)
    answer = phone.send(report).json()
    assert datetime.fromisoformat(answer["observed_at"]) == town.AT.astimezone(UTC) + 5 * MINUTE
    assert datetime.fromisoformat(answer["received_at"]) == clock.now()


def test_what_was_tapped_first_was_seen_first_whatever_the_phones_clock_did(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    first = phone.tap("slippery", order=order, segment=item.segments[0].id)
    phone.now -= 30 * MINUTE
    second = phone.tap("damage", order=order, segment=item.segments[0].id)
    clock.advance(minutes=5)
    phone.now += 20 * MINUTE
    seen = [datetime.fromisoformat(phone.send(report).json()["observed_at"]) for report in (first, second)]
    assert seen == sorted(seen)
    assert [row["kind"] for row in client.get("/api/v1/reports").json()["reports"]] == ["slippery", "damage"]


def test_a_report_of_a_clock_that_was_set_counts_as_seen_now(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    report = phone.tap("started", order=order)
    phone.now -= timedelta(hours=1)
    assert datetime.fromisoformat(phone.send(report).json()["observed_at"]) == clock.now()


def test_what_is_undone_before_it_was_sent_never_held(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, item = ordered(filled, snow)
    phone, streets = paired(client, item.vehicle or ""), [part.id for part in item.segments]
    first = phone.tap("segment_done", order=order, segment=streets[0])
    wrong = phone.tap("segment_done", order=order, segment=streets[1])
    last = phone.tap("segment_done", order=order, segment=streets[2])
    undo = phone.tap("undo", order=order, about=wrong["id"])
    for report in (first, wrong, last, undo, undo):
        assert phone.send(report).status_code in {200, 201}
    assert done(filled, order) == [streets[0], streets[2]]
    rows = filled.execute("SELECT segment_id FROM treatment WHERE order_id = %s", [order]).fetchall()
    assert {row[0] for row in rows} == {streets[0], streets[2]}


def test_ice_is_an_observation_that_the_watch_hears_of(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, item = ordered(filled, snow)
    phone, street = paired(client, item.vehicle or ""), item.segments[0].id
    filled.autocommit = True
    filled.execute("LISTEN dagsplan_look")
    ice = phone.tap("slippery", order=order, segment=street)
    assert phone.send(ice).json()["became"] == "observation"
    heard = [note.payload for note in filled.notifies(timeout=2.0, stop_after=1)]
    (seen,) = judgements.observations(filled, town.AT)
    assert heard == [f"observation:{seen.id}"]
    assert (seen.segments, seen.quantity, seen.value, seen.who) == ((street,), "slippery", 1.0, item.vehicle)
    phone.send(phone.tap("undo", about=ice["id"]))
    assert judgements.observations(filled, town.AT) == ()


def test_more_snow_is_an_observation_once_it_says_how_much(
    client: httpx.Client, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone, street = paired(client, item.vehicle or ""), item.segments[0].id
    first = phone.tap("more_snow", order=order, segment=street)
    assert phone.send(first).json()["became"] == "kept"
    second = phone.tap("more_snow", order=order, segment=street, value=8, about=first["id"])
    assert phone.send(second).json()["became"] == "observation"
    filled.rollback()
    (seen,) = judgements.observations(filled, town.AT)
    assert (seen.quantity, seen.value) == ("snow_depth", 8.0)


def test_what_came_too_late_to_plan_by_is_only_kept(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    ice = phone.tap("slippery", order=order, segment=item.segments[0].id)
    phone.now += timedelta(hours=5)
    clock.advance(hours=5)
    assert phone.send(ice).json()["became"] == "kept"


def test_a_report_of_a_tur_that_is_another_vehicles_now_is_kept_and_shown(
    client: httpx.Client, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    other = next(i.vehicle for i in snow.interventions if i.vehicle and i.vehicle != item.vehicle)
    phone = paired(client, other)
    answer = phone.send(phone.tap("segment_done", order=order, segment=item.segments[0].id))
    assert (answer.status_code, answer.json()["became"]) == (201, "conflict")
    assert item.vehicle in answer.json()["said"]
    assert state(filled, order) == "decided"
    page = client.get("/idag", headers={"Accept": "text/html"}).text
    assert "heard-conflict" in page


def test_a_street_of_an_ended_tur_is_kept_as_a_conflict(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    client.post(f"/api/v1/orders/{order}/events", json={"kind": "aborted"})
    answer = phone.send(phone.tap("segment_done", order=order, segment=item.segments[0].id))
    assert answer.json()["became"] == "conflict"
    assert state(filled, order) == "aborted"


def test_a_breakdown_ends_the_tur_and_takes_the_vehicle_out(
    client: httpx.Client, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    phone.send(phone.tap("started", order=order))
    phone.send(phone.tap("aborted", order=order, detail="breakdown"))
    assert state(filled, order) == "aborted"
    (out,) = manning.changes(filled, town.AT)
    assert (out.kind, out.vehicle, out.until_at) == ("vehicle_out", item.vehicle, None)


def test_a_call_is_answered_from_the_phone(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, item = ordered(filled, snow)
    night.lists(filled, item.vehicle or "")
    told(filled, town.settings(), order, "dispatcher", town.AT)
    filled.commit()
    phone = paired(client, item.vehicle or "")
    call = phone.get("/api/v1/drive").json()["call"]
    assert phone.send(phone.tap("accepted", call=call["id"])).json()["became"] == "step"
    assert state(filled, order) == "acknowledged"
    assert phone.get("/api/v1/drive").json()["call"] is None
    answer = next(row for row in client.get("/api/v1/reports").json()["reports"] if row["kind"] == "accepted")
    assert phone.send(phone.tap("undo", about=answer["id"])).json()["became"] == "conflict"
    assert state(filled, order) == "acknowledged"


def test_a_bad_report_names_its_field(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    phone = paired(client, ordered(filled, snow)[1].vehicle or "")
    for wrong in ({"kind": "dance"}, {"lon": 999}, {"value": -1}, {"at": "yesterday"}):
        report = phone.tap("started")
        report["body"] |= wrong
        answer = phone.send(report)
        assert answer.status_code == 422
        assert next(iter(wrong)) in answer.json()["detail"]
    assert client.get("/api/v1/reports").json()["reports"] == []


def test_positions_are_kept_only_between_start_and_end(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "", timedelta(hours=3))
    spot = {"lon": town.WEST, "lat": town.SOUTH}

    def send() -> dict[str, int]:
        batch = {"positions": [{"time": phone.now.isoformat(), **spot}]}
        answer = client.post("/api/v1/drive/positions", json=batch, headers=phone.heads())
        return {name: answer.json()[name] for name in ("kept", "not_out")}

    assert send() == {"kept": 0, "not_out": 1}
    phone.send(phone.tap("started", order=order))
    clock.advance(minutes=2)
    phone.now += 2 * MINUTE
    assert send() == {"kept": 1, "not_out": 0}
    phone.send(phone.tap("done", order=order))
    clock.advance(minutes=2)
    phone.now += 2 * MINUTE
    assert send() == {"kept": 0, "not_out": 1}
    filled.rollback()
    assert filled.execute("SELECT time FROM position").fetchall() == [(town.AT + 2 * MINUTE,)]


def test_the_depot_answers_and_the_driver_reads_it(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    hole = phone.tap("damage", order=order, segment=item.segments[0].id, detail="kerb")
    phone.send(hole)
    stamp = phone.get("/api/v1/drive").json()["stamp"]
    answer = client.post(f"/api/v1/reports/{hole['id']}/answers", json={"text": "Stolpen byts i morgon"})
    assert answer.status_code == 201
    told_now = phone.get("/api/v1/drive").json()
    assert told_now["stamp"] != stamp
    assert any("Stolpen byts i morgon" in back["text"] for back in told_now["back"])


def test_the_hand_over_tells_what_drivers_said_and_when_their_phones_slept(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "", timedelta(hours=2))
    phone.send(phone.tap("started", order=order))
    since = phone.now
    clock.advance(minutes=17)
    phone.now += 17 * MINUTE
    phone.send(phone.tap("dark", order=order, since=since.isoformat()))
    hole = phone.tap("damage", order=order, segment=item.segments[0].id, detail="pole")
    phone.send(hole)
    client.post(f"/api/v1/reports/{hole['id']}/answers", json={"text": "Byts i morgon"})
    back = phone.tap("obstacle", order=order, segment=item.segments[0].id)
    phone.send(back)
    phone.send(phone.tap("undo", about=back["id"]))
    page = client.get("/overlamning", headers={"Accept": "text/html"}).text
    assert "Skärmen släckt 03.06–03.23" in page
    assert "Skada, risk, stolpe" in page
    assert "Byts i morgon" in page
    assert "Hinder" not in page


def test_a_phone_that_is_taken_out_hears_no_more(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    """Its stream of news ends with it."""
    phone = paired(client, ordered(filled, snow)[1].vehicle or "")
    (known,) = client.get("/api/v1/phones").json()["phones"]
    with client.stream("GET", "/api/v1/drive/events", headers=phone.heads(), timeout=20.0) as news:
        lines = news.iter_lines()
        assert next(line for line in lines if line.startswith("event:")) == "event: drive"
        httpx.post(f"{client.base_url}/api/v1/phones/{known['id']}/end".replace("//api", "/api"), json={})
        assert [line for line in lines if line.startswith("event:")] == []


def test_what_was_tapped_for_one_vehicle_is_never_another_s(
    client: httpx.Client, filled: Connection, snow: Plan
) -> None:
    """A phone that is paired anew sends nothing of before as if it were the other vehicle's."""
    order, item = ordered(filled, snow)
    other = next(i.vehicle for i in snow.interventions if i.vehicle and i.vehicle != item.vehicle)
    phone = paired(client, other)
    phone.vehicle = item.vehicle or ""
    answer = phone.send(phone.tap("slippery", order=order, segment=item.segments[0].id))
    assert answer.status_code == 412
    spot = {"positions": [{"time": phone.now.isoformat(), "lon": town.WEST, "lat": town.SOUTH}]}
    assert client.post("/api/v1/drive/positions", json=spot, headers=phone.heads()).status_code == 412
    assert client.get("/api/v1/reports").json()["reports"] == []


def test_a_street_left_for_later_is_not_done_when_the_tur_is(
    client: httpx.Client, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone, streets = paired(client, item.vehicle or ""), [part.id for part in item.segments]
    phone.send(phone.tap("started", order=order))
    for street in streets[:2]:
        phone.send(phone.tap("later", order=order, segment=street))
    phone.send(phone.tap("segment_done", order=order, segment=streets[1]))
    phone.send(phone.tap("done", order=order))
    filled.rollback()
    rows = filled.execute("SELECT segment_id FROM treatment WHERE order_id = %s", [order]).fetchall()
    assert {row[0] for row in rows} == set(streets) - {streets[0]}
    far = client.get(f"/api/v1/orders/{order}/progress").json()["progress"]
    assert far["left"] == [streets[0]]


def test_undoing_how_full_it_was_leaves_it_emptied(
    client: httpx.Client, clock: FixedClock, filled: Connection, publish: Callable[[str], Plan]
) -> None:
    order, item = ordered(filled, publish("waste"))
    phone, stop = paired(client, item.vehicle or ""), item.stops[0]
    vessels = [{"id": name, "outcome": "emptied"} for name in stop.vessels]
    phone.send(phone.tap("stop_done", order=order, room=stop.room, vessels=vessels))
    clock.advance(seconds=5)
    full = [one | {"level_pct": 50} for one in vessels]
    second = phone.tap("stop_done", order=order, room=stop.room, vessels=full)
    phone.send(second)
    phone.send(phone.tap("undo", order=order, about=second["id"]))
    filled.rollback()
    rows = filled.execute("SELECT last_emptied FROM vessel WHERE vessel_id = ANY(%s)", [list(stop.vessels)]).fetchall()
    assert {row[0] for row in rows} == {town.AT}


def test_undoing_one_stop_leaves_another_of_the_same_moment(
    client: httpx.Client, filled: Connection, publish: Callable[[str], Plan]
) -> None:
    order, item = ordered(filled, publish("waste"))
    phone, sent = paired(client, item.vehicle or ""), []
    for stop in item.stops[:2]:
        vessels = [{"id": name, "outcome": "emptied"} for name in stop.vessels]
        sent.append(phone.tap("stop_done", order=order, room=stop.room, vessels=vessels))
        phone.send(sent[-1])
    phone.send(phone.tap("undo", order=order, about=sent[1]["id"]))
    filled.rollback()
    names = list(item.stops[0].vessels)
    rows = filled.execute("SELECT last_emptied FROM vessel WHERE vessel_id = ANY(%s)", [names]).fetchall()
    assert {row[0] for row in rows} == {town.AT}
    others = list(item.stops[1].vessels)
    gone = filled.execute("SELECT last_emptied FROM vessel WHERE vessel_id = ANY(%s)", [others]).fetchall()
    assert town.AT not in {row[0] for row in gone}


def test_a_report_from_long_ago_is_no_news(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    ice = phone.tap("slippery", order=order, segment=item.segments[0].id)
    phone.now += timedelta(days=5)
    clock.advance(hours=1)
    answer = phone.send(ice).json()
    assert answer["became"] == "kept"
    assert datetime.fromisoformat(answer["observed_at"]) == clock.now() - timedelta(days=3)


def test_a_late_report_keeps_its_own_time_whatever_others_said_meanwhile(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    clock.advance(minutes=10)
    tapped = phone.tap("segment_done", order=order, segment=item.segments[0].id)
    phone.now += 30 * MINUTE
    clock.advance(minutes=30)
    client.post(f"/api/v1/orders/{order}/events", json={"kind": "started"})
    phone.send(tapped)
    filled.rollback()
    (row,) = filled.execute("SELECT done_at FROM treatment WHERE order_id = %s", [order]).fetchall()
    assert row[0] == town.AT + 10 * MINUTE


def test_a_photograph_goes_with_its_report_once(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    """Not before it, not with another vehicle's, and nothing that is no picture."""
    order, item = ordered(filled, snow)
    phone = paired(client, item.vehicle or "")
    seen = phone.tap("message", order=order, detail="photo")
    where, jpeg = f"/api/v1/reports/{seen['id']}/photo", b"\xff\xd8\xff" + bytes(500)

    def put(picture: bytes, **more: str) -> int:
        heads = phone.heads() | {"Content-Type": "image/jpeg"} | more
        return client.put(where, content=picture, headers=heads).status_code

    assert put(jpeg) == 404
    phone.send(seen)
    assert put(b"GIF89a" + bytes(500)) == 415
    assert put(bytes(3_000_001)) == 413
    assert put(jpeg, Cookie="") == 401
    assert [put(jpeg), put(jpeg), put(jpeg + b"x")] == [201, 200, 409]
    assert client.get(where).content == jpeg
    assert "heard-photo" in client.get("/idag", headers={"Accept": "text/html"}).text
    other = next(i.vehicle for i in snow.interventions if i.vehicle and i.vehicle != item.vehicle)
    stranger = paired(client, other)
    heads = stranger.heads() | {"Content-Type": "image/jpeg"}
    assert client.put(where, content=jpeg, headers=heads).status_code == 404
