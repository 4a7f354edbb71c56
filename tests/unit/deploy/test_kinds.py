"""The command line names the kinds of things that its commands know, without loading them, and no others."""

from __future__ import annotations

from deploy.options import DAY_KINDS, FORGETTABLE, LISTS
from ingest.registers.calendar import KINDS as DAYS
from ingest.registers.forget import FORGETTERS
from ingest.registers.importers import IMPORTERS
from ingest.registers.written import KINDS as EXPORTED


def test_every_kind_that_can_be_named_is_known() -> None:
    assert set(LISTS) == set(IMPORTERS) == set(EXPORTED)
    assert set(FORGETTABLE) == set(FORGETTERS)
    assert DAYS.known == DAY_KINDS
