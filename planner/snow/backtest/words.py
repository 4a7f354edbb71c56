"""What a back-test found, in words and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from city.catalogue.message import Figure, message
from city.catalogue.words import Words
from planner.snow.backtest.replay import Morning, Replay

WIDE = 14
"""The column of names."""


def as_json(before: Replay, after: Replay | None) -> str:
    """One object: the period as it was, and with the changes where any are tried."""
    tree: dict[str, Any] = {"estimates": ["cost", "minutes", "km"], "as_it_was": _tree(before)}
    if after is not None:
        tree["with_changes"] = _tree(after)
    return msgspec.json.encode(tree).decode()


def in_words(before: Replay, after: Replay | None, zone: ZoneInfo, words: Words) -> str:
    """A line a service day, then the sums side by side, in the language of ``words``."""
    shown = before if after is None else after
    if not shown.runs:
        return words("plan.snow.backtest.empty")
    named = [(words("plan.snow.backtest.as_it_was"), before)]
    if after is not None:
        named.append((words("plan.snow.backtest.with_changes"), after))
    return "\n".join(
        [
            *([words("plan.snow.backtest.simulated")] if shown.simulated else []),
            *(_line(morning, zone, words) for morning in shown.mornings),
            "",
            *(f"{name:<{WIDE}} {_sums(found, words)}" for name, found in named),
            words("plan.snow.backtest.hours"),
            *(f"  {name:<{WIDE}} {_hours(found, sorted(shown.hours_over), words)}" for name, found in named),
            words("plan.snow.backtest.estimates"),
        ]
    )


def _line(morning: Morning, zone: ZoneInfo, words: Words) -> str:
    if not morning.turer and not morning.dropped:
        return f"{morning.service_day}  {words('plan.snow.backtest.no_call_out')}"
    starts = morning.starts_at
    columns = [
        str(morning.service_day),
        words("plan.snow.backtest.at", at=starts.astimezone(zone)) if starts else "-",
        words("plan.snow.turer", n=len(morning.turer)),
        words("plan.snow.backtest.cost", cost=_thousands(morning.cost)),
    ]
    changed = (("+", morning.added), ("−", morning.dropped))
    return "  ".join([*columns, *(f"{sign}{_names(names, words)}" for sign, names in changed if names)])


def _names(names: Sequence[str], words: Words, *, most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return words("plan.snow.backtest.more", names=shown, n=len(names) - most) if len(names) > most else shown


def _sums(found: Replay, words: Words) -> str:
    return words(
        "plan.snow.backtest.sums",
        n=len(found.mornings),
        days=sum(bool(morning.turer) for morning in found.mornings),
        turer=message("plan.snow.turer", n=sum(len(morning.turer) for morning in found.mornings)),
        cost=_thousands(found.cost),
        full=_thousands(found.full_cost),
    )


def _hours(found: Replay, classes: Sequence[str], words: Words) -> str:
    hours = ((kind, Figure(found.hours_over[kind])) for kind in classes)
    return "  ".join(f"{kind} {words('format.part', part=figure)}" for kind, figure in hours)


def _thousands(cost: float) -> Figure:
    return Figure(cost / 1000.0, 0)


def _tree(found: Replay) -> dict[str, Any]:
    return {
        "simulated": found.simulated,
        "runs": found.runs,
        "turer": found.turer,
        "cost": found.cost,
        "full_cost": found.full_cost,
        "hours_over": found.hours_over,
        "mornings": [
            {
                "service_day": morning.service_day,
                "starts_at": morning.starts_at,
                "turer": morning.turer,
                "minutes": morning.minutes,
                "cost": morning.cost,
                "km": morning.km,
                "added": morning.added,
                "dropped": morning.dropped,
            }
            for morning in found.mornings
        ],
    }
