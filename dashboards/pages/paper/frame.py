"""What every printed sheet says of itself: plan, when it was printed, how old its data are, whom to ring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from city.plan import Plan
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from store import daypage
from store.connect import Connection


@dataclass(frozen=True)
class PaperFrame:
    """``meta`` as label and value; ``line`` is the same in one line; ``holds`` until when a sheet may be followed, and
    ``ring`` whom to ring."""

    meta: tuple[tuple[str, str], ...]
    line: str
    holds: str
    ring: str


def frame_of(context: AppContext, connection: Connection, plan: Plan, now: datetime, locale: Locale) -> PaperFrame:
    """The frame of the sheets that are printed now."""
    t, newest = locale.words, daypage.newest(connection, now)
    data, issue = newest.data, newest.issue
    unknown = t("count.none")
    meta = (
        (t("paper.plan"), str(plan.version)),
        (t("paper.printed"), f"{locale.day(now)} {locale.clock(now)}"),
        (t("paper.data"), locale.moment(data.last_time, now) if data.last_time else unknown),
        (t("paper.forecast"), locale.moment(issue.issued_at, now) if issue else unknown),
        (t("paper.silent"), t("paper.of", n=data.silent, m=data.devices)),
    )
    phone = context.settings.web.phone
    return PaperFrame(
        meta=meta,
        line=", ".join([f"{meta[0][0]} {meta[0][1]}", *(f"{label.lower()} {value}" for label, value in meta[1:4])]),
        holds=t("paper.holds"),
        ring=t("paper.ring", phone=phone) if phone else t("paper.ring_nobody"),
    )
