"""What is needed and nobody cares for: turer without a vehicle first, then streets that no way reaches or no tur
covers, each with why and what could still be done."""

from __future__ import annotations

from dataclasses import dataclass

from city.plan import NotCared, Plan
from dashboards.web.locale import Locale

IN_SIGHT = 3
"""So many stand in sight whatever they are; what can be mended tonight always does."""
NAMED = 3
"""So many of those that are folded away are named."""


@dataclass(frozen=True)
class UncaredLine:
    """One of these in words. ``urgent``: a person can do something about it tonight. ``on_map`` is its key there."""

    code: str
    title: str
    kind: str
    figure: str
    streets: str
    needed: str
    why: str
    ways: tuple[str, ...]
    urgent: bool
    on_map: str


@dataclass(frozen=True)
class UncaredBox:
    """Those that stand in sight, and those that are ``folded`` away with what they are."""

    shown: tuple[UncaredLine, ...]
    folded: tuple[UncaredLine, ...]
    folded_text: str

    @property
    def urgent(self) -> bool:
        """Whether any of them can be mended tonight."""
        return any(line.urgent for line in self.shown)


def uncared_box(plan: Plan, locale: Locale) -> UncaredBox | None:
    """Those of a plan as they are printed; None where there are none."""
    lines = uncared_lines(plan, locale)
    if not lines:
        return None
    n = max(IN_SIGHT, sum(line.urgent for line in lines))
    n = len(lines) if len(lines) == n + 1 else n
    return UncaredBox(tuple(lines[:n]), tuple(lines[n:]), _folded(lines[n:], locale))


def _folded(lines: list[UncaredLine], locale: Locale) -> str:
    """'5 till: Rådhusgatan, P3-2 Torget, Hamnen m.fl.'"""
    if not lines:
        return ""
    said = [f"{line.code} {line.title}".strip() for line in lines]
    names = ", ".join(said[:NAMED])
    key = "uncared.many_more" if len(said) > NAMED else "uncared.more"
    return locale.words(key, n=len(said), names=names)


def uncared_lines(plan: Plan, locale: Locale) -> list[UncaredLine]:
    """Those of a plan, the urgent ones first, each kind by how important its streets are."""
    lines = [(one.kind != "no_vehicle", one.priority, one.target, _line(one, plan, locale)) for one in plan.not_cared]
    return [line for *_, line in sorted(lines, key=lambda row: row[:3])]


def _line(one: NotCared, plan: Plan, locale: Locale) -> UncaredLine:
    t = locale.words
    figure = ""
    if one.depth_cm is not None and one.limit_cm is not None:
        figure = t("uncared.depth", cm=locale.figure(one.depth_cm), limit=locale.short(one.limit_cm))
    needed = "" if one.needed_by is None else t("uncared.needed", clock=locale.moment(one.needed_by, plan.created_at))
    return UncaredLine(
        code=one.target if one.whole else "",
        title=one.title.removeprefix(one.target).strip() or one.title,
        kind=t(f"uncared.kind.{one.kind}"),
        figure=figure,
        streets=t.count("row.segments", len(one.segments)),
        needed=needed,
        why=locale.kept(one, "why"),
        ways=tuple(locale.kept(way, "text") for way in one.ways) or _by_hand(one, locale),
        urgent=one.kind == "no_vehicle",
        on_map=f"-{one.target}",
    )


def _by_hand(one: NotCared, locale: Locale) -> tuple[str, ...]:
    """What is left where the plan knows no way: of turer without a vehicle the manning says it."""
    return () if one.kind == "no_vehicle" else (locale.words("uncared.by_hand"),)
