"""The benchmark of calls in small: a gateway that does everything wrong, senders that are killed, and no lie."""

from __future__ import annotations

from tests.benchmarks.calls import bad_night


def test_no_call_is_sent_twice_and_none_is_said_to_be_what_it_is_not(dsn: str) -> None:
    """Each of sixty is sent once, surely not sent, or nobody knows; receipts leave fewer of those."""
    ended, asked = bad_night(dsn, 60, over_s=4.0)
    for found in (ended, asked):
        assert found.sent_once + found.surely_not_sent + found.unsure == found.calls == 60
        assert (found.sent_twice, found.said_sent_and_was_not, found.said_not_sent_and_was) == (0, 0, 0)
    assert asked.unsure == 0
    assert ended.sent_once > 30
    assert ended.kills >= 2
    assert ended.requests > 60
