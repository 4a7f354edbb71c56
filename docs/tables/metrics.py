"""The metrics that ``/metrics`` tells."""

from __future__ import annotations

from city.metrics import PREFIX, TELLS


def table() -> str:
    """One row a metric; those of a daemon are told by its own ``/metrics`` too."""
    rows = [f"| `{PREFIX}{name}` | {_kind(name)} | {tells} |" for name, tells in TELLS.items()]
    return "\n".join(["| metric | kind | what it tells |", "|---|---|---|", *rows])


def _kind(name: str) -> str:
    return "counter" if name.endswith("_total") else "gauge"
