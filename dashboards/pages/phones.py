"""The phones of a vehicle on the manning page: which are in, and the digits that let one in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from city.report import Phone
from dashboards.pages.paper.code import SquareCode, code_of
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from planner.calls.driver.pair import PairingCode


@dataclass(frozen=True)
class PhoneLine:
    """A phone that is in: since when and until when, and how it came in."""

    id: str
    text: str


@dataclass(frozen=True)
class CodeLines:
    """Six digits in two groups for a vehicle, until when, and where they are typed; ``square`` is that address."""

    vehicle: str
    digits: str
    until: str
    where: str
    square: SquareCode | None


def phone_lines(found: Iterable[Phone], now: datetime, locale: Locale) -> dict[str, list[PhoneLine]]:
    """The phones that are in, by vehicle."""
    lines: dict[str, list[PhoneLine]] = defaultdict(list)
    for phone in found:
        since, until = locale.moment(phone.since, now), locale.moment(phone.until, now)
        said = locale.words(f"phone.way.{phone.way}", since=since, until=until)
        lines[phone.vehicle].append(PhoneLine(phone.id, said))
    return dict(lines)


def code_lines(context: AppContext, code: PairingCode, locale: Locale) -> CodeLines:
    """The digits that were made."""
    path = f"{context.base}/kor"
    address = f"{context.settings.web.public_url.rstrip('/')}{path}"
    return CodeLines(
        vehicle=code.vehicle,
        digits=f"{code.code[:3]}\N{NO-BREAK SPACE}{code.code[3:]}",
        until=locale.clock(code.until),
        where=address.partition("://")[2] or path,
        square=code_of(context.settings.web, path, fragment=f"s={code.code}"),
    )
