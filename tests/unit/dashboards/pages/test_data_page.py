"""``/data``: the sensors, what waits to be taken in, what was turned away, and what people do about them."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import httpx
import pytest

from city.clock import FixedClock
from store.connect import Connection
from tests.unit.dashboards import sensors, town
from tests.unit.dashboards.pages.test_statements import MOST, sent  # noqa: F401 - a fixture

PAGE = {"Accept": "text/html"}


@pytest.fixture
def heard(filled: Connection) -> Connection:
    """The town, and sensors of nobody that were heard."""
    sensors.hear(filled)
    return filled


def post(client: httpx.Client, step: str, device: str, **fields: str) -> httpx.Response:
    return client.post("/data", data={"step": step, "device": device, **fields}, headers=PAGE)


def text(page: str) -> str:
    """What a page says, without its marks."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))).replace("\N{NO-BREAK SPACE}", " ")


def stored(connection: Connection, device: str) -> tuple[object, ...] | None:
    return connection.execute(
        "SELECT adopted, name, stands_for, lon IS NOT NULL FROM device WHERE device_id = %s", (device,)
    ).fetchone()


def count(connection: Connection, device: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM reading JOIN series USING (series_id) WHERE device_id = %s", (device,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def undo_of(page: str) -> dict[str, str]:
    """The fields of the form that takes back what the page says was done."""
    form = page.partition('id="done"')[2].partition("</form>")[0]
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def test_a_town_without_sensors_is_told_how_to_point_one_here(client: httpx.Client) -> None:
    page = text(client.get("/data").text)
    assert "Ingen givare har hörts än." in page
    assert "dagsplan/snow-1/reading" in page
    assert '{"time": "2026-11-24T03:06:00+01:00", "values": {"snow_depth": 4.5}}' in page
    assert "mosquitto_pub -h … -p 1883 -q 1 -t dagsplan/snow-1/reading" in page
    english = text(client.get("/data?lang=en").text)
    assert "No sensor has been heard yet." in english
    assert "docs/ingestion.md" in english


def test_what_waits_comes_first_with_its_values_in_words(client: httpx.Client, heard: Connection) -> None:
    page = client.get("/data").text
    said = text(page)
    assert "2 nya givare väntar på att tas upp." in said
    assert page.index('data-key="kärl-9"') < page.index('data-key="snö-1"')
    assert "Fyllnad 63 %" in said
    assert "Batteri 98 %" in said
    assert "Lufttemperatur −3,4 °C" in said
    assert "Först hörd 00.06, senast för 60 min sedan. 3 meddelanden väntar" in said
    assert "Fill level 63 %" in text(client.get("/data?lang=en").text)


def test_every_sensor_says_how_it_is(client: httpx.Client, heard: Connection, clock: FixedClock) -> None:
    """Silent ones first; one that says the same for a day is marked, and one without a place."""
    heard.execute("UPDATE device SET lon = NULL, lat = NULL WHERE device_id = 'snö-2'")
    first = "INSERT INTO reading SELECT series_id, %s, 17.4, %s FROM series WHERE device_id = 'inne-1'"
    heard.execute(first, (town.AT - timedelta(days=2),) * 2)
    page = client.get("/data").text
    lines = {
        key: text(row) for key, row in re.findall(r'<tr role="row" id="s-\d+" data-key="([^"]+)"(.*?)</tr>', page, re.S)
    }
    assert list(lines) == ["snö-3", "inne-1", "snö-2", "inne-2", "snö-1"]
    assert "Tyst" in lines["snö-3"]
    assert "Samma värde i ett dygn" in lines["inne-1"]
    assert "Norra skolan byggnad skola-1" in lines["inne-1"]
    assert "Saknar plats" in lines["snö-2"]
    assert "Snödjup 4,6 cm 03.02 för 4 min sedan" in lines["snö-1"]
    assert "3 av 5 givare behöver ses till." in text(page)
    needing = client.get("/data?show=needs").text
    assert 'data-key="snö-3"' in needing
    assert 'data-key="snö-1"' not in needing
    found = client.get("/data", params={"q": "norra SKOLAN"}).text
    assert re.findall(r'id="s-\d+" data-key="([^"]+)"', found) == ["inne-1"]


def test_what_was_turned_away_is_said_with_the_way_out(client: httpx.Client, heard: Connection) -> None:
    page = text(client.get("/data").text)
    assert "Värde som inte kan stämma 1 meddelande, senast 03.04" in page
    assert "Inte JSON 1 meddelande" in page
    assert "snow=4,6 cm" in page
    assert "dagsplan deadletters replay --reason out_of_range" in page
    heard.execute("UPDATE dead_letter SET reason = 'brand_new' WHERE reason = 'not_json'")
    assert "brand_new 1 meddelande" in text(client.get("/data").text)


def test_a_message_that_is_no_text_is_not_shown(client: httpx.Client, heard: Connection) -> None:
    heard.execute("UPDATE dead_letter SET payload = '\\x00ff17' WHERE reason = 'not_json'")
    assert client.get("/data").status_code == 200


def test_history_from_files_is_listed(client: httpx.Client, heard: Connection) -> None:
    heard.execute(
        "INSERT INTO reading_file SELECT 'inne.csv', %s, array_agg(series_id), %s, %s FROM series",
        (town.AT - timedelta(hours=1), town.AT - timedelta(days=300), town.AT - timedelta(days=30)),
    )
    said = text(client.get("/data").text)
    assert "inne.csv importerad 02.06 5 serier ons 28 jan till sön 25 okt" in said


def test_the_page_takes_few_statements(client: httpx.Client, heard: Connection, sent: list[str]) -> None:  # noqa: F811
    town.publish(heard, "snow")
    sent.clear()
    assert client.get("/data?open=inne-1").status_code == 200
    assert 5 <= len(sent) < MOST, sent


def test_a_sensor_is_taken_in_with_what_it_sent(client: httpx.Client, heard: Connection) -> None:
    """By the name of a vessel's room or of a building, as people know them; and it can be taken back."""
    page = post(client, "adopt", "kärl-9", name="Kärlet", stands_for="rum-02-1", lon="", lat="")
    assert page.status_code == 200
    assert "kärl-9 är upptagen. 6 mätvärden som väntade är sparade." in text(page.text)
    assert stored(heard, "kärl-9") == (True, "Kärlet", "vessel:rum-02-1", True)
    assert count(heard, "kärl-9") == 6
    assert "Miljörum 102" in page.text
    undo = undo_of(page.text)
    assert undo == {"step": "retire", "device": "kärl-9"}
    back = client.post("/data", data=undo, headers=PAGE)
    assert "kärl-9 är avslutad" in text(back.text)
    again = client.post("/data", data=undo_of(back.text), headers=PAGE)
    assert again.status_code == 200
    assert stored(heard, "kärl-9") == (True, "Kärlet", "vessel:rum-02-1", True)
    assert count(heard, "kärl-9") == 6


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("norra skolan", "building:skola-1"),
        ("skola-2", "building:skola-2"),
        ("Miljörum 100", "vessel:rum-00-0"),
        ("vessel:rum-00-0", "vessel:rum-00-0"),
    ],
)
def test_what_a_sensor_stands_for_is_known_by_its_name(
    client: httpx.Client, heard: Connection, typed: str, means: str
) -> None:
    assert post(client, "adopt", sensors.EUI, stands_for=typed).status_code == 200
    row = stored(heard, sensors.EUI)
    assert row is not None
    assert row[2] == means


