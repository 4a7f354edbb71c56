"""Which pages are written from the code, wholly or between two comments, and what each would be now."""

from __future__ import annotations

import re
from pathlib import Path

from docs.tables import commands, metrics, rights, thresholds

DOCS = Path(__file__).parent.parent
BEGIN, END = "<!-- {} of the code: python -m docs.tables -->", "<!-- as far as here -->"


def written() -> dict[Path, str]:
    """The file and the whole text of each page that ``python -m docs.tables`` writes."""
    return {
        DOCS / "thresholds.md": thresholds.page(),
        DOCS / "commands.md": between(DOCS / "commands.md", "commands", commands.tables()),
        DOCS / "api.md": between(DOCS / "api.md", "metrics", metrics.table()),
        DOCS / "door.md": between(DOCS / "door.md", "rights", rights.table()),
    }


def between(file: Path, name: str, tables: str) -> str:
    """The text of a file with ``tables`` between its two comments. Raises ValueError where they are not there once."""
    begin = BEGIN.format(name)
    part = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
    text, found = part.subn(lambda _: f"{begin}\n\n{tables}\n\n{END}", file.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError(f"{file}: write '{begin}' and '{END}' once, where the {name} are to stand")
    return text
