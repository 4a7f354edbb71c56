"""Another vehicle in an opened row: the fleet to choose from, what each is booked for, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from city.plan import Plan
from dashboards.pages.crew import DRIVEN
from dashboards.pages.rows import PlanRow
from dashboards.pages.who import crew_said
from dashboards.web.locale import Locale
from planner.calls.fleetnow import fleet_of_frame, frame_now
from planner.night.choice import Against, VehicleOption, options
from store.connect import Connection


@dataclass(frozen=True)
class OptionLine:
    """One vehicle of the list: its id, what is said of it, and whether it may be chosen."""

    vehicle: str
    text: str
    may: bool


@dataclass(frozen=True)
class RowChoice:
    """The list of a row: the vehicle that drives it as it stands and whose it is, and whether somebody chose that."""

    vehicle: str
    contractor: str
    chosen: bool
    lines: tuple[OptionLine, ...]


def row_choices(
    connection: Connection, plan: Plan | None, table: Sequence[PlanRow], now: datetime, locale: Locale
) -> dict[str, RowChoice]:
    """The list of each row that waits for a call-out, by key; who rests is said when one is chosen."""
    waiting = {row.key for row in table if row.choose}
    if plan is None or plan.domain not in DRIVEN or not waiting:
        return {}
    frame = frame_now(connection, plan, now)
    fleet, whose = (
        fleet_of_frame(plan, frame),
        {v.id: crew_said(frame.names.get(v.contractor or "", ""), locale) for v in frame.vehicles},
    )
    made = {}
    for item in plan.interventions:
        if item.key in waiting:
            vehicle = frame.chosen.get(item.key) or item.vehicle or ""
            lines = tuple(option_line(option, frame.names, now, locale) for option in options(item, fleet))
            made[item.key] = RowChoice(vehicle, whose.get(vehicle, ""), item.key in frame.chosen, lines)
    return made


def with_choices(table: Sequence[PlanRow], choices: Mapping[str, RowChoice], locale: Locale) -> list[PlanRow]:
    """The rows with the vehicles that somebody chose, and whose they are. What came to nothing goes to the plan's own
    where none was chosen, whoever had it."""
    return [_with_choice(row, choices[row.key], locale) if row.key in choices else row for row in table]


def _with_choice(row: PlanRow, choice: RowChoice, locale: Locale) -> PlanRow:
    over = row.status.state in {"refused", "aborted"}
    if not choice.vehicle or choice.vehicle == row.vehicle or not (choice.chosen or over):
        return row
    made = replace(row, vehicle=choice.vehicle, contractor=choice.contractor)
    if not over or not row.vehicle:
        return made
    said = [locale.words("choice.was", vehicle=row.vehicle), row.status.second]
    return replace(made, status=replace(row.status, second=" · ".join(part for part in said if part)))


def said_against(one: Against, now: datetime, locale: Locale) -> str:
    """'ute med P1-2 till 04.30', 'ur drift till ons 25 nov 12.00'."""
    at = locale.moment(one.at, now) if one.at is not None else ""
    if one.kind == "out":
        at = locale.until(one.at, now)
    return locale.words(f"choice.against.{one.kind}", at=at, what=one.what)


def option_line(option: VehicleOption, names: Mapping[str, str], now: datetime, locale: Locale) -> OptionLine:
    """A vehicle with whose it is and what speaks against it, by the ``names`` of contractors."""
    said = [said_against(one, now, locale) for one in option.against] or [locale.words("choice.free")]
    whose = crew_said(names.get(option.vehicle.contractor or "", ""), locale)
    text = " · ".join(part for part in (option.vehicle.id, whose, ", ".join(said)) if part)
    return OptionLine(option.vehicle.id, text, option.out is None)
