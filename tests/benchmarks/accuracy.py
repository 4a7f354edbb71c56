"""How the road model does on every record of ``DAGSPLAN_DATA/snow``; as a module it writes the table of accuracy.md.

Each record's own forecast from its own beginning beside METRo and persistence, from every half hour within it, and the
whole record from every second hour with the weather as it was measured afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from models.road.score import LEADS_H
from planner.road.forecast import Bundle, forecast_site, load
from planner.road.record import score_record
from planner.road.scores import pairs_of, scored, together
from tests.benchmarks.measure import Row, table
from tests.benchmarks.road_cases import se1018

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
BEGIN, END = "<!-- measured: python -m tests.benchmarks.accuracy -->", "<!-- as far as here -->"
SHOWN = tuple(f"+{lead:g} h" for lead in LEADS_H[:3])
WHO = {"model": "dagsplan", "other model": "METRo", "persistence": "persistence"}


def run() -> list[Row]:
    """All figures as rows; none where the data are not there."""
    data = os.environ.get("DAGSPLAN_DATA", "")
    folder = Path(data) / "snow" / "hindcasts"
    if not data or not folder.is_dir():
        print("DAGSPLAN_DATA names no folder with snow/hindcasts: benchmark left out")
        return []
    records = {path.name: load(path) for path in sorted(folder.iterdir())}
    rows = list(own_starts(records))
    rows += [_row("all four, the mean", WHO[name], *_mean(rows, WHO[name])) for name in WHO]
    for name, bundle in (records | {"SE_1018": replace(se1018(folder.parent, "cloud"), other=())}).items():
        rows += _scored(f"{name}, its forecast from every half hour", many(bundle))
        (station,) = score_record(replace(bundle, forecast=()), timedelta(hours=2))
        rows += _scored(f"{name}, measured weather, {station.starts} starts", station.scored)
    return rows


def own_starts(records: dict[str, Bundle]) -> Iterator[Row]:
    """Each record from the beginning of its own forecast, beside who else said something of it."""
    for name, bundle in records.items():
        pairs = pairs_of(bundle, forecast_site(bundle, bundle.sites[0]))
        if pairs is not None:
            yield from _scored(f"{name}, its forecast", scored(pairs))


def many(bundle: Bundle) -> dict[str, Any] | None:
    """A record's own forecast from every half hour as long as something came to score it."""
    seen = [row.time for row in bundle.observed if row.surface_c is not None]
    found, at = [], bundle.at
    while at < max(seen) - timedelta(minutes=40):
        start = replace(bundle, at=at, other=())
        pairs = pairs_of(start, forecast_site(start, start.sites[0]))
        found += [] if pairs is None else [pairs]
        at += timedelta(minutes=30)
    return scored(together(found)) if found else None


def _scored(what: str, told: dict[str, Any] | None) -> list[Row]:
    """One row for each who forecast; the range and its CRPS stand in the model's, the mean error in the others'."""
    rows = []
    for name, who in WHO.items():
        if told is None or name not in told["surface"]:
            continue
        parts = told["surface"][name]
        inside = [told["range"][band]["inside"] if name == "model" else None for band in SHOWN]
        crps = [told["range"][band]["crps"] if name == "model" else parts[band]["mae"] for band in SHOWN]
        rows.append(_row(what, who, [parts[band]["rmse"] for band in SHOWN], inside, crps))
    return rows


def _row(what: str, who: str, rmse: list[Any], inside: list[Any], crps: list[Any]) -> Row:
    def shown(values: list[Any], scale: float, digits: int) -> str:
        return " / ".join("–" if value is None else f"{scale * value:.{digits}f}" for value in values)

    held = shown(inside, 100.0, 0) if any(value is not None for value in inside) else ""
    figures = {"RMSE K": shown(rmse, 1.0, 2), "in the range %": held, "CRPS K": shown(crps, 1.0, 2)}
    return {"what": what, "who": who, **figures, "_": (rmse, inside, crps)}


def _mean(rows: list[Row], who: str) -> tuple[list[Any], ...]:
    """Of the rows of one who forecast, band by band; a band that one of them lacks is left open."""
    of = [row["_"] for row in rows if row["who"] == who]
    columns = [[[one[part][band] for one in of] for band in range(len(SHOWN))] for part in range(3)]
    return tuple([None if None in cells else sum(cells) / len(cells) for cells in part] for part in columns)


def told(rows: list[Row]) -> str:
    """The table as the page has it."""
    return table([{name: value for name, value in row.items() if name != "_"} for row in rows])


def written(page: str, rows: list[Row]) -> str:
    """The page with the table between its two comments, which stand there once."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE}: write '{BEGIN}' and '{END}' once, where the table is to stand")
    return f"{before}{BEGIN}\n\n{told(rows)}\n\n{END}{after}"


def measured() -> list[Row]:
    """``run`` as ``tests.benchmarks`` prints it."""
    return [{name: value for name, value in row.items() if name != "_"} for row in run()]


if __name__ == "__main__":
    if made := run():
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
