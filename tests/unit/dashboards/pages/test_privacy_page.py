"""What is kept, by the settings that hold."""

from __future__ import annotations

import httpx

from city.catalogue.words import words
from city.settings import Municipality, Store
from dashboards.pages.privacy import kinds
from dashboards.web.locale import Locale


def test_the_page_says_how_long_things_are_kept(client: httpx.Client) -> None:
    page = client.get("/integritet", headers={"Accept": "text/html"}).text
    assert "30 dygn" in page
    assert "730 dygn" in page
    assert "dagsplan erase" in page


def test_another_setting_is_another_length() -> None:
    told = kinds(Store(positions_days=1, reports_days=90), Locale(words("en"), Municipality().zone))
    assert [kind.long for kind in told[:3]] == ["1 day"] * 3
    assert "90 days" in [kind.long for kind in told]
