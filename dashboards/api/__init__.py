"""The interface for programs, and where forms are sent: plans, orders, requests, observations, facts, map, events."""
