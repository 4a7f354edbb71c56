"""How a person asked for an import: what may be taken away, whether it is only a look, how places are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from city.entities import Point


@dataclass(frozen=True)
class Asked:
    """``at`` is now; ``zone`` is that of times without an offset; ``near`` the town's point where no street says it.

    ``remove``: what the file no longer holds goes. ``yes``: go on where much would be replaced. ``crs``: the file's
    coordinate system where it is not degrees.
    """

    at: datetime
    zone: ZoneInfo
    remove: bool = False
    yes: bool = False
    dry_run: bool = False
    crs: str | None = None
    near: Point | None = None
