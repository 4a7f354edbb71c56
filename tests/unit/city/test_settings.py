"""Settings: where a value comes from, what a mistake says, and that no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import dagsplan
from city.catalogue.words import words
from city.errors import ConfigError
from city.hidden import shown
from city.settings import Settings, default_state_dir, first_language, load
from city.whereabouts import check_sides

SECRET = "hemligt-lösenord-7"


def written(folder: Path, text: str) -> Path:
    file = folder / "dagsplan.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder without a settings file."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)


def test_without_file_and_environment_everything_is_the_default() -> None:
    """No file and no variable give exactly the tree of defaults: embedded parts, no provider asked."""
    settings = load(environ={})
    assert settings == Settings()
    assert settings.database.dsn is None
    assert settings.mqtt.url is None
    assert settings.weather.providers == ()


def test_the_file_overrides_the_defaults_and_the_environment_the_file(tmp_path: Path) -> None:
    """TOML beats a default, a variable beats TOML, and what neither names stays."""
    file = written(tmp_path, '[municipality]\nname = "Växjö"\n[web]\nport = 9000\nhost = "::1"\n')
    settings = load(file, {"DAGSPLAN_WEB__PORT": "9001"})
    assert (settings.municipality.name, settings.web.port, settings.web.host) == ("Växjö", 9001, "::1")
    assert settings.web.base_path == ""


def test_a_file_in_the_working_folder_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``dagsplan.toml`` in the working folder is read without being named."""
    written(tmp_path, '[municipality]\nname = "Uppsala"\n')
    monkeypatch.chdir(tmp_path)
    assert load(environ={}).municipality.name == "Uppsala"


@pytest.mark.parametrize(
    ("variable", "value", "path", "expected"),
    [
        ("DAGSPLAN_PLANNER__WASTE_SLOTS", "03:00, 05:00", "planner.waste_slots", ("03:00", "05:00")),
        ("DAGSPLAN_WEATHER__PROVIDERS", "", "weather.providers", ()),
        ("DAGSPLAN_PLANNER__SNOW_SLOTS", "18:00,03:30,", "planner.snow_slots", ("18:00", "03:30")),
        ("DAGSPLAN_MQTT__TOPICS", "a/+/b", "mqtt.topics", ("a/+/b",)),
        ("DAGSPLAN_INGEST__LINGER_S", "0.5", "ingest.linger_s", 0.5),
        ("DAGSPLAN_WEB__SIGN_IN_BY_PROXY", "true", "web.sign_in_by_proxy", True),
        ("DAGSPLAN_STORE__POSITIONS_DAYS", "14.5", "store.positions_days", 14.5),
        ("DAGSPLAN_MQTT__PASSWORD", "123", "mqtt.password", "123"),
        ("DAGSPLAN_STATE_DIR", "/tmp/å b", "state_dir", "/tmp/å b"),
    ],
)
def test_a_variable_has_the_type_of_its_setting(variable: str, value: str, path: str, expected: object) -> None:
    """Text of the environment becomes a number, a flag or a list where the setting is one."""
    found: object = load(environ={variable: value})
    for name in path.split("."):
        found = getattr(found, name)
    assert found == expected


def test_secrets_come_from_files(tmp_path: Path) -> None:
    """``*_FILE`` gives the file's text without its line end."""
    (tmp_path / "dsn").write_text(f"postgresql://city:{SECRET}@db/city\n")
    (tmp_path / "password").write_text(SECRET)
    settings = load(
        environ={
            "DAGSPLAN_DATABASE__DSN_FILE": str(tmp_path / "dsn"),
            "DAGSPLAN_MQTT__PASSWORD_FILE": str(tmp_path / "password"),
        }
    )
    assert settings.database.dsn == f"postgresql://city:{SECRET}@db/city"
    assert settings.mqtt.password == SECRET


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing secret file is an error with the variable and the path."""
    with pytest.raises(ConfigError, match=r"DAGSPLAN_DATABASE__DSN_FILE: .*gone cannot be read"):
        load(environ={"DAGSPLAN_DATABASE__DSN_FILE": str(tmp_path / "gone")})


def test_a_secret_file_of_bytes_is_one_clear_line(tmp_path: Path) -> None:
    """A secret file that is no text is refused with the variable's name and without its content."""
    (tmp_path / "dsn").write_bytes(b"\xff\xfehemligt")
    with pytest.raises(ConfigError, match="DAGSPLAN_DATABASE__DSN_FILE"):
        load(environ={"DAGSPLAN_DATABASE__DSN_FILE": str(tmp_path / "dsn")})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[web]\nprot = 80\n", ["prot", "$.web", "dagsplan.toml"]),
        ("[wbe]\nport = 80\n", ["wbe", "dagsplan.toml"]),
        ('[web]\nport = "many"\n', ["$.web.port", "dagsplan.toml"]),
        ("[planner]\nseed = 1.5\n", ["$.planner.seed"]),
        ("[web\n", ["dagsplan.toml", "TOML"]),
        ("web = 3\n", ["web", "dagsplan.toml"]),
    ],
)
def test_a_mistake_in_the_file_names_itself(tmp_path: Path, text: str, names: list[str]) -> None:
    """An unknown key, a wrong type or broken TOML is refused with the file and the key."""
    with pytest.raises(ConfigError) as refused:
        load(written(tmp_path, text), {})
    assert all(name in str(refused.value) for name in names), str(refused.value)


