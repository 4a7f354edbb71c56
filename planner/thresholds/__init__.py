"""Limits that decide: versioned rows, their seed, and changes that are tried."""
