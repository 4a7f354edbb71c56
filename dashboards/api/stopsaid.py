"""What is sent of a stop: a room, and what became of each of its vessels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast, get_args

from city.catalogue.message import message
from city.stopsaid import StopSaid, VesselSaid
from city.vocabulary import StopOutcome
from dashboards.web.forms import SentForm
from dashboards.web.problems import HttpProblem

MOST_PCT, MOST_KG = 200.0, 100_000.0


def stop_said(got: SentForm, there: Sequence[str]) -> StopSaid:
    """A stop with what was sent of it; the vessels that are ``there`` where none is named, all with one ``outcome``.

    Raises HttpProblem 422 saying what is wrong and what to write.
    """
    named = got.fields.get("vessels")
    if got.by_form or named is None:
        outcome = _outcome(got.text("outcome") or "emptied")
        return StopSaid(got.text("room"), tuple(VesselSaid(name, outcome) for name in there))
    if not isinstance(named, list) or not named:
        raise HttpProblem(422, message("error.request.no_vessels", problem=str(named)[:40]))
    vessels = tuple(_vessel(one) for one in named)
    twice = [name for name, n in Counter(one.vessel for one in vessels).items() if n > 1]
    if twice:
        raise HttpProblem(422, message("error.request.no_vessels", problem=f"{twice[0]} x 2"))
    return StopSaid(got.text("room"), vessels)


def _vessel(one: Any) -> VesselSaid:  # noqa: ANN401 - as it was sent
    if not isinstance(one, dict) or not isinstance(one.get("id"), str):
        raise HttpProblem(422, message("error.request.no_vessels", problem=str(one)[:40]))
    level, kg = _number(one, "level_pct", MOST_PCT), _number(one, "kg", MOST_KG)
    return VesselSaid(one["id"], _outcome(one.get("outcome", "emptied")), level, kg)


def _outcome(word: object) -> StopOutcome:
    if word not in get_args(StopOutcome):
        choices = ", ".join(get_args(StopOutcome))
        raise HttpProblem(422, message("error.request.no_outcome", value=str(word)[:40], choices=choices))
    return cast(StopOutcome, word)


def _number(one: dict[str, Any], name: str, most: float) -> float | None:
    value = one.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= most:
        raise HttpProblem(422, message("error.request.no_vessels", problem=f"{name} {value}"[:60]))
    return float(value)
