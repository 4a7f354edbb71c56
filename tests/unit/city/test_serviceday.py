"""The service day: a night's shift is one day, also where the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.serviceday import BEGINS, bounds, check_slot, local_instant, service_day, slot_instant
from city.vocabulary import DOMAINS, Domain

SWEDEN = ZoneInfo("Europe/Stockholm")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("instant", "domain", "day"),
    [
        (utc(2027, 1, 12, 10, 59, 59), "snow", date(2027, 1, 11)),
        (utc(2027, 1, 12, 11, 0), "snow", date(2027, 1, 12)),
        (utc(2027, 1, 13, 2, 0), "snow", date(2027, 1, 12)),
        (utc(2027, 1, 12, 22, 59), "waste", date(2027, 1, 12)),
        (utc(2027, 1, 12, 23, 0), "waste", date(2027, 1, 13)),
        (utc(2027, 7, 12, 22, 0), "heating", date(2027, 7, 13)),
    ],
)
def test_a_day_begins_at_its_local_time(instant: datetime, domain: Domain, day: date) -> None:
    """Snow begins at noon, the others at midnight, by the town's clock and not by UTC."""
    assert service_day(instant, domain, SWEDEN) == day


@pytest.mark.parametrize(
    ("domain", "day", "hours"),
    [
        ("snow", SPRING - timedelta(days=1), 23),
        ("snow", SPRING, 24),
        ("snow", AUTUMN - timedelta(days=1), 25),
        ("snow", AUTUMN, 24),
        ("waste", SPRING, 23),
        ("heating", AUTUMN, 25),
        ("waste", SPRING - timedelta(days=1), 24),
    ],
)
def test_the_day_of_a_clock_change_is_an_hour_shorter_or_longer(domain: Domain, day: date, hours: int) -> None:
    """The hour is missing or doubled in the service day that holds 02 to 03, which for snow began the day before."""
    start, end = bounds(day, domain, SWEDEN)
    assert end - start == timedelta(hours=hours)


@given(instant=INSTANTS, domain=st.sampled_from(DOMAINS))
def test_every_instant_lies_in_its_own_service_day(instant: datetime, domain: Domain) -> None:
    """``bounds(service_day(t))`` holds t, for ten years and each domain."""
    start, end = bounds(service_day(instant, domain, SWEDEN), domain, SWEDEN)
    assert start <= instant < end


@pytest.mark.parametrize("domain", DOMAINS)
def test_days_join_without_gap_or_overlap(domain: Domain) -> None:
    """The end of each service day of ten years is the begin of the next."""
    day = date(2026, 1, 1)
    while day < date(2036, 1, 1):
        assert bounds(day, domain, SWEDEN)[1] == bounds(day + timedelta(days=1), domain, SWEDEN)[0]
        day += timedelta(days=1)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("slot", ["01:00", "01:59", "03:00", "11:59", "12:00", "18:00", "23:59"])
def test_a_slot_lies_once_in_its_service_day(domain: Domain, slot: str) -> None:
    """Each allowed slot falls on its service day, exactly once a day and in order, for ten years."""
    before = utc(2000, 1, 1)
    for n in range(3650):
        day = date(2026, 1, 1) + timedelta(days=n)
        due = slot_instant(day, slot, domain, SWEDEN)
        assert service_day(due, domain, SWEDEN) == day
        assert due.astimezone(SWEDEN).strftime("%H:%M") == slot
        assert due > before
        before = due


def test_a_snow_slot_after_midnight_is_the_next_calendar_day() -> None:
    """03:00 of snow's 12 January is 02:00 UTC of the 13th; 18:00 is the 12th."""
    assert slot_instant(date(2027, 1, 12), "03:00", "snow", SWEDEN) == utc(2027, 1, 13, 2, 0)
    assert slot_instant(date(2027, 1, 12), "18:00", "snow", SWEDEN) == utc(2027, 1, 12, 17, 0)
    assert slot_instant(date(2027, 1, 12), "03:00", "waste", SWEDEN) == utc(2027, 1, 12, 2, 0)


def test_a_wall_time_in_the_gap_and_in_the_doubled_hour() -> None:
    """02:30 is the hour after in spring, and the first of the two in autumn."""
    assert local_instant(SPRING, time(2, 30), SWEDEN) == utc(2027, 3, 28, 1, 30)
    assert local_instant(AUTUMN, time(2, 30), SWEDEN) == utc(2027, 10, 31, 0, 30)


@pytest.mark.parametrize("slot", ["01:00", "01:59", "03:00", "23:59"])
def test_allowed_slots_come_back_as_they_are(slot: str) -> None:
    """A slot outside the hours 00 and 02 is allowed."""
    assert check_slot(slot) == slot


@pytest.mark.parametrize("slot", ["00:15", "02:00", "02:59", "3", "0300", "T03:00", "03:00Z", "03:00:00", "", "24:00"])
def test_refused_slots_say_why(slot: str) -> None:
    """Hours 00 and 02, and every spelling but HH:MM, are refused with the slot in the text."""
    with pytest.raises(ValueError, match="HH:MM|skipped or doubled"):
        check_slot(slot)


def test_begin_can_be_set() -> None:
    """A town may begin its day at another local time."""
    assert service_day(utc(2027, 1, 12, 4, 30), "waste", SWEDEN, time(6, 0)) == date(2027, 1, 11)
    assert BEGINS["snow"] == time(12, 0)
