"""Each icon that a page or a state names is drawn: a name without a drawing leaves a hole."""

from __future__ import annotations

import re
from pathlib import Path

from dashboards.pages import callout, nighttodo, sensorlines, start, status
from tests.unit.docs.reading import ROOT

TEMPLATES = ROOT / "dashboards" / "templates"


def drawn() -> set[str]:
    return set(re.findall(r'<symbol id="i-([\w-]+)"', (TEMPLATES / "sprite.html").read_text("utf-8")))


def named(file: Path) -> set[str]:
    text = file.read_text("utf-8")
    return set(re.findall(r'icon\("([\w-]+)"\)', text)) | set(re.findall(r'icon\("([\w-]+)" if', text))


def test_every_icon_of_a_template_is_drawn() -> None:
    assert {name for file in TEMPLATES.glob("*.html") for name in named(file)} <= drawn()
    assert {"no", "stop"} <= drawn()  # of what is not cared for


def test_every_icon_of_a_state_is_drawn() -> None:
    """Of calls, orders, the hand-over's list, sensors and what a town has."""
    looks: list[tuple[str, str]] = []
    for table in (callout.LOOKS, status.LOOKS, nighttodo.LOOKS, sensorlines.LOOKS, start.LOOKS):
        looks += table.values()
    assert {icon for _, icon in looks} <= drawn()
