"""The groups of a plan as bytes: what is kept of every snow plan so that other thresholds can be tried on it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from city.catalogue.message import message, verbatim
from city.errors import StoreUnavailable
from planner.snow.groups import ServiceGroups

ARRAYS = ("minutes", "dry", "wet", "friction")
EARLIER = {"friction": "grip"}
"""Names under which curves were kept before."""


@dataclass(frozen=True)
class Run:
    """One snow plan as it was decided: the turer that were ``asked`` for before it, and those it ``called``."""

    name: str
    service_day: date
    simulated: bool
    asked: tuple[str, ...]
    called: tuple[str, ...]
    groups: ServiceGroups


def pack(groups: ServiceGroups, asked: tuple[str, ...], called: tuple[str, ...]) -> bytes:
    """The curves and what they led to; ``unpack`` gives the same again to the last bit."""
    words: dict[str, Any] = {
        "times": np.array([groups.at.isoformat(), groups.start.isoformat()]),
        "tur": np.array(groups.tur, str),
        "route_class": np.array(groups.route_class, str),
        "asked": np.array(asked, str),
        "called": np.array(called, str),
    }
    out = io.BytesIO()
    np.savez_compressed(out, **words, **{name: getattr(groups, name) for name in ARRAYS})
    return out.getvalue()


def unpack(raw: bytes, name: str, service_day: date, simulated: bool) -> Run:
    """A kept run. Raises StoreUnavailable where the bytes are none."""
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as kept:
            parts = {key: kept[key] for key in kept.files}
            at, start = (datetime.fromisoformat(str(text)) for text in parts["times"])
            groups = ServiceGroups(
                at,
                start,
                tuple(parts["tur"].tolist()),
                tuple(parts["route_class"].tolist()),
                *(parts[key if key in parts else EARLIER[key]] for key in ARRAYS),
            )
            asked, called = tuple(parts["asked"].tolist()), tuple(parts["called"].tolist())
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise StoreUnavailable(message("error.snow.kept_curves", plan=name, problem=verbatim(error))) from error
    return Run(name, service_day, simulated, asked, called, groups)
