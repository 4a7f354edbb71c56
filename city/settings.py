"""Settings: one frozen tree, read once at the front door and passed on as arguments.

Order: command line, then environment ``DAGSPLAN_SECTION__KEY`` (secrets also ``…_FILE``), then the TOML file,
then the defaults below. Thresholds are not settings: they are versioned rows in the database.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec

from city.calling import Calls, check_calls
from city.catalogue.foreign import in_our_words
from city.catalogue.message import Part, brief, message
from city.catalogue.words import LANGUAGES, is_language
from city.errors import BadValue, ConfigError
from city.hidden import SECRETS, shown
from city.identity import Oidc, check_oidc
from city.serviceday import check_slot
from city.vocabulary import Mode, StreetRule
from city.whereabouts import UNNAMED, check_country, check_name, check_point, check_providers, check_sides, check_zone

FILES = (Path("dagsplan.toml"), Path("/etc/dagsplan/dagsplan.toml"))


class Municipality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who and where. ``longitude`` and ``latitude`` are the point that forecasts are asked for, ``country`` (two
    letters) is whose public holidays count, ``language`` (a file of the catalogue) what pages and commands speak."""

    name: str = UNNAMED
    time_zone: str = "Europe/Stockholm"
    country: str = "SE"
    language: str = "sv"
    longitude: float | None = None
    latitude: float | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``dsn`` absent means the embedded PostgreSQL under ``state_dir``."""

    dsn: str | None = None
    connect_timeout_s: int = 5
    statement_timeout_s: int = 60

    def __repr__(self) -> str:
        return f"Database({shown(self)})"


class Mqtt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``url`` absent means the embedded broker, e.g. ``mqtt://user@host:1883`` (``mqtts`` for TLS). That one listens on
    ``embedded_port`` (0: any that is free) of ``embedded_host``; it knows neither users nor TLS.

    Several daemons share the work where they have the same ``share_group`` and each a ``client_id`` of its own.
    """

    url: str | None = None
    password: str | None = None
    embedded_host: str = "127.0.0.1"
    embedded_port: int = 1883
    client_id: str = "dagsplan-ingest"
    topics: tuple[str, ...] = (
        "dagsplan/+/reading",
        "dagsplan/+/position",
        "owntracks/+/+",
        "traccar/position",
        "application/+/device/+/event/up",
    )
    share_group: str = ""
    session_expiry_s: int = 7 * 86400
    receive_maximum: int = 4000

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What is asked of the broker: the topics, through the shared subscription where there is a group."""
        return tuple(f"$share/{self.share_group}/{topic}" if self.share_group else topic for topic in self.topics)

    def __repr__(self) -> str:
        return f"Mqtt({shown(self)})"


class Ingest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of what is taken in.

    The readings of at most ``unknown_devices`` that nobody has taken in yet are parked, within ``parked_mb`` over all
    of them. A device has at most ``series_per_device`` quantities whose names we do not know.

    The daemon says how it is every ``tell_s`` seconds in the database, and at ``/metrics`` on a loopback
    ``metrics_port`` where one is set (0: none), which answers while the database is away too.
    """

    batch: int = 2000
    batch_mb: float = 4.0
    linger_s: float = 0.044
    quiet_s: float = 0.005
    accept_late_days: float = 7.0
    accept_ahead_s: float = 300.0
    reading_bytes: int = 16_384
    dead_letter_bytes: int = 16_384
    dead_letters_per_device_day: int = 1000
    tell_s: float = 10.0
    metrics_port: int = 0
    unknown_devices: int = 500
    parked_mb: float = 500.0
    series_per_device: int = 100


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long things are kept. Hours, plans, thresholds and orders are kept for ever.

    ``positions_days``: where vehicles were while they were out on an order, and messages to crews, which hold
    addresses, and which phones were paired. ``reports_days``: what drivers tapped, of vehicles, never of persons.
    ``curves_days``: the curves of snow plans, for back-tests.
    """

    keep_raw_days: float = 730.0
    keep_dead_letters_days: float = 90.0
    keep_answers_days: float = 30.0
    positions_days: float = 30.0
    reports_days: float = 730.0
    curves_days: float = 1100.0
    housekeeping_timeout_s: float = 600.0


class WeatherSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Forecasts. No provider is asked unless it is named here: nothing leaves the host unasked."""

    providers: tuple[str, ...] = ()
    interval_s: float = 900.0
    timeout_s: float = 20.0
    smhi_url: str = "https://opendata-download-metfcst.smhi.se/api/category/snow1g/version/1"
    metno_url: str = "https://api.met.no/weatherapi/locationforecast/2.0/compact"
    contact: str = ""


