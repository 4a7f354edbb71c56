"""A past of vessels tried again: one inflow for every policy, what each would have driven, and what would have
overflowed."""
