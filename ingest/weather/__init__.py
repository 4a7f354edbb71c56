"""Weather: one module a provider turns an answer into a :class:`city.entities.Forecast`; the client is polite."""
