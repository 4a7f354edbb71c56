"""The words of the pages: one TOML file a language, the same keys in each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Words:
    """The words of one language. ``words("day.title")`` is a text, ``words("row.km", km=3)`` a filled one."""

    language: Language
    table: dict[str, str]

    def __call__(self, key: str, **parts: object) -> str:
        """The text of a key. Raises KeyError for an unknown one: a missing word is a fault, not a gap."""
        return self.table[key].format(**parts)

    def count(self, key: str, n: int, **parts: object) -> str:
        """The text of ``key.one`` or ``key.many`` with the number in ``{n}``."""
        return self(f"{key}.{'one' if n == 1 else 'many'}", n=n, **parts)

    def raw(self, key: str) -> str:
        """The text of a key with its gaps still open, for a script to fill."""
        return self.table[key]

    def known(self, key: str, otherwise: str) -> str:
        """The text of a key that may not be there, such as the name of a fraction that a city made up."""
        return self.table.get(key, otherwise)


def is_language(text: str | None) -> bool:
    """Whether the pages can be shown in that language."""
    return text in LANGUAGES


@cache
def words(language: Language) -> Words:
    """The words of a language."""
    raw = (files("dashboards") / "texts" / f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, dict(_flat(tomllib.loads(raw))))


def _flat(tree: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, part in tree.items():
        if isinstance(part, dict):
            yield from _flat(part, f"{before}{name}.")
        else:
            yield f"{before}{name}", part
