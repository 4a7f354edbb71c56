"""The desk of every test of the pages."""

from __future__ import annotations

from tests.browser.desk import browser, desk

__all__ = ["browser", "desk"]
