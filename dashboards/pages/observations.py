"""What people saw, as the day page lists it and asks for it, and the stamp by which open pages notice a change."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from city.observation import Observation
from dashboards.web.locale import NBSP, Locale

NAMED = 2
"""So many streets are named; the others are counted."""


@dataclass(frozen=True)
class ObservationLine:
    """One thing that was seen, in a sentence, with the id under which it can be taken back."""

    id: str
    text: str


@dataclass(frozen=True)
class FieldNow:
    """A field as it was typed, what is wrong with it, and what would do instead."""

    value: str = ""
    problem: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenForm:
    """The form by which somebody says what they saw."""

    street: FieldNow = FieldNow()
    seen: FieldNow = FieldNow("snow_depth")
    value: FieldNow = FieldNow()
    hours: FieldNow = FieldNow("4")
    why: FieldNow = FieldNow()


def observation_line(observation: Observation, names: Mapping[str, str], locale: Locale) -> ObservationLine:
    """'02.10 arbetsledare: 1,0 cm på Storgatan (8 sträckor), gäller till 06.10 (mätt på plats)'. ``names``: of
    segments."""
    t = locale.words
    if observation.quantity == "snow_depth":
        what = f"{locale.figure(observation.value)}{NBSP}cm"
    else:
        what = t("observation.slippery" if observation.value else "observation.not_slippery")
    text = t(
        "observation.line",
        clock=locale.clock(observation.at),
        who=t.known(f"who.{observation.who}", observation.who),
        what=what,
        streets=_streets(observation.segments, names, locale),
        until=locale.clock(observation.until),
    )
    return ObservationLine(observation.id, text + (f" ({observation.why})" if observation.why else ""))


def said_depth(observation: Observation, segments: Sequence[str], names: Mapping[str, str], locale: Locale) -> str:
    """'10,0 cm på Storgatan (8 sträckor)': a depth on some of the segments where it was noted."""
    cm = locale.figure(observation.value)
    return locale.words("observation.deep", cm=cm, streets=_streets(segments, names, locale))


def _streets(segments: Sequence[str], names: Mapping[str, str], locale: Locale) -> str:
    """'Storgatan (8 sträckor)', those with the most segments first; without names the count alone."""
    t = locale.words
    counted = t.count("observation.streets", len(segments))
    most = [name for name, _ in Counter(names[s] for s in segments if names.get(s)).most_common()]
    if not most:
        return counted
    if len(most) > NAMED:
        return t("observation.named_more", names=tuple(most[:NAMED]), n=len(most) - NAMED, segments=counted)
    return t("observation.named", names=tuple(most), segments=counted)


def noted_stamp(draft_id: str, observation_ids: Sequence[str]) -> str:
    """A short text that changes with the open draft and with what is held as seen."""
    return hashlib.sha256("/".join([draft_id, *observation_ids]).encode()).hexdigest()[:12]
