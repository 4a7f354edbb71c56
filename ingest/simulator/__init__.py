"""The stand-in for the outside world: a seeded town, storm and forecast, published over MQTT as devices would.

Everything that it makes is marked ``simulated`` where it is stored, and said to be so wherever it is shown.
"""
