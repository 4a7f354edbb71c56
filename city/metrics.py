"""A figure as a line of the Prometheus exposition format."""

from __future__ import annotations


def line(name: str, value: float, **labels: str) -> str:
    """``dagsplan_name{label="…"} value``; what would break the format in a label is escaped."""
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"dagsplan_{name}{'{' + shown + '}' if shown else ''} {round(float(value), 3):g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
