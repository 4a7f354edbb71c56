"""An identity provider that signs people in: which one, and which role each of its groups has here."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from city.account import ACCOUNT_ROLES, Role
from city.catalogue.message import message
from city.errors import ConfigError
from city.hidden import shown

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """OpenID Connect. ``issuer`` absent means that nobody signs in so. ``claim`` is where a person's groups stand, and
    ``roles`` says which have a role here, as ``GROUP=ROLE``: who is in none of them does not come in."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str | None = None
    claim: str = "roles"
    roles: tuple[str, ...] = ()
    timeout_s: float = 10.0

    def __repr__(self) -> str:
        return f"Oidc({shown(self)})"

    def role_of(self, groups: Sequence[str]) -> Role | None:
        """The role of who is in some groups, the one that may most; None where none of them has one."""
        named = {pair.rpartition("=")[2] for pair in self.roles if pair.rpartition("=")[0] in groups}
        return next((role for role in reversed(ACCOUNT_ROLES) if role in named), None)


def check_oidc(oidc: Oidc, public_url: str, *, accounts: bool) -> None:
    """Raises ConfigError for what cannot be: a provider that lacks something, or that is asked in the clear."""
    if not oidc.issuer:
        return
    lacks = {"web.accounts": accounts, "web.public_url": public_url, "oidc.client_id": oidc.client_id}
    missing = [name for name, given in {**lacks, "oidc.roles": oidc.roles}.items() if not given]
    if missing:
        raise ConfigError(message("error.setting.oidc_lacks", names=tuple(missing)))
    for pair in oidc.roles:
        group, _, role = pair.rpartition("=")
        if not group or role not in ACCOUNT_ROLES:
            raise ConfigError(message("error.setting.oidc_role", pair=pair, choices=ACCOUNT_ROLES))
    if not is_safe(oidc.issuer):
        raise ConfigError(message("error.setting.oidc_issuer", address=oidc.issuer))


def is_safe(address: str) -> bool:
    """Whether what is sent there is seen by nobody else: by https, or on this host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
