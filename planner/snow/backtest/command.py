"""``dagsplan backtest snow``: from kept runs, or from folders of snapshots; as it was, and with thresholds changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from city.catalogue.words import Words
from planner.snow.archive import Run
from planner.snow.backtest.folders import run_of, snapshots
from planner.snow.backtest.replay import REPLAYED, Costs, Replay, replay
from planner.snow.backtest.words import as_json as in_json
from planner.snow.backtest.words import in_words
from planner.thresholds.changes import Changes, changes_of
from planner.thresholds.limits import Limits, limits

__all__ = ["Costs", "from_files", "from_runs", "said"]


def from_runs(
    runs: Sequence[Run], rules: Callable[[Changes], Callable[[Run], Limits]], texts: Sequence[str], costs: Costs
) -> tuple[Replay, Replay | None]:
    """As it was, and with the changes of ``texts`` where there are any; ``rules`` gives those of a run."""
    changes = changes_of(texts, REPLAYED)
    before = replay(runs, rules(Changes()), costs)
    return before, replay(runs, rules(changes), costs) if changes.wanted else None


def from_files(
    folder: Path, texts: Sequence[str], first: date | None, last: date | None
) -> tuple[Replay, Replay | None, ZoneInfo]:
    """As ``from_runs``, from a folder; every threshold can be changed, as each snapshot is assessed anew."""
    changes = changes_of(texts)
    found = snapshots(folder, first, last)
    costs = Costs(found[0].params.cost_per_h, found[0].params.currency) if found else Costs()
    own = [run_of(snapshot, Changes()) for snapshot in found]
    held = {run.name: snapshot.thresholds for snapshot, run in zip(found, own, strict=True)}
    before = replay(own, lambda run: limits(held[run.name]), costs)
    zone = found[0].zone if found else ZoneInfo("Europe/Stockholm")
    if not changes.wanted:
        return before, None, zone
    called = {run.name: run.called for run in own}
    other = [
        replace(run_of(snapshot, changes), called=called[run.name]) for snapshot, run in zip(found, own, strict=True)
    ]
    return before, replay(other, lambda run: limits(changes.applied(held[run.name])), costs), zone


def said(before: Replay, after: Replay | None, zone: ZoneInfo, words: Words, *, as_json: bool) -> str:
    """The answer of the command, in the language of ``words``."""
    return in_json(before, after) if as_json else in_words(before, after, zone, words)
