"""Waste: which rooms are emptied, in which rounds, and why."""
