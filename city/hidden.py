"""What of the settings is secret, and how they are shown without it."""

from __future__ import annotations

import re
from typing import Any

import msgspec

SECRETS = frozenset({"dsn", "password", "gateway_token", "smtp_password", "client_secret"})
HIDDEN = "********"
_USERINFO = re.compile(r"(//[^/:@]*):.*@")


def shown(settings: msgspec.Struct) -> dict[str, Any]:
    """The effective settings, or a part of them, as a plain tree with every secret hidden, the password within an
    address too."""

    def hide(value: Any, key: str = "") -> Any:  # noqa: ANN401 - a tree of builtins
        if isinstance(value, dict):
            return {name: hide(part, name) for name, part in value.items()}
        if key.endswith("url") and value:
            return _USERINFO.sub(rf"\1:{HIDDEN}@", value)
        return HIDDEN if key in SECRETS and value else value

    tree: dict[str, Any] = hide(msgspec.to_builtins(settings))
    return tree