class OpenData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom ``dagsplan init`` asks, and how patiently; no other command asks any of them.

    ``contact`` is how they can reach whoever asks; that of the weather where it is empty. ``pause_s`` lies between two
    requests to a host, ``back_off_s`` before the second of ``tries``, twice as much before each further one;
    ``longest_wait_s`` is the most that a server may ask to be left alone for. Streets and places are asked for again
    after ``keep_days``, at most ``most_tiles`` answers a town.
    """

    nominatim_url: str = "https://nominatim.openstreetmap.org/search"
    overpass_url: str = "https://overpass-api.de/api/interpreter"
    elevation_url: str = "https://copernicus-dem-30m.s3.amazonaws.com"
    contact: str = ""
    pause_s: float = 1.5
    back_off_s: float = 10.0
    longest_wait_s: float = 600.0
    tries: int = 5
    timeout_s: float = 200.0
    keep_days: float = 30.0
    most_tiles: int = 60


class Planner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When plans are due (local slots of a service day) and how they are made."""

    mode: Mode = "assist"
    seed: int = 1
    snow_slots: tuple[str, ...] = ("18:00", "03:00")
    waste_slots: tuple[str, ...] = ("03:00",)
    heating_slots: tuple[str, ...] = ("03:00",)
    ring_s: float = 30.0
    watch_s: float = 600.0
    claim_s: float = 900.0
    snow_horizon_h: int = 24
    tur_minutes: float = 90.0
    full_call_out_cost_per_h: float = 1100.0
    currency: str = "kr"
    round_iterations: int = 1500
    tur_iterations: int = 50
    dask: str = ""


