"""The schema in the repository describes the plan as it is."""

from __future__ import annotations

import json
from importlib.resources import files

import msgspec

from city.plan import Plan

FRAME = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "dagsplan plan"}


def test_the_schema_says_what_the_types_say() -> None:
    """Where this fails: write what it expects into planner/plan.schema.json."""
    written = (files("planner") / "plan.schema.json").read_text(encoding="utf-8")
    assert written == json.dumps(msgspec.json.schema(Plan) | FRAME, indent=1, ensure_ascii=False) + "\n"
