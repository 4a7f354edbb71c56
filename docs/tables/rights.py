"""Who may what at the door: ``docs/door.md`` from the table in ``dashboards/web/door.py``."""

from __future__ import annotations

from city.account import ROLES
from dashboards.web.door import NOBODY, RIGHTS


def table() -> str:
    """One row an address, one column a role; the first is who is not signed in."""
    shown = (NOBODY, *ROLES)
    head = f"| address | {' | '.join(role or 'not signed in' for role in shown)} |"
    rows = [
        f"| {method} {path} | {' | '.join('yes' if role in roles else '' for role in shown)} |"
        for (method, path), roles in RIGHTS.items()
    ]
    return "\n".join([head, "|" + "---|" * (len(shown) + 1), *rows])
