"""Publication: one transaction, checked against the schema, never changed afterwards, only superseded."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import msgspec

from city.catalogue.message import message
from city.errors import Conflict
from city.outlook import OutlookFrame, SegmentOutlook
from city.plan import Intervention, Plan, RunKey, from_json, to_json
from store import archive, plans
from store import outlook as outlooks
from store.connect import Connection


@cache
def _validator() -> Any:  # noqa: ANN401 - jsonschema has no types
    schema = msgspec.json.decode((files("planner") / "plan.schema.json").read_bytes())
    return jsonschema.Draft202012Validator(schema)


def check_schema(plan: Plan) -> None:
    """Raises jsonschema.ValidationError or msgspec.ValidationError where a plan does not obey ``plan.schema.json``.

    Every value is checked by the types that the schema describes; of the streets of an intervention, which are all of
    one type, only the first is also held against the schema itself, as that takes a second for a whole city's.
    """
    raw = to_json(msgspec.structs.replace(plan, interventions=tuple(_undrawn(item) for item in plan.interventions)))
    from_json(raw)
    whole = msgspec.json.decode(raw)
    for item in whole["interventions"]:
        if "segments" in item:
            del item["segments"][1:]
    _validator().validate(whole)


def _undrawn(item: Intervention) -> Intervention:
    """Without the points of its line, of which the schema says nothing."""
    return (
        item if item.geometry is None else msgspec.structs.replace(item, geometry=item.geometry | {"coordinates": []})
    )


def publish(
    connection: Connection,
    plan: Plan,
    now: datetime,
    *,
    run: RunKey | None = None,
    claimed_by: str = "",
    curves: bytes | None = None,
) -> Plan:
    """Publishes a plan and gives it with its id and version. The same inputs as the live plan give the live plan.
    ``curves`` is what is kept of a snow plan beside it.

    Raises Conflict where ``run`` was claimed by another planner meanwhile; nothing is written then.
    """
    check_schema(plan)
    with connection.transaction():
        if run is not None and not plans.hold_run(connection, run, claimed_by):
            day = run.service_day.isoformat()
            raise Conflict(message("error.plan.taken_over", domain=run.domain, day=day, slot=run.slot))
        plans.lock_plans(connection, plan.domain)
        before = plans.latest(connection, plan.domain, plan.mode, plan.service_day)
        if before is not None and before.inputs_hash == plan.inputs_hash:
            published = before
        else:
            published = msgspec.structs.replace(
                plan,
                id=str(uuid.uuid4()),
                version=1 if before is None else before.version + 1,
                created_at=now,
                supersedes=None if before is None else before.id,
            )
            plans.add_plan(connection, published)
            if curves is not None:
                archive.keep(connection, published, curves)
        if run is not None:
            plans.finish_run(connection, run, published.id, now)
    return published


def publish_outlook(
    connection: Connection, frame: OutlookFrame, streets: Iterable[SegmentOutlook], now: datetime
) -> bool:
    """Makes this the outlook of the streets, unless a newer one stands; gives whether it did."""
    return outlooks.replace_outlook(connection, frame, streets, now)
