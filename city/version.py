"""The version of the code, as it stands in snapshots and on screens."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def code_version() -> str:
    """The installed version; ``0+unknown`` when run without installation."""
    try:
        return version("dagsplan")
    except PackageNotFoundError:
        return "0+unknown"
