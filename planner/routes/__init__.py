"""Turer and rounds: cutting a town into turer, driving them in order, waste rounds, and the checker of its own."""
