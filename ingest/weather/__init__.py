"""Weather: one module a provider turns an answer into a :class:`city.things.Forecast`; the client fetches politely."""
