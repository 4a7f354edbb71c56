"""What people saw, as the day page lists it, and the stamp by which open pages notice that something was noted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from city.observation import Observation
from dashboards.web.locale import Locale


@dataclass(frozen=True)
class ObservationLine:
    """One thing that was seen, in a sentence, with the id under which it can be taken back."""

    id: str
    text: str


def observation_line(observation: Observation, locale: Locale) -> ObservationLine:
    """'02.10 arbetsledare: 1,0 cm på 14 sträckor, gäller till 06.10 (mätt på plats)'."""
    t = locale.words
    if observation.quantity == "snow_depth":
        what = f"{locale.figure(observation.value)}\N{NO-BREAK SPACE}cm"
    else:
        what = t("observation.slippery" if observation.value else "observation.not_slippery")
    text = t(
        "observation.line",
        clock=locale.clock(observation.at),
        who=t.known(f"who.{observation.who}", observation.who),
        what=what,
        streets=t.count("observation.streets", len(observation.segments)),
        until=locale.clock(observation.until),
    )
    return ObservationLine(observation.id, text + (f" ({observation.why})" if observation.why else ""))


def noted_stamp(draft_id: str, observation_ids: Sequence[str]) -> str:
    """A short text that changes with the open draft and with what is held as seen."""
    return hashlib.sha256("/".join([draft_id, *observation_ids]).encode()).hexdigest()[:12]
