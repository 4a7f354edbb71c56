"""Whether the broker and the database answer."""

from __future__ import annotations

import socket

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.settings import Settings
from deploy.doctor.finding import Finding
from ingest.broker import running_broker
from ingest.session import address


def broker(settings: Settings) -> Finding:
    """Whether something listens where the settings say that the broker is."""
    if settings.mqtt.url is None:
        running = running_broker(settings.state)
        if running is None:
            return Finding("broker", True, message("doctor.broker.embedded"))
        return Finding("broker", True, message("doctor.broker.runs", where=running))
    where = address(settings.mqtt.url)
    try:
        with socket.create_connection((where.host, where.port), timeout=5):
            return Finding("broker", True, message("doctor.broker.answers", where=str(where)))
    except OSError as error:
        problem = in_our_words(error)
        return Finding("broker", False, message("doctor.broker.no_answer", where=str(where), problem=problem))
