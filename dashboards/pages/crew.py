"""The manning of tonight as lines of a page: vehicles with their state, call-out lists in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from city.entities import Contractor, Depot, Vehicle
from city.manning import CallOut, CrewChange, RosterTurn
from city.plan import Intervention
from city.totals import SnowTotals, totals_of
from city.vocabulary import STAND_IN, Domain
from dashboards.pages.services.known import VIEWS
from dashboards.pages.who import crew_said
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from planner.night.manned import holds, manned, out_of_service, waiting_for
from store import calls, facts, manning, orders
from store.connect import Connection
from store.manning import HeldOrder

DRIVEN: tuple[Domain, ...] = ("snow", "waste")
"""The services that have vehicles."""
BACK, AHEAD = timedelta(hours=36), timedelta(hours=24)


@dataclass(frozen=True)
class CrewKnown:
    """What is known of the manning at a time: the fleet of all services, tonight's turns by vehicle, call-out lists,
    changes that are not over, orders under way, what the live plans propose and nobody has called out, and how many
    turer they have no vehicle for."""

    at: datetime
    vehicles: tuple[Vehicle, ...]
    depots: Mapping[str, Depot]
    contractors: Mapping[str, Contractor]
    turns: Mapping[str, Sequence[RosterTurn]]
    lists: tuple[CallOut, ...]
    changes: tuple[CrewChange, ...]
    held: tuple[HeldOrder, ...]
    waiting: tuple[Intervention, ...]
    without_vehicle: int

    def of(self, vehicle: str, who: str = "") -> list[CrewChange]:
        """The changes of a vehicle, or of a place of its list."""
        return [change for change in self.changes if change.vehicle == vehicle and change.who == who]


@dataclass(frozen=True)
class HoldsLine:
    """A change in a sentence, with the id under which it can be taken back; ``ends`` is what the button says that ends
    it, empty where it has not begun."""

    id: str
    text: str
    ends: str


@dataclass(frozen=True)
class CrewLine:
    """A vehicle, or a place of a call-out list: ``place`` is the number in its list, ``opens`` the name by which its
    row is opened (empty where it stands on a list before and is opened there), ``then`` what saving does, ``hands``
    what is out and is not touched by it."""

    anchor: str
    opens: str
    vehicle: str
    who: str
    place: int
    under: str
    can: str
    word: str
    look: str
    icon: str
    second: str
    address: str
    dial: str
    channel: str
    turer: str
    then: str
    hands: str
    changes: tuple[HoldsLine, ...]


@dataclass(frozen=True)
class CrewList:
    """A call-out list: whose, of which network, and its places in their order."""

    title: str
    lines: tuple[CrewLine, ...]


def crew_known(context: AppContext, connection: Connection, now: datetime) -> CrewKnown:
    """Reads what is known of the manning."""
    turns: dict[str, list[RosterTurn]] = {}
    for turn in sorted(facts.roster(connection, now, now + AHEAD), key=lambda turn: turn.starts_at):
        turns.setdefault(turn.vehicle, []).append(turn)
    live = {domain: context.live(connection, domain) for domain in DRIVEN}
    waiting = [
        item
        for domain, plan in live.items()
        for item in waiting_for(plan, orders.given_orders(connection, domain, now - BACK))
    ]
    snow = live["snow"]
    return CrewKnown(
        now,
        tuple(row for domain in DRIVEN for row in _told(facts.vehicles(connection, domain))),
        {depot.id: depot for depot in facts.depots(connection)},
        {contractor.id: contractor for contractor in facts.contractors(connection)},
        turns,
        calls.call_out_lists(connection),
        manning.changes(connection, now),
        manning.held_orders(connection, now - BACK),
        tuple(waiting),
        (totals_of(snow, SnowTotals).without_vehicle or 0) if snow else 0,
    )


def vehicle_lines(known: CrewKnown, locale: Locale) -> list[CrewLine]:
    """The fleet: who is out first, then who is on the road, then by service and name."""
    found = [_vehicle(known, vehicle, locale) for vehicle in known.vehicles]
    rank = {"is-stop": 0, "is-go": 1}
    return sorted(found, key=lambda line: rank.get(line.look, 2))


def list_lines(known: CrewKnown, locale: Locale) -> list[CrewList]:
    """The call-out lists, each in its order."""
    lists: dict[tuple[str, str | None], list[CallOut]] = {}
    for call in known.lists:
        lists.setdefault((call.network, call.contractor), []).append(call)
    made: list[CrewList] = []
    seen: set[str] = set()
    for (network, contractor), rows in lists.items():
        lines = [_once(_place(known, call, locale), seen, len(made)) for call in rows]
        made.append(CrewList(_title(known, network, contractor, locale), tuple(lines)))
    return made


def _once(line: CrewLine, seen: set[str], n: int) -> CrewLine:
    """A line that is opened on the first of its lists alone."""
    if line.opens in seen:
        return replace(line, opens="", anchor=f"{line.anchor}-{n}")
    seen.add(line.opens)
    return line


def said_change(change: CrewChange, now: datetime, locale: Locale) -> str:
    """A change in a sentence: 'P05 är ur drift till ons 25 nov 12.00: hydrauliken läcker.'"""
    later = "_later" if change.starts_at > now else ""
    text = locale.words(
        f"manning.said.{change.kind}{later}",
        vehicle=change.vehicle,
        who=change.who,
        address=change.address or "",
        begins=locale.moment(change.starts_at, now),
        until=locale.until(change.until_at, now),
    )
    return f"{text}: {change.why}." if change.why else f"{text}."


def crew_anchor(vehicle: str, who: str = "") -> str:
    """The id of a row's element."""
    return "v-" + re.sub(r"[^A-Za-z0-9_-]+", "-", f"{vehicle}-{who}" if who else vehicle)


