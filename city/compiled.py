"""Compiled functions: numba with a cache that belongs to exactly this version of the sources.

numba looks only at the file of the function itself to tell whether its cached machine code is still good; a change in a
function that it calls, in another file, goes unseen. The cache therefore lies in a folder named by the digest of all
sources that are compiled. ``NUMBA_CACHE_DIR`` overrules the place; a folder that cannot be written to is passed over.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import config

Function = TypeVar("Function", bound=Callable[..., Any])

_ROOT = Path(__file__).parent.parent
_SOURCES = (
    "city/compiled.py",
    "city/arcstates.py",
    "city/heap.py",
    "city/hierarchy.py",
    "city/shortest.py",
    "city/viterbi.py",
    "city/winter.py",
    "planner/snow/backtest",
    "planner/routes/search",
    "planner/snow/rule.py",
    "models/building",
    "models/road",
)


def sources() -> list[Path]:
    """Every file that holds compiled functions or what they take from elsewhere, in the order of the list above."""
    places = [_ROOT / name for name in _SOURCES]
    return [file for place in places for file in (sorted(place.glob("*.py")) if place.is_dir() else [place])]


def _digest() -> str:
    """Digest of every compiled source."""
    found = hashlib.sha256()
    for file in sources():
        found.update(file.read_bytes() if file.is_file() else b"")
    return found.hexdigest()[:16]


if not os.environ.get("NUMBA_CACHE_DIR"):
    vars(config)["CACHE_DIR"] = str(Path(__file__).parent / "__pycache__" / f"compiled-{_digest()}")


_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
_BARE: dict[str, Any] = {"_nrt": False}


def compiled(function: Function) -> Function:
    """The function as machine code, compiled when it is first called and cached from then on."""
    return cast(Function, numba.njit(**_OPTIONS)(function))


def threaded(function: Function) -> Function:
    """As ``compiled``, and other threads run meanwhile: for kernels that a pool of threads calls."""
    return cast(Function, numba.njit(nogil=True, **_OPTIONS)(function))


def bare(function: Function) -> Function:
    """As ``compiled``, for functions that make no arrays: the owners of those passed in are then not counted.

    The counting is two atomic steps for each array at each call and each look into a tuple: most of the search's
    time by our estimate. The option is numba's own (``nrt``), spelt as in the versions that ``pyproject.toml`` allows.
    """
    return cast(Function, numba.njit(**_OPTIONS, **_BARE)(function))


def inlined(function: Function) -> Function:
    """As ``bare``, and made part of every function that calls it: for the innermost steps."""
    return cast(Function, numba.njit(**_OPTIONS, **_BARE, forceinline=True)(function))
