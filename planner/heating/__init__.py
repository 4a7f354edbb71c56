"""Heating: when which building is warm and aired, and why."""
