"""Values and trees as TOML 1.0 text, which reads back to the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from city.hidden import HIDDEN, SECRETS, shown
from city.settings import Settings

BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def value(found: Any) -> str:  # noqa: ANN401 - a value of TOML
    """One value. Raises TypeError for one that TOML has no word for, such as None."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        return f'"{"".join(map(_letter, found))}"'
    if isinstance(found, int | float):
        return repr(found)
    if isinstance(found, Mapping):
        return "{" + ", ".join(f"{key(name)} = {value(part)}" for name, part in found.items()) + "}"
    if isinstance(found, Sequence):
        return f"[{', '.join(map(value, found))}]"
    if hasattr(found, "isoformat"):
        return str(found.isoformat())
    raise TypeError(f"TOML has no word for {found!r}")


def key(name: str) -> str:
    """A key, quoted where it must be."""
    return name if BARE.fullmatch(name) else value(name)


def _letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter


def tables(tree: Mapping[str, Any]) -> str:
    """A tree as a file: what stands alone first, then a table for each part that is one."""
    alone = [f"{key(name)} = {value(part)}" for name, part in tree.items() if not isinstance(part, Mapping)]
    made = ["\n".join(alone)] if alone else []
    for name, part in tree.items():
        if isinstance(part, Mapping):
            lines = [f"{key(inner)} = {value(held)}" for inner, held in part.items()]
            made.append("\n".join([f"[{key(name)}]", *lines]))
    return "\n\n".join(made)


def settings_text(settings: Settings) -> str:
    """All effective settings as a file that can be used as it stands; what is secret or not set is commented out."""
    tree = shown(settings)
    state = f"state_dir = {value(tree.pop('state_dir'))}"
    parts = ("\n".join([f"[{section}]", *_lines(part)]) for section, part in tree.items())
    return "\n\n".join([state, *parts])


def _lines(part: Mapping[str, Any]) -> Iterator[str]:
    for name, held in part.items():
        if held is None:
            yield f"# {name} ="
        elif isinstance(held, str) and HIDDEN in held and (name in SECRETS or name.endswith("url")):
            yield f"# {name} = {value(held)}"
        else:
            yield f"{name} = {value(held)}"
