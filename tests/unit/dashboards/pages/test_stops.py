"""The stops of a round in columns: an unknown level is said to be that, and is never 0."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from city.catalogue.words import words
from city.plan import RoomBasis, RoundStop
from dashboards.pages.stops import SaidStops, stops_of
from dashboards.web.locale import Locale
from tests.unit.dashboards.pages.test_status import item
from tests.unit.dashboards.town import AT

UNSAID = SaidStops({}, open=False)
SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))


def columns(**basis: object) -> tuple[str, str, str, str]:
    stop = RoundStop(
        room="r1", name="Rum 1", vessels=("v1",), reason="x", reason_en="x", arrives_at=AT, lon=0.0, lat=0.0,
        basis=RoomBasis(**basis),
    )  # fmt: skip
    (line,) = stops_of(item(kind="round", stops=(stop,)), {"v1": 660.0}, UNSAID, AT, SWEDISH)
    return line.level.replace("\xa0", " "), line.full_by, line.days, line.why


def test_a_room_says_level_full_by_days_and_why():
    full = AT + timedelta(days=2)
    said = columns(cause="fills", level_pct=81.4, full_by=full, emptied_days=6.2, most_days=14.0)
    assert said == ("81 %", "tors 26 nov", "6 av 14", "blir full")
    assert columns(cause="fills", level_pct=104.0, full_by=AT)[1] == "full nu"
    assert columns(cause="on_the_way", level_pct=20.0)[1:] == ("inte snart", "okänt", "på vägen")


def test_what_nobody_knows_is_unknown():
    assert columns(cause="calendar") == ("okänt", "okänt", "okänt", "kalender")


def test_a_plan_of_before_the_columns_says_its_reason():
    stop = RoundStop(room="r", name="R", vessels=(), reason="nivå 80 %", reason_en="", arrives_at=AT, lon=0.0, lat=0.0)
    (line,) = stops_of(item(kind="round", stops=(stop,)), {}, UNSAID, AT, SWEDISH)
    assert (line.why, line.reason) == ("", "Nivå 80 %")
