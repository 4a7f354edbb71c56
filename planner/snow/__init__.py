"""Snow and slipperiness: which streets are cleared or treated, by which turer, when, and why."""