def test_a_street_and_a_free_place_will_do(client: httpx.Client, heard: Connection) -> None:
    assert post(client, "adopt", sensors.EUI, stands_for="Storgatan").status_code == 200
    before = stored(heard, sensors.EUI)
    assert str((before or ())[2]).startswith("road:s/0-")
    assert 'name="stands_for" value="Storgatan"' in client.get("/data", params={"open": sensors.EUI}).text
    assert post(client, "correct", sensors.EUI, stands_for="Storgatan", name=sensors.EUI).status_code == 200
    assert stored(heard, sensors.EUI) == (True, sensors.EUI, *(before or ())[2:])
    page = post(client, "adopt", "kärl-9", lat="56,88", lon="14.81", stands_for="", name="")
    assert page.status_code == 200
    row = heard.execute("SELECT lat, lon, name FROM device WHERE device_id = 'kärl-9'").fetchone()
    assert row == (56.88, 14.81, "kärl-9")


@pytest.mark.parametrize(
    ("step", "device", "fields", "status", "says"),
    [
        ("adopt", "kärl-9", {"stands_for": "Södra skolan"}, 422, "det finns inget kärl, ingen byggnad och ingen gata"),
        ("adopt", "kärl-9", {"stands_for": "Miljörum 102"}, 422, "Miljörum 102 är flera saker: skriv en av vessel:"),
        ("adopt", "kärl-9", {"lat": "56,88"}, 422, "skriv både latitud och longitud"),
        ("adopt", "kärl-9", {"lat": "14,81", "lon": "156"}, 200, ""),
        ("adopt", "kärl-9", {"lat": "nord", "lon": "14"}, 422, "nord"),
        ("adopt", "kärl-9", {"lat": "14.80", "lon": "56.87"}, 422, "56,87"),
        ("adopt", "kärl-9", {"name": "n" * 201}, 422, "201"),
        ("replace", "snö-1", {"by": ""}, 422, "skriv vilken givare som ska stå där"),
        ("replace", "snö-1", {"by": "snö-1"}, 409, "snö-1"),
        ("replace", "inne-1", {"by": "inne-2"}, 409, "inne-2"),
        ("retire", "nobody", {}, 404, "nobody"),
        ("burn", "snö-1", {}, 422, "formuläret säger inte"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_done(
    client: httpx.Client, heard: Connection, step: str, device: str, fields: dict[str, str], status: int, says: str
) -> None:
    """What was typed stays in the form."""
    before = heard.execute("SELECT * FROM device ORDER BY device_id").fetchall()
    page = post(client, step, device, **fields)
    assert page.status_code == status
    assert says in text(page.text)
    if status != 200:
        assert heard.execute("SELECT * FROM device ORDER BY device_id").fetchall() == before
        for field, typed in fields.items():
            assert f'name="{field}" value="{typed}"' in page.text


def test_a_correction_changes_what_was_changed_and_can_be_taken_back(client: httpx.Client, heard: Connection) -> None:
    before = stored(heard, "inne-1")
    opened = client.get("/data?open=inne-1").text
    assert 'name="stands_for" value="skola-1"' in opened
    page = post(client, "correct", "inne-1", name="Aula", stands_for="skola-2")
    assert "inne-1 är rättad." in text(page.text)
    assert stored(heard, "inne-1") == (True, "Aula", "building:skola-2", True)
    back = client.post("/data", data=undo_of(page.text), headers=PAGE)
    assert back.status_code == 200
    row = stored(heard, "inne-1")
    assert row is not None
    assert before is not None
    assert (row[0], row[1], row[2], row[3]) == (before[0], before[1], "building:skola-1", before[3])
    nowhere = post(client, "correct", "inne-1", stands_for="", lon="", lat="")
    assert "Saknar plats" in nowhere.text
    assert stored(heard, "inne-1") == (True, before[1], None, False)


def test_a_replacement_takes_over_and_can_be_taken_back(client: httpx.Client, heard: Connection) -> None:
    page = post(client, "replace", "inne-1", by=sensors.EUI)
    assert f"{sensors.EUI} står där inne-1 stod" in text(page.text)
    assert "1 mätvärde som väntade är sparat." in text(page.text)
    measuring = "SELECT device_id FROM building WHERE building_id = 'skola-1'"
    assert heard.execute(measuring).fetchone() == (sensors.EUI,)
    client.post("/data", data=undo_of(page.text), headers=PAGE)
    assert heard.execute(measuring).fetchone() == ("inne-1",)
    assert (stored(heard, sensors.EUI) or ())[0] is False
    unheard = post(client, "replace", "inne-1", by="inne-99")
    assert "inne-99 har inte hörts än" in text(unheard.text)


def test_much_that_waits_is_left_to_the_command(
    client: httpx.Client, heard: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says so, and the readings still wait."""
    monkeypatch.setattr("dashboards.pages.sensorforms.MOST_AT_ONCE", 2)
    page = post(client, "adopt", "kärl-9", name="K")
    assert "Mer än 2 meddelanden väntar" in text(page.text)
    assert "dagsplan deadletters replay --device kärl-9" in text(page.text)
    assert count(heard, "kärl-9") == 0
    assert (stored(heard, "kärl-9") or ())[0] is True


def test_another_site_adopts_nothing(client: httpx.Client, heard: Connection) -> None:
    answer = client.post(
        "/data", data={"step": "adopt", "device": "kärl-9"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert (stored(heard, "kärl-9") or ())[0] is False


def test_what_a_sensor_says_is_text(client: httpx.Client, filled: Connection) -> None:
    sensors.writer(filled).write([sensors.reading("<b>ö</b>", town.AT, **{"<i>x</i>": 1.0})])
    page = client.get("/data").text
    assert "&lt;b&gt;ö&lt;/b&gt;" in page
    assert "<b>ö" not in page
    assert "<i>x" not in page


def test_a_page_that_answers_a_form_stays_where_it_is(client: httpx.Client, heard: Connection) -> None:
    """Its language, its filters and its search lead to itself."""
    page = post(client, "adopt", "kärl-9").text
    assert '"/data?lang=en"' in page
    assert '"/data?show=needs"' in page
    assert "/idag?" not in page


def test_what_found_no_room_is_said(client: httpx.Client, heard: Connection) -> None:
    """Of one sensor beside it, and of those for which there was no place at all."""
    heard.execute("UPDATE parked_device SET beyond = 7 WHERE device_id = 'kärl-9'")
    heard.execute("INSERT INTO parked_beyond (messages, device_id, at) VALUES (1234, 'x', %s)", (town.AT,))
    page = text(client.get("/data").text)
    assert "7 meddelanden till fick inte rum" in page
    assert "Ingen plats för fler okända givare 1 234 meddelanden" in page


def test_many_that_wait_are_closed_but_the_first(client: httpx.Client, filled: Connection) -> None:
    sends = sensors.writer(filled)
    sends.write([sensors.reading(f"ny-{n:03d}", town.AT, snow_depth=n) for n in range(65)])
    page = client.get("/data").text
    assert len(re.findall(r"<details [^>]*data-key=", page)) == 60
    assert len(re.findall(r"<details [^>]* open>", page)) == 1
    assert "5 till väntar, de visas när några av dessa är upptagna." in text(page)
