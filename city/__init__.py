"""The words everyone uses: domain types, units, clock, service day, settings, errors and the street network.

Nothing here reads a file, a database or the network, but for :mod:`city.settings` at the front door.
"""
