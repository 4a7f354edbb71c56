"""The settings of the demonstration: another town, the same language."""

from __future__ import annotations

from pathlib import Path

from city.settings import Municipality, Settings, load
from deploy.demonstration import demo_settings, environment


def test_the_services_of_the_demonstration_speak_the_language_of_the_settings(tmp_path: Path) -> None:
    """They are processes of their own: what they are told must be a town that they can be."""
    settings = demo_settings(Settings(municipality=Municipality(language="en"), state_dir=str(tmp_path)))
    told = load(environ=environment(settings, "http://127.0.0.1:1", "http://127.0.0.1:2"))
    assert told.municipality == settings.municipality
    assert told.municipality.language == "en"
    assert told.calls.gateway_url == "http://127.0.0.1:2"