def test_a_section_that_is_no_table_is_refused_beside_a_variable_too(tmp_path: Path) -> None:
    """A variable for a section that the file spells as a value is a ConfigError, not a traceback."""
    with pytest.raises(ConfigError, match="web"):
        load(written(tmp_path, "web = 3\n"), {"DAGSPLAN_WEB__PORT": "80"})


def test_readings_are_kept_longer_than_late_ones_are_accepted() -> None:
    """Readings that go before their late neighbours may come would leave wrong hours for ever."""
    with pytest.raises(ConfigError, match=r"store\.keep_raw_days: .*accept_late_days.*set it to 9 or more"):
        load(environ={"DAGSPLAN_STORE__KEEP_RAW_DAYS": "8"})
    assert load(environ={"DAGSPLAN_STORE__KEEP_RAW_DAYS": "9"}).store.keep_raw_days == 9


@pytest.mark.parametrize("variable", ["DAGSPLAN_WEB__PROT", "DAGSPLAN_WBE__PORT"])
def test_an_unknown_variable_names_itself(variable: str) -> None:
    """A variable that is no setting is refused with its key or section."""
    word = variable.removeprefix("DAGSPLAN_").lower().split("__")[1 if "WEB" in variable else 0]
    with pytest.raises(ConfigError, match=word):
        load(environ={variable: "80"})


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """``--config`` with a wrong path does not silently run with the defaults."""
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        load(tmp_path / "gone.toml", {})


@pytest.mark.parametrize("slot", ["00:00", "00:59", "02:30", "2500", "25:00", "noon", "18:00+01:00", "18", "18:00:30"])
def test_slots_that_the_clock_change_skips_or_doubles_are_refused(slot: str) -> None:
    """Hours 00 and 02 and whatever is no HH:MM are refused with the setting's name."""
    with pytest.raises(ConfigError, match="planner.snow_slots"):
        load(environ={"DAGSPLAN_PLANNER__SNOW_SLOTS": f"18:00,{slot}"})


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DAGSPLAN_MUNICIPALITY__TIME_ZONE", "Europe/Vexio", "Europe/Vexio"),
        ("DAGSPLAN_MUNICIPALITY__TIME_ZONE", "../etc/passwd", "time_zone"),
        ("DAGSPLAN_WEATHER__PROVIDERS", "yr", "yr"),
        ("DAGSPLAN_PLANNER__MODE", "auto", "planner.mode.*choose from shadow, assist, live"),
        ("DAGSPLAN_LOG__LEVEL", "loud", "log.level"),
        ("DAGSPLAN_LOG__FORMAT", "xml", "log.format"),
    ],
)
def test_a_word_that_is_unknown_is_refused(variable: str, value: str, says: str) -> None:
    """Zones, providers, modes and log forms are checked when they are read."""
    with pytest.raises(ConfigError, match=says):
        load(environ={variable: value})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "latitude = 142.5\nlongitude = 14.8",
            "municipality.latitude: 142.5 is no latitude; longitude and",
        ),
        ("latitude = 342.5\nlongitude = 14.8", "municipality.latitude: 342.5 is no latitude; write degrees between"),
        ("latitude = 56.8\nlongitude = 1480.0", "municipality.longitude: 1480 is no longitude; write degrees between"),
        ("latitude = nan\nlongitude = 14.8", "municipality.latitude: nan is no latitude"),
        (
            "latitude = 14.8\nlongitude = 56.8",
            "municipality.latitude 14.8 and longitude 56.8 lie far from Europe/Stockholm: they have changed places",
        ),
        ("latitude = 56.8", "municipality.longitude: not set, though municipality.latitude is; write both or neither"),
        ("longitude = 14.8", "municipality.latitude: not set, though municipality.longitude is; write both or neither"),
        ('country = "XX"', "municipality.country: 'XX' is no country"),
        ('country = "Sverige"', "municipality.country: 'Sverige' is no country"),
        ('country = "se"', "municipality.country: 'se' is no country; write it in capitals, SE"),
        ('name = " "', "municipality.name: is empty"),
        ('[weather]\nproviders = ["smhi"]', "municipality.longitude and latitude: not set; forecasts need the place"),
        (
            'latitude = 56.8\nlongitude = 14.8\n[weather]\nproviders = ["metno"]',
            "weather.contact: not set, and MET Norway wants a way to reach you in every request; write an e-mail",
        ),
    ],
)
def test_a_town_that_cannot_be_is_refused_with_the_way_out(tmp_path: Path, text: str, says: str) -> None:
    """A point that is nowhere, a country whose holidays nobody knows, a provider that lacks what it needs."""
    with pytest.raises(ConfigError) as refused:
        load(written(tmp_path, f"[municipality]\n{text}\n"), {})
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize("country", ["SE", "NO", "FI", "DK", "IS", "AX", "AD", "LI", "DE", "US", "EE"])
def test_countries_whose_holidays_are_known_are_taken(country: str) -> None:
    assert load(environ={"DAGSPLAN_MUNICIPALITY__COUNTRY": country}).municipality.country == country


