"""What is needed and nobody cares for: turer without a vehicle first, then streets that no way reaches or no tur
covers, each with why and what could still be done."""

from __future__ import annotations

from dataclasses import dataclass

from city.plan import NotCared, Plan
from dashboards.web.locale import Locale


@dataclass(frozen=True)
class UncaredLine:
    """One of these in words. ``urgent``: a person can do something about it tonight."""

    code: str
    title: str
    kind: str
    figure: str
    streets: str
    needed: str
    why: str
    ways: tuple[str, ...]
    urgent: bool


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
        ways=tuple(locale.kept(way, "text") for way in one.ways),
        urgent=one.kind == "no_vehicle",
    )
