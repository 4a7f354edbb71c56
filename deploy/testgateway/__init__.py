"""A gateway that obeys ``docs/gateway.md`` and sends nothing: it shows what it was given, and misbehaves on request."""

from deploy.testgateway.book import GatewayBook, Manner, Manners, by_number
from deploy.testgateway.server import ServedGateway, served_gateway

__all__ = ["GatewayBook", "Manner", "Manners", "ServedGateway", "by_number", "served_gateway"]
