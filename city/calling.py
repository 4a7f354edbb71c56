"""The settings of how calls leave the house, and what they must be."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from city.catalogue.message import brief, message
from city.errors import ConfigError
from city.hidden import shown

BY_GATEWAY = ("sms", "voice", "app")
"""Channels that a gateway may take."""


class Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How calls to crews leave. Nothing leaves the host unless ``gateway_url`` or ``smtp_url`` is set: whoever is on a
    channel that has neither is rung by hand.

    A call may be taken back for ``undo_s``. A try waits ``timeout_s`` for each answer; there are ``tries``, the second
    after ``back_off_s``, each further one after twice as long; a try of which nobody knows the end counts as lost after
    ``lease_s``. What has not left ``late_min`` after its time is not sent any more. Receipts are asked for every
    ``receipts_s``, more seldom as a call grows old, and ``receipts_for_h`` long. All are times of the
    wall, however fast the installation's is played, but ``receipts_for_h``.
    """

    gateway_url: str = ""
    gateway_token: str | None = None
    gateway_channels: tuple[str, ...] = ("sms", "voice")
    smtp_url: str = ""
    smtp_password: str | None = None
    mail_from: str = ""
    undo_s: float = 8.0
    timeout_s: float = 10.0
    tries: int = 4
    back_off_s: float = 2.0
    lease_s: float = 60.0
    late_min: float = 30.0
    receipts_s: float = 5.0
    receipts_for_h: float = 12.0

    def __repr__(self) -> str:
        return f"Calls({shown(self)})"


def check_calls(calls: Calls) -> None:
    """Raises ConfigError where a call could not leave, or twice by mistake."""
    _check_url("gateway_url", calls.gateway_url, ("http", "https"))
    _check_url("smtp_url", calls.smtp_url, ("smtp", "smtps"))
    if calls.smtp_url and "@" not in calls.mail_from:
        raise ConfigError(message("error.setting.mail_from"))
    for channel in calls.gateway_channels:
        if channel not in BY_GATEWAY:
            name = "calls.gateway_channels"
            raise ConfigError(message("error.setting.choice", name=name, value=channel, choices=BY_GATEWAY))
    for name in ("timeout_s", "tries", "receipts_s", "late_min", "receipts_for_h"):
        value = getattr(calls, name)
        if not value > 0:
            raise ConfigError(message("error.setting.above_zero", name=f"calls.{name}", value=brief(value)))
    if not calls.lease_s >= 2 * calls.timeout_s:
        raise ConfigError(message("error.setting.lease", least=brief(2 * calls.timeout_s)))


def _check_url(name: str, url: str, schemes: tuple[str, ...]) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        fine = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        raise ConfigError(message("error.setting.call_url", name=name, schemes=schemes))