class Web(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The web service. It answers on loopback only, to everybody there, unless people sign in: with ``accounts`` of our
    own (``second_factor``: engineers and admins show a code too), or at a proxy that is trusted to do it.

    ``contact`` is where people say what they cannot use: an e-mail address or a page; that of the weather where it is
    empty. ``public_url`` is where people reach it, without the base path: printed sheets carry it as a code. ``phone``
    is the number of the one who leads the work, for the same sheets.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    base_path: str = ""
    accounts: bool = False
    second_factor: bool = True
    sign_in_by_proxy: bool = False
    contact: str = ""
    public_url: str = ""
    phone: str = ""


class StreetRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where three kinds of streets belong when roads are imported: among the cycle ways, which small vehicles clear,
    among the streets, which lorries clear, or ``count``: in neither, only counted and told.

    ``pedestrian``: pedestrian streets; ``car_free``: streets closed to motor vehicles but open to walkers;
    ``bus_only``: streets for buses.
    """

    pedestrian: StreetRule = "cycle"
    car_free: StreetRule = "count"
    bus_only: StreetRule = "count"


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``format`` is ``json`` or ``console``."""

    format: str = "console"
    level: str = "info"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole tree; every part has defaults."""

    municipality: Municipality = Municipality()
    database: Database = Database()
    mqtt: Mqtt = Mqtt()
    ingest: Ingest = Ingest()
    store: Store = Store()
    weather: WeatherSettings = WeatherSettings()
    opendata: OpenData = OpenData()
    planner: Planner = Planner()
    web: Web = Web()
    oidc: Oidc = Oidc()
    streets: StreetRules = StreetRules()
    calls: Calls = Calls()
    log: Log = Log()
    state_dir: str = ""

    def __repr__(self) -> str:
        return f"Settings({shown(self)})"

    @property
    def state(self) -> Path:
        """The folder of the embedded parts."""
        return Path(self.state_dir) if self.state_dir else default_state_dir()


def default_state_dir() -> Path:
    """``$XDG_STATE_HOME/dagsplan`` or ``~/.local/state/dagsplan``; ``/var/lib/dagsplan`` for root.

    Root gets a folder of its own because the embedded server runs as an ordinary user, who must be able to
    reach it, and root's home should stay closed.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/dagsplan")
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "dagsplan"


def load(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Reads the settings. Raises ConfigError naming the file or variable, the key and what it must be."""
    environ = os.environ if environ is None else environ
    tree, source = _read_file(file)
    _overlay(tree, environ)
    _check_mode(tree)
    try:
        settings = msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(message("error.setting.wrong", source=source, problem=in_our_words(error))) from error
    _check(settings)
    return settings


def first_language(environ: Mapping[str, str] | None = None, file: Path | None = None) -> str:
    """The language of what is said before the settings are read, or where they cannot be: that of the environment, else
    of the settings file, as far as it can be read, else of the defaults."""
    named = (os.environ if environ is None else environ).get("DAGSPLAN_MUNICIPALITY__LANGUAGE")
    if named is not None and is_language(named):
        return named
    try:
        named = _read_file(file)[0]["municipality"]["language"]
    except (ConfigError, KeyError, TypeError):
        named = None
    return named if isinstance(named, str) and is_language(named) else Municipality().language


def _read_file(file: Path | None) -> tuple[dict[str, Any], Part]:
    if file is not None and not file.is_file():
        raise ConfigError(message("error.setting.no_file", file=str(file)))
    found = file or next((path for path in FILES if path.is_file()), None)
    if found is None:
        return {}, message("error.setting.defaults")
    try:
        return tomllib.loads(found.read_text(encoding="utf-8")), str(found)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _of("error.setting.no_toml", error, file=str(found)) from error
    except OSError as error:
        raise _of("error.setting.unreadable", error, file=str(found)) from error


def _of(key: str, error: Exception, **parts: Part) -> ConfigError:
    """A setting that cannot be had, with what was said of it."""
    return ConfigError(message(key, problem=in_our_words(error), **parts))


def _overlay(tree: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Lays ``DAGSPLAN_SECTION__KEY`` and ``DAGSPLAN_STATE_DIR`` over the tree, in place."""
    if environ.get("DAGSPLAN_STATE_DIR"):
        tree["state_dir"] = environ["DAGSPLAN_STATE_DIR"]
    for name in environ:
        if not name.startswith("DAGSPLAN_") or "__" not in name or not environ[name]:
            continue
        section, key = name.removeprefix("DAGSPLAN_").lower().split("__", 1)
        part = tree.setdefault(section, {})
        if not isinstance(part, dict):
            raise ConfigError(message("error.setting.no_table", name=name, section=section))
        if key.endswith("_file") and key.removesuffix("_file") in SECRETS:
            part[key.removesuffix("_file")] = _secret(name, environ[name])
        else:
            part[key] = _parsed(section, key, environ[name])


def _parsed(section: str, key: str, value: str) -> str | list[str]:
    """A comma-separated variable becomes a list where the setting is one."""
    default = getattr(getattr(Settings(), section, None), key, None)
    if isinstance(default, tuple):
        return [item.strip() for item in value.split(",") if item.strip()]
    return value


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _of("error.setting.secret_unreadable", error, name=name, path=path) from error
    except UnicodeDecodeError as error:
        raise ConfigError(message("error.setting.secret_no_text", name=name, path=path)) from error


def _check(settings: Settings) -> None:
    late_days = settings.ingest.accept_late_days
    _check_town(settings.municipality, settings.weather)
    if settings.planner.snow_horizon_h < 1:
        raise ConfigError(message("error.setting.horizon", value=settings.planner.snow_horizon_h))
    if settings.store.keep_raw_days < late_days + 2:
        raise ConfigError(message("error.setting.keep_raw", days=brief(late_days + 2)))
    _check_slots(settings)
    _check_choices(settings)
    check_calls(settings.calls)
    check_oidc(settings.oidc, settings.web.public_url, accounts=settings.web.accounts)


def _check_town(town: Municipality, weather: WeatherSettings) -> None:
    check_name(town.name)
    check_zone(town.time_zone)
    check_country(town.country)
    check_point(town.longitude, town.latitude)
    if town.longitude is not None and town.latitude is not None:
        check_sides(town.longitude, town.latitude, town.time_zone)
    check_providers(weather.providers, placed=town.longitude is not None, contact=weather.contact)


def _check_slots(settings: Settings) -> None:
    for name in ("snow_slots", "waste_slots", "heating_slots"):
        for slot in getattr(settings.planner, name):
            try:
                check_slot(slot)
            except BadValue as error:
                raise ConfigError(message("error.setting.slot", name=name, problem=error.message)) from error


def _check_choices(settings: Settings) -> None:
    for name, words, choices in (
        ("municipality.language", (settings.municipality.language,), LANGUAGES),
        ("log.format", (settings.log.format,), ("console", "json")),
        ("log.level", (settings.log.level.lower(),), ("debug", "info", "warning", "error")),
    ):
        for word in sorted(set(words) - set(choices)):
            raise _no_choice(name, word, choices)


def _check_mode(tree: Mapping[str, Any]) -> None:
    """Before the tree gets its types, so that the choices are told."""
    part = tree.get("planner")
    mode = part.get("mode") if isinstance(part, dict) else None
    if isinstance(mode, str) and mode not in get_args(Mode):
        raise _no_choice("planner.mode", mode, get_args(Mode))


def _no_choice(name: str, word: str, choices: tuple[str, ...]) -> ConfigError:
    return ConfigError(message("error.setting.choice", name=name, value=word, choices=choices))
