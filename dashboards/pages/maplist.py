"""The list beside the map: turer and streets by how they stand, what needs a hand first. It is the keyboard's map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from city.vocabulary import Domain
from dashboards.pages.mapnow import MapNow, MapTur, TurGroup
from dashboards.pages.mapwords import SILENT, by_vehicle
from dashboards.web.locale import NBSP, Locale
from planner.night.streets import StreetNow, StreetState, metres
from store.positions import SeenVehicle

STATES_OF: dict[TurGroup, frozenset[StreetState]] = {
    "left": frozenset({"left"}),
    "doing": frozenset({"doing_left"}),
    "done": frozenset({"done", "doing_done"}),
}
"""Of which streets a heading gives the length."""
LOUD = frozenset({"is-stop", "is-late", "is-warn"})
MOST_NAMES, MOST_WHYS = 12, 4


@dataclass(frozen=True)
class MapRow:
    """One tur in the list. ``loud`` where its state needs a hand: icon and word then stand in colour."""

    key: str
    code: str
    name: str
    second: str
    look: str
    icon: str
    right: str


@dataclass(frozen=True)
class MapGroup:
    """A heading with its line (``swatch``), how much it holds, and its rows; or a sentence where it has no turer."""

    kind: str
    swatch: str
    title: str
    count: str
    rows: tuple[MapRow, ...] = ()
    text: str = ""


def map_list(shown: MapNow, domain: Domain, locale: Locale) -> list[MapGroup]:
    """The groups that hold something, in the order in which they need a hand."""
    found = [*_without_vehicle(shown, locale), *_groups(shown, domain, locale), *_not_cared(shown, locale)]
    return [group for group in found if group is not None]


def _groups(shown: MapNow, domain: Domain, locale: Locale) -> Iterator[MapGroup]:
    seen = by_vehicle(shown)
    for kind in ("left", "doing", "done"):
        turer = [tur for tur in shown.turer if tur.group == kind]
        km = _km(shown, STATES_OF[kind], locale)
        if turer or km:
            n = len({tur.item.target for tur in turer})
            count = ", ".join(part for part in (locale.words.count(f"map.n_{domain}", n) if n else "", km) if part)
            turer.sort(key=lambda tur: (tur.row.status.rank, str(tur.item.starts_at)))
            rows = tuple(_row(tur, kind, seen.get(tur.order.id if tur.order else ""), shown, locale) for tur in turer)
            yield MapGroup(kind, kind, locale.words(f"map.group.{kind}"), count, rows)


def _row(tur: MapTur, kind: TurGroup, seen: SeenVehicle | None, shown: MapNow, locale: Locale) -> MapRow:
    row, status = tur.row, tur.row.status
    silent = seen is not None and shown.at - seen.time > SILENT and kind == "doing"
    loud = status.look in LOUD or silent
    word = status.word if kind != "doing" or status.look in LOUD else ""
    if silent and seen is not None:
        word = locale.words("map.silent", age=locale.age((shown.at - seen.time).total_seconds()))
    second = ", ".join(part for part in (row.vehicle, word, _missed(tur, kind, shown, locale)) if part)
    look, icon = ("is-warn", "warn") if silent else (status.look, status.icon)
    return MapRow(
        key=row.key,
        code=row.code,
        name=_name(tur, locale),
        second=second or row.under,
        look=look if loud else "",
        icon=icon,
        right=_right(tur, kind, shown, silent=silent, locale=locale),
    )


def _name(tur: MapTur, locale: Locale) -> str:
    """The streets of a tur, with its run where it is not the first of the day."""
    run = tur.row.key.rsplit(":", 1)[-1]
    again = run.isdigit() and int(run) > 1 and bool(tur.row.code)
    return f"{tur.row.title}, {locale.words('row.run', n=int(run))}" if again else tur.row.title


def _missed(tur: MapTur, kind: TurGroup, shown: MapNow, locale: Locale) -> str:
    """When what nobody has begun should have begun; empty where its start is not over."""
    start = tur.item.starts_at
    if kind != "left" or start is None or start >= shown.at:
        return ""
    return locale.words("state.missed", clock=locale.moment(start, shown.at))


def _right(tur: MapTur, kind: TurGroup, shown: MapNow, *, silent: bool, locale: Locale) -> str:
    """When it begins, or how much is done."""
    if kind == "left":
        start = tur.item.starts_at
        return locale.words("map.starts", clock=locale.clock(start)) if start and start >= shown.at else ""
    if kind == "doing" and tur.far is not None and tur.far.share is not None:
        percent = f"{100 * tur.far.share:.0f}{NBSP}%"
        return locale.words("map.at_least", percent=percent) if silent else percent
    return ""


def _km(shown: MapNow, states: Set[StreetState], locale: Locale) -> str:
    length = metres(shown.town.given, shown.streets, states) if shown.streets else 0.0
    return locale.km(length) if length else ""


def _without_vehicle(shown: MapNow, locale: Locale) -> Iterator[MapGroup]:
    turer = [one for one in shown.not_cared if one.kind == "no_vehicle"]
    if not turer:
        return
    count = [locale.words.count("map.n_snow", len(turer)), _km(shown, frozenset({"no_vehicle"}), locale)]
    rows = tuple(
        MapRow(f"-{one.target}", one.target, one.title.removeprefix(one.target).strip(), one.why, "is-stop", "stop", "")
        for one in turer
    )
    title = locale.words("map.group.no_vehicle")
    yield MapGroup("no_vehicle", "no_vehicle", title, ", ".join(part for part in count if part), rows)


def _not_cared(shown: MapNow, locale: Locale) -> Iterator[MapGroup]:
    """Streets that nobody comes to, and those that do not need it: names, lengths, and why."""
    sorts = {
        "unreachable": [n for n, one in enumerate(shown.streets) if one.state == "unreachable"],
        "not_covered": [n for n, one in enumerate(shown.streets) if _uncovered(one)],
        "theirs": [n for n, one in enumerate(shown.streets) if one.cause == "keeper"],
        "not_needed": [n for n, one in enumerate(shown.streets) if one.state == "not_needed"],
    }
    for kind, found in sorts.items():
        if found:
            km = locale.km(sum(shown.town.given[n].length_m for n in found))
            text = _said(kind, found, shown, locale)
            yield MapGroup(kind, kind, locale.words(f"map.group.{kind}"), km, text=text)


def _uncovered(street: StreetNow) -> bool:
    return street.state == "not_covered" and street.cause != "keeper"


def _said(kind: str, found: Sequence[int], shown: MapNow, locale: Locale) -> str:
    """The names where a hand is needed, and the reasons; for what needs nothing how near it is to its limit."""
    if kind == "not_needed":
        return _nearest(found, shown, locale)
    if kind == "theirs":
        return ""
    names = sorted({name for n in found if (name := shown.town.names[n])})
    more = len(names) - MOST_NAMES
    listed = ", ".join(names[:MOST_NAMES]) or locale.words("row.no_name")
    if more > 0:
        listed = locale.words.count("map.more_names", more, names=listed)
    whys = dict.fromkeys(_why(shown.streets[n], locale) for n in found)
    told = [f"{why[:1].upper()}{why[1:].rstrip('.')}." for why in whys if why]
    return " ".join([f"{listed}.", *told[:MOST_WHYS]])


def _why(street: StreetNow, locale: Locale) -> str:
    if street.said:
        return street.said
    return locale.words(f"map.street.{street.cause}") if street.cause in {"no_way", "over_limit"} else ""


def _nearest(found: Sequence[int], shown: MapNow, locale: Locale) -> str:
    """The street that comes first to its limit, with its figures."""
    known = [(one, n) for n in found if (one := shown.streets[n].depth) is not None and one.limit_cm]
    if not known:
        return ""
    depth, n = max(known, key=lambda pair: pair[0].now_cm / (pair[0].limit_cm or 1.0))
    return locale.words(
        "map.nearest",
        name=shown.town.names[n] or locale.words("row.no_name"),
        depth=f"{locale.figure(depth.now_cm)}{NBSP}cm",
        limit=locale.short(depth.limit_cm or 0.0),
    )
