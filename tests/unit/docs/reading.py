"""What tests read of the pages: their prose, their code blocks, and what stands between backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += sorted(DOCS.glob("*.md"))
"""Every page that says how things are; the change log says how they were."""
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def text(page: Path) -> str:
    """The whole page."""
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return _BLOCK.sub("", text(page))


def blocks(page: Path, *languages: str) -> Iterator[str]:
    """The code blocks of a page in some languages."""
    return (found[2] for found in _BLOCK.finditer(text(page)) if found[1] in languages)


def ticks(page: Path) -> Iterator[str]:
    """What stands between backticks outside of code blocks, each in one line."""
    for found in re.finditer(r"(?<!`)`([^`]+)`", prose(page)):
        yield re.sub(r"\s+", " ", found[1]).replace("\\|", "|")


def all_ticks() -> Iterator[tuple[str, str]]:
    """The page's name and what stands between backticks, on every page."""
    for page in PAGES:
        yield from ((page.relative_to(ROOT).as_posix(), tick) for tick in ticks(page))
