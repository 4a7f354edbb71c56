"""``/integritet``: what is kept of those who drive and of what they did, for how long, and how it is taken away."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from city.settings import Store
from dashboards.web.context import context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class KeptKind:
    """A kind of thing that is kept: how long, and what becomes of it then."""

    what: str
    long: str
    then: str


@router.get("/integritet")
def kept(request: Request) -> Response:
    """The table, by the settings that hold."""
    context, locale = context_of(request), locale_of(request)
    contact = (context.settings.web.contact or context.settings.weather.contact).strip()
    return page(request, "integritet.html", kinds=kinds(context.settings.store, locale), contact=contact)


def kinds(limits: Store, locale: Locale) -> list[KeptKind]:
    """What is kept, what goes first first."""
    t = locale.words
    timed = (
        (t("privacy.kind.positions"), limits.positions_days),
        (t("privacy.kind.phones"), limits.positions_days),
        (t("privacy.kind.calls"), limits.positions_days),
        (t("privacy.kind.photos"), limits.positions_days),
        (t("privacy.kind.letters"), limits.keep_dead_letters_days),
        (t("privacy.kind.reports"), limits.reports_days),
    )
    for_ever = (t("privacy.kind.treated"), t("privacy.kind.orders"), t("privacy.kind.door"))
    return [
        *(KeptKind(what, t.count("privacy.days", round(days)), t("privacy.gone")) for what, days in timed),
        *(KeptKind(what, t("privacy.forever"), t("privacy.stays")) for what in for_ever[:2]),
        KeptKind(for_ever[2], t("privacy.forever"), ""),
    ]
