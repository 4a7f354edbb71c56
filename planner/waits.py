"""What keeps a vehicle from beginning a piece of work when it might."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Cause = Literal["busy", "absent", "unmanned", "call", "rest"]


@dataclass(frozen=True)
class Delay:
    """Why a vehicle begins later than the work may: what it is kept by ``until`` it begins. ``what`` is the work that
    it is busy with, ``idle`` a vehicle that could begin before and does not get to ``less`` of the streets."""

    vehicle: str
    cause: Cause
    until: datetime
    what: str = ""
    idle: str = ""
    less: int = 0
