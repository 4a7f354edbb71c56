"""What is needed and not driven stands in sight: some rows whatever they are, all that can be mended tonight."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import pytest

from city.catalogue.words import words
from city.plan import NotCared, Plan
from city.vocabulary import NotCaredKind
from dashboards.pages.uncared import UncaredBox, uncared_box
from dashboards.web.locale import Locale
from planner.publish import publish
from tests.unit.dashboards.pages.test_day_page import said
from tests.unit.planner.night.test_standing import plan

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))


def one(target: str, kind: NotCaredKind = "unreachable", streets: int = 1) -> NotCared:
    return NotCared(
        target=target, title=f"{target} Gatan {target}", kind=kind, whole=kind == "no_vehicle", network="street",
        priority=1, why=f"Skäl {target}.", why_en=f"Cause {target}.",
        segments=tuple(f"s/{target}-{n}" for n in range(streets)),
    )  # fmt: skip


def of(*lines: NotCared) -> Plan:
    return msgspec.structs.replace(plan(), not_cared=lines)


def box(*lines: NotCared) -> UncaredBox:
    found = uncared_box(of(*lines), SWEDISH)
    assert found is not None
    return found


def test_nothing_is_said_where_all_is_cared_for() -> None:
    assert uncared_box(of(), SWEDISH) is None


@pytest.mark.parametrize(("n", "shown"), [(1, 1), (3, 3), (4, 4), (5, 3), (9, 3)])
def test_the_first_ones_stand_in_sight_with_cause_and_way_out(n: int, shown: int) -> None:
    """One more row takes no more room than the line that would fold it away."""
    found = box(*(one(f"n{k}") for k in range(n)))
    assert len(found.shown) == shown
    assert [line.why for line in found.shown] == [f"Skäl n{k}." for k in range(shown)]
    assert all(line.ways for line in found.shown)
    assert bool(found.folded_text) == (n > shown)


def test_what_is_folded_away_says_what_it_is() -> None:
    found = box(*(one(f"n{k}") for k in range(9)))
    assert found.folded_text == "6 till: Gatan n3, Gatan n4, Gatan n5 m.fl."


def test_all_that_can_be_mended_tonight_stands_in_sight_first() -> None:
    found = box(one("a"), *(one(f"P1-{k}", "no_vehicle") for k in range(5)), one("b"))
    assert [line.code for line in found.shown] == [f"P1-{k}" for k in range(5)]
    assert (found.urgent, found.folded_text) == (True, "2 till: Gatan a, Gatan b")


def test_the_day_page_shows_them_open_with_their_way_to_the_map(client, filled, snow, clock):  # type: ignore[no-untyped-def]
    lost = tuple(one(f"n{k}") for k in range(2))
    publish(filled, msgspec.structs.replace(snow, not_cared=lost, inputs_hash="uncared"), clock.now())
    answer = client.get("/idag")
    panel = answer.text.split('id="uncared"')[1].split("</section>")[0]
    assert "<details" not in panel
    assert "/karta?domain=snow&amp;key=-n0" in panel
    assert "Skäl n0. Skicka någon för hand om det behövs." in said(answer)
