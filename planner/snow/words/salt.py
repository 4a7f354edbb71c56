"""Salt in words: what was spread, until when that holds, and where the road freezes then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from city.catalogue.message import Figure, Message, message
from city.plan import Reason
from planner.snow.need import Needs
from planner.snow.salted import SaltLasts
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.when import until, when
from planner.words.sentences import text_reason

HOUR = timedelta(hours=1)


def salt_reason(snapshot: SnowSnapshot, row: int, salt: SaltLasts) -> Reason:
    """'Storgatan: saltad kl. 22.10, 15 g/m²: räcker till ca kl. 02.00, då kan det frysa från −1,2 °C (vägen då −2,0 °C,
    om inget vatten fryser på den)'."""
    name, said = snapshot.segments[row].name, _lasts(snapshot, salt)
    return text_reason(message("plan.reason.at_place", where=name, said=said) if name else said)


def not_enough(snapshot: SnowSnapshot, gives_out_at: datetime) -> Reason:
    """'Räcker inte heller: det kan bli halt igen ca kl. 01.00, och omgången efter den här är inte med i planen'."""
    return text_reason(message("plan.snow.salt.again", about=until(snapshot, gives_out_at)))


def _lasts(snapshot: SnowSnapshot, salt: SaltLasts) -> Message:
    spread = _spread(snapshot, salt)
    if salt.icy:
        return message("plan.snow.salt.icy", spread=spread)
    if salt.until is None:
        return message("plan.snow.salt.holds", spread=spread)
    way = "until" if salt.until > snapshot.at else "over"
    if salt.until < salt.spread.at + HOUR:
        way = "short"
    cold = {"freezes": Figure(salt.icy_c), "surface": Figure(salt.surface_c)}
    return message(f"plan.snow.salt.{way}", spread=spread, until=until(snapshot, salt.until), **cold)


def _spread(snapshot: SnowSnapshot, salt: SaltLasts) -> Message:
    one = salt.spread
    way = "planned" if one.planned else "done" if one.known else "unknown"
    return message(f"plan.snow.salt.{way}", when=when(snapshot, one.at), dose=Figure(one.g_m2, 0))


def spared(snapshot: SnowSnapshot, needs: Needs) -> Iterator[Message]:
    """On how many streets salt holds now that would be slippery without it, and until when on the first of them."""
    all_salted = [needs.salt.now[row] for row in needs.spared]
    held = [one for one in all_salted if one.until is None or one.until > snapshot.at]
    if not held:
        return
    ends = min((one.until for one in held if one.until is not None), default=None)
    if ends is None:
        yield message("plan.snow.verdict.salt_holds", n=len(held))
    else:
        yield message("plan.snow.verdict.salt_until", n=len(held), until=until(snapshot, ends))
