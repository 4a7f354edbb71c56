"""Named queries from ``.sql`` files, as LiteralString: no other text reaches the database.

A query begins with ``-- name: its_name`` and a comment line that says what it does; parameters are ``%(name)s``.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def queries(subject: str) -> dict[str, LiteralString]:
    """All queries of ``queries/<subject>.sql`` by name. Raises KeyError in the caller for an unknown one."""
    text = (files("store") / "queries" / f"{subject}.sql").read_text(encoding="utf-8")
    return named(text)


def named(text: str) -> dict[str, LiteralString]:
    """The queries of a text by name; what stands before the first name is passed over."""
    parts = NAME.split(text)
    return {name: cast(LiteralString, body.strip()) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def query(subject: str, name: str) -> LiteralString:
    """One query by subject and name."""
    return queries(subject)[name]