TOWNS = {
    "Europe/Stockholm": [(55.6, 13.0), (67.85, 20.2), (58.9, 11.0)],
    "Europe/Helsinki": [(60.17, 24.94), (59.82, 22.97), (69.9, 27.0)],
    "Europe/Oslo": [(58.0, 7.0), (70.4, 31.1), (78.2, 15.6)],
    "Atlantic/Reykjavik": [(64.15, -21.94), (65.7, -14.0), (65.5, -24.0)],
    "Europe/Copenhagen": [(55.68, 12.57)],
    "America/Nuuk": [(64.18, -51.7)],
    "Atlantic/Faroe": [(62.0, -6.8)],
    "Europe/Andorra": [(42.5, 1.5)],
    "Europe/London": [(51.5, -0.1)],
    "Europe/Madrid": [(42.9, -9.2)],
}
"""Latitude and longitude of towns, in the corners of their countries too."""
FAR_AWAY = {
    "America/Argentina/Rio_Gallegos": (-50.3, -73.4),
    "Asia/Urumqi": (39.5, 76.0),
    "Asia/Shanghai": (39.5, 76.0),
    "Pacific/Kiritimati": (1.9, -157.4),
    "America/Los_Angeles": (45.5, -122.7),
    "Pacific/Easter": (-27.1, -109.4),
    "America/Punta_Arenas": (-54.9, -72.0),
}


@pytest.mark.parametrize("zone", [*TOWNS, *FAR_AWAY])
def test_no_town_is_taken_for_one_whose_sides_are_swapped(zone: str) -> None:
    for latitude, longitude in TOWNS.get(zone, [FAR_AWAY[zone]] if zone in FAR_AWAY else []):
        check_sides(longitude, latitude, zone)


@pytest.mark.parametrize("zone", sorted(TOWNS.keys() - {"America/Nuuk", "Europe/Madrid", "Europe/Andorra"}))
def test_a_point_whose_sides_are_swapped_is_refused(zone: str) -> None:
    """Both are degrees that a point may have, and the town would be in another ocean."""
    for latitude, longitude in TOWNS[zone]:
        with pytest.raises(ConfigError, match="changed places"):
            check_sides(latitude, longitude, zone)


def secretive() -> Settings:
    return load(
        environ={
            "DAGSPLAN_DATABASE__DSN": f"postgresql://city:{SECRET}@db/city",
            "DAGSPLAN_MQTT__PASSWORD": SECRET,
            "DAGSPLAN_MQTT__URL": f"mqtts://daemon:{SECRET}@broker:8883",
            "DAGSPLAN_CALLS__GATEWAY_URL": f"https://city:{SECRET}@gateway:8443",
            "DAGSPLAN_CALLS__GATEWAY_TOKEN": SECRET,
            "DAGSPLAN_CALLS__SMTP_URL": f"smtp://city:{SECRET}@mail:587",
            "DAGSPLAN_CALLS__SMTP_PASSWORD": SECRET,
            "DAGSPLAN_CALLS__MAIL_FROM": "vakt@example.se",
        }
    )


def test_no_secret_stands_in_what_is_shown() -> None:
    """The shown tree and the repr, of the whole and of its parts, hold no secret; host and port stay readable."""
    settings = secretive()
    parts = (settings.database, settings.mqtt, settings.calls)
    for text in (repr(settings), str(settings), str(shown(settings)), *map(repr, parts)):
        assert SECRET not in text
    assert "broker:8883" in str(shown(settings))
    assert "gateway:8443" in repr(settings.calls)


