"""A draft in words: only what it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from city.catalogue.words import words
from city.draft import Bust, Change, Difference
from city.entities import OrderEvent
from city.vocabulary import OrderEventKind
from dashboards.pages.draft import ChangeLine, draft_box, said_changes, why_withdrawn
from dashboards.pages.watchrow import watch_row
from dashboards.web.locale import Locale
from store.drafts import Answer, Draft, WatchNow
from store.orders import OrderNow
from tests.unit.planner.night.test_standing import plan

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("added", "dropped", "sv", "en"),
    [
        (5, 0, "5 turer tillkommer", "5 routes come in"),
        (1, 0, "1 tur tillkommer", "1 route comes in"),
        (0, 2, "2 turer utgår", "2 routes drop out"),
        (0, 1, "1 tur utgår", "1 route drops out"),
        (1, 2, "1 tur tillkommer och 2 turer utgår", "1 route comes in and 2 routes drop out"),
        (0, 0, "inga andra turer", "no other routes"),
    ],
)
def test_a_draft_says_only_what_there_is(added: int, dropped: int, sv: str, en: str) -> None:
    changes = said_changes(added, dropped)
    assert words("sv")("draft.changes", changes=changes) == sv
    assert words("en")("draft.changes", changes=changes) == en


@pytest.mark.parametrize(
    ("seen", "ahead_min", "sv"),
    [
        (True, 20, "Nu väntas 1,7 cm kl. 23.00 på P1-1."),
        (True, -20, "1,7 cm ligger kl. 23.00 på P1-1."),
        (False, 20, "Nu väntas 1,7 cm kl. 23.00 på P1-1."),
    ],
)
def test_what_lies_in_an_hour_that_is_not_over_is_awaited(seen: bool, ahead_min: int, sv: str) -> None:
    """At 22.40 nothing lies at 23.00 yet, whatever the sensors say."""
    at = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    bust = Bust(more=True, seen=seen, tur="P1-1", at=at, cm=1.7, expected_cm=0.2, low_cm=0.1, high_cm=0.4, share=0.5)
    draft = Draft("d", "p", at - timedelta(minutes=ahead_min), "test", Difference(busts=(bust,)))
    box = draft_box(draft, {}, Locale(words("sv"), ZoneInfo("Europe/Stockholm")), "kr")
    assert box.busts[0].startswith(sv)


@pytest.mark.parametrize(("cm", "below"), [(3.5, "Under gränsen 6,4 cm: inga turer ändras."), (6.4, "")])
def test_more_snow_than_expected_that_asks_for_nothing_says_why(cm: float, below: str) -> None:
    at = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    bust = Bust(
        more=True, seen=True, tur="P3-1", at=at, cm=cm, expected_cm=0.9, low_cm=0.5, high_cm=1.2, share=0.5,
        limit_cm=6.4,
    )  # fmt: skip
    box = draft_box(Draft("d", "p", at, "test", Difference(busts=(bust,))), {}, SWEDISH, "kr")
    assert box.below == below
    row = watch_row(plan(), box, WatchNow(None, None, None), 600.0, at, SWEDISH)
    assert row.more == (below or "Inga turer ändras. Inget att göra.")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "Nu väntas som mest 2,1 cm. I planen: torr snö 4,6 cm"),
        ("en", "Now at most 2.1 cm is expected. In the plan: dry snow 4.6 cm"),
    ],
)
def test_a_tur_that_drops_out_says_why_it_goes_and_why_it_was_in(language: str, said: str) -> None:
    change = Change(
        key="k", target="C1-1", title="C1-1", vehicle="G01", starts_at=None, why="torr snö 4,6 cm",
        why_en="dry snow 4.6 cm", gone="Nu väntas som mest 2,1 cm.", gone_en="Now at most 2.1 cm is expected.",
    )  # fmt: skip
    draft = Draft("d", "p", datetime(2026, 11, 24, 2, 0, tzinfo=UTC), "test", Difference(dropped=(change,)))
    box = draft_box(draft, {}, Locale(words(language), ZoneInfo("Europe/Stockholm")), "kr")
    assert box.dropped[0].why == said


def test_a_second_run_says_so_and_that_its_first_call_got_no_answer() -> None:
    """'P1-1 comes in' alone reads as if the first run had not been."""
    at = datetime(2026, 11, 23, 23, 7, tzinfo=UTC)
    change = Change(
        key="snow:P1-1:2026-11-23:2", target="P1-1", title="P1-1 Storgatan", vehicle="P12", starts_at=None, why="skäl",
        why_en="reason",
    )  # fmt: skip
    draft = Draft("d", "p", at + timedelta(minutes=30), "test", Difference(added=(change,)))
    first = OrderNow("o", "p", "snow", "snow:P1-1:2026-11-23:1", "P1-1", "P11", None, None, at, "aborted", at, "", "")
    locale = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))

    def line(*kinds: OrderEventKind) -> ChangeLine:
        events = [OrderEvent("o", kind, at + timedelta(minutes=n), "dagsplan") for n, kind in enumerate(kinds)]
        return draft_box(draft, {first.key: first}, locale, "kr", {"o": events}).added[0]

    assert (line("sent", "unanswered").run, line("sent", "unanswered").silent) == ("omgång 2", "P11 svarade inte 00.08")
    assert line("sent", "unanswered", "acknowledged").silent == ""
    other = msgspec.structs.replace(change, key="snow:P2-1:2026-11-23:1", target="P2-1")
    alone = draft_box(Draft("d", "p", at, "test", Difference(added=(other,))), {first.key: first}, locale, "kr", {})
    assert (alone.added[0].run, alone.added[0].silent) == ("", "")


def test_the_row_of_a_draft_of_one_tur_says_its_run_and_who_did_not_answer() -> None:
    """The draft can be taken there, unopened."""
    at = datetime(2026, 11, 23, 23, 7, tzinfo=UTC)
    change = Change(
        key="snow:P1-1:2026-11-23:2", target="P1-1", title="P1-1 Storgatan", vehicle="P12", starts_at=at,
        why="torr snö 9,0 cm", why_en="dry snow 9.0 cm",
    )  # fmt: skip
    draft = Draft("d", "p", at, "test", Difference(added=(change,)))
    first = OrderNow(
        "o", "p", "snow", "snow:P1-1:2026-11-23:1", "P1-1", "P11", None, None, at, "unanswered", at, "", ""
    )
    locale = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
    events = {"o": [OrderEvent("o", "unanswered", at, "dagsplan")]}
    box = draft_box(draft, {first.key: first}, locale, "kr", events)
    row = watch_row(plan(), box, WatchNow(draft, None, at), 600.0, at, locale)
    assert row.lead == "Vakten 00.07: P1-1 omgång 2 Storgatan tillkommer."
    assert row.more == "Torr snö 9,0 cm. P12, start 00.07. P11 svarade inte 00.07."
    assert row.takes


def test_the_row_says_why_a_draft_was_withdrawn() -> None:
    at = datetime(2026, 11, 23, 23, 40, tzinfo=UTC)
    more = Bust(more=True, seen=False, tur="P1-1", at=at, cm=9.0, expected_cm=4.0, low_cm=3.0, high_cm=5.0, share=0.5)
    draft = Draft("d", "p", at - timedelta(minutes=30), "test", Difference(busts=(more,)), False, "watch", at)
    locale = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
    stands = WatchNow(draft, Answer("d", False, at, "watch", None), at)
    row = watch_row(plan(), None, stands, 600.0, at, locale)
    assert row.lead == "Vakten 00.40: utkastet drogs tillbaka."
    assert row.more == "Snön väntas inte längre: planen som gäller stämmer."


@pytest.mark.parametrize(
    ("added", "dropped", "more", "why"),
    [
        (1, 0, True, "snön väntas inte längre"),
        (0, 2, False, "snön väntas ändå"),
        (1, 0, None, "turen behövs inte längre"),
        (0, 2, None, "turerna behövs ändå"),
        (1, 1, None, "inget av det gäller längre"),
    ],
)
def test_a_draft_that_was_withdrawn_says_why(added: int, dropped: int, more: bool | None, why: str) -> None:
    locale = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
    assert why_withdrawn(added, dropped, more, locale) == why
