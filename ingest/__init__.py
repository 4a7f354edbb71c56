"""From the outside world to a row: the MQTT daemon, payloads, validation, weather, roads, and the simulator."""
