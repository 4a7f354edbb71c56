"""Every link of a page leads somewhere, and every file or folder that it names is there.

Between backticks, what has a ``/`` in it or ends in ``.py`` is taken as a place in the repository: a whole path, or the
end of one (``snow/need.py``), as a sentence that names its folder goes on with; ``*`` stands for any name, and a class
or function may follow behind a dot or colon (``city/plan.Reason``).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.docs.reading import DOCS, PAGES, ROOT, prose, text, ticks

AWAY = {
    ".venv/",
    "application/json",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "build/bench/",
    "roads/oslo-east-filtered.osm.pbf",
    "traccar/position",
    "/etc/dagsplan/",
    "/etc/dagsplan/dagsplan.toml",
    "/var/lib/dagsplan",
}
"""What is no place in the repository: kinds of media, what is made when it is run, folders of an installation."""
PLACE = re.compile(r"^[\w.*-]+(?:/[\w.*-]+)*/?$")
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
ANCHOR = re.compile(r"[^\w\- ]")


@cache
def places() -> frozenset[str]:
    """Every file and folder of the repository, without what git and tools keep."""
    kept = (ROOT / ".ci", *(path for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "build"))
    files = [path for top in kept for path in (top, *(top.rglob("*") if top.is_dir() else ()))]
    return frozenset(path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts)


def is_there(place: str) -> bool:
    """Whether some path of the repository is this, or ends in it; ``city/plan.Reason`` is looked for in its module."""
    wanted = [place.rstrip("/"), re.sub(r"\.[A-Z]\w*$", ".py", place)]
    return any(PurePosixPath(path).match(one) for one in wanted for path in places())


@cache
def headings(page: Path) -> frozenset[str]:
    """The anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return frozenset(ANCHOR.sub("", title.lower()).replace(" ", "-") for title in titles)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for found in LINK.finditer(prose(page)):
        file, _, anchor = (found[1] or found[2]).partition("#")
        if ":" not in file:
            there = (page.parent / file).resolve() if file else page
            assert there.exists(), f"{file} is not there"
            assert not anchor or anchor in headings(there), f"{file} has no part #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_place_that_is_named_is_there(page: Path) -> None:
    for tick in ticks(page):
        place = tick.split(": ")[0]
        if place not in AWAY and PLACE.match(place) and ("/" in place or place.endswith(".py")):
            assert is_there(place), f"{place} is not there"


def test_a_place_that_is_gone_is_noticed() -> None:
    assert is_there("planner/snow/need.py")
    assert is_there("snow/need.py")
    assert is_there("store/queries/*.sql")
    assert is_there("city/plan.Reason")
    assert is_there("docs/draw/")
    assert not is_there("planner/snow_need.py")
    assert not is_there("now/need.py")
    assert not is_there("planner/backtest")


def test_every_page_is_in_the_list_of_the_readme() -> None:
    """But for tables of its own folder."""
    listed = set(re.findall(r"^\| \[(docs/[\w-]+\.md)\]\(\1\) \|", text(ROOT / "README.md"), re.MULTILINE))
    assert listed == {page.relative_to(ROOT).as_posix() for page in PAGES if page.parent == DOCS}
