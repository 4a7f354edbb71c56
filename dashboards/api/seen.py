"""What somebody saw on streets, read from a form or from JSON: all that is wrong is said at once, each in its field."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from city.catalogue.message import Message, brief, message
from city.streetnames import street_meant
from dashboards.api.orders import as_id, note_of
from dashboards.pages.observations import FieldNow, SeenForm
from dashboards.web.context import AppContext
from dashboards.web.forms import SentForm
from dashboards.web.locale import Locale
from dashboards.web.problems import HttpProblem
from store import judgements
from store.connect import Connection

QUANTITIES = ("snow_depth", "slippery")
SHORTEST_H, LONGEST_H, DEEPEST_CM = 0.05, 24.0, 400.0
SEEN = {"snow_depth": ("snow_depth", None), "slippery": ("slippery", 1.0), "not_slippery": ("slippery", 0.0)}
"""The choices of the page's form: the quantity, and its value where there is nothing to write."""
T = TypeVar("T")


@dataclass(frozen=True)
class SeenOnSite:
    """What was seen, on which segments, and for how long it holds [h]."""

    segments: tuple[str, ...]
    quantity: str
    value: float
    hours: float


class Wrong(HttpProblem):
    """A field that cannot be: ``detail`` names it as programs do, ``said`` tells a person; ``choices`` would do."""

    def __init__(
        self,
        field: str,
        detail: Message,
        said: Message | None = None,
        *,
        status: int = 422,
        choices: Sequence[str] = (),
    ) -> None:
        super().__init__(status, detail)
        self.field, self.in_words, self.choices = field, said or detail, tuple(choices)


class SeenRefused(HttpProblem):
    """All that is wrong with what was sent."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        one = wrong[0] if len(wrong) == 1 else None
        parts = tuple(problem.message for problem in wrong)
        super().__init__(one.status if one else 422, one.message if one else message("format.clauses", parts=parts))
        self.wrong = tuple(wrong)


def read_seen(context: AppContext, connection: Connection, got: SentForm) -> SeenOnSite:
    """What was seen. Raises SeenRefused with every field that is wrong."""
    wrong: list[Wrong] = []
    segments = _try(lambda: _segments(context, connection, got), wrong)
    quantity, value = _try(lambda: _what(got), wrong) or ("", None)
    if quantity and value is None:
        value = _try(lambda: _value(got, quantity), wrong)
    hours = _try(lambda: _hours(got), wrong)
    if wrong or segments is None or value is None or hours is None:
        raise SeenRefused(wrong)
    return SeenOnSite(tuple(segments), quantity, value, hours)


def as_typed(got: SentForm, refused: SeenRefused, locale: Locale) -> SeenForm:
    """The form as it was sent, each field with what is wrong in it."""
    problems = {problem.field: problem for problem in refused.wrong}

    def field(name: str) -> FieldNow:
        problem = problems.get(name)
        said = locale.words.say(problem.in_words) if problem else ""
        return FieldNow(got.text(name), said, problem.choices if problem else ())

    street = field("street")
    street = replace(street, value=got.text("street_meant") or street.value)
    return SeenForm(street, field("seen"), field("value"), field("hours"), FieldNow(note_of(got, "why")))


def _try(read: Callable[[], T], wrong: list[Wrong]) -> T | None:
    try:
        return read()
    except Wrong as problem:
        wrong.append(problem)
        return None


def _segments(context: AppContext, connection: Connection, got: SentForm) -> Sequence[str]:
    """The segments that are named: one by one, by their street, or as those of an intervention."""
    named, key = got.texts("segments") if "segments" in got.fields else [], got.text("key")
    street = got.text("street_meant") or got.text("street")
    if named:
        unknown = set(named) - judgements.known_segments(connection, named)
        if unknown:
            raise Wrong("street", message("error.request.no_segment", id=min(unknown)), status=404)
        return named
    if street:
        return _of_street(connection, street)
    if key:
        plan = context.shelf.get(connection, as_id(got.text("plan_id"), "plan"))
        item = next((i for i in plan.interventions if i.key == key), None) if plan is not None else None
        if item is None or not isinstance(item.segments, tuple):
            raise Wrong("street", message("error.request.no_tur", key=key[:80]), status=404)
        return [part.id for part in item.segments]
    raise Wrong("street", message("error.request.name_streets"), message("observation.wrong.no_street"))


def _of_street(connection: Connection, street: str) -> Sequence[str]:
    found = judgements.segments_of_street(connection, street)
    if not found:
        near = street_meant(street, judgements.streets(connection))
        name = street[:80]
        detail = message("error.request.no_street", name=name)
        said = message("observation.wrong.street", name=name)
        if near:
            said = message("observation.wrong.street_meant", name=name, meant=near[0])
            detail = message("error.request.street_meant", name=name, meant=near[0])
        raise Wrong("street", detail, said, status=404, choices=near)
    return found


def _what(got: SentForm) -> tuple[str, float | None]:
    """The quantity, with its value where the choice says it."""
    name, choices = ("seen", tuple(SEEN)) if "seen" in got.fields else ("quantity", QUANTITIES)
    word = got.text(name)
    if word not in choices:
        raise Wrong("seen", message("error.request.choice", name=name, value=word[:40], choices=choices))
    return SEEN[word] if name == "seen" else (word, None)


def _value(got: SentForm, quantity: str) -> float:
    bounds = {"lowest": brief(0.0), "highest": brief(DEEPEST_CM)}
    value = _number(got, "value", message("observation.wrong.no_depth", **bounds))
    if quantity == "slippery" and value not in (0.0, 1.0):
        raise Wrong("value", message("error.request.slippery"))
    if not 0.0 <= value < DEEPEST_CM:
        said = message("observation.wrong.depth", value=brief(value), **bounds)
        raise Wrong("value", message("error.request.depth", value=brief(value)), said)
    return value


def _hours(got: SentForm) -> float:
    bounds = {"shortest": brief(SHORTEST_H), "longest": brief(LONGEST_H)}
    said = message("observation.wrong.hours", **bounds)
    hours = _number(got, "hours", said) if got.fields.get("hours") not in (None, "", [""]) else 4.0
    if not SHORTEST_H <= hours <= LONGEST_H:
        raise Wrong("hours", message("error.request.hours", value=brief(hours), **bounds), said)
    return hours


def _number(got: SentForm, name: str, said: Message) -> float:
    value: Any = got.fields.get(name)
    value = value[0] if isinstance(value, list) and value else value
    try:
        number = float(
            value.replace(",", ".").removesuffix("cm").removesuffix("h") if isinstance(value, str) else value
        )
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Wrong(name, message("error.request.number", name=name), said)
    return number