def _told(rows: Sequence[Vehicle]) -> Sequence[Vehicle]:
    return [row for row in rows if not row.id.startswith(STAND_IN)] or rows


def _vehicle(known: CrewKnown, vehicle: Vehicle, locale: Locale) -> CrewLine:
    t, name = locale.words, vehicle.id
    word, look, icon, second = _state(known, name, locale)
    lists = manned(known.lists, known.changes, known.at)
    call = next((call for call in lists if call.vehicle == name), None)
    mine = [item for item in known.waiting if item.vehicle == name]
    out = [order for order in known.held if order.vehicle == name]
    depot = known.depots.get(vehicle.depot)
    whose = known.contractors.get(vehicle.contractor or "")
    under = [crew_said(whose.name, locale) if whose else "", depot.name if depot else vehicle.depot]
    return CrewLine(
        anchor=crew_anchor(name),
        opens=name,
        vehicle=name,
        who=call.who if call else "",
        place=0,
        under=" · ".join(part for part in under if part),
        can=t(
            f"manning.can.{vehicle.domain}_{vehicle.network}"
            if VIEWS[vehicle.domain].by_street
            else "manning.can.waste"
        ),
        word=word,
        look=look,
        icon=icon,
        second=second,
        address=call.address if call else "",
        dial=_dial(call),
        channel=t(f"manning.channel.{call.channel}") if call else "",
        turer=", ".join(order.target for order in out) or ", ".join(item.target for item in mine),
        then=_then(name, mine, locale),
        hands=_hands(name, out, locale),
        changes=_changes(known.of(name), known.at, locale),
    )


def _state(known: CrewKnown, vehicle: str, locale: Locale) -> tuple[str, str, str, str]:
    """Word, looks, icon and second line of a vehicle: out of service, on the road, or in service and until when."""
    t, now = locale.words, known.at
    out = out_of_service(known.changes, now).get(vehicle)
    if out is not None:
        until = locale.until(out.until_at, now)
        return t("manning.state.out"), "is-stop", "stop", f"{until}: {out.why}" if out.why else until
    order = next((order for order in known.held if order.vehicle == vehicle), None)
    if order is not None:
        clock = locale.moment(order.state_at, now)
        look, icon = ("is-late", "ring") if order.state == "decided" else ("is-go", "sent")
        return t(f"manning.order.{order.state}"), look, icon, t("manning.since", clock=clock)
    later = next((c for c in known.of(vehicle) if c.kind == "vehicle_out"), None)
    if later is not None:
        span = {"begins": locale.moment(later.starts_at, now), "until": locale.until(later.until_at, now)}
        return t("manning.state.in"), "is-ok", "ok", t("manning.out_later", **span)
    return _turn(known, vehicle, locale)


