"""The services by their domain."""

from __future__ import annotations

from collections.abc import Mapping

from city.vocabulary import Domain
from dashboards.pages.services.heating import HeatingView
from dashboards.pages.services.snow import SnowView
from dashboards.pages.services.view import ServiceView
from dashboards.pages.services.waste import WasteView

VIEWS: Mapping[Domain, ServiceView] = {"snow": SnowView(), "waste": WasteView(), "heating": HeatingView()}
