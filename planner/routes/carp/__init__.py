"""The engine on benchmark instances."""
