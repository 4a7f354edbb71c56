"""Runs the web application on a port, until a signal comes."""

from __future__ import annotations

import ipaddress
import socket

import uvicorn

from city.errors import ConfigError
from city.settings import Settings, Web
from dashboards.app import create_app
from store.clock import installation_clock
from store.connect import connect, pool
from store.migrate import check_schema


def serve(settings: Settings, dsn: str) -> None:
    """Serves the pages and the API. Raises ConfigError where the address is taken or open without sign-in."""
    check_exposure(settings.web)
    check_free(settings.web)
    with connect(dsn, "web", timeout_s=settings.database.connect_timeout_s) as connection:
        check_schema(connection)
        clock = installation_clock(connection)
    with pool(dsn, "web") as connections:
        uvicorn.run(
            create_app(settings, connections, clock),
            host=settings.web.host,
            port=settings.web.port,
            timeout_graceful_shutdown=2,
            log_config=None,
            access_log=False,
        )


def check_exposure(web: Web) -> None:
    """There is no sign-in yet: an address that others can reach is refused unless a proxy is trusted to do it."""
    if web.sign_in_by_proxy or web.host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(web.host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigError(
            f"web.host: {web.host} can be reached by others and dagsplan has no sign-in yet; use 127.0.0.1 behind a "
            "proxy that signs people in, or set web.sign_in_by_proxy = true if that proxy is in place"
        )


def check_free(web: Web) -> None:
    """Raises ConfigError where another program has the port."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            raise ConfigError(
                f"web.port: {web.port} on {web.host} cannot be used ({error.strerror}); stop the program that has it, "
                "or choose another with DAGSPLAN_WEB__PORT"
            ) from error
