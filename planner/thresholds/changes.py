"""Thresholds that are tried: 'snow.start_dry_cm/C1=5' in words, applied to the rows that held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from city.entities import Threshold
from city.errors import ConfigError
from planner.thresholds.limits import unit_of
from planner.thresholds.seed import seed

MOST = 1e6
HELP = "write KEY=VALUE, or KEY/CLASS=VALUE such as snow.start_dry_cm/C1=5"


@dataclass(frozen=True)
class Changes:
    """Values by key and scope; scope None is every scope."""

    wanted: tuple[tuple[str, str | None, float | None, str | None], ...] = ()

    @property
    def keys(self) -> set[str]:
        """The keys that are changed."""
        return {key for key, _, _, _ in self.wanted}

    def applied(self, rows: Sequence[Threshold]) -> tuple[Threshold, ...]:
        """The rows with these values in place of their own; of a scope that had none, new ones."""
        held = {(row.key, row.scope): row for row in rows or tuple(seed())}
        for key, scope, value, text in self.wanted:
            same = [row for row in held.values() if row.key == key] or [row for row in seed() if row.key == key]
            scopes = [row.scope for row in same] if scope is None else [scope]
            for name in scopes:
                held[key, name] = replace(same[0], scope=name, value=value, text=text, reason="prövas", version=0)
        return tuple(held.values())


def changes_of(texts: Iterable[str], allowed: Sequence[str] | None = None) -> Changes:
    """The changes of command-line words. Raises ConfigError or NotFound where one is wrong, and ConfigError where
    ``allowed`` keys are given and one is none of them."""
    return Changes(tuple(_change(text, allowed) for text in texts))


def _change(text: str, allowed: Sequence[str] | None) -> tuple[str, str | None, float | None, str | None]:
    name, equals, said = text.partition("=")
    key, _, scope = name.strip().partition("/")
    if not equals or not said.strip():
        raise ConfigError(f"--set {text}: {HELP}")
    value, word = _value(said.strip())
    unit_of(key, word)
    if allowed is not None and key not in allowed:
        raise ConfigError(
            f"--set {key}: was at work when the curves were made and cannot be tried on them; these can: "
            f"{', '.join(allowed)}. With --files every threshold can"
        )
    known = {row.scope for row in seed() if row.key == key}
    if scope and scope not in known | {"*"} and "*" not in known:
        raise ConfigError(f"--set {name}: there is no scope {scope}; choose from {', '.join(sorted(known))}")
    return key, scope or None, value, word


def _value(said: str) -> tuple[float | None, str | None]:
    try:
        value = float(said.replace(",", "."))
    except ValueError:
        return None, said
    if not abs(value) <= MOST:
        raise ConfigError(f"{said} is no value of a threshold; write a number up to {MOST:g}")
    return value, None
