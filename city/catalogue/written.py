"""What people write in their files for the words that we know, in any language of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from city.catalogue.words import LANGUAGES, words


@cache
def written(family: str) -> Mapping[str, str]:
    """Our word by each that people write for it: of a ``family``, such as ``fraction`` or ``column``."""
    begin = f"written.{family}."
    found: dict[str, str] = {}
    for language in LANGUAGES:
        spoken = words(language)
        for key in spoken.table:
            if key.startswith(begin):
                said = (one.strip() for one in spoken(key).split(","))
                found |= dict.fromkeys(said, key.removeprefix(begin))
    return found
