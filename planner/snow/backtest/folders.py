"""A back-test from files: every folder of a snapshot within a folder is one run, assessed anew under any thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from city.catalogue.message import message
from city.errors import ImportRefused
from planner.bundle import load
from planner.snow.archive import Run
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.changes import Changes


def snapshots(folder: Path, first: date | None, last: date | None) -> list[SnowSnapshot]:
    """The snow snapshots of a folder and of the folders in it, of the service days from ``first`` to ``last``.

    Raises ImportRefused where there is none, and for a folder that cannot be read.
    """
    found = [load(place, {SnowSnapshot.domain: SnowSnapshot}) for place in _places(folder)]
    if not found:
        raise ImportRefused(folder, message("error.snow.no_snapshots"), message("error.snow.save_snapshots"))
    return sorted(
        (s for s in found if (first is None or s.service_day >= first) and (last is None or s.service_day <= last)),
        key=lambda snapshot: snapshot.at,
    )


def run_of(snapshot: SnowSnapshot, changes: Changes) -> Run:
    """The run of a snapshot under changed thresholds; the turer that it calls are those of its own."""
    assessed = assess_streets(replace(snapshot, thresholds=changes.applied(snapshot.thresholds)))
    groups = assessed.needs.groups
    called = tuple(sorted(assessed.needs.called.turer))
    name = f"{snapshot.at.isoformat()} {snapshot.slot}"
    return Run(name, snapshot.service_day, snapshot.simulated, snapshot.asked, called, groups)


def _places(folder: Path) -> Iterator[Path]:
    if (folder / "snapshot.toml").is_file():
        yield folder
    yield from sorted(file.parent for file in folder.glob("*/snapshot.toml"))
