"""Thresholds that are tried: 'snow.start_dry_cm/C1=5' in words, applied to the rows that held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from city.catalogue.message import message
from city.catalogue.words import words
from city.entities import Threshold
from city.errors import ConfigError
from planner.thresholds.limits import check_scope, unit_of
from planner.thresholds.seed import seed

MOST = 1e6


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
        tried = words("sv")("threshold.why.tried")
        for key, scope, value, text in self.wanted:
            same = [row for row in held.values() if row.key == key] or [row for row in seed() if row.key == key]
            scopes = [row.scope for row in same] if scope is None else [scope]
            for name in scopes:
                held[key, name] = replace(same[0], scope=name, value=value, text=text, reason=tried, version=0)
        return tuple(held.values())


def changes_of(texts: Iterable[str], allowed: Sequence[str] | None = None) -> Changes:
    """The changes of command-line words. Raises ConfigError or NotFound where one is wrong, and ConfigError where
    ``allowed`` keys are given and one is none of them."""
    return Changes(tuple(_change(text, allowed) for text in texts))


def _change(text: str, allowed: Sequence[str] | None) -> tuple[str, str | None, float | None, str | None]:
    name, equals, said = text.partition("=")
    key, _, scope = name.strip().partition("/")
    if not equals or not said.strip():
        raise ConfigError(message("error.threshold.how_to_try", text=text))
    value, word = _value(said.strip())
    unit_of(key, word, value)
    if allowed is not None and key not in allowed:
        raise ConfigError(message("error.threshold.not_on_curves", key=key, allowed=tuple(allowed)))
    if scope:
        check_scope(key, scope, None)
    return key, scope or None, value, word


def _value(said: str) -> tuple[float | None, str | None]:
    try:
        value = float(said.replace(",", "."))
    except ValueError:
        return None, said
    if not abs(value) <= MOST:
        raise ConfigError(message("error.threshold.too_large", said=said, most=f"{MOST:g}"))
    return value, None
