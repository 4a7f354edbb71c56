"""Which line each channel has, as the settings say; a channel that has none is rung by hand."""

from __future__ import annotations

from collections.abc import Mapping

from city.settings import Settings
from planner.calls.channels.gateway import GatewayLine
from planner.calls.channels.line import CallLine
from planner.calls.channels.mail import MailLine

Lines = Mapping[str, CallLine]
"""The line of each channel that has one."""


def lines_of(settings: Settings) -> Lines:
    """The line of each channel that the settings give one."""
    lines: dict[str, CallLine] = {}
    if settings.calls.gateway_url:
        gateway = GatewayLine(settings)
        lines |= dict.fromkeys(settings.calls.gateway_channels, gateway)
    if settings.calls.smtp_url:
        lines["email"] = MailLine(settings)
    return lines
