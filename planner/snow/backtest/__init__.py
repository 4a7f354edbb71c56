"""Other thresholds on what was known then: kept runs of the planner, and winters that are made."""
