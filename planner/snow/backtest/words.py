"""What a back-test found, in words and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from city.said import clock_sv, figure_sv
from planner.snow.backtest.replay import Morning, Replay

ESTIMATES = "kostnad och km är uppskattningar från hela turers arbete; det som plogades då ligger fast"


def as_json(before: Replay, after: Replay | None) -> str:
    """One object: the period as it was, and with the changes where any are tried."""
    tree: dict[str, Any] = {"estimates": ["cost", "minutes", "km"], "as_it_was": _tree(before)}
    if after is not None:
        tree["with_changes"] = _tree(after)
    return msgspec.json.encode(tree).decode()


def in_words(before: Replay, after: Replay | None, zone: ZoneInfo) -> str:
    """A line a service day, then the sums side by side."""
    shown = before if after is None else after
    if not shown.runs:
        return "Inga snöplaner är sparade för perioden: inget att pröva på."
    lines = [_line(morning, zone) for morning in shown.mornings]
    said = [("som det var", before)] + ([("med ändringen", after)] if after is not None else [])
    lines += ["", *(_sums(name, found) for name, found in said)]
    classes = sorted(shown.hours_over)
    lines += ["timmar vid eller över gränsen, i medel per sträcka av klassen, enligt prognoserna då:"]
    lines += [
        f"  {name:<14} " + "  ".join(f"{kind} {figure_sv(found.hours_over[kind])}" for kind in classes)
        for name, found in said
    ]
    simulated = ["SIMULERAT"] if shown.simulated else []
    return "\n".join([*simulated, *lines, ESTIMATES])


def _line(morning: Morning, zone: ZoneInfo) -> str:
    if not morning.turer and not morning.dropped:
        return f"{morning.service_day}  ingen utkallning"
    start = f"kl. {clock_sv(morning.starts_at, zone)}" if morning.starts_at else "-"
    plus = _names("+", morning.added)
    minus = _names("−", morning.dropped)
    return f"{morning.service_day}  {start}  {len(morning.turer)} turer  ca {morning.cost / 1000:.0f} tkr{plus}{minus}"


def _names(sign: str, names: Sequence[str], *, most: int = 6) -> str:
    if not names:
        return ""
    more = f" och {len(names) - most} till" if len(names) > most else ""
    return f"  {sign}{', '.join(names[:most])}{more}"


def _sums(name: str, found: Replay) -> str:
    days = sum(bool(morning.turer) for morning in found.mornings)
    turer = sum(len(morning.turer) for morning in found.mornings)
    cost, full = found.cost / 1000, found.full_cost / 1000
    return (
        f"{name:<14} {days} dygn med utkallning av {len(found.mornings)}, {turer} turer, ca {cost:.0f} tkr "
        f"(full utkallning samma dygn ca {full:.0f} tkr)"
    )


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
