"""The answer of the day page: before anybody is called out what to do, from then on where it stands: who is out, who
has not answered, when it is done, what will be late, and what waits for whoever reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.plan import Plan
from dashboards.pages.services.known import VIEWS
from dashboards.pages.services.view import KeyFigure
from dashboards.web.locale import Locale
from planner.night.standing import CALLED_OUT, RunStanding, Standing, TurState

MOST_NAMED = 3
"""Turer that are named one by one; of more only the number is said."""
MOST_PARTS = 2
"""Of who is out and who has not answered the headline says the first; the board has all."""
WAITS: tuple[TurState, ...] = (
    "no_vehicle",
    "vehicle_out",
    "refused",
    "unanswered",
    "failed",
    "unsure",
    "by_hand",
    "to_send",
)
"""What waits for the reader, most urgent first."""
URGENT: tuple[TurState, ...] = ("vehicle_out", "unanswered", "refused", "failed", "unsure", "by_hand")
"""What of these the headline says beside who drives."""


@dataclass(frozen=True)
class Headline:
    """The answer: ``title`` is the first sentence, ``lead`` what else is to be known, ``waits`` what waits for the
    reader, in words; empty where nothing does."""

    title: str
    lead: str
    waits: str


def headline(
    found: Standing, plan: Plan, locale: Locale, *, certain: str, open_draft: bool, by_call: bool = True
) -> Headline:
    """The headline of a plan as it stands. ``certain`` is what the plan says beside its answer; an ``open_draft`` of
    the watch waits too."""
    title = _title(found, plan, locale) if by_call else _first(plan, locale)
    lead = [certain]
    if found.begun and by_call:
        lead = [*_yes(found, locale, title), *_late(found, plan, locale), *_next(found, locale)]
    return Headline(title, " ".join(part for part in lead if part), _waits(found, plan, locale, open_draft, by_call))


def _first(plan: Plan, locale: Locale) -> str:
    answer = plan.verdict
    return locale.kept((answer.clauses or (answer,))[0], "text")


def _title(found: Standing, plan: Plan, locale: Locale) -> str:
    """The first sentence."""
    t, now = locale.words, found.at
    if not found.begun:
        return _to_do(found, plan, locale)
    if not found.moving and not any(found.count(state) for state in WAITS):
        return _all_done(found, plan, locale)
    parts = list(_who(found, plan, locale))[:MOST_PARTS]
    said = [t("standing.joined", parts=tuple(parts)) if parts else ""]
    ready, late = found.ready_at, len({run.target for run in found.late})
    if ready is not None:
        key = "standing.ready_late" if late else "standing.ready"
        said.append(t.count(key, late, clock=locale.moment(ready, now)))
    elif found.next_start is not None:
        said.append(t("standing.next", clock=locale.moment(found.next_start, now)))
    return " ".join(part for part in said if part)


def _to_do(found: Standing, plan: Plan, locale: Locale) -> str:
    """What to do, while nobody was called out: how many go, and when the first begins; where that is over, which go now
    and which later."""
    t, n, declined = locale.words, found.to_send, found.count("declined")
    if not n and not found.beside:
        return t("standing.declined", turer=_noun(plan, declined, locale)) if declined else _first(plan, locale)
    starts = found.first_start
    if starts is None:
        return _first(plan, locale)
    of = _noun(plan, found.of, locale)
    if starts >= found.at:
        return t("standing.go", clock=locale.at(starts, found.at), n=n, all=of)
    later = _later(found)
    if not later:
        return t("standing.go_now", n=n, all=of)
    then = locale.moment(min(later), found.at)
    return t.count("standing.go_then", len(later), now=n - len(later), all=of, clock=then)


def _later(found: Standing) -> list[datetime]:
    """When the turer start that nobody has called out and that are not to start yet, the first run of each."""
    first: dict[str, datetime] = {}
    for run in found.runs:
        if run.state == "to_send" and run.starts_at is not None:
            first[run.target] = min(run.starts_at, first.get(run.target, run.starts_at))
    return [starts for starts in first.values() if starts > found.at]


def _all_done(found: Standing, plan: Plan, locale: Locale) -> str:
    done = max((run.ready_at for run in found.runs if run.state == "done" and run.ready_at), default=None)
    turer = _noun(plan, found.count("done"), locale)
    if done is None or not found.count("done"):
        return _first(plan, locale)
    return locale.words("standing.done", clock=locale.moment(done, found.at), turer=turer)


def _who(found: Standing, plan: Plan, locale: Locale) -> Iterator[str]:
    """Who drives, who cannot be reached, and who has said yes and waits to start, as the parts of a sentence."""
    t, n = locale.words, found.count
    if n("leaving"):
        yield t("standing.leaving", turer=_noun(plan, n("leaving"), locale))
    if n("running"):
        yield t("standing.running", n=n("running"))
    for state in URGENT:
        if n(state):
            yield t.count(f"standing.{state}", n(state))
    if n("acknowledged"):
        yield _starting(found, locale)
    if n("called"):
        yield t("standing.called", n=n("called"))
    if found.to_send and not n("running", "acknowledged", "leaving", "called"):
        yield t.count("standing.to_send", found.to_send)
    if n("done"):
        yield t.count("standing.part_done", n("done"))


def _starting(found: Standing, locale: Locale) -> str:
    """Who has said yes, by when they start; without a time where that is over."""
    n, starts = found.count("acknowledged"), _yes_starts(found)
    if not starts or starts[0] < found.at:
        return locale.words("standing.yes", n=n)
    key = "standing.starts" if starts[0] == starts[-1] else "standing.starts_from"
    return locale.words.count(key, n, clock=locale.moment(starts[0], found.at))


def _yes_starts(found: Standing) -> list[datetime]:
    """When those start who have said yes, the first one first."""
    yes = (run for run in found.turer.values() if run.state == "acknowledged")
    return sorted(run.starts_at for run in yes if run.starts_at is not None)


def _yes_said(found: Standing, locale: Locale) -> str:
    """'2 har sagt ja, startar 05.00'; empty where nobody waits to start."""
    n, starts = found.count("acknowledged"), _yes_starts(found)
    if not n:
        return ""
    if not starts or starts[0] < found.at:
        return locale.words("standing.yes", n=n)
    key = "standing.yes_at" if starts[0] == starts[-1] else "standing.yes_from"
    return locale.words.count(key, n, clock=locale.moment(starts[0], found.at))


def _yes(found: Standing, locale: Locale, title: str) -> Iterator[str]:
    """Who has said yes and waits to start, where the title has no room for them."""
    if found.count("acknowledged") and _starting(found, locale) not in title:
        yield f"{_yes_said(found, locale)}."


def _late(found: Standing, plan: Plan, locale: Locale) -> Iterator[str]:
    """Which will be late, and by how much."""
    said: set[str] = set()
    for run in found.late:
        if run.target in said or run.ready_at is None or len(said) >= MOST_NAMED:
            continue
        said.add(run.target)
        age = locale.age(run.late_s)
        name = _name(plan, run.target, locale)
        yield locale.words("standing.late", tur=name, clock=locale.moment(run.ready_at, found.at), age=age)


def _next(found: Standing, locale: Locale) -> Iterator[str]:
    said = _yes_starts(found)[:1]
    if found.ready_at is not None and found.next_start is not None and [found.next_start] != said:
        yield locale.words("standing.next", clock=locale.moment(found.next_start, found.at))


def _waits(found: Standing, plan: Plan, locale: Locale, open_draft: bool, by_call: bool) -> str:
    """What waits for the reader: how many, and of which kind each is. Where nobody is called out it is approved."""
    t = locale.words
    kinds = []
    for state, of in _waiting(found):
        key = f"standing.waits.{state}" if by_call or state != "to_send" else "standing.waits.approve"
        kinds.append(t.count(key, len(of), turer=_named(of, plan, locale)))
    if open_draft:
        kinds.append(t("standing.waits.draft"))
    if not kinds:
        return ""
    return t.count("standing.waits.head", found.waiting + open_draft, parts=tuple(kinds))


def _waiting(found: Standing) -> Iterator[tuple[TurState, list[RunStanding]]]:
    runs = (*found.runs, *found.beside)
    for state in WAITS:
        of = [run for run in runs if run.state == state]
        if of:
            yield state, of


def _named(of: list[RunStanding], plan: Plan, locale: Locale) -> str:
    """Turer by name where there are few, else how many."""
    targets = list(dict.fromkeys(run.target for run in of))
    if len(targets) > MOST_NAMED:
        return _noun(plan, len(targets), locale)
    return locale.words("standing.names", parts=tuple(_name(plan, target, locale) for target in targets))


def _name(plan: Plan, target: str, locale: Locale) -> str:
    """What a tur, a round or a building is called: its code where it has one, else its title."""
    view, item = VIEWS[plan.domain], next((item for item in plan.interventions if item.target == target), None)
    return target if item is None else view.code(item) or view.title(item, locale)


def _noun(plan: Plan, n: int, locale: Locale) -> str:
    return locale.words.count(f"standing.noun.{plan.domain}", n)


def status_figures(found: Standing, locale: Locale) -> list[KeyFigure]:
    """The figures once somebody is called out: how many drive, who has said yes and who has not answered, and when it
    is done."""
    t, done = locale.words, found.count("done")
    beside = [_yes_said(found, locale), t.count("standing.part_done", done) if done else ""]
    silent = found.count("called", "unanswered", "leaving")
    oldest = sorted({run.vehicle for run in found.runs if run.state in {"called", "unanswered"} and run.vehicle})
    drive = t("standing.figure.of", n=found.count("running"), of=found.of)
    made = [
        KeyFigure(t("standing.figure.driving"), drive, "; ".join(part for part in beside if part)),
        KeyFigure(t("standing.figure.silent"), str(silent), _who_silent(found, oldest, locale)),
    ]
    return made if found.ready_at is None else [*made, _ready(found, found.ready_at, locale)]


def _who_silent(found: Standing, vehicles: list[str], locale: Locale) -> str:
    """Who was called and has not answered; else what is being sent, or is to be rung. All have answered only where
    somebody has."""
    t, n = locale.words, found.count
    if not vehicles and (leaving := n("leaving")):
        return t.count("board.count.leaving", leaving)
    if not vehicles and (ring := n("by_hand", "failed", "unsure")):
        return t.count("board.count.by_hand", ring)
    if not vehicles:
        return t("standing.figure.all_answered") if n("running", "acknowledged", "refused", "done") else ""
    more = len(vehicles) - MOST_NAMED
    shown = (*vehicles[:MOST_NAMED], *(["…"] if more > 0 else []))
    return locale.words("standing.names", parts=shown)


def _ready(found: Standing, ready: datetime, locale: Locale) -> KeyFigure:
    t, late = locale.words, found.late
    second = t("standing.figure.in_time")
    if late and late[0].ready_at is not None:
        second = t("standing.figure.late", tur=late[0].target, clock=locale.moment(late[0].ready_at, found.at))
    elif found.missed:
        second = t("standing.figure.missed", n=len({run.target for run in found.missed}))
    elif found.waits_for_vehicle:
        run = max(found.waits_for_vehicle, key=lambda run: str(run.starts_at))
        clock = "" if run.starts_at is None else locale.moment(run.starts_at, found.at)
        second = t("standing.figure.after", tur=run.target, before=run.after or "", clock=clock)
    elif ready - found.at < timedelta(0):
        second = ""
    about = t("standing.figure.about", clock=locale.moment(ready, found.at))
    return KeyFigure(t("standing.figure.ready"), about, second)


def standing_sums(found: Standing, locale: Locale, in_table: Collection[str] | None = None) -> str:
    """'31 turer: 25 utkallade, 1 saknar fordon, 2 avstådda, 3 behövs inte': all turer, each once. ``in_table`` are the
    targets that have a row; of others that were called out it says where they stand."""
    t = locale.words
    waits = found.count("to_send", "leaving", "failed", "unsure", "by_hand", "refused")
    kinds = [
        ("called_out", found.called_out),
        ("to_send", waits),
        ("no_vehicle", found.count("no_vehicle", "vehicle_out")),
        ("declined", found.count("declined")),
        ("not_needed", found.not_needed),
    ]
    parts = tuple(t.count(f"standing.sum.{kind}", n) for kind, n in kinds if n)
    called = {target for target, run in found.turer.items() if run.state in CALLED_OUT}
    earlier = len(called - set(in_table)) if in_table is not None else 0
    if earlier:
        parts = (t("standing.sum.earlier", called=parts[0], n=earlier), *parts[1:])
    return t("standing.sums", of=t.count("standing.noun.snow", found.of), parts=parts) if parts else ""
