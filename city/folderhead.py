"""The single values of a folder of files: a small TOML file of which every name is known."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from city.catalogue.message import message
from city.clock import aware
from city.errors import ImportRefused
from city.tables import nearest

SEE_DOCS = message("error.bundle.see_docs")


def head_of(file: Path, known: Sequence[str]) -> dict[str, Any]:
    """The values of ``file``, still to be checked; none where there is no file.

    Raises ImportRefused where it is no TOML, holds a name that is not ``known``, or an ``at`` without an offset.
    """
    if not file.is_file():
        return {}
    head = toml_of(file)
    for name in head:
        if name not in known:
            raise ImportRefused(file, message("error.bundle.no_field", name=name), nearest(name, known))
    try:
        if "at" in head:
            aware(head["at"], "at")
    except (ValueError, AttributeError) as error:
        raise ImportRefused(file, str(error), SEE_DOCS) from error
    return head


def toml_of(file: Path) -> dict[str, Any]:
    """What a file holds. Raises ImportRefused where it is no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefused(file, message("error.bundle.no_toml", said=str(error)), SEE_DOCS) from error


def check_zone(file: Path, zone: object) -> None:
    """Raises ImportRefused where there is no such time zone."""
    try:
        if isinstance(zone, str):
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = message("error.bundle.no_zone", zone=str(zone))
        raise ImportRefused(file, problem, message("error.bundle.write_zone")) from error
