"""Sensors as they are heard in the town of the pages: what nobody took in, what is silent, stuck and turned away."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from city.settings import Settings
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from store.connect import Connection
from tests.unit.dashboards import town

RULE = ClockRule(timedelta(days=7), timedelta(minutes=5))
EUI = "a81758fffe0912c4"


def reading(device: str, at: datetime, **values: float) -> MqttMessage:
    payload = {"time": at.isoformat(), "values": values}
    return MqttMessage(f"dagsplan/{device}/reading", json.dumps(payload).encode(), at)


def writer(connection: Connection) -> Writer:
    return Writer(connection, Settings().ingest, RULE)


def hear(connection: Connection, at: datetime = town.AT) -> None:
    """Three hours of a fill sensor and one message of an unnamed radio, both of nobody, and two rejects."""
    hours = [at - timedelta(hours=n) for n in (3, 2, 1)]
    sends = writer(connection)
    sends.write([reading("kärl-9", hour, fill_level=61.0 + n, battery=98.0) for n, hour in enumerate(hours)])
    sends.write([reading(EUI, at - timedelta(minutes=9), air_temperature=-3.4)])
    sends.write([reading("snö-1", at - timedelta(minutes=2), snow_depth=9999.0)])
    sends.write([MqttMessage("dagsplan/snö-2/reading", b"snow=4,6 cm", at - timedelta(minutes=1))])
