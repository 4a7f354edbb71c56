"""The steps of a call: which may follow which, and what each means for the orders that it is about."""

from __future__ import annotations

from collections.abc import Mapping

from city.call import CallEvent
from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.vocabulary import CallEventKind, CallState
from store import outbox
from store.connect import Connection

ANSWERS: frozenset[CallEventKind] = frozenset({"acknowledged", "refused"})
ENDS: frozenset[CallEventKind] = ANSWERS | {"unanswered", "stopped", "undone"}
NEXT_CALL: Mapping[CallState, frozenset[CallEventKind]] = {
    "made": frozenset({"withdrawn", "tried", "failed", "by_hand", "stopped"}),
    "tried": ENDS | {"sent", "waits", "failed", "unsure"},
    "waits": ENDS | {"tried", "sent", "failed", "unsure", "withdrawn", "by_hand"},
    "unsure": ENDS | {"tried", "waits", "sent", "failed"},
    "sent": ENDS | {"delivered", "failed"},
    "delivered": ENDS | {"failed"},
    "failed": ENDS | {"sent", "by_hand"},
    "by_hand": ENDS,
    "unanswered": ANSWERS | {"undone"},
    "acknowledged": frozenset({"undone", "stopped"}),
    "refused": frozenset({"undone", "acknowledged"}),
    "withdrawn": frozenset(),
    "stopped": frozenset({"undone"}),
}
"""What may follow each state. ``unsure`` right before ``waits`` or ``tried`` says that the try before may have left; a
late ``sent`` is believed after any of them."""


def happened(connection: Connection, event: CallEvent) -> int:
    """Adds a step of a call, and in the same transaction what it means for the orders; gives the step's number.

    Raises NotFound for an unknown call, Conflict where the step may not follow where the call stands.
    """
    with connection.transaction():
        call = outbox.standing(connection, event.call_id) if outbox.lock(connection, event.call_id) else None
        if call is None:
            raise NotFound(message("error.order.unknown", order=event.call_id))
        if event.kind not in NEXT_CALL[call.state]:
            raise Conflict(f"{call.state}: {event.kind} cannot follow")
        return outbox.add_step(connection, event)
