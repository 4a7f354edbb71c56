"""Slipperiness in words: why a street is treated, what kind of work a tur is, and what people said of it."""

from __future__ import annotations

from collections.abc import Sequence

from city.observation import HumanTruth
from city.plan import Reason, Text
from city.said import clock_en, clock_sv, figure_en, figure_sv
from planner.snapshot import Snapshot
from planner.snow.need import Need
from planner.words.sentences import forecast_age_s, forecast_source, measured, plain


def kind_of(needs: Sequence[Need]) -> str:
    """What a tur is: ``plough``, ``combi`` where it also spreads, else the commonest of ``salt``, ``brine``,
    ``sand``."""
    kinds = [need.action.kind for need in needs]
    ploughs = [kind for kind in kinds if kind.startswith("plough")]
    if ploughs:
        return "plough" if all(kind == "plough" for kind in kinds) else "combi"
    return max(sorted(set(kinds)), key=kinds.count)


def grip_reason(snapshot: Snapshot, needs: Sequence[Need], worst: Need) -> Reason:
    """'Storgatan: friktion från kl. 04 0,22, mål 0,25'."""
    zone, segment = snapshot.zone, snapshot.segments[worst.segment]
    where = f"{segment.name}: " if segment.name else ""
    at = min(need.from_when for need in needs)
    return measured(
        Text(
            f"{where}halka från kl. {clock_sv(at, zone)}, friktion",
            f"{where}slippery from {clock_en(at, zone)}, friction",
        ),
        worst.grip,
        "",
        limit=worst.grip_limit,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        digits=2,
    )


def grip_flip(needs: Sequence[Need], worst: Need) -> Text:
    """What would take a tur against slipperiness out."""
    target = 0.0 if worst.grip_limit is None else worst.grip_limit.value or 0.0
    n = len(needs)
    return Text(
        f"Vid friktion {figure_sv(target, 2)} eller mer utgår turen; {n} sträckor under målet.",
        f"At a friction of {figure_en(target, 2)} or more it drops out; {n} segments under the target.",
    )


def seen_by(snapshot: Snapshot, truth: HumanTruth) -> Reason:
    """'Sett kl. 02.10 av jour: 1,0 cm; gäller till kl. 06.00 (mätt på plats)'."""
    zone = snapshot.zone
    if truth.quantity == "snow_depth":
        sv, en = f"{figure_sv(truth.value)} cm", f"{figure_en(truth.value)} cm"
    else:
        sv, en = ("halt", "slippery") if truth.value else ("inte halt", "not slippery")
    why = f" ({truth.why})" if truth.why else ""
    return plain(
        f"Sett kl. {clock_sv(truth.at, zone)} av {truth.who}: {sv}; gäller till kl. {clock_sv(truth.until, zone)}{why}",
        f"Seen at {clock_en(truth.at, zone)} by {truth.who}: {en}; holds until {clock_en(truth.until, zone)}{why}",
        source=truth.who,
        age_s=(snapshot.at - truth.at).total_seconds(),
    )
