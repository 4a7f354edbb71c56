"""Fetches forecasts politely: says who we are, obeys Expires, asks with the validators of the last answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx
import psycopg

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.clock import Clock
from city.entities import Forecast
from city.errors import ConfigError, DagsplanError, SourceUnavailable
from city.settings import Settings
from city.version import code_version
from ingest.weather.stored import PARSERS
from store.connect import Connection
from store.weather import Validators, save_forecast, save_validators, validators

log = logging.getLogger("dagsplan.weather")


class WeatherClient:
    """Asks the providers that the settings name, for the point of the municipality."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        contact = settings.weather.contact or "no contact set"
        self._http = httpx.Client(
            timeout=httpx.Timeout(settings.weather.timeout_s, connect=5.0),
            headers={"User-Agent": f"dagsplan/{code_version()} ({contact})"},
            follow_redirects=False,
        )

    def url(self, provider: str) -> str:
        """The address that a provider is asked at. Raises ConfigError where the town's place is not set."""
        town = self.settings.municipality
        if town.longitude is None or town.latitude is None:
            raise ConfigError(message("error.setting.no_place"))
        lon, lat = f"{town.longitude:.4f}", f"{town.latitude:.4f}"
        if provider == "smhi":
            return f"{self.settings.weather.smhi_url}/geotype/point/lon/{lon}/lat/{lat}/data.json"
        return f"{self.settings.weather.metno_url}?lat={lat}&lon={lon}"

    def fetch(self, connection: Connection, provider: str) -> Forecast | None:
        """Fetches and keeps one forecast; None where there is nothing new. Raises SourceUnavailable."""
        url, now = self.url(provider), self.clock.now()
        known = validators(connection, url)
        if known is not None and known.expires_at is not None and now < known.expires_at:
            return None
        answer = self._ask(provider, url, known)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            save_validators(connection, url, _said(answer, known), now)
            return None
        forecast = PARSERS[provider](answer.content, url, simulated=self.clock.simulated)
        with connection.transaction():
            new = save_forecast(connection, forecast, now, answer.content)
            save_validators(connection, url, _said(answer), now)
        return forecast if new else None

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def _ask(self, provider: str, url: str, known: Validators | None) -> httpx.Response:
        headers = {}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        try:
            answer = self._http.get(url, headers=headers)
        except httpx.HTTPError as error:
            said = message("error.weather.no_answer", url=url, problem=in_our_words(error))
            raise SourceUnavailable(provider, said) from error
        if answer.status_code == httpx.codes.NON_AUTHORITATIVE_INFORMATION:
            log.warning("the provider says that this service is deprecated", extra={"provider": provider})
        elif answer.status_code not in {httpx.codes.OK, httpx.codes.NOT_MODIFIED}:
            status, reason = str(answer.status_code), answer.reason_phrase
            raise SourceUnavailable(provider, message("error.weather.answers", url=url, status=status, reason=reason))
        return answer


class WeatherPoller(threading.Thread):
    """Asks all providers at an interval of the installation's clock; a source that is away is said once a round."""

    def __init__(self, client: WeatherClient, connect: Callable[[], Connection], stop: threading.Event) -> None:
        super().__init__(name="weather", daemon=True)
        self.client = client
        self.connect = connect
        self.halt = stop

    def run(self) -> None:
        settings = self.client.settings.weather
        while not self.halt.is_set():
            for provider in settings.providers:
                self._one(provider)
            self.halt.wait(max(0.5, self.client.clock.real_seconds(settings.interval_s)))
        self.client.close()

    def _one(self, provider: str) -> None:
        try:
            with self.connect() as connection:
                forecast = self.client.fetch(connection, provider)
        except (DagsplanError, psycopg.Error) as error:
            log.warning(str(error).strip().splitlines()[0], extra={"provider": provider})
            return
        if forecast is not None:
            log.info("new forecast", extra={"provider": provider, "issued_at": forecast.issued_at.isoformat()})


def _said(answer: httpx.Response, before: Validators | None = None) -> Validators:
    """What an answer says of itself; what a 304 leaves out still holds from ``before``."""
    expires = answer.headers.get("Expires")
    try:
        until = parsedate_to_datetime(expires) if expires else None
    except ValueError:
        until = None
    etag = answer.headers.get("ETag") or (before.etag if before else None)
    modified = answer.headers.get("Last-Modified") or (before.last_modified if before else None)
    return Validators(etag, modified, until)
