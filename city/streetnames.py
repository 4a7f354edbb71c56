"""Street names that somebody probably meant: in the other language of a town too, where only the ending differs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from city.meant import LONGEST, folded

GERMANIC = (
    *("vagen", "vagarna", "vag", "vegen", "veien", "vei", "veg", "vejen", "vej", "vegur"),
    *("gatan", "gatorna", "gata", "gaten", "gate", "gaden", "gade", "granden", "grand", "smuget", "straede"),
    *("stigen", "stig", "stien", "sti", "leden", "led", "straket", "passagen", "gangen", "brinken", "backen", "bakken"),
    *("torget", "torg", "torvet", "torv", "platsen", "plats", "plassen", "plass", "pladsen", "plads", "planen", "plan"),
    *("esplanaden", "esplanad", "promenaden", "allen", "alleen", "alle", "bulevarden", "boulevarden", "boulevard"),
    *("kajen", "kaien", "kai", "bryggan", "brygga", "bron", "bro", "ringen", "svingen", "parken", "stranden"),
)
FINNISH = (
    *("tie", "katu", "kuja", "polku", "raitti", "vayla", "tori", "aukio", "kaari", "kaarre", "rinne", "ranta"),
    *("puistikko", "puisto", "puistotie", "esplanadi", "bulevardi", "silta", "laituri", "kulma", "portti", "maki"),
)
"""What streets end in, without case and marks, in the languages of Norden. Whose they are comes first: with s, or n."""
ENDINGS = sorted(
    [(ending, "s") for ending in GERMANIC] + [(ending, "n") for ending in FINNISH],
    key=lambda known: -len(known[0]),
)
MOST = 3
"""So many streets are offered."""
ALIKE = 0.7
"""Names, or stems, that are so alike from 0 (nothing in common) to 1 (the same) are nearly the same."""
RELATED = 0.6
"""Names whose stems are less alike than that have their ending in common and no more."""
SHORTEST = 3
"""A stem that is shorter says too little."""


def street_meant(written: str, known: Iterable[str]) -> tuple[str, ...]:
    """A few of the known streets, the likeliest first: spelt nearly as what was written (a common ending alone is
    nothing), with a stem that nearly is its stem, or beginning as it does."""
    plain = folded(written)[:LONGEST]
    if not plain:
        return ()
    names = {name: folded(name) for name in known}
    whole, stem = _Likeness(plain, ALIKE), _Likeness(stem_of(plain), RELATED)
    found = []
    for name, own in names.items():
        as_stem = stem.of(stem_of(own))
        as_spelt = whole.of(own) if as_stem else 0.0
        begins = len(plain) >= SHORTEST and own.startswith(plain)
        if as_spelt or as_stem >= ALIKE or begins:
            found.append((-max(as_spelt, as_stem), -as_spelt, len(own), name))
    return tuple(name for *_, name in sorted(found)[:MOST])


def stem_of(plain: str) -> str:
    """What a folded name is called without its ending and the mark of its owner: 'mannerheimi' of 'mannerheimintie'.
    The whole name where too little would be left."""
    for ending, owned in ENDINGS:
        left = plain.removesuffix(ending)
        if left != plain and len(left) >= SHORTEST:
            return left.removesuffix(owned) if len(left) > SHORTEST else left
    return plain


class _Likeness:
    """How alike a name is to others, from 0 to 1; 0 where it is less alike than ``least``."""

    def __init__(self, name: str, least: float) -> None:
        self._matcher, self._least = difflib.SequenceMatcher(b=name), least

    def of(self, other: str) -> float:
        """The share of letters that both have in one order."""
        self._matcher.set_seq1(other)
        if self._matcher.real_quick_ratio() < self._least or self._matcher.quick_ratio() < self._least:
            return 0.0
        ratio = self._matcher.ratio()
        return ratio if ratio >= self._least else 0.0
