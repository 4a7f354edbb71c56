"""The square code of a page's address, which a telephone reads off paper."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

import segno

from city.settings import Web


@dataclass(frozen=True)
class SquareCode:
    """A QR code: ``side`` modules with its quiet zone, the dark ones as ``bars`` (x, y, length), and its address."""

    address: str
    side: int
    bars: tuple[tuple[int, int, int], ...]

    @property
    def path(self) -> str:
        """The dark modules as the path of an SVG."""
        return "".join(f"M{x} {y}h{n}v1h-{n}z" for x, y, n in self.bars)


def code_of(web: Web, path: str, *, fragment: str = "", **query: str) -> SquareCode | None:
    """The code of a page of this installation; None where nobody has said under which address it is reached. A
    ``fragment`` stays in the browser: no log holds it."""
    if not web.public_url:
        return None
    asked = "&".join(f"{name}={quote(value, safe=':')}" for name, value in query.items())
    address = f"{web.public_url.rstrip('/')}{path}" + (f"?{asked}" if asked else "")
    return square_of(address + (f"#{fragment}" * bool(fragment)))


def square_of(address: str) -> SquareCode:
    """The code of any address."""
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    bars = []
    for y, row in enumerate(rows):
        x = 0
        for dark, group in groupby(row):
            n = len(list(group))
            if dark:
                bars.append((x, y, n))
            x += n
    return SquareCode(address, len(rows), tuple(bars))
