"""Runs the web application on a port, until a signal comes."""

from __future__ import annotations

import ipaddress
import socket

import uvicorn

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import ConfigError
from city.settings import Settings, Web
from dashboards.app import create_app
from store.accounts import has_admin
from store.clock import installation_clock
from store.connect import Connection, connect, pool
from store.migrate import check_schema

PROXIES = ["127.0.0.1", "::1"]
"""Whose word counts of where a request comes from and whether by https: a proxy on this host, nobody else."""


def serve(settings: Settings, dsn: str) -> None:
    """Serves the pages and the API. Raises ConfigError where the address is taken or open without sign-in, and where
    people sign in and nobody can do all."""
    check_exposure(settings.web)
    check_free(settings.web)
    with connect(dsn, "web", timeout_s=settings.database.connect_timeout_s) as connection:
        check_schema(connection)
        check_admin(settings.web, connection)
        clock = installation_clock(connection)
    with pool(dsn, "web") as connections:
        uvicorn.run(
            create_app(settings, connections, clock),
            host=settings.web.host,
            port=settings.web.port,
            timeout_graceful_shutdown=2,
            log_config=None,
            access_log=False,
            proxy_headers=True,
            forwarded_allow_ips=PROXIES,
        )


def check_exposure(web: Web) -> None:
    """Where nobody signs in, an address that others can reach is refused unless a proxy is trusted to do it."""
    if web.accounts or web.sign_in_by_proxy or web.host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(web.host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigError(message("error.setting.web_open", host=web.host))


def check_admin(web: Web, connection: Connection) -> None:
    """Raises ConfigError where people sign in and there is no account that may do all."""
    if web.accounts and not has_admin(connection):
        raise ConfigError(message("error.setting.no_admin"))


def check_free(web: Web) -> None:
    """Raises ConfigError where another program has the port."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            problem = in_our_words(error)
            said = message("error.setting.web_port", port=str(web.port), host=web.host, problem=problem)
            raise ConfigError(said) from error
