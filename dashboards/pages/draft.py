"""The watch's draft as the day page shows it: what it found, what it would change for whom, and its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from city.catalogue.message import Message, message
from city.draft import Bust, Change
from city.entities import OrderEvent
from city.vocabulary import CALLED
from dashboards.pages.status import LOOKS
from dashboards.web.locale import Locale
from planner.night.standing import run_of
from store.drafts import Draft
from store.orders import OrderNow

ANSWERED = frozenset({"acknowledged", "started", "done"})
"""Steps by which somebody has answered."""


@dataclass(frozen=True)
class ChangeLine:
    """One tur that comes in or drops out. ``run`` where it is not the first, ``silent`` where an earlier call about it
    got no answer. ``standing``: where its order is; ``back``: its vehicle is called back."""

    code: str
    title: str
    vehicle: str
    starts: str
    why: str
    standing: str = ""
    back: bool = False
    run: str = ""
    silent: str = ""

    @property
    def name(self) -> str:
        """'P1-1 omgång 2 Storgatan'."""
        return " ".join(part for part in (self.code, self.run, self.title) if part)


@dataclass(frozen=True)
class Price:
    """A figure of what the change comes to, or of what it gives."""

    label: str
    value: str
    second: str = ""


@dataclass(frozen=True)
class DraftBox:
    """The draft below the watch's row. ``changes`` says it in short, ``note`` who would be called back, ``below`` that
    what it found is below a limit."""

    id: str
    title: str
    made: str
    changes: str
    busts: tuple[str, ...]
    added: tuple[ChangeLine, ...]
    dropped: tuple[ChangeLine, ...]
    back: tuple[str, ...]
    note: str
    prices: tuple[Price, ...]
    button: str
    below: str = ""

    @property
    def has_choice(self) -> bool:
        """Whether anything differs between taking it and leaving the plan."""
        return bool(self.added or self.dropped)

    @property
    def few(self) -> tuple[ChangeLine, ...]:
        """The one or two turer that come in, or drop out, where nobody is called back: a row can say what matters of
        them."""
        lines = self.added or self.dropped
        mixed = bool(self.added and self.dropped)
        return () if mixed or len(lines) > 2 or self.back or self.busts else lines


def draft_box(
    draft: Draft,
    orders: Mapping[str, OrderNow],
    locale: Locale,
    currency: str,
    histories: Mapping[str, Sequence[OrderEvent]] | None = None,
) -> DraftBox:
    """A draft in words; ``orders`` by key, where there are any, and ``histories`` of these by order id."""
    told, t = draft.difference, locale.words
    silent = {change.key: _silent(change, orders, histories or {}) for change in told.added}
    added = tuple(_line(change, None, False, draft, locale, silent[change.key]) for change in told.added)
    dropped = tuple(_line(change, orders.get(change.key), True, draft, locale) for change in told.dropped)
    back = tuple(dict.fromkeys(line.vehicle for line in dropped if line.back and line.vehicle))
    informed = {line.vehicle for line in added if line.vehicle} | set(back)
    return DraftBox(
        draft.id,
        _title(told.busts, locale),
        locale.clock(draft.made_at),
        t("draft.changes", changes=said_changes(len(added), len(dropped))),
        tuple(_bust(bust, draft, locale) for bust in told.busts),
        added,
        dropped,
        back,
        _note(back, locale) if dropped else "",
        tuple(_prices(told.cost, len(added), len(dropped), locale, currency)),
        t.count("draft.accept_told", len(informed)) if informed else t("draft.accept"),
        _below(told.busts[0], locale) if told.busts else "",
    )


def said_changes(added: int, dropped: int) -> tuple[Message, ...]:
    """How many turer come in and drop out, only what there is: '5 turer tillkommer'."""
    counted = (("draft.added", added), ("draft.dropped", dropped))
    return tuple(message(key, n=n) for key, n in counted if n) or (message("draft.same"),)


def why_withdrawn(added: int, dropped: int, more: bool | None, locale: Locale) -> str:
    """Why the watch has taken back a draft that added and dropped so many turer; ``more`` where it was made since more
    snow was known of, or less. 'snön väntas inte längre'."""
    t = locale.words
    if more is not None:
        return t("draft.unneeded.more" if more else "draft.unneeded.less")
    if added and dropped:
        return t("draft.unneeded.both")
    return t.count("draft.unneeded.dropped" if dropped else "draft.unneeded.added", dropped or added)


def _title(busts: tuple[Bust, ...], locale: Locale) -> str:
    if not busts:
        return locale.words("draft.changed")
    return locale.words("draft.more" if busts[0].more else "draft.less")


def _bust(bust: Bust, draft: Draft, locale: Locale) -> str:
    """'9,0 cm kl. 04.00 på P1-1. Planen räknade med 4,0 cm (3,1–5,2).' What will lie in an hour that is not over is
    awaited, sensors or not."""
    key = "draft.bust_seen" if bust.seen and bust.at <= draft.made_at else "draft.bust_ahead"
    return locale.words(
        key,
        cm=locale.figure(bust.cm),
        tur=bust.tur,
        clock=locale.at(bust.at, draft.made_at),
        expected=locale.figure(bust.expected_cm),
        span=locale.span(bust.low_cm, bust.high_cm),
        share=round(100 * bust.share),
    )


def _below(bust: Bust, locale: Locale) -> str:
    """That more snow than expected is below the limit all the same; empty where it is not, or nobody knows."""
    if not bust.more or bust.limit_cm is None or bust.cm >= bust.limit_cm:
        return ""
    return locale.words("draft.below", limit=locale.short(bust.limit_cm))


def _silent(
    change: Change, orders: Mapping[str, OrderNow], histories: Mapping[str, Sequence[OrderEvent]]
) -> tuple[datetime, str] | None:
    """When the last call about a tur, whichever run, came to no answer, and whose vehicle that was; None where somebody
    has answered since."""
    of = change.key.rpartition(":")[0]
    found = (order for key, order in orders.items() if key.rpartition(":")[0] == of)
    events = [(event, order) for order in found for event in histories.get(order.id, ())]
    said = [one for one in events if one[0].kind in {"unanswered", *ANSWERED}]
    if not said:
        return None
    event, order = max(said, key=lambda one: one[0].at)
    return (event.at, order.vehicle or "") if event.kind == "unanswered" else None


def _line(
    change: Change,
    order: OrderNow | None,
    dropped: bool,
    draft: Draft,
    locale: Locale,
    silent: tuple[datetime, str] | None = None,
) -> ChangeLine:
    word, run, t = "", run_of(change.key), locale.words
    if order is not None and order.state in LOOKS:
        word = f"{locale.words(f'state.{order.state}')} {locale.clock(order.state_at)}"
    return ChangeLine(
        change.target,
        change.title.removeprefix(change.target).strip() or locale.words("row.no_name"),
        (order.vehicle if order is not None else change.vehicle) or "",
        locale.clock(change.starts_at) if change.starts_at else "",
        _why(change, dropped, locale),
        word,
        order is not None and order.state in CALLED,
        t("draft.run", n=run) if run > 1 else "",
        t("draft.silent", clock=locale.moment(silent[0], draft.made_at), vehicle=silent[1]).strip() if silent else "",
    )


def _why(change: Change, dropped: bool, locale: Locale) -> str:
    """Why a tur comes in; of one that drops out what is known now, and why it was in, said as such."""
    why = locale.kept(change, "why")
    if dropped:
        was = locale.words("draft.was_in", why=why) if why else ""
        return f"{locale.kept(change, 'gone')} {was}".strip()
    return f"{why}. {locale.words('draft.instead', vehicle=change.vehicle_before)}" if change.vehicle_before else why


def _note(back: tuple[str, ...], locale: Locale) -> str:
    return locale.words("draft.called_back", vehicles=back) if back else locale.words("draft.nobody_back")


def _prices(cost: float, added: int, dropped: int, locale: Locale, currency: str) -> list[Price]:
    """The price of the change beside what it gives, and what it leaves."""
    t = locale.words
    key = "draft.same_cost" if abs(cost) < 50 else "draft.dearer" if cost > 0 else "draft.cheaper"
    prices = [Price(t("draft.price"), t(key, amount=locale.money(abs(cost), currency)), t("draft.against_plan"))]
    if added:
        prices.append(Price(t("draft.gives"), t.count("draft.gives_turer", added)))
    if dropped:
        prices.append(Price(t("draft.leaves"), t.count("draft.leaves_turer", dropped)))
    return prices
