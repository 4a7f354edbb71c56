"""Words of another language on a page: texts that its catalogue holds, and that of the page's own language does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from playwright.sync_api import Page

from city.catalogue.words import LANGUAGES, Entry, words

FEWEST_LETTERS = 4
"""What a text must hold beside its gaps to be told from a name or a figure."""
LONG = 12
"""So many letters are no name that happens to be alike."""
TEXTS = """(language) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim().replace(/\\s+/g, " ");
    const inside = walker.currentNode.parentElement.closest("[lang], script, style, datalist");
    if (text && (!inside || inside.lang === language)) found.add(text);
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const named of document.querySelectorAll(`[${name}]`)) found.add(named.getAttribute(name));
  return [...found];
}"""


def strays(page: Page, language: str) -> set[str]:
    """Texts on a page that are another language's."""
    own = texts_of(language)
    other = [pattern for name in LANGUAGES if name != language for pattern in texts_of(name)]
    whole = [text for name in LANGUAGES if name != language for text in whole_texts(name) - whole_texts(language)]
    said = page.evaluate(TEXTS, language)
    found = {text for text in said if _is_of(text, other) and not _is_of(text, own)}
    return found | {text for text in said if any(part in text for part in whole)}


@cache
def texts_of(language: str) -> tuple[re.Pattern[str], ...]:
    """The texts of a language, their gaps open."""
    found = {form for entry in words(language).table.values() for form in _forms(entry)}
    return tuple(_pattern(form) for form in sorted(found) if _letters(form) >= FEWEST_LETTERS)


@cache
def whole_texts(language: str) -> frozenset[str]:
    """The texts of a language without a gap that are so long that they are found inside another."""
    found = {form for entry in words(language).table.values() for form in _forms(entry) if "{" not in form}
    return frozenset(form for form in found if " " in form and _letters(form) >= LONG)


def _forms(entry: Entry) -> Iterator[str]:
    yield from [entry] if isinstance(entry, str) else entry.values()


def _parts(text: str) -> list[str]:
    return re.split(r"\{[^{}]*\}", text)


def _letters(text: str) -> int:
    return sum(letter.isalpha() for part in _parts(text) for letter in part)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in _parts(text)).replace("\N{NO-BREAK SPACE}", r"\s"))


def _is_of(text: str, patterns: list[re.Pattern[str]] | tuple[re.Pattern[str], ...]) -> bool:
    return any(pattern.fullmatch(text) for pattern in patterns)
