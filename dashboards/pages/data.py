"""``/data``: the sensors. What waits to be taken in, all that are, what was turned away, and history from files.

Each step of a form is answered with the page, which says what was done and takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from city.errors import BadValue, Conflict, DagsplanError, NotFound
from city.settings import Settings
from city.vocabulary import DOMAINS
from dashboards.pages.freshness import freshness
from dashboards.pages.sensorforms import STEPS, SensorForm, SensorStepDone, carry_out, form_of, typed
from dashboards.pages.sensorlines import (
    SensorLine,
    WaitingSensor,
    by_device,
    imported_file,
    in_order,
    rejection_line,
    sensor_line,
    suggested,
    waiting_sensor,
)
from dashboards.pages.services.view import KeyFigure
from dashboards.web.context import context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from ingest.heard import values_of
from store import health, registers, sensors
from store.connect import Connection
from store.sensors import Rejections, SensorNow

router = APIRouter(include_in_schema=False)
MOST_WAITING, MOST_LINES, MOST_FILES, MOST_SUGGESTED = 60, 300, 20, 1500
"""How many of each the page shows; it says how many more there are."""


@dataclass(frozen=True)
class DataFacts:
    """What the database holds of the sensors."""

    rows: tuple[SensorNow, ...]
    values: Mapping[str, Mapping[str, float]]
    stuck: frozenset[str]
    rejections: Rejections
    suggestions: tuple[sensors.Suggestion, ...]

    @property
    def waiting(self) -> list[SensorNow]:
        """Those that nobody has taken in."""
        return [row for row in self.rows if row.waits]


@dataclass(frozen=True)
class DataView:
    """What is looked at: a search, those that need somebody only, the opened sensor; what was done or refused."""

    search: str = ""
    needs: bool = False
    open: str = ""
    form: SensorForm | None = None
    done: SensorStepDone | None = None
    problem: str = ""


@router.get("/data")
def show(request: Request, q: str = "", show: str = "", opened: Annotated[str, Query(alias="open")] = "") -> Response:
    """The sensors."""
    with context_of(request).connection() as connection:
        return _page(request, connection, DataView(q.strip(), show == "needs", opened))


@router.post("/data")
def step(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """Does a step and answers with the page; 422 (404, 409) with what is wrong, and nothing is done then."""
    context, form = context_of(request), form_of(got)
    request.state.form_of = "/data"
    with context.connection() as connection:
        before = sensors.sensors(connection, context.clock.now())
        try:
            done = carry_out(context, connection, form, before)
        except DagsplanError as error:
            status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), None)
            if status is None:
                raise
            said = locale_of(request).words.say(error.message)
            return _page(request, connection, DataView(open=form.device, form=form, problem=said), status)
        return _page(request, connection, DataView(form=form, done=done))


STATUSES: Mapping[type[DagsplanError], int] = {BadValue: 422, NotFound: 404, Conflict: 409}


def _facts(connection: Connection, now: datetime) -> DataFacts:
    """Five statements, six where something waits."""
    rows = sensors.sensors(connection, now)
    values = by_device(registers.newest_values(connection, [row.id for row in rows if not row.waits]))
    waiting = [row.id for row in rows if row.waits][:MOST_WAITING]
    letters = registers.newest_letters(connection, waiting) if waiting else []
    return DataFacts(
        rows,
        values | {device: values_of(topic, payload) for device, topic, payload, _ in letters},
        frozenset(health.frozen(connection, now)),
        sensors.turned_away(connection, now),
        sensors.suggestions(connection, MOST_SUGGESTED),
    )


def _page(request: Request, connection: Connection, view: DataView, status: int = 200) -> Response:
    context, locale = context_of(request), locale_of(request)
    now = context.clock.now()
    found = _facts(connection, now)
    plan = context.live(connection, DOMAINS[0])
    lines = in_order(
        sensor_line(row, found.values.get(row.id, {}), found.stuck, now, locale) for row in found.rows if not row.waits
    )
    adopted = [line for line in lines if line.state != "retired"]
    return page(
        request,
        "data.html",
        status,
        nav="data",
        fresh=freshness(context, connection, DOMAINS[0], plan, locale),
        verdict=_verdict(found.waiting, adopted, locale),
        figures=_figures(found, adopted, locale),
        view=view,
        notice=_notice(view, locale),
        counts={"all": len(adopted), "needs": sum(line.needs for line in adopted)},
        retired=[line for line in lines if line.state == "retired"],
        example=_example(context.settings, now),
        **_sensors(found, adopted, view, now, locale),
        **_besides(found, now, locale),
    )


def _sensors(
    found: DataFacts, adopted: Sequence[SensorLine], view: DataView, now: datetime, locale: Locale
) -> dict[str, Any]:
    """The sensors that the page shows, those that wait and those that are taken in, with what their forms need."""
    waiting = found.waiting
    ahead = [waiting_sensor(row, found.values.get(row.id, {}), now, locale) for row in waiting[:MOST_WAITING]]
    wanted = [line for line in adopted if _wanted(line, view)]
    shown = wanted[:MOST_LINES]
    fitting = {one.list for one in ahead} | {line.list for line in shown if line.id == view.open}
    lists = suggested(found.suggestions, locale)
    return {
        "waiting": ahead,
        "more_waiting": len(waiting) - len(ahead),
        "sensors": shown,
        "more_sensors": len(wanted) - len(shown),
        "held": _held(found.rows, view),
        "loose": _beside_no_form(view, ahead, shown),
        "lists": {name: lists[name] for name in sorted(fitting)},
        "radios": [row.id for row in found.rows if not row.adopted][:MOST_SUGGESTED],
    }


def _besides(found: DataFacts, now: datetime, locale: Locale) -> dict[str, Any]:
    """What was turned away, and history from files, the newest first."""
    imported = found.rejections.files
    files = imported[-MOST_FILES:]
    return {
        "rejections": [rejection_line(row, now, locale) for row in found.rejections.reasons],
        "beyond": found.rejections.beyond,
        "files": [imported_file(row, now, locale) for row in reversed(files)],
        "more_files": len(imported) - len(files),
    }


def _wanted(line: SensorLine, view: DataView) -> bool:
    text = f"{line.name} {line.second} {line.id} {line.stands} {line.stands_kind} {line.measures}".casefold()
    return (line.needs or not view.needs or line.id == view.open) and view.search.casefold() in text


def _held(rows: Sequence[SensorNow], view: DataView) -> dict[str, dict[str, str]]:
    """What stands in the form of the opened sensor, and in the one that was refused."""
    held = {row.id: typed(row) for row in rows if row.id == view.open}
    if view.form is not None and view.problem:
        before = held.get(view.form.device, {})
        held[view.form.device] = before | dict(view.form.fields) | {"by": view.form.by}
    return held


def _notice(view: DataView, locale: Locale) -> list[str]:
    """What was done, a sentence each; the name of a sensor at its begin is left as it is written."""
    if view.done is None or view.form is None:
        return []
    t, names = locale.words, tuple(name for name in (view.form.device, view.form.by) if name)
    keys = {one: "data.sentence" if t.say(one).startswith(names) else "start.sentence" for one in view.done.said}
    return [t(key, said=one) for one, key in keys.items()]


def _beside_no_form(view: DataView, ahead: Sequence[WaitingSensor], shown: Sequence[SensorLine]) -> bool:
    """Whether what was refused has no form on the page that it could be said in."""
    if view.form is None or not view.problem:
        return False
    waits = view.form.step == "adopt" and any(one.id == view.form.device for one in ahead)
    return not waits and not (view.form.step in STEPS and any(line.id == view.form.device for line in shown))


def _verdict(waiting: Sequence[SensorNow], adopted: Sequence[SensorLine], locale: Locale) -> str:
    t = locale.words
    needing = sum(line.needs for line in adopted)
    if not waiting and not adopted:
        return t("data.nothing")
    said = [t.count("data.waiting", len(waiting))] if waiting else []
    if needing:
        said.append(t.count("data.needing", needing, m=len(adopted)))
    elif not waiting:
        said.append(t.count("data.all_well", len(adopted)))
    return " ".join(said)


def _figures(found: DataFacts, adopted: Sequence[SensorLine], locale: Locale) -> list[KeyFigure]:
    t = locale.words
    states = [line.state for line in adopted]
    silent, stuck = states.count("silent"), states.count("stuck")
    retired = sum(row.retired_at is not None and not row.adopted for row in found.rows)
    rejected = sum(row.n for row in found.rejections.reasons)
    messages = sum(row.messages for row in found.waiting)
    return [
        KeyFigure(t("data.figure.waiting"), locale.figure(len(found.waiting), 0), t.count("data.messages", messages)),
        KeyFigure(t("data.figure.adopted"), locale.figure(len(adopted), 0), t.count("data.figure.retired", retired)),
        KeyFigure(
            t("data.figure.needing"),
            locale.figure(sum(line.needs for line in adopted), 0),
            t("data.figure.silent_stuck", silent=silent, stuck=stuck),
        ),
        KeyFigure(t("data.figure.rejected"), locale.figure(rejected, 0), t("data.figure.rejected_more")),
    ]


def _example(settings: Settings, now: datetime) -> dict[str, str]:
    """How a sensor is pointed here: where the broker listens, without secrets, and a reading to send."""
    parts = urlsplit(settings.mqtt.url or "")
    host = parts.hostname or ""
    tls = parts.scheme in {"mqtts", "ssl"}
    port = parts.port or (8883 if tls else 1883)
    at = now.astimezone(settings.municipality.zone).isoformat(timespec="seconds")
    payload = f'{{"time": "{at}", "values": {{"snow_depth": 4.5}}}}'
    login = f" -u {parts.username} -P …" if parts.username else ""
    return {
        "broker": f"{host}:{port}" if host else "",
        "topic": "dagsplan/snow-1/reading",
        "payload": payload,
        "command": f"mosquitto_pub -h {host or '…'} -p {port}{login} -q 1 -t dagsplan/snow-1/reading -m '{payload}'",
        "topics": ", ".join(settings.mqtt.topics),
    }
