"""``dagsplan backtest snow --winters N``: the city's limits, and changed ones, over winters that are made up."""

from __future__ import annotations

import json
from datetime import datetime

from city.catalogue.words import Words
from ingest.simulator.winter import winter
from ingest.simulator.winter_town import town
from planner.snow.backtest import summary
from planner.snow.backtest.replay import REPLAYED
from planner.snow.backtest.winters import replay
from planner.thresholds.changes import Changes, changes_of
from planner.thresholds.limits import limits
from store import plans
from store.connect import Connection

SNOW_ALONE = tuple(key for key in REPLAYED if key not in {"snow.friction", "snow.slip_hold_h"})
TRIED = (*SNOW_ALONE, "snow.done_within_h", "snow.left_after_plough_cm")
"""What acts in winters that know snow alone."""


def try_winters(
    connection: Connection, now: datetime, count: int, texts: list[str], words: Words, *, as_json: bool
) -> str:
    """The answer of the command: the thresholds as they are, with changes where any are tried, and beside both calling
    out everything; in the language of ``words``. Raises ConfigError for a change that acts on nothing here."""
    changes = changes_of(texts, TRIED)
    held = plans.thresholds(connection, now)
    winters, where = [winter(seed) for seed in range(1, count + 1)], town()
    rules = {"as_it_is": Changes()} | ({"with_changes": changes} if changes.wanted else {})
    found = {name: replay(winters, limits(own.applied(held)), where) for name, own in rules.items()}
    found["everything"] = replay(winters, limits(held), where, "everything")
    if as_json:
        return json.dumps({name: summary.as_json(one) for name, one in found.items()}, ensure_ascii=False)
    said = ((words(f"plan.snow.tried.{name}"), summary.in_words(one, words)) for name, one in found.items())
    return "\n\n".join(f"{head}\n{lines}" for head, lines in said)
