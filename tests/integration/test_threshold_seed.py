"""First values of thresholds reach databases that lack them, and nothing that somebody has set is touched."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

from city.entities import Threshold
from deploy.installation import prepare_schema
from planner.snow.criteria import criteria
from planner.thresholds.limits import limits
from planner.thresholds.seed import seed
from store import plans
from store.connect import Connection, connect
from tests.unit.planner.snapshots import AT


def rows(connection: Connection) -> dict[tuple[str, str], Threshold]:
    return {(row.key, row.scope): row for row in plans.thresholds(connection, AT)}


def test_an_old_database_gets_the_scope_that_it_lacks(database: Connection) -> None:
    """Of before there was a value for litter bins: it is added, the rest stays as it is, also at the next start."""
    lacking = ("waste.max_age_days", "litter")
    plans.seed_thresholds(database, [row for row in seed() if (row.key, row.scope) != lacking])
    plans.add_threshold(database, set_by("snow.start_dry_cm", "P1", 6.0))
    assert lacking not in rows(database)
    for _ in range(2):
        prepare_schema(database, AT)
        assert len(rows(database)) == len(seed())
        assert (rows(database)[lacking].value, rows(database)[lacking].version) == (7.0, 1)
        set_ = rows(database)["snow.start_dry_cm", "P1"]
        assert (set_.value, set_.version, set_.changed_by) == (6.0, 2, "chef")


def test_an_old_database_decides_its_past_as_it_did(database: Connection) -> None:
    """Of before streets were begun ahead of their limit: they are from the upgrade on, and not before."""
    ahead = ("snow.lead_h", "snow.margin_pct")
    plans.seed_thresholds(database, [row for row in seed() if row.key not in ahead or row.scope == "*"])
    prepare_schema(database, AT)
    now, before = (limits(plans.thresholds(database, at)) for at in (AT, AT - timedelta(minutes=1)))
    assert now.value("snow.lead_h", "P1") == 2.0 > before.value("snow.lead_h", "P1") == 0.0
    assert criteria(now, "P1").dry_limit == 640 < criteria(before, "P1").dry_limit == 800


def test_a_new_database_has_its_thresholds_from_the_beginning(database: Connection) -> None:
    prepare_schema(database, AT)
    assert len(plans.thresholds(database, AT - timedelta(days=3650))) == len(seed())


def test_what_a_person_set_for_all_scopes_goes_on_deciding(database: Connection) -> None:
    """A scope of its own would take its place; one that a person has set is left alone as well."""
    lacking = {("waste.max_age_days", "litter"), ("snow.haul_at_cm", "P1")}
    plans.seed_thresholds(database, [row for row in seed() if (row.key, row.scope) not in lacking])
    plans.add_threshold(database, set_by("waste.max_age_days", "*", 10.0))
    plans.add_threshold(database, set_by("snow.haul_at_cm", "P1", 60.0))
    prepare_schema(database, AT)
    assert ("waste.max_age_days", "litter") not in rows(database)
    assert rows(database)["snow.haul_at_cm", "P1"].value == 60.0


def test_two_may_do_it_at_once(database: Connection, dsn: str) -> None:
    """The second waits for the first, finds all done, and neither fails."""
    failed: list[BaseException] = []

    def second() -> None:
        try:
            with connect(dsn, "second") as other:
                prepare_schema(other, AT)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=second)
    with database.transaction():
        plans.seed_thresholds(database, seed())
        thread.start()
        while not waits(dsn):
            assert thread.is_alive()
            time.sleep(0.02)
    thread.join()
    assert failed == []
    assert database.execute("SELECT count(*), max(version) FROM threshold").fetchone() == (len(seed()), 1)


def waits(dsn: str) -> bool:
    """Whether a session of the database waits for a lock."""
    with connect(dsn, "looking on") as looking:
        found = looking.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return found.fetchone() is not None


def set_by(key: str, scope: str, value: float) -> Threshold:
    first = next(row for row in seed() if row.key == key)
    return replace(first, scope=scope, value=value, changed_by="chef", reason="prov")
