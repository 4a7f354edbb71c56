"""How ``/data`` says its sensors: what each measures and said last in words with units, and how it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from city.quantities import quantity
from dashboards.web.locale import NBSP, Locale
from store.history import ReadingFile
from store.registers import NewestValue
from store.sensors import SensorNow, Suggestion, TurnedAway

LOOKS = {
    "silent": ("is-stop", "stop"),
    "stuck": ("is-late", "warn"),
    "no_place": ("is-late", "warn"),
    "never": ("is-wait", "ring"),
    "heard": ("is-ok", "ok"),
    "retired": ("is-wait", "off"),
}
"""How each state of a sensor looks, worst first: the class of its text and its icon."""
FITS = {
    "fill_level": "vessel",
    "distance": "vessel",
    "indoor_temperature": "building",
    "co2": "building",
    "humidity": "building",
    "heat_energy": "building",
    "heat_power": "building",
    "snow_depth": "road",
    "road_temperature": "road",
    "friction": "road",
}
"""What a sensor of a quantity stands for as a rule."""
REASONS = frozenset({
    "not_json", "shape", "topic", "device", "too_deep", "too_large", "quantity", "out_of_range", "clock", "future",
    "too_old", "no_fix", "retired", "too_many_series", "database", "decoder_failed",
})  # fmt: skip
"""The reasons that have words; any other is said as it is."""


@dataclass(frozen=True)
class SensorValue:
    """A value in words: 'Snödjup', '4,6 cm'."""

    name: str
    said: str


@dataclass(frozen=True)
class WaitingSensor:
    """A sensor that nobody has taken in, as the page prints it; ``list`` names the suggestions that fit it."""

    id: str
    since: str
    heard: str
    messages: str
    beyond: str
    values: tuple[SensorValue, ...]
    list: str


@dataclass(frozen=True)
class SensorLine:
    """A sensor that is taken in, or was; every field is a text, but whether it needs somebody."""

    id: str
    name: str
    second: str
    measures: str
    values: tuple[SensorValue, ...]
    heard: str
    age: str
    stands: str
    stands_kind: str
    state: str
    word: str
    look: str
    icon: str
    needs: bool
    list: str


@dataclass(frozen=True)
class RejectionLine:
    """Why messages were rejected, the newest of them, and what to do."""

    title: str
    count: str
    newest: str
    topic: str
    payload: str
    detail: str
    way_out: str
    command: str


@dataclass(frozen=True)
class ImportedFile:
    """A file of history."""

    file: str
    at: str
    series: str
    span: str


def values_in_words(values: Mapping[str, float], locale: Locale) -> tuple[SensorValue, ...]:
    """Newest values by quantity, those first that a service reads."""
    ranked = sorted(values, key=lambda name: (not quantity(name).readers, name))
    return tuple(SensorValue(quantity_name(name, locale), _value(name, values[name], locale)) for name in ranked)


def quantity_name(name: str, locale: Locale) -> str:
    """How a quantity is called; one that we do not know as its sender calls it."""
    return locale.words.known(f"data.quantity.{name}", name)


def _value(name: str, value: float, locale: Locale) -> str:
    unit = quantity(name).unit
    digits = 0 if float(value).is_integer() else 2 if unit == "1" else 1
    return locale.figure(value, digits) + (f"{NBSP}{unit}" if unit not in {"", "1"} else "")


def by_device(values: Iterable[NewestValue]) -> dict[str, dict[str, float]]:
    """Newest values of sensors, by sensor and quantity."""
    found: dict[str, dict[str, float]] = {}
    for one in values:
        found.setdefault(one.device, {})[one.quantity] = one.value
    return found


def waiting_sensor(row: SensorNow, values: Mapping[str, float], now: datetime, locale: Locale) -> WaitingSensor:
    """A sensor that waits to be taken in."""
    t = locale.words
    heard = row.last_received
    return WaitingSensor(
        id=row.id,
        since="" if row.first_seen is None else locale.moment(row.first_seen, now),
        heard="" if heard is None else t("data.ago", age=locale.age((now - heard).total_seconds())),
        messages=t.count("data.messages", row.messages),
        beyond=t.count("data.beyond_one", row.beyond) if row.beyond else "",
        values=values_in_words(values, locale),
        list=_fitting(values),
    )


def _fitting(quantities: Iterable[str]) -> str:
    kinds = {FITS[name] for name in quantities if name in FITS}
    return kinds.pop() if len(kinds) == 1 else "any"


def sensor_line(
    row: SensorNow, values: Mapping[str, float], stuck: Collection[str], now: datetime, locale: Locale
) -> SensorLine:
    """A sensor that is taken in, or was."""
    t = locale.words
    state = _state(row, stuck)
    look, icon = LOOKS[state]
    heard = row.last_received
    named = list(values) or [part for part in (row.quantity or "").split("|") if part]
    aliases = [row.id if row.name != row.id else "", row.eui if row.eui != row.id else "", row.model]
    return SensorLine(
        id=row.id,
        name=row.name or row.id,
        second=" · ".join([*(alias for alias in aliases if alias), *([t("data.simulated")] if row.simulated else [])]),
        measures=", ".join(quantity_name(name, locale) for name in named),
        values=values_in_words(values, locale),
        heard="" if heard is None else locale.moment(heard, now),
        age="" if heard is None else locale.age((now - heard).total_seconds()),
        stands=row.stands_name or (row.stands or "").partition(":")[2] or _own_place(row, locale),
        stands_kind="" if row.stands is None else _kind(row.stands, locale),
        state=state,
        word=t(f"data.state.{state}"),
        look=look,
        icon=icon,
        needs=state in {"silent", "stuck", "no_place"},
        list=_fitting(named),
    )


def _kind(stands: str, locale: Locale) -> str:
    kind, _, thing = stands.partition(":")
    said = locale.words(f"data.kind.{kind}")
    return f"{said} {thing}" if kind != "road" else said


def _own_place(row: SensorNow, locale: Locale) -> str:
    if row.lon is None or row.lat is None:
        return ""
    return locale.words("data.place", lat=locale.figure(row.lat, 4), lon=locale.figure(row.lon, 4))


def _state(row: SensorNow, stuck: Collection[str]) -> str:
    if not row.adopted:
        return "retired"
    if row.last_received is None:
        return "never"
    if row.silent:
        return "silent"
    if row.id in stuck:
        return "stuck"
    return "no_place" if row.lon is None and row.stands is None else "heard"


def in_order(lines: Iterable[SensorLine]) -> list[SensorLine]:
    """Those first that need somebody, the worst before; then by name."""
    places = list(LOOKS)
    return sorted(lines, key=lambda line: (places.index(line.state), line.name.casefold(), line.id))


def rejection_line(row: TurnedAway, now: datetime, locale: Locale) -> RejectionLine:
    """Why messages were turned away, in words."""
    t = locale.words
    known = row.reason if row.reason in REASONS else "other"
    return RejectionLine(
        title=t(f"data.reason.{known}", reason=row.reason),
        count=t.count("data.messages", row.n),
        newest=locale.moment(row.received_at, now),
        topic=row.topic,
        payload=_shown(row.payload),
        detail=row.detail,
        way_out=t(f"data.way_out.{known}"),
        command=f"dagsplan deadletters replay --reason {row.reason}",
    )


def _shown(payload: bytes, most: int = 120) -> str:
    """The begin of a message as a person can read it; nothing where it is no text."""
    text = payload.decode("utf-8", "replace")
    if not text.isprintable() or "\N{REPLACEMENT CHARACTER}" in text[:-1]:
        return ""
    return text[:most] + ("…" if len(text) > most else "")


def imported_file(row: ReadingFile, now: datetime, locale: Locale) -> ImportedFile:
    """A file of history, with when it was imported, its series and its time."""
    t = locale.words
    zone = locale.zone
    span = t("data.file_span", first=row.first.astimezone(zone).date(), last=row.last.astimezone(zone).date())
    series = t.count("data.series", len(row.series_ids))
    return ImportedFile(row.file, locale.moment(row.imported_at, now), series, span)


def suggested(found: Sequence[Suggestion], locale: Locale) -> dict[str, list[tuple[str, str]]]:
    """What may be typed and what it is, by kind and for any of them; an id that two kinds have is written whole."""
    counted = Counter(one.id for one in found)
    lists: dict[str, list[tuple[str, str]]] = {"vessel": [], "building": [], "road": []}
    for one in found:
        value = f"{one.kind}:{one.id}" if counted[one.id] > 1 and one.kind != "road" else one.id
        lists[one.kind].append((value, _suggestion(one, locale)))
    return lists | {"any": [pair for kind in lists.values() for pair in kind]}


def _suggestion(one: Suggestion, locale: Locale) -> str:
    t = locale.words
    detail = t.known(f"fraction.{one.detail}", one.detail) if one.kind == "vessel" else ""
    parts = [
        t(f"data.kind.{one.kind}"),
        "" if one.kind == "road" else one.name,
        detail,
        t("data.taken") if one.taken else "",
    ]
    return ", ".join(part for part in parts if part)
