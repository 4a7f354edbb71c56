"""Runners of other bridges, so that anyone can repeat the comparison. Their packages are not installed by us."""