@pytest.mark.parametrize(
    ("calls", "problem"),
    [
        ({"GATEWAY_URL": "gateway.example.se"}, "calls.gateway_url: this is no address"),
        ({"GATEWAY_URL": "http://"}, "calls.gateway_url: this is no address"),
        ({"GATEWAY_URL": "http://[a"}, "calls.gateway_url: this is no address"),
        ({"GATEWAY_URL": "http://a:x"}, "calls.gateway_url: this is no address"),
        (
            {"SMTP_URL": "https://mail"},
            "calls.smtp_url: this is no address; write it with one of smtp, smtps",
        ),
        ({"SMTP_URL": "smtp://mail"}, "calls.mail_from: not set"),
        ({"GATEWAY_CHANNELS": "sms,fax"}, "calls.gateway_channels: 'fax' is unknown; choose from sms, voice, app"),
        ({"TRIES": "0"}, "calls.tries is 0"),
        ({"TIMEOUT_S": "nan"}, "calls.timeout_s is nan"),
        ({"LEASE_S": "19"}, "calls.lease_s: shorter than two waits of calls.timeout_s; set it to 20 or more"),
    ],
)
def test_calls_that_could_not_leave_or_twice_by_mistake_are_refused(calls: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(environ={f"DAGSPLAN_CALLS__{name}": value for name, value in calls.items()})
    assert problem in str(refused.value)


def test_a_broken_setting_beside_a_secret_does_not_print_it() -> None:
    """The text of a ConfigError holds no secret."""
    with pytest.raises(ConfigError) as refused:
        load(environ={"DAGSPLAN_DATABASE__DSN": f"x:{SECRET}", "DAGSPLAN_DATABASE__CONNECT_TIMEOUT_S": "soon"})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_config_show_hides_secrets(
    form: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``dagsplan config show`` prints the effective settings, and no secret among them."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", f"postgresql://city:{SECRET}@db/city")
    monkeypatch.setenv("DAGSPLAN_MQTT__URL", f"mqtt://daemon:{SECRET}@broker")
    monkeypatch.setenv("DAGSPLAN_WEB__PORT", "8099")
    assert dagsplan.main(["config", "show", *form]) == 0
    out = capsys.readouterr().out
    assert "8099" in out
    assert "broker" in out
    assert SECRET not in out


def test_settings_cannot_be_changed() -> None:
    """The tree is frozen: nobody changes a setting on the way."""
    with pytest.raises(AttributeError):
        load(environ={}).web.port = 1  # type: ignore[misc]
    assert msgspec.to_builtins(Settings())["web"]["port"] == 8080


def test_the_state_folder_follows_the_setting(tmp_path: Path) -> None:
    """``DAGSPLAN_STATE_DIR`` moves the embedded parts; without it the user's state folder is taken."""
    assert load(environ={"DAGSPLAN_STATE_DIR": str(tmp_path)}).state == tmp_path
    assert load(environ={}).state == default_state_dir()


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("MUNICIPALITY__TIME_ZONE=Mars", "municipality.time_zone: ingen tidszon heter 'Mars'"),
        ("PLANNER__SNOW_SLOTS=02:30", "planner.snow_slots: 02:30 kan hoppas över eller komma två gånger"),
        ("WEB__PORT=snart", "förvalen eller miljövariablerna: `int` väntades, här står `str` – vid `$.web.port`;"),
        ("STORE__KEEP_RAW_DAYS=3", "så att timmarna för sena mätningar kan räknas; sätt den till 9 eller mer"),
        ("DATABASE__DSN_FILE=ingenstans", "ingenstans går inte att läsa: Filen eller mappen finns inte"),
    ],
)
def test_a_mistake_is_said_in_swedish_too(variable: str, said: str) -> None:
    """The whole line is Swedish, whatever other programs had to say of it."""
    name, value = variable.split("=")
    with pytest.raises(ConfigError) as refused:
        load(environ={f"DAGSPLAN_{name}": value})
    assert said in refused.value.said(words("sv"))


@pytest.mark.parametrize(("named", "language"), [(None, "sv"), ("en", "en"), ("tlh", "sv"), ("", "sv")])
def test_what_is_said_before_the_settings_are_read(named: str | None, language: str) -> None:
    """The variable decides where it names a language that there are words of."""
    environ = {} if named is None else {"DAGSPLAN_MUNICIPALITY__LANGUAGE": named}
    assert first_language(environ) == language
