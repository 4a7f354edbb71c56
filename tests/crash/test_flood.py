"""Ten thousand generated payloads through broker and daemon: it lives, good ones are stored, bad ones are kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from city.clock import FixedClock
from city.settings import Ingest, Mqtt, Settings
from ingest.daemon import Daemon
from ingest.publisher import Publication
from ingest.session import address
from store.connect import connect
from tests.brokers import mosquitto
from tests.conftest import absent
from tests.integration.test_daemon import Running, adopt, publish
from tests.unit.ingest.payloads.test_payloads import PAYLOADS
from tests.unit.ingest.poison import OWN, TABLE, UP, own

pytestmark = pytest.mark.crash
AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
EXAMPLES, A_BATCH = 100, 100
SUBSCRIBED = ("dagsplan/+/reading", "application/+/device/+/event/up", "x/#")
HEARD = [poison for poison in TABLE if any(topic_matches_sub(topic, poison.topic) for topic in SUBSCRIBED)]
POISON = st.sampled_from(HEARD).map(lambda poison: (poison.topic, poison.payload))
SPLICED = st.builds(
    lambda poison, at, part: (poison.topic, poison.payload[: at % 400] + part + poison.payload[at % 400 :][:400]),
    st.sampled_from(HEARD),
    st.integers(0, 399),
    st.binary(max_size=4),
)
"""A poison or a good message with some bytes put in somewhere: cheap to make, and near to what decodes."""
VALUES = st.builds(
    lambda value, seconds: (OWN, own(f'{{"snow_depth": {value!r}}}', (AT + timedelta(seconds=seconds)).isoformat())),
    st.floats(),
    st.integers(-(10**6), 10**4),
)
WHOLE = st.tuples(st.sampled_from([OWN, UP, "x/y"]), PAYLOADS)
MESSAGES = st.integers(0, 19).flatmap(lambda n: WHOLE if n == 0 else (POISON, SPLICED, VALUES)[n % 3])
GOOD = count()


@pytest.fixture
def flooded(tmp_path: Path, dsn: str) -> Iterator[tuple[Running, str, str]]:
    """A daemon without a cap on dead letters, its broker and its database."""
    if shutil.which("mosquitto") is None:
        absent("mosquitto", "mosquitto is not installed")
    adopt(dsn)
    with mosquitto(tmp_path, autosave_on_changes="false") as broker:
        mqtt = Mqtt(url=broker.url, topics=SUBSCRIBED)
        effective = Settings(
            mqtt=mqtt, ingest=Ingest(dead_letters_per_device_day=10**9, unknown_devices=10**9, parked_mb=10**9)
        )
        daemon = Running(Daemon(effective, address(broker.url), FixedClock(AT), lambda: connect(dsn, "ingest")))
        daemon.thread.start()
        daemon.connected()
        yield daemon, broker.url, dsn
        daemon.stop()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
@given(batch=st.lists(MESSAGES, min_size=A_BATCH, max_size=A_BATCH))
def test_ten_thousand_payloads(flooded: tuple[Running, str, str], batch: list[tuple[str, bytes]]) -> None:
    """After each hundred: all were taken, the two good neighbours are rows, every reject is kept with its reason."""
    daemon, url, dsn = flooded
    before = daemon.daemon.tally.messages
    numbers = [next(GOOD), next(GOOD)]
    first, last = (good(number) for number in numbers)
    publish(url, [first, *(Publication(AT, topic, payload) for topic, payload in batch), last])
    daemon.wait_for(messages=before + A_BATCH + 2)
    assert daemon.thread.is_alive()
    with connect(dsn, "test") as connection:
        found = connection.execute(
            "SELECT value FROM reading JOIN series USING (series_id) WHERE quantity = 'good' AND value = ANY(%s)",
            [[float(number) for number in numbers]],
        ).fetchall()
        kept = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE reason <> '' AND detail <> '') FROM dead_letter"
        )
        assert kept.fetchone() == (sum(daemon.daemon.tally.rejected.values()),) * 2
    assert sorted(value for (value,) in found) == numbers


def good(number: int) -> Publication:
    """A reading that no generated one can be in the way of: a quantity and a time of its own."""
    return Publication(AT, OWN, own(f'{{"good": {number}}}', (AT - timedelta(seconds=1 + number)).isoformat()))
