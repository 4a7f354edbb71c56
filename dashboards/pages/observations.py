"""What people saw, as the day page lists it, and the stamp by which open pages notice that something was noted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from city.observation import HumanTruth
from dashboards.web.locale import Voice


@dataclass(frozen=True)
class TruthLine:
    """One thing that was seen, in a sentence, with the id under which it can be taken back."""

    id: str
    text: str


def truth_line(truth: HumanTruth, voice: Voice) -> TruthLine:
    """'02.10 arbetsledare: 1,0 cm på 14 sträckor, gäller till 06.10 (mätt på plats)'."""
    t = voice.words
    if truth.quantity == "snow_depth":
        what = f"{voice.figure(truth.value)}\N{NO-BREAK SPACE}cm"
    else:
        what = t("truth.slippery" if truth.value else "truth.not_slippery")
    text = t(
        "truth.line",
        clock=voice.clock(truth.at),
        who=t.known(f"who.{truth.who}", truth.who),
        what=what,
        streets=t.count("truth.streets", len(truth.segments)),
        until=voice.clock(truth.until),
    )
    return TruthLine(truth.id, text + (f" ({truth.why})" if truth.why else ""))


def noted_stamp(draft_id: str, truth_ids: Sequence[str]) -> str:
    """A short text that changes with the open draft and with what is held as seen."""
    return hashlib.sha256("/".join([draft_id, *truth_ids]).encode()).hexdigest()[:12]
