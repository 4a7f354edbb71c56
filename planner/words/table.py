"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    """A line for each row, each column as wide as its widest cell. ``sides`` says of each column where its cells stand:
    ``<`` at its left, ``>`` at its right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    how = list(zip(sides, widths, strict=True))
    return [
        "  ".join(f"{cell:{side}{width}}" for cell, (side, width) in zip(row, how, strict=True)).rstrip()
        for row in rows
    ]
