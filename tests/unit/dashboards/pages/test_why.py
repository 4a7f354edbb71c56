"""The reason of a row in words with units, for every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.plan import Reason
from dashboards.pages.sources import sources_of
from dashboards.pages.why import WhyLine, exact, why_line
from dashboards.web.locale import Locale
from tests.unit.dashboards.pages.test_status import item

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
AT = datetime(2026, 11, 24, 17, 6, tzinfo=UTC)


def line(kind: str = "plough", **reason: object) -> WhyLine:
    found = why_line(item(kind=kind, reasons=(Reason(text="x", text_en="x", **reason),)), SWEDISH)
    return WhyLine(*(part.replace("\xa0", " ") for part in (found.figure, found.beside, found.under, found.limit)))


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [
        (
            {"value": 5.2, "range": (4.1, 6.8), "unit": "cm", "threshold": 3.0, "what": "torr snö kl. 04.00"},
            WhyLine("5,2 cm", "torr snö kl. 04.00", "4,1–6,8 cm", "gräns 3 cm"),
        ),
        (
            {"value": 0.22, "unit": "", "threshold": 0.25, "what": "halka från kl. 18.06, friktion", "at": AT},
            WhyLine("halka 18.06", "", "friktion 0,22", "gräns 0,25"),
        ),
        ({"value": 0.2, "unit": "", "threshold": 0.25}, WhyLine("halka", "", "friktion 0,20", "gräns 0,25")),
        (
            {"value": 45.0, "unit": "cm", "threshold": 40.0, "what": "plogad snö sedan senaste bortforsling"},
            WhyLine("45,0 cm", "", "plogad snö sedan senaste bortforsling", "gräns 40 cm"),
        ),
        ({"value": -2.1, "unit": "°C", "what": "vägytan"}, WhyLine("−2,1 °C", "vägytan", "", "")),
        ({"value": 0.12, "unit": "1", "threshold": 0.1, "what": "risk"}, WhyLine("12 %", "risk", "", "gräns 10 %")),
        (
            {"value": 13.3, "unit": "days", "threshold": 14.0, "what": "ålder"},
            WhyLine("13 dygn", "ålder", "", "gräns 14 dygn"),
        ),
    ],
)  # fmt: skip
def test_every_figure_has_its_word_and_unit(reason, wanted):
    assert line(**reason) == wanted


def test_indoors_is_held_against_an_aim():
    assert line("heat", value=17.4, unit="°C", threshold=20.0, what="inne").limit == "mål 20 °C"


def test_what_somebody_asked_for_is_said_in_words():
    asked = Reason(text="Begärt kl. 02.10", text_en="", source="dispatcher", age_s=60.0)
    assert why_line(item(reasons=(asked,)), SWEDISH) == WhyLine("", "Begärt kl. 02.10")


def test_a_limit_has_as_many_decimals_as_it_has():
    assert [exact(value, SWEDISH) for value in (8.0, 2.5, 0.25, 1 / 3)] == ["8", "2,5", "0,25", "0,333"]


def plan(of):
    from city.plan import Plan, Verdict

    return Plan(
        id="p", domain="snow", service_day=AT.date(), slot="", mode="live", simulated=False, created_at=AT,
        valid_from=AT, valid_to=AT, version=1, supersedes=None, inputs_hash="", degradations=(), interventions=(of,),
        totals={}, verdict=Verdict(go=True, text="", text_en="", certainty="high"),
    )  # fmt: skip


def test_sources_are_as_old_as_they_are_now_and_what_was_held_as_then():
    of = item(
        reasons=(
            Reason(text="", text_en="", value=4.0, source="sno-1", age_s=660.0),
            Reason(text="", text_en="", value=5.0, source="smhi", age_s=3960.0),
            Reason(text="", text_en="", source="duty", age_s=120.0),
        )
    )
    later = AT + timedelta(minutes=60)
    now = sources_of(plan(of), of, {"sno-1": "snow"}, later, None, SWEDISH)
    assert [(one.icon, one.age) for one in now] == [("sensor", "71"), ("driver", "62"), ("cloud", "2\xa0h")]
    held = sources_of(plan(of), of, {"sno-1": "camera"}, later, AT, SWEDISH)
    assert [(one.icon, one.age, one.then) for one in held[:1]] == [("camera", "11", "18.06")]
    assert [one.age for one in sources_of(plan(of), of, {"sno-1": "snow"}, None, None, SWEDISH)] == ["11", "2", "66"]