def _turn(known: CrewKnown, vehicle: str, locale: Locale) -> tuple[str, str, str, str]:
    t, now, turns = locale.words, known.at, known.turns.get(vehicle, ())
    if not turns:
        return t("manning.state.in"), "is-ok", "ok", t("manning.no_turn")
    first = turns[0]
    if first.starts_at > now:
        begins = t("manning.from", clock=locale.moment(first.starts_at, now))
        return t("manning.state.off"), "is-wait", "ring", begins
    return t("manning.state.in"), "is-ok", "ok", t("manning.until", until=locale.moment(first.ends_at, now))


def _then(vehicle: str, mine: Sequence[Intervention], locale: Locale) -> str:
    """What saving does to the plans."""
    targets = tuple(item.target for item in mine)
    if not targets:
        return locale.words("manning.then_none", vehicle=vehicle)
    return locale.words.count("manning.then", len(targets), vehicle=vehicle, targets=targets)


def _hands(vehicle: str, out: Sequence[HeldOrder], locale: Locale) -> str:
    """What the vehicle is out on, which nobody but a person takes from it."""
    if not out:
        return ""
    held = tuple(f"{o.target} ({locale.words(f'manning.order.{o.state}').lower()})" for o in out)
    return locale.words("manning.hands", vehicle=vehicle, held=held)


def _changes(changes: Sequence[CrewChange], now: datetime, locale: Locale) -> tuple[HoldsLine, ...]:
    words = locale.words
    return tuple(
        HoldsLine(
            change.id,
            said_change(change, now, locale),
            words(f"manning.back.{change.kind}") if holds(change, now) else "",
        )
        for change in changes
    )


def _title(known: CrewKnown, network: str, contractor: str | None, locale: Locale) -> str:
    whose = known.contractors.get(contractor or "")
    name = crew_said(whose.name, locale) if whose else contractor or locale.words("manning.list_all")
    return locale.words("manning.list_title", network=locale.words(f"manning.network.{network}"), whose=name)


def _place(known: CrewKnown, call: CallOut, locale: Locale) -> CrewLine:
    t, now, mine = locale.words, known.at, known.of(call.vehicle, call.who)
    word, look, icon, second = t("manning.state.there"), "is-ok", "ok", ""
    away = next((change for change in mine if change.kind == "away" and holds(change, now)), None)
    number = next((change for change in mine if change.kind == "number" and holds(change, now)), None)
    reached = manned([call], [number] if number else [], now)[0]
    if away is not None:
        word, look, icon = t("manning.state.away"), "is-stop", "stop"
        second = locale.until(away.until_at, now)
    elif call.vehicle in out_of_service(known.changes, now):
        word, look, icon, second = t("manning.state.out"), "is-wait", "cross", t("manning.not_called")
    elif number is not None:
        second = t("manning.other_number", until=locale.until(number.until_at, now), usual=call.address)
    return CrewLine(
        anchor=crew_anchor(call.vehicle, call.who),
        opens=f"{call.vehicle}/{call.who}",
        vehicle=call.vehicle,
        who=call.who,
        place=call.place,
        under=call.vehicle,
        can="",
        word=word,
        look=look,
        icon=icon,
        second=second,
        address=reached.address,
        dial=_dial(reached),
        channel=t(f"manning.channel.{reached.channel}"),
        turer="",
        then=t("manning.then_place", who=call.who),
        hands="",
        changes=_changes(mine, now, locale),
    )


def _can(vehicle: Vehicle) -> str:
    """What a vehicle can do, by its service and, where that drives streets, its network."""
    return f"{vehicle.domain}_{vehicle.network}" if VIEWS[vehicle.domain].by_street else vehicle.domain


def _dial(call: CallOut | None) -> str:
    """The number as a telephone dials it; empty where the address is none."""
    if call is None or call.channel not in {"sms", "voice"} or not re.fullmatch(r"\+?[\d\s().\-/]+", call.address):
        return ""
    return re.sub(r"[^\d+]", "", call.address)
