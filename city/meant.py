"""Names that somebody probably meant who wrote one that there is not."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

LONGEST = 100
"""So much of what was written is looked at."""


def meant(written: str, known: Iterable[str], n: int = 3, cutoff: float = 0.7) -> tuple[str, ...]:
    """At most ``n`` of the known names, the likeliest first: those that are the same but for case, marks and blanks,
    then those that begin alike, then those spelt nearly so (``cutoff`` from 0, anything, to 1, the same)."""
    plain = folded(written)[:LONGEST]
    names: dict[str, list[str]] = {}
    for name in known:
        names.setdefault(folded(name), []).append(name)
    if not plain:
        return ()
    alike = [plain] if plain in names else []
    begun = sorted(name for name in names if len(plain) > 2 and name.startswith(plain))
    near = difflib.get_close_matches(plain, names, n=n, cutoff=cutoff)
    found = dict.fromkeys([*alike, *near, *begun])
    return tuple(name for key in found for name in names[key])[:n]


def folded(text: str) -> str:
    """A name without case, marks and blanks: 'Stora Gatan' and 'storagatan' are one."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if letter.isalnum())
