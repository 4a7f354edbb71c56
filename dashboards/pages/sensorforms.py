"""What a person does with a sensor on ``/data``: adopts, corrects, replaces or retires it, and takes that back.

What is done is what ``dagsplan devices`` does. Its readers of files are loaded with the first form that is sent: the
process that only shows pages stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from city.catalogue.message import Message, message
from city.errors import BadValue
from city.firstsettings import degrees
from dashboards.web.context import AppContext
from dashboards.web.forms import SentForm
from store import pages
from store.connect import Connection
from store.registers import MeasuredThing, things
from store.sensors import SensorNow, waiting_of

MOST_AT_ONCE = 5000
"""So many messages that waited are stored while a person looks on; more are left to the command."""
LONGEST = 200
"""Of a name [characters], as in a file."""
FIELDS = ("name", "stands_for", "lon", "lat")


@dataclass(frozen=True)
class SensorForm:
    """What was sent: which ``step`` with which ``device``, and the fields that were in the form. ``exact``: they are
    those from before, which are put back as they were."""

    step: str
    device: str
    by: str
    fields: Mapping[str, str]
    exact: bool = False


@dataclass(frozen=True)
class SensorStepDone:
    """What was done, in sentences, and the fields of the form that takes it back; None where nothing can."""

    said: tuple[Message, ...]
    undo: Mapping[str, str] | None


def form_of(got: SentForm) -> SensorForm:
    """The form as it was sent."""
    fields = {name: got.text(name) for name in FIELDS if name in got.fields}
    return SensorForm(got.text("step"), got.text("device"), got.text("by"), fields, got.text("exact") == "1")


def carry_out(
    context: AppContext, connection: Connection, form: SensorForm, rows: Sequence[SensorNow]
) -> SensorStepDone:
    """Does what was asked. Raises BadValue, NotFound or Conflict for what cannot be done; then nothing is."""
    if form.step not in STEPS or not form.device:
        raise BadValue(message("data.no_step"))
    before = next((row for row in rows if row.id == form.device), None)
    done = STEPS[form.step](context, connection, form, before)
    pages.tell(connection, "sensors")
    if form.step == "replace" and all(row.id != form.by for row in rows):
        return SensorStepDone((*done.said, message("data.not_heard", device=form.by)), done.undo)
    return done


def _adopt(context: AppContext, connection: Connection, form: SensorForm, before: SensorNow | None) -> SensorStepDone:
    from ingest.registers.by_hand import adopt_by_hand

    now = context.clock.now()
    names = adopt_by_hand(connection, [form.device], _given(connection, form, before), now)
    corrected = before is not None and before.adopted
    said = message("data.corrected" if corrected else "data.adopted", device=form.device)
    undo = _as_before(before) if before is not None and corrected else {"step": "retire", "device": form.device}
    return SensorStepDone((said, *_take_in(context, connection, names, now)), undo)


def _replace(context: AppContext, connection: Connection, form: SensorForm, _: SensorNow | None) -> SensorStepDone:
    from ingest.registers.by_hand import replace_by_hand

    if not form.by:
        raise BadValue(message("data.replace_by_what"))
    now = context.clock.now()
    names = replace_by_hand(connection, form.device, form.by, now)
    said = message("cli.devices.replaced", old=form.device, new=form.by)
    undo = {"step": "replace", "device": form.by, "by": form.device}
    return SensorStepDone((said, *_take_in(context, connection, names, now)), undo)


def _retire(context: AppContext, connection: Connection, form: SensorForm, _: SensorNow | None) -> SensorStepDone:
    from ingest.registers.by_hand import retire_by_hand

    free = retire_by_hand(connection, form.device, context.clock.now())
    said = [message("cli.devices.now_retired", device=form.device)]
    undo = {"step": "adopt", "device": form.device}
    if free:
        said.append(message("cli.devices.free", names=free))
        undo["stands_for"] = free[0]
    return SensorStepDone(tuple(said), undo)


def _take_in(context: AppContext, connection: Connection, names: Sequence[str], now: datetime) -> tuple[Message, ...]:
    """Stores what waited where it is little; says with which command it is stored where it is much."""
    from ingest.deadletters import take_in_waiting

    if waiting_of(connection, names, MOST_AT_ONCE + 1) > MOST_AT_ONCE:
        return (message("data.much", n=MOST_AT_ONCE, command=f"dagsplan deadletters replay --device {names[0]}"),)
    waited = take_in_waiting(connection, context.settings, names, now)
    return () if waited is None else (waited,)


def _as_before(row: SensorNow) -> dict[str, str]:
    """The form that says of a sensor what is known of it now."""
    exactly = {"stands_for": row.stands or ""}
    return {"step": "correct", "device": row.id, "exact": "1"} | typed(row) | exactly


def typed(row: SensorNow) -> dict[str, str]:
    """What is known of a sensor, as it stands in the fields of its form."""
    return {
        "name": "" if row.name == row.id and not row.adopted else row.name,
        "stands_for": _readable(row),
        "lon": _degrees(row.lon),
        "lat": _degrees(row.lat),
    }


def _readable(row: SensorNow) -> str:
    """What a sensor stands for, as a person would type it: an id, of a street its name."""
    kind, _, thing = (row.stands or "").partition(":")
    return row.stands_name or thing if kind == "road" else thing


def _degrees(angle: float | None) -> str:
    return "" if angle is None else f"{angle:.7g}" if abs(angle) < 100 else f"{angle:.8g}"


def _given(connection: Connection, form: SensorForm, before: SensorNow | None) -> dict[str, Any]:
    """What the form says otherwise than it is known; all of it where it is to be exactly so."""
    known = dict.fromkeys(FIELDS, "") if before is None else typed(before)
    changed = {name: text for name, text in form.fields.items() if form.exact or text != known[name]}
    given: dict[str, Any] = {}
    if changed.get("name"):
        given["name"] = _name(changed["name"])
    if "stands_for" in changed:
        given["stands_for"] = meant_by(things(connection), changed["stands_for"])
    if changed.keys() & {"lon", "lat"}:
        given["lon"], given["lat"] = _place(form.fields.get("lon", ""), form.fields.get("lat", ""))
    return given


def _name(text: str) -> str:
    if len(text) > LONGEST:
        raise BadValue(message("error.cell.too_long", n=len(text), limit=LONGEST))
    return text


def _place(lon: str, lat: str) -> tuple[float | None, float | None]:
    if bool(lon) != bool(lat):
        raise BadValue(message("data.half_a_place"))
    return (degrees(lon), degrees(lat)) if lon else (None, None)


def meant_by(known: Sequence[MeasuredThing], text: str) -> str:
    """What a person means that a sensor stands for: an id, or the name of a building or of a room with one vessel.

    What is none of these is left as it is: it may be a street. Raises BadValue where a name means several things.
    """
    if not text or any(text in {one.id, f"{one.kind}:{one.id}"} for one in known):
        return text
    named = [one for one in known if one.name.casefold() == text.casefold()]
    if len(named) > 1:
        raise BadValue(message("data.several", name=text, names=tuple(f"{one.kind}:{one.id}" for one in named[:6])))
    return f"{named[0].kind}:{named[0].id}" if named else text


STEPS: Mapping[str, Callable[[AppContext, Connection, SensorForm, SensorNow | None], SensorStepDone]] = {
    "adopt": _adopt,
    "correct": _adopt,
    "replace": _replace,
    "retire": _retire,
}
"""What can be done with a sensor."""
