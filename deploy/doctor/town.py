"""What the town has: a finding for each part, with what to do where it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from city.catalogue.message import Message, message
from city.settings import Settings
from city.town import TownHas, TownPart, town_parts
from deploy.doctor.finding import Finding, clauses


def furnishing(has: TownHas, settings: Settings, now: datetime) -> Iterator[Finding]:
    """One finding a part. What not every town needs is noted where it is not there, and no fault."""
    for part in town_parts(has, settings, now):
        yield Finding(part.part, part.state != "missing", _said(part), note=part.state in {"weak", "unset"})


def _said(part: TownPart) -> Message:
    said = [part.text] if part.then is None else [part.text, part.then]
    if part.command is not None:
        said.append(message("doctor.way_out", command=part.command))
    return clauses(*said)
